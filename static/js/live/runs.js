import { locale, t } from "../text.js";

/**
 * What a run of a method says in words, the same on phone, desk and projector. Pure. A run is `runs[id]` of the state: the server worked out
 * who may what and who sits where, the pages only show it. Positions count from 0, what people read counts from 1.
 */

/** The text of this page's language: `both({nl, en})`. */
export function both(text) {
  return text ? text[locale()] || text.nl || "" : "";
}

const joined = (names) => new Intl.ListFormat(locale(), { type: "conjunction" }).format(names);

const NAMES = {
  discussion_leader: () => t("gespreksleider"),
  case_owner: () => t("casusinbrenger"),
  consultant: () => t("adviseur"),
  note_taker: () => t("notulist"),
  timekeeper: () => t("tijdbewaker"),
  participant: () => t("deelnemer"),
  observer: () => t("observator"),
  presenter: () => t("presentator"),
  coach: () => t("coach"),
  client: () => t("klant"),
  example_giver: () => t("voorbeeldgever"),
  question_owner: () => t("vraageigenaar"),
  table_host: () => t("procesbegeleider"),
};

/** Everybody who has a role, as a group: what stands behind "Aan het woord". */
const GROUPS = { participant: () => t("iedereen"), consultant: () => t("adviseurs"), question_owner: () => t("vraageigenaren"), presenter: () => t("presentatoren") };

const YOU = {
  discussion_leader: () => [t("Jij bent gespreksleider"), t("Je bewaakt de stappen en zorgt dat iedereen aan het woord komt.")],
  case_owner: () => [t("Jij bent casusinbrenger"), t("Het gaat nu om jouw vraag. De anderen helpen je verder.")],
  consultant: () => [t("Jij bent adviseur"), t("Je denkt mee met wie de casus inbrengt: eerst vragen, dan pas adviseren.")],
  note_taker: () => [t("Jij bent notulist"), t("Je legt vast wat er gezegd wordt, ook namens anderen.")],
  timekeeper: () => [t("Jij bent tijdbewaker"), t("Je houdt de tijd in de gaten en zegt het als die bijna om is.")],
  observer: () => [t("Jij bent observator"), t("Je kijkt en luistert. Straks vertel je wat je zag.")],
  presenter: () => [t("Jij bent presentator"), t("Je vertelt bij jouw station. De anderen komen bij je langs.")],
  coach: () => [t("Jij bent coach"), t("Je stelt vragen en geeft geen advies.")],
  client: () => [t("Jij bent klant"), t("Het gaat nu om jouw vraag. De anderen helpen je.")],
  example_giver: () => [t("Jij bent voorbeeldgever"), t("Het gesprek gaat over jouw voorbeeld.")],
  question_owner: () => [t("Jij bent vraageigenaar"), t("Je blijft bij jouw vraag. De anderen komen bij je langs.")],
  table_host: () => [t("Jij bent procesbegeleider"), t("Je helpt je tafel om iedereen te horen en de tijd te halen.")],
};

export const ROLES = Object.freeze(Object.keys(NAMES));

export function roleName(role) {
  return NAMES[role]?.() ?? "";
}

const groupName = (role) => (GROUPS[role] ?? NAMES[role])?.() ?? "";

/** "Jij bent coach" and what that means in a line; null for who simply takes part. */
export function yourRole(role) {
  return YOU[role]?.() ?? null;
}

/** "Aan het woord: adviseurs", "Luistert nu: casusinbrenger"; the second is empty when nobody has to be silent. */
export function whoSpeaks(slot) {
  const silent = (slot.silent ?? []).map(groupName).filter(Boolean);
  return {
    speaking: slot.mode === "individual" ? t("Ieder voor zich, in stilte") : t("Aan het woord: %(who)s", { who: groupName(slot.speaking) }),
    silent: silent.length ? t("Luistert nu: %(who)s", { who: joined(silent) }) : "",
  };
}

/** "Ronde 2 van 3"; empty for a step that is done once. */
export function roundText(run) {
  return run.units > 1 ? t("Ronde %(number)s van %(total)s", { number: run.unit + 1, total: run.units }) : "";
}

/** The steps that are done in this run (those that are passed over are left out), each with its place in the method. */
export function stepsOfRun(run) {
  return run.steps.map((step, position) => ({ ...step, position })).filter((step) => !step.skipped || step.position === run.step);
}

/** Which step of how many: `{number, total}`. */
export function countOf(run) {
  const steps = stepsOfRun(run);
  return { number: steps.findIndex((step) => step.position === run.step) + 1, total: steps.length };
}

/** "Stap 4 van 9 · Vragenronde". */
export function stepText(run) {
  return t("Stap %(number)s van %(total)s · %(title)s", { ...countOf(run), title: both(run.steps[run.step]?.title) });
}

/** What comes after this position, in words; null at the end. */
export function nextText(run) {
  const { next } = run;
  if (!next) return null;
  const title = both(next.title);
  if (next.step === run.step && next.unit !== run.unit && next.unit !== undefined) return t("Ronde %(number)s: %(title)s", { number: next.unit + 1, title });
  return title;
}

/** Where a text is begun: "step/unit/part". */
export function positionOf(run) {
  return `${run.step}/${run.unit}/${run.part}`;
}

/** The run's clock in the form that `timeLeft` and `showTimer` read. */
export function clockOf(run) {
  return run && run.state === "running" ? run : null;
}

/** Seconds past the end; 0 as long as there is time, or no clock. */
export function secondsOver(run, now) {
  if (!run?.ends_at || run.paused_at || run.state !== "running") return 0;
  return Math.max(0, Math.floor((now - Date.parse(run.ends_at)) / 1000));
}

/** How a run goes at this position: `{sent, people, last_at, hidden}`; zeros for who may not know. Apart, because it changes with every text. */
export function progressOf(state, run) {
  return state?.progress?.[run?.id] ?? { sent: 0, people: 0, last_at: null, hidden: 0 };
}

/** The run of the whole room, when there is one. */
export function plenaryRun(state) {
  return Object.values(state.runs ?? {}).find((run) => run.group === null && run.state === "running") ?? null;
}

/** The run of a group that is on, by group id. */
export function runsByGroup(state) {
  return new Map(Object.values(state.runs ?? {}).filter((run) => run.state === "running" && run.group !== null).map((run) => [run.group, run]));
}

/** People as a line: "Fatima (Tilburg), Jan (Emmen) en Bo". `place(code)`: the name of a municipality. */
export function peopleText(people, place) {
  return joined(
    people.map((one) => {
      const city = place(one.municipality);
      return city ? t("%(name)s (%(place)s)", { name: one.name || t("zonder naam"), place: city }) : one.name || t("zonder naam");
    }),
  );
}
