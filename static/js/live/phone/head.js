import { t } from "../../text.js";
import { fromTemplate, press, setData, setText, show, syncList } from "../page.js";
import { OPS } from "../protocol.js";
import { drawStatus, stepsOf } from "../status.js";
import { placeOf, viewsOf } from "./views.js";

const CLOSED_TEXT = {
  "/bye/revoked": () => [t("Je doet niet meer mee aan dit Kennislab"), t("Vraag de begeleider om je opnieuw toe te laten; je tekst staat nog op deze telefoon.")],
  "/bye/other-place": () => [t("Je doet nu mee op een ander toestel"), t("Wat hier nog niet verzonden is, blijft hier staan.")],
};

/** Where we are: lab, step, connection, notices, and which part of the page is open. */
export function connectHead({ room, root, role, composer }) {
  const sections = new Map([...root.querySelectorAll("[data-view]")].map((section) => [section.dataset.view, section]));

  /** A vote or a result comes above the box, unless somebody is writing there: then below, so that the box stays where it is. */
  function place(name, views) {
    const section = sections.get(name);
    const write = sections.get("write");
    if (!section?.hidden || !views.includes(name)) return;
    const writing = composer.draft.text.trim() || write.contains(document.activeElement);
    if (writing && !write.hidden) write.after(section);
    else write.before(section);
  }

  function open(views) {
    place("result", views);
    place("vote", views);
    for (const [name, section] of sections) show(section, views.includes(name));
    show(role("send"), views.includes("write"));
    show(role("vote"), views.includes("vote"));
  }

  function title(heading, text) {
    setText(role("step-title"), heading);
    setText(role("instruction"), text ?? "");
    show(role("instruction"), Boolean(text));
  }

  /** Without a state: loading, not open yet, or not let in. */
  function drawOutside() {
    const { problem, status } = room.connection;
    if (status === "closed" && problem) {
      title(...(CLOSED_TEXT[problem.type]?.() ?? [problem.title || t("Je kunt nu niet meedoen"), problem.detail]));
      open([]);
    } else if (room.waiting) {
      title(room.waiting.title, room.waiting.detail);
      open(["wait"]);
    }
    show(role("hand"), false);
  }

  function drawTrail(state) {
    const now = state.agenda[state.step.id]?.position ?? -1;
    syncList(role("trail"), stepsOf(state), {
      key: (step) => step.id,
      make: () => fromTemplate("trail"),
      update: (element, step) => setData(element, "state", step.position === now ? "now" : step.position < now ? "done" : "next"),
    });
  }

  return function draw() {
    const { state, connection } = room;
    drawStatus(room, root, role);
    show(role("notice-offline"), connection.status === "offline");
    show(role("notice-polling"), connection.status === "polling");
    show(role("notice-other-place"), room.notice === "other-place");
    if (!state || connection.status === "closed") {
      drawOutside();
      return;
    }
    const step = state.agenda[state.step.id];
    const { number, total } = placeOf(state);
    setText(role("lab-title"), state.lab.title);
    setText(role("step-number"), step ? t("Stap %(number)s van %(total)s", { number, total }) : t("We beginnen zo"));
    const group = state.groups[state.me.group];
    setText(role("group"), group?.name ?? "");
    show(role("group"), Boolean(group));
    drawTrail(state);
    if (state.lab.state === "closed") title(state.lab.title, null);
    else title(step ? step.title : t("Welkom, je bent binnen"), step?.instruction);
    const reading = state.lab.moderation === "pre" || state.me.held;
    const input = step?.input === "text" && state.lab.state === "open";
    show(role("notice-held"), Boolean(reading && input));
    show(role("notice-closed"), Boolean(input && !state.step.round_open));
    show(role("notice-hidden"), Boolean(step?.hidden_until_reveal && !state.step.revealed));
    const entry = room.outbox.entries.findLast((one) => one.op.type === OPS.hand_raise && one.state !== "refused");
    const up = entry ? entry.op.up : state.me.hand;
    show(role("hand"), state.lab.state === "open");
    press(role("hand"), up);
    setText(role("hand-text"), up ? t("Hand omlaag") : t("Hand op"));
    open(viewsOf(state, composer.draft));
  };
}
