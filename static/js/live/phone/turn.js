import { t } from "../../text.js";
import { readsAsAdvice } from "../advice.js";
import { both, peopleText, whoSpeaks } from "../runs.js";

/**
 * What a method asks of this phone now. Pure. The server decided (`me.turn`), here it only gets words and a place on the page.
 *
 * "On": `{turn, run, slot}`, the run that is on for me with the position it is at; null when the agenda decides.
 */

export function turnOf(state) {
  const turn = state.me?.turn;
  const run = turn ? state.runs?.[turn.run] : null;
  return run?.state === "running" ? { turn, run, slot: run.slot } : null;
}

/** The vote of this turn that is open, else one that the facilitator opened for everybody meanwhile, or null. */
export function turnBallot(on, state) {
  const ballot = on.turn.vote ? state.ballots[on.turn.vote] : null;
  if (ballot?.state === "open") return ballot;
  return Object.values(state.ballots).findLast((one) => one.state === "open" && !one.run) ?? null;
}

/** The result to look at now: of the vote that was held in this step or in the one before, which its people see. */
export function turnResult({ run }, state) {
  const held = new Set([run.step, run.step - 1].map((index) => run.steps[index]?.title.nl));
  const closed = Object.values(state.ballots).filter((ballot) => ballot.run === run.id && ballot.state === "closed" && ballot.result && held.has(ballot.title));
  return closed.at(-1) ?? null;
}

/** Whether cards go round in this step: each scores the one in hand, and not the rest. */
const cardsGoRound = (slot) => slot.input === "rating_1_5";

/** What may be written now. While a vote is open its choice is made there, not typed; a choice with a reason asks for the reason itself. */
export function writesNow(on, state) {
  const { write } = on.turn;
  if (!on.turn.vote || state.ballots[on.turn.vote]?.state !== "open") return write;
  return on.slot.input === "choice_with_reason" ? [] : write.filter((kind) => kind !== "choice");
}

/** Which parts of the phone are open in a run; `writing`: somebody is in the middle of a sentence, which stays. */
export function turnViews(on, state, writing) {
  const { turn } = on;
  const views = [];
  if (turn.card) views.push("score");
  else if (turn.mark) views.push("sort");
  else if (turnBallot(on, state) && !cardsGoRound(on.slot)) views.push("vote");
  const may = writesNow(on, state).length > 0;
  if (may || writing) views.push("write");
  if (!may && !views.some((name) => name !== "write")) views.unshift("listen");
  if (!views.includes("vote") && !views.includes("score") && turnResult(on, state)) views.push("result");
  return views;
}

const HELPERS = new Set(["consultant", "participant", "discussion_leader", "note_taker", "timekeeper", "table_host"]);

/** Whether it is this role's word. `consultant` is everybody who helps with somebody else's case. */
export function mayTalk(role, slot) {
  return slot.speaking === "participant" || slot.speaking === role || (slot.speaking === "consultant" && HELPERS.has(role));
}

/** What the server can say why there is nothing to do, besides what follows from the role. */
const nothingToChoose = () => t("Er is nu niets om uit te kiezen. Ga door naar de volgende stap.");

/** The sign for who has nothing to do on the phone: what to do instead, and who speaks. */
export function listenText({ turn, run, slot }) {
  const { speaking } = whoSpeaks(slot);
  if (run.lacks_case && slot.speaking === "case_owner") return { title: t("Wie brengt een casus in?"), text: t("Deze stap is voor wie een casus inbrengt, en dat is nog niemand."), who: "", silent: false };
  if (turn.listening) return { title: t("Je luistert nu."), text: t("In een volgende stap ben jij weer aan de beurt."), who: speaking, silent: true };
  if (cardsGoRound(slot)) return { title: t("Je hebt nu geen kaart."), text: t("Er zijn meer mensen dan kaarten. In de volgende ronde krijg je er een."), who: "", silent: false };
  if (turn.why === "Er is nu niets om uit te kiezen. Ga door naar de volgende stap.") return { title: t("Nu even niets."), text: nothingToChoose(), who: "", silent: false };
  if (slot.speaking === "participant") return { title: t("Praat met elkaar."), text: t("In deze stap gebeurt het hardop. Je telefoon heb je nu niet nodig."), who: "", silent: false };
  if (mayTalk(turn.role, slot)) return { title: t("Jij bent aan het woord."), text: t("Vertel het hardop. Je telefoon heb je nu niet nodig."), who: "", silent: false };
  return { title: t("Nu is een ander aan het woord."), text: t("Luister, en steek je hand op als je iets wilt zeggen."), who: speaking, silent: false };
}

/** Roles of whoever it is about: they need not read that it is their turn. */
const HOSTS = new Set(["question_owner", "presenter"]);
const OWN = new Set(["case_owner", "client", "example_giver", "question_owner", "presenter"]);

/**
 * Where to be: `{title, people, focus}` or null when everybody stays together. `go`: it is a station to walk to.
 * `place(code)`: name of a municipality.
 */
