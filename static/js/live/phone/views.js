import { stepsOf } from "../status.js";
import { turnBallot, turnOf, turnResult, turnViews } from "./turn.js";

/**
 * Which parts of the phone are open now. Pure.
 *
 * Almost always one; two only when somebody is in the middle of a sentence (`draft`: the half-typed text with the step it belongs to) and the
 * room goes on: then the sentence stays where it is, beside what is asked next.
 */
export function viewsOf(state, draft = null) {
  const writing = Boolean(draft?.text.trim());
  if (state.lab.state === "closed") return writing ? ["closed", "write"] : ["closed"];
  const on = turnOf(state);
  if (on) return turnViews(on, state, writing);
  const step = state.agenda[state.step.id];
  const open = openBallot(state);
  const views = [];
  if (open) views.push("vote");
  else if (!step) views.push("wait");
  else if (shownResult(state)) views.push("result");
  if (step?.input === "text" && state.step.round_open && !open) views.push("write");
  else if (writing) views.push("write");
  return views.length ? views : ["listen"];
}

/** The vote that runs now for me; of several, the last that was opened. In a run of a method: the one of my turn. */
export function openBallot(state) {
  const on = turnOf(state);
  if (on) return turnBallot(on, state);
  return Object.values(state.ballots).findLast((ballot) => ballot.state === "open") ?? null;
}

/** The result to show: the one the room looks at, or the last in a step that is for voting. */
export function shownResult(state) {
  const on = turnOf(state);
  if (on) return turnResult(on, state);
  const looked = state.ballots[state.projector.ballot];
  if (looked?.state === "closed") return looked;
  if (state.agenda[state.step.id]?.input !== "vote") return null;
  return Object.values(state.ballots).findLast((ballot) => ballot.state === "closed") ?? null;
}

/** What may be written in a step; an empty list of the step means everything that people say. */
export function kindsOf(step) {
  if (!step) return [];
  return step.kinds.length ? step.kinds : ["question", "bottleneck", "solution", "insight", "lesson", "linking_opportunity", "advice"];
}

/** "Stap 4 van 9" as numbers. */
export function placeOf(state) {
  const steps = stepsOf(state);
  return { number: steps.findIndex((step) => step.id === state.step.id) + 1, total: steps.length };
}
