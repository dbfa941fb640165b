/**
 * The day as a whole: how late it is, what would fit, and lists in the order in which they matter. Pure; the server rules.
 *
 * `fit` and `floorOf` do the same sum as kennislab/live/room/fitting.py, so that the desk can show beforehand what would come of it.
 */

const LEAST = 3;
const LEAST_BREAK = 5;
const BREAK = /pauze|lunch|koffie|break/i;
const ON_TIME = 90_000;
const OTHER_DAY = 12 * 3_600_000;
const minutesOf = (milliseconds) => Math.round(milliseconds / 60_000);
const total = (numbers) => numbers.reduce((a, b) => a + b, 0);

/** The fewest minutes that a step may get. */
export function floorOf(step) {
  return Math.min(step.minutes, step.block === "break" || BREAK.test(step.title) ? LEAST_BREAK : LEAST);
}

/** Whole minutes for each step that together take `available`, in proportion to what they had, none under its floor. */
export function fit(minutes, floors, available) {
  if (available <= total(floors) || !total(minutes)) return [...floors];
  const fixed = new Map();
  let free = [];
  let rest = 0;
  let sum = 0;
  for (;;) {
    free = minutes.map((_, i) => i).filter((i) => !fixed.has(i));
    rest = available - total([...fixed.values()]);
    sum = total(free.map((i) => minutes[i]));
    const low = free.filter((i) => sum && minutes[i] * rest < floors[i] * sum);
    if (!low.length) break;
    for (const i of low) fixed.set(i, floors[i]);
  }
  const whole = (i) => (sum ? Math.floor((minutes[i] * rest) / sum) : 0);
  const over = (i) => (sum ? (minutes[i] * rest) % sum : 0);
  const left = sum ? rest - total(free.map(whole)) : 0;
  const extra = new Set([...free].sort((a, b) => over(b) - over(a) || a - b).slice(0, left).filter((i) => minutes[i]));
  return minutes.map((_, i) => fixed.get(i) ?? whole(i) + Number(extra.has(i)));
}

export const inOrder = (state) => Object.values(state.agenda).sort((a, b) => a.position - b.position);

/** The steps after the present one. */
export function stillToCome(state) {
  const present = state.agenda[state.step.id];
  return inOrder(state).filter((step) => !present || step.position > present.position);
}

/** When the present step ends, as milliseconds: not before now. Before the first step: when the day begins, or now. */
export function presentUntil(state, now) {
  const { step } = state;
  const present = state.agenda[step.id];
  let ends = null;
  if (!present) ends = state.day?.starts_at ? Date.parse(state.day.starts_at) : now;
  else if (step.paused_at) ends = now + (step.remaining ?? 0) * 1000;
  else if (step.ends_at) ends = Date.parse(step.ends_at);
  else if (step.started_at) ends = Date.parse(step.started_at) + present.minutes * 60_000;
  return Math.max(ends ?? now, now);
}

/** How the day runs: `{minutes: later than planned (negative: earlier), endsAt, plannedEnd}` in milliseconds;
 * null when it was not planned, or is held on another day. A minute more or less is on time. */
export function lateness(state, now) {
  if (!state.day?.planned_end || state.lab.state !== "open") return null;
  const plannedEnd = Date.parse(state.day.planned_end);
  const endsAt = presentUntil(state, now) + total(stillToCome(state).map((step) => step.minutes)) * 60_000;
  const late = endsAt - plannedEnd;
  if (Math.abs(late) > OTHER_DAY) return null;
  return { minutes: Math.abs(late) < ON_TIME ? 0 : minutesOf(late), endsAt, plannedEnd };
}

/** Where each step stands against the plan: `{planned, began, ended, minutes later}`; for one that is still to come, when it would begin. */
export function shifts(state, now) {
  const found = new Map();
  let at = presentUntil(state, now);
  const coming = new Set(stillToCome(state).map((step) => step.id));
  for (const step of inOrder(state)) {
    const planned = step.planned_at ? Date.parse(step.planned_at) : null;
    const began = step.real && !coming.has(step.id) ? Date.parse(step.real.started_at) : null;
    const expected = coming.has(step.id) ? at : began;
    if (coming.has(step.id)) at += step.minutes * 60_000;
    const late = planned !== null && expected !== null ? minutesOf(expected - planned) : null;
    found.set(step.id, { planned, began, ended: began !== null && step.real.ended_at ? Date.parse(step.real.ended_at) : null, expected, late });
  }
  return found;
}

/** What `agenda.fit` would do: `{rows: [{step, was, will}], endsAt, fits}`. */
export function fitting(state, until, now) {
  const steps = stillToCome(state);
  const start = presentUntil(state, now);
  const available = Math.floor(Math.max(0, until - start) / 60_000);
  const will = fit(
    steps.map((step) => step.minutes),
    steps.map(floorOf),
    available,
  );
  const endsAt = start + total(will) * 60_000;
  return { rows: steps.map((step, i) => ({ step, was: step.minutes, will: will[i] })), endsAt, fits: endsAt <= until + 59_999 };
}

/** Questions that a speaker may answer: of this step (or of all), most wanted first, then oldest; answered and parked ones last. */
export function questionsOf(state, { step = null, open = false } = {}) {
  const asked = Object.values(state.contributions).filter((one) => one.kind === "question" && one.status === "visible" && (!step || one.step === step));
  const wanted = open ? asked.filter((one) => !one.answered) : asked;
  return wanted.sort((a, b) => Number(Boolean(a.answered)) - Number(Boolean(b.answered)) || (b.support ?? 0) - (a.support ?? 0) || (a.at < b.at ? -1 : 1));
}

/** Whether people ask a speaker now. */
export function asking(state) {
  const step = state.agenda[state.step.id];
  return Boolean(step) && (step.block === "inspiration" || Boolean(step.speaker)) && state.lab.state === "open";
}

/** Last time's things with those of my municipality first. */
export function mineFirst(items, municipality) {
  return [...items].sort((a, b) => Number(b.municipality === municipality && municipality !== null) - Number(a.municipality === municipality && municipality !== null));
}

/** What somebody may do with a plan; the journal's word with what is under way over it. */
export function joined(state, entries, type, plan) {
  const entry = entries.findLast((one) => one.op.type === type && one.op.plan === plan && one.state !== "refused");
  return entry ? entry.op.how : (state.me.plans?.[plan] ?? null);
}