export function whereText({ turn, slot }, place) {
  const people = turn.with?.length ? t("Samen met %(people)s", { people: peopleText(turn.with, place) }) : "";
  const focus = turn.focus_name && !OWN.has(turn.role) ? t("Aan de beurt: %(name)s", { name: turn.focus_name }) : "";
  if (turn.station && HOSTS.has(turn.role)) return { go: false, title: t("Je blijft bij station %(station)s", { station: turn.station }), people, focus };
  if (turn.station) {
    const title = turn.station_name ? t("Ga naar station %(station)s · %(name)s", { station: turn.station, name: turn.station_name }) : t("Ga naar station %(station)s", { station: turn.station });
    return { go: true, title, people, focus: turn.focus_name === turn.station_name ? "" : focus };
  }
  if (slot.mode === "individual") return null;
  if (turn.table) return { go: false, title: t("Tafel %(table)s", { table: turn.table }), people, focus };
  return focus || people ? { go: false, title: "", people, focus } : null;
}

/**
 * The part of the phone for cases: `{show, ask, text}`. `ask`: what it is opened for (a step in which cases are brought in, or a run that
 * has none), null when nobody is asked. `cases`: those that I may know.
 */
export function casesNow(on, cases, grouped) {
  if (!on) return { show: grouped || cases.length > 0, ask: null, text: "" };
  const { run, slot, turn } = on;
  const waiting = cases.some((one) => one.state === "pitched");
  if (run.lacks_case) {
    const first = run.case ? t("Wie de casus inbracht, is er niet meer. Heb jij er een? Breng hem hieronder in.") : t("Nog niemand brengt een casus in. Heb jij er een? Breng hem hieronder in, dan kan het gesprek beginnen.");
    const chosen = turn.leads ? t("Kies welke casus jullie bespreken, dan kan het gesprek beginnen.") : t("Wie je groep leidt, kiest een casus. Dan kan het gesprek beginnen.");
    return { show: true, ask: `${run.id}:case`, text: waiting ? chosen : first };
  }
  return { show: Boolean(slot.cases || (cases.length && (!run.case || turn.leads))), ask: slot.cases ? `${run.id}:${run.step}` : null, text: "" };
}

/** Whether questions are asked now and advice has to wait. */
export function onlyQuestions(kinds) {
  return kinds.includes("question") && !kinds.includes("advice") && !kinds.includes("solution");
}

/** The hint under a question that reads as advice; "" otherwise. It never stops anybody. */
export function adviceHint(kinds, kind, text) {
  return kind === "question" && onlyQuestions(kinds) && readsAsAdvice(text) ? t("Dit lijkt op een advies. Kun je er een vraag van maken?") : "";
}

/** My first text of this kind in this unit of this run, which I may still change: where each sends one. */
export function firstOf(cards, run, kind) {
  const unit = `${run.step}/${run.unit}/`;
  const mine = [...cards].filter((card) => card.mine && card.kind === kind && card.run === run.id && (card.position ?? "").startsWith(unit) && card.status !== "rejected");
  return mine.sort((a, b) => (a.at < b.at ? -1 : 1))[0] ?? null;
}

/** The questions to sort, with what is not sorted yet first in line: `{cards, done, next}`. */
export function sorting(cards, run, wanted = null) {
  const questions = [...cards].filter((card) => card.kind === "question" && card.run === run.id && card.status === "visible" && !card.isNew && (!wanted || wanted.has(card.id)));
  const list = questions.sort((a, b) => (a.at < b.at ? -1 : 1));
  return { cards: list, done: list.filter((card) => card.warmth).length, next: list.find((card) => !card.warmth)?.id ?? null };
}

/** The cells of a matrix by row, in the order in which the rows came: `[{row, cells: {column: [text]}}]`. */
export function matrixRows(cards, run, columns) {
  const known = new Set(columns.map((column) => column.id));
  const rows = new Map();
  for (const card of [...cards].sort((a, b) => (a.at < b.at ? -1 : 1))) {
    if (card.run !== run.id || !card.cell || !known.has(card.cell.column) || card.status === "rejected") continue;
    const name = card.cell.row.trim();
    const key = name.toLocaleLowerCase("nl");
    if (!rows.has(key)) rows.set(key, { row: name, cells: {} });
    const { cells } = rows.get(key);
    cells[card.cell.column] = [...(cells[card.cell.column] ?? []), card.text];
  }
  return [...rows.values()];
}

/** What the whole turn says to who listens to the page instead of looking: one sentence per step. */
export function spokenTurn(on, place) {
  const where = whereText(on, place);
  const parts = [t("Nieuwe stap: %(title)s. %(instruction)s", { title: both(on.slot.title), instruction: both(on.slot.instruction) })];
  if (where?.title) parts.push(`${where.title}.`);
  if (!on.turn.write.length && !on.turn.vote && !on.turn.mark) parts.push(listenText(on).title);
  return parts.join(" ");
}
