/**
 * Where somebody is in the day, as a word that is another one at every step and position, the same as the server makes (`place_of`).
 * A ready signal carries it: one given here does not count any more when the room is elsewhere.
 */

/** The run that counts for somebody of this group: its own, else the one of everybody. */
export function runOf(state, group) {
  const runs = Object.values(state.runs ?? {}).filter((run) => run.state === "running");
  return runs.find((run) => run.group !== null && run.group === group) ?? runs.find((run) => run.group === null) ?? null;
}

export function placeOf(state, group) {
  const run = runOf(state, group);
  return run ? `${run.id}/${run.rev}` : `s${state.step.rev}`;
}

/** Whether this person (of `people`, or `me`) is ready with what is asked now. */
export const isReady = (state, person) => Boolean(person.ready) && person.ready === placeOf(state, person.group);

/** Whether *ready* makes sense now for this group: something is written, by each for themselves. */
export function writing(state, group) {
  if (state.lab.state !== "open") return false;
  const run = runOf(state, group);
  if (run) return ["text", "multi_text", "matrix"].includes(run.slot?.input);
  return state.agenda[state.step.id]?.input === "text" && state.step.round_open;
}

/** The moment (ms) since which something is asked of this group: writing or voting; null when nothing is. */
export function askedSince(state, group) {
  if (state.lab.state !== "open") return null;
  const run = runOf(state, group);
  if (run) return run.slot && run.slot.input !== "none" ? Date.parse(run.started_at) : null;
  const step = state.agenda[state.step.id];
  const vote = Object.values(state.ballots).some((ballot) => ballot.state === "open");
  if (!state.step.started_at || (!vote && (step?.input !== "text" || !state.step.round_open))) return null;
  return Date.parse(state.step.started_at);
}

/** What is known of who is here after another message of presence: a whole one replaces, another one only names who changed. */
export function merged(before, told) {
  if (told.who === undefined) return { ...before, ...told };
  const who = told.who === null ? null : told.whole ? told.who : { ...before?.who, ...told.who };
  return { ...told, who };
}
