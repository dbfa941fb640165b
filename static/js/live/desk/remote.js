import { t } from "../../text.js";
import { toast } from "../../toast.js";
import { press } from "../page.js";
import { OPS } from "../protocol.js";

const OURS = new Set([OPS.projector_show, OPS.projector_blank]);

/** The remote control of the big screen. Buttons show what was asked at once; what the screen really does follows from the journal. */
export function connectRemote({ room, root, actions, votes }) {
  const scenes = [...root.querySelectorAll('[data-action="scene"]')];
  const blank = root.querySelector('[data-action="blank"]');

  /** The projector as it will be when what is under way has arrived. */
  function expected() {
    let now = room.state.projector;
    for (const { op, state } of room.outbox.entries) {
      if (!OURS.has(op.type) || state === "refused") continue;
      if (op.type === OPS.projector_blank) now = { ...now, scene: op.on ? "blank" : "" };
      else now = { ...now, scene: op.scene, ballot: op.ballot ?? null, follow: op.follow ?? now.follow };
    }
    return now;
  }

  /** Where the screen would be if it followed the room. */
  function following() {
    const ballot = votes.present();
    if (ballot?.state === "open") return { scene: "ballot", ballot: ballot.id };
    return { scene: room.state.step.id ? "step" : "join" };
  }

  const follow = () => room.state && room.act(OPS.projector_show, { ...following(), follow: true });
  actions.on("scene-follow", follow);

  actions.on("scene", (button) => {
    if (!room.state) return;
    const { scene } = button.dataset;
    if (scene === "follow") {
      follow();
      return;
    }
    const ballot = scene === "ballot" ? votes.present() : null;
    if (scene === "ballot" && !ballot) toast(t("Er is nog geen stemming. Open er een met de knop Stemming."));
    else room.act(OPS.projector_show, { scene, follow: false, ...(ballot ? { ballot: ballot.id } : {}) });
  });

  actions.on("blank", () => {
    if (room.state) room.act(OPS.projector_blank, { on: expected().scene !== "blank" });
  });

  return function draw() {
    if (!room.state) return;
    const now = expected();
    const chosen = now.follow ? "follow" : now.scene;
    for (const button of scenes) press(button, button.dataset.scene === chosen);
    press(blank, now.scene === "blank");
  };
}
