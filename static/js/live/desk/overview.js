import { timeLeft } from "../clock.js";
import { both, countOf, progressOf, roundText, runsByGroup, secondsOver } from "../runs.js";

/**
 * All groups at a glance. Pure: state and the server's time in, one line per group out. Whose hand is up and who is late stand out, but the
 * order of the groups stays, so that nothing moves under the finger.
 */

const QUIET = 4;

/** One line: `{id, name, people, hands, leader, message, run, method, place, title, round, left, over, sent, writers, quiet}`; without a run those are null. */
export function lineOf(group, run, now, progress = progressOf(null, run)) {
  const line = { id: group.id, name: group.name, people: group.people ?? 0, hands: group.hands ?? 0, leader: group.leader ?? null, leaderName: group.leader_name ?? "", message: group.message?.text ?? "", run: run?.id ?? null };
  if (!run) return { ...line, method: "", number: 0, steps: 0, title: "", round: "", left: timeLeft(null, now), over: 0, sent: 0, writers: 0, quiet: 0, hidden: 0, paused: false, lacking: false };
  const since = Math.max(Date.parse(progress.last_at ?? 0) || 0, Date.parse(run.started_at ?? 0) || 0);
  const quiet = run.slot.input === "none" || !since ? 0 : Math.floor((now - since) / 60_000);
  return {
    ...line,
    method: both(run.method.name),
    number: countOf(run).number,
    steps: countOf(run).total,
    title: both(run.slot.title),
    round: roundText(run),
    left: timeLeft(run, now),
    over: secondsOver(run, now),
    sent: progress.sent,
    writers: progress.people,
    quiet: quiet >= QUIET ? quiet : 0,
    hidden: progress.hidden,
    paused: Boolean(run.paused_at),
    lacking: Boolean(run.lacks_case),
  };
}

/** The lines of all groups, in the order of their names (groups 2 and 10 as people count). */
export function overview(state, now) {
  const runs = runsByGroup(state);
  const groups = Object.values(state.groups).sort((a, b) => a.name.localeCompare(b.name, "nl", { numeric: true }));
  return groups.map((group) => {
    const run = runs.get(group.id) ?? state.runs?.[group.run] ?? null;
    return lineOf(group, run, now, progressOf(state, run));
  });
}

/** How close the cards stand: "wide" for a few groups, "dense" for many. */
export function density(count) {
  return count <= 6 ? "wide" : count <= 12 ? "close" : "dense";
}

/** Methods that fit: all words found in name, family, summary or when; for so many people; within so many minutes (empty: any). */
export function methodsFor(methods, { words = "", people = null, minutes = null } = {}) {
  const plain = (text) => text.toLocaleLowerCase("nl").normalize("NFD").replace(/\p{M}/gu, "");
  const wanted = plain(words).split(/\s+/).filter(Boolean);
  return methods.filter((one) => {
    const text = plain([one.name, one.family, one.summary, one.use_when].join(" "));
    if (!wanted.every((word) => text.includes(word))) return false;
    if (people && (people < one.people.min || people > one.people.max)) return false;
    return !minutes || minutes >= one.minutes.min;
  });
}

/** People by group for the view in which they are moved: `[{id, name, people}]`, who is in none first (id ""). */
export function seatsOf(state) {
  const people = Object.values(state.people).sort((a, b) => (a.name ?? "").localeCompare(b.name ?? "", "nl"));
  const groups = Object.values(state.groups).sort((a, b) => a.name.localeCompare(b.name, "nl", { numeric: true }));
  const none = { id: "", name: "", people: people.filter((one) => !one.group || !state.groups[one.group]) };
  return [none, ...groups.map((group) => ({ id: group.id, name: group.name, people: people.filter((one) => one.group === group.id) }))];
}

/** Who came in while this desk was open, newest first, for so many minutes: `{person, group}`. `seen`: id → when (0: was here already). */
export function lateComers(state, seen, now, minutes = 15) {
  const late = Object.values(state.people).filter((one) => seen.get(one.id) > 0 && now - seen.get(one.id) < minutes * 60_000);
  return late.sort((a, b) => seen.get(b.id) - seen.get(a.id)).map((person) => ({ person, group: state.groups[person.group]?.name ?? "" }));
}

/** Where Alt with an arrow brings somebody: the column beside, round the ends. */
export function besides(columns, id, by) {
  const at = columns.findIndex((column) => column.id === id);
  return columns[(at + by + columns.length) % columns.length] ?? null;
}
