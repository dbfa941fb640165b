import { t } from "../../text.js";
import { press, setData, setText, show } from "../page.js";
import { drawStatus } from "../status.js";

/** The band on top and what the bar says about the room. */
export function connectHead({ room, root, role }) {
  const button = (name) => root.querySelector(`button[data-action="${name}"]`);
  return function draw() {
    drawStatus(room, root, role);
    const { state } = room;
    if (!state) {
      const problem = room.connection.problem ?? room.waiting;
      if (problem?.title) setText(role("step-title"), [problem.title, problem.detail].filter(Boolean).join(". "));
      return;
    }
    setText(role("lab-title"), state.lab.title);
    if (state.lab.join) setText(role("join-code"), state.lab.join.code);
    const phones = room.present?.connected ?? state.counts.people;
    setText(role("phones"), phones);
    setText(role("phones-text"), phones === 1 ? t("telefoon") : t("telefoons"));
    setData(root, "labState", state.lab.state);
    press(button("moderation"), state.lab.moderation === "pre");
    show(button("close-lab"), state.lab.state === "open");
    show(button("open-lab"), state.lab.state === "closed");
  };
}
