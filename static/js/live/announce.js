import { t } from "../text.js";
import { setText } from "./page.js";
import { EVENTS } from "./protocol.js";

/** Says what matters to everybody, politely and seldom: a new step, a vote that opens, a result. Never a card and never a second. */
export function announcing(room, region) {
  const sentence = (event, state) => {
    if (event.type === EVENTS.step_changed) {
      const step = state.agenda[state.step.id];
      return step ? t("Nieuwe stap: %(title)s. %(instruction)s", { title: step.title, instruction: step.instruction }) : null;
    }
    if (event.type === EVENTS.lab_closed) return t("Dit Kennislab is gesloten.");
    const ballot = Object.keys(event.set?.ballots ?? {}).map((id) => state.ballots[id])[0];
    if (ballot && event.type === EVENTS.ballot_opened) return t("De stemming is open: %(title)s", { title: ballot.title });
    if (ballot && event.type === EVENTS.ballot_closed) return t("De uitslag is er: %(title)s", { title: ballot.title });
    return null;
  };
  return room.on("events", (events) => {
    const said = events.map((event) => sentence(event, room.state)).filter(Boolean);
    if (said.length) setText(region, said.at(-1));
  });
}
