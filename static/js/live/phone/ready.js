import { t } from "../../text.js";
import { press, setText, show } from "../page.js";
import { OPS } from "../protocol.js";
import { isReady, placeOf, writing } from "../ready.js";

/** "Ik ben klaar", where something is written: who leads sees how many are. Over by itself at the next step. Hooks: templates/live/_phone_ready.html. */
export function connectReady({ room, role, signal }) {
  const button = role("ready");
  const up = (state) => {
    const entry = room.outbox.entries.findLast((one) => one.op.type === OPS.ready_set && one.state !== "refused" && one.op.at === placeOf(state, state.me.group));
    return entry ? entry.op.up : isReady(state, state.me);
  };
  button?.addEventListener("click", () => room.act(OPS.ready_set, { up: !up(room.state), at: placeOf(room.state, room.state.me.group) }), { signal });

  return function draw() {
    const { state } = room;
    if (!state || !button) return;
    const on = up(state);
    show(button, writing(state, state.me.group));
    press(button, on);
    setText(role("ready-text"), on ? t("Je bent klaar") : t("Ik ben klaar"));
  };
}
