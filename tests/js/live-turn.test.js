import assert from "node:assert/strict";
import { test } from "node:test";
import { fate } from "../../static/js/live/overlay.js";
import { adviceHint, casesNow, firstOf, listenText, matrixRows, sorting, turnOf, whereText } from "../../static/js/live/phone/turn.js";
import { openBallot, shownResult, viewsOf } from "../../static/js/live/phone/views.js";
import { countOf, nextText, peopleText, roundText, secondsOver, stepText, whoSpeaks } from "../../static/js/live/runs.js";

const both = (nl) => ({ nl, en: `${nl} (en)` });
const slot = (more = {}) => ({ title: both("Vragenronde"), instruction: both("Stel vragen."), mode: "plenary", input: "multi_text", kinds: ["question", "fact"], speaking: "consultant", silent: [], hidden: false, columns: [], ...more });
const steps = ["Casussen", "Keuze", "Vragenronde", "Advies"].map((title, i) => ({ id: `s${i}`, title: both(title), minutes: 10, units: 1, skipped: i === 1 }));
const run = (more = {}) => ({ id: "r", group: "g", state: "running", method: { key: "m", name: both("Methode") }, steps, rev: 3, step: 2, unit: 0, part: 0, units: 1, slot: slot(), next: { step: 3, unit: 0, part: 0, title: both("Advies") }, ...more });
const turn = (more = {}) => ({ run: "r", role: "consultant", table: null, station: null, with: [], listening: false, leads: false, write: [], once: [], vote: null, mark: false, card: null, focus_name: null, why: null, ...more });
const room = (mine = {}, its = {}, more = {}) => ({
  lab: { state: "open" },
  agenda: { 1: { id: "1", position: 0, input: "text", kinds: [] } },
  step: { id: "1", round_open: true, revealed: true },
  projector: { scene: "step", ballot: null },
  ballots: {},
  contributions: {},
  runs: { r: run(its) },
  me: { turn: turn(mine), contributions: [] },
  ...more,
});
const names = { GM1: "Tilburg" };
const place = (code) => names[code] ?? "";

test("a method decides what the phone asks, not the agenda", () => {
  assert.deepEqual(viewsOf(room()), ["listen"]);
  assert.deepEqual(viewsOf(room({ write: ["question"] })), ["write"]);
  assert.deepEqual(viewsOf(room({ mark: true })), ["sort"]);
  assert.deepEqual(viewsOf(room({}, { state: "ended" })), ["write"]);
  assert.equal(turnOf(room({ run: "other" })), null);
  const ballots = { b: { id: "b", state: "open", run: "r" } };
  assert.deepEqual(viewsOf(room({ vote: "b" }, {}, { ballots })), ["vote"]);
  assert.deepEqual(viewsOf(room({ vote: "b", card: "c" }, { slot: slot({ input: "rating_1_5" }) }, { ballots })), ["score"]);
  assert.deepEqual(viewsOf(room({ vote: "b" }, { slot: slot({ input: "rating_1_5" }) }, { ballots })), ["listen"], "no card in hand: nothing to score");
});

test("while a vote is open its choice is made there, not typed", () => {
  const ballots = { b: { id: "b", state: "open", run: "r" } };
  assert.deepEqual(viewsOf(room({ vote: "b", write: ["choice"] }, { slot: slot({ input: "vote" }) }, { ballots })), ["vote"]);
  assert.deepEqual(viewsOf(room({ vote: "b", write: ["question", "choice"] }, { slot: slot({ input: "vote" }) }, { ballots })), ["vote", "write"]);
  assert.deepEqual(viewsOf(room({ vote: "b", write: ["choice", "insight"] }, { slot: slot({ input: "choice_with_reason" }) }, { ballots })), ["vote"]);
  assert.deepEqual(viewsOf(room({ vote: null, write: ["choice"] }, { slot: slot({ input: "vote" }) })), ["write"]);
});

test("half a sentence stays, also for who listens now", () => {
  assert.deepEqual(viewsOf(room({ listening: true }), { text: "Halve zin" }), ["listen", "write"]);
});

test("a vote for everybody reaches a group that is at work; another group's does not", () => {
  const ballots = { other: { id: "other", state: "open", run: "x" }, all: { id: "all", state: "open", run: null } };
  assert.equal(openBallot(room({}, {}, { ballots })).id, "all");
  assert.equal(openBallot(room({}, {}, { ballots: { other: ballots.other } })), null);
});

test("a result is looked at in its own step and in the next, not longer", () => {
  const ballots = { b: { id: "b", state: "closed", run: "r", title: "Keuze", result: { a: 2 } } };
  assert.equal(shownResult(room({}, {}, { ballots })).id, "b");
  assert.deepEqual(viewsOf(room({ write: ["question"] }, {}, { ballots })), ["write", "result"]);
  assert.equal(shownResult(room({}, { step: 3 }, { ballots })), null);
});

test("who has nothing to do on the phone reads why", () => {
  const text = (mine, more) => listenText(turnOf(room(mine, { slot: slot(more) }))).title;
  assert.equal(text({ listening: true, role: "case_owner" }, { silent: ["case_owner"] }), "Je luistert nu.");
  assert.equal(text({ role: "case_owner" }, { input: "none", speaking: "case_owner" }), "Jij bent aan het woord.");
  assert.equal(text({ role: "note_taker" }, { input: "none", speaking: "consultant" }), "Jij bent aan het woord.");
  assert.equal(text({ role: "case_owner" }, { input: "none", speaking: "consultant" }), "Nu is een ander aan het woord.");
  assert.equal(text({}, { input: "none", speaking: "participant" }), "Praat met elkaar.");
  assert.equal(text({}, { input: "rating_1_5" }), "Je hebt nu geen kaart.");
});

test("where to be: a table, a station to walk to, or one's own station", () => {
  const where = (mine, more) => whereText(turnOf(room(mine, { slot: slot(more) })), place);
  assert.equal(where({}, {}), null);
  assert.equal(where({ table: "2" }, { mode: "individual" }), null);
  const table = where({ table: "2", with: [{ name: "Bo", municipality: "GM1" }, { name: null, municipality: null }], focus_name: "Bo" }, { mode: "trios" });
  assert.deepEqual(table, { go: false, title: "Tafel 2", people: "Samen met Bo (Tilburg) en zonder naam", focus: "Aan de beurt: Bo" });
  assert.deepEqual([where({ station: "3", table: "3" }, {}).title, where({ station: "3", table: "3" }, {}).go], ["Ga naar station 3", true]);
  const host = where({ station: "3", station_name: "Fatima", focus_name: "Fatima" }, {});
  assert.deepEqual([host.title, host.focus], ["Ga naar station 3 · Fatima", ""]);
  assert.equal(where({ station: "3", role: "presenter", station_name: "ik" }, {}).title, "Je blijft bij station 3");
  assert.deepEqual([where({ station: "3", role: "presenter", focus_name: "ik" }, {}).title, where({ station: "3", role: "presenter", focus_name: "ik" }, {}).focus], ["Je blijft bij station 3", ""]);
});

test("a method about a case that nobody brings asks for one, and says who chooses", () => {
  const at = (its = {}, mine = {}) => turnOf(room(mine, its));
  const pitched = [{ id: "c", state: "pitched" }];
  assert.deepEqual(casesNow(null, [], false), { show: false, ask: null, text: "" });
  assert.deepEqual(casesNow(at(), [], true), { show: false, ask: null, text: "" });
  assert.deepEqual(casesNow(at({ slot: slot({ cases: true }) }), [], true), { show: true, ask: "r:2", text: "" });
  const nobody = casesNow(at({ lacks_case: true }), [], true);
  assert.deepEqual(nobody, { show: true, ask: "r:case", text: "Nog niemand brengt een casus in. Heb jij er een? Breng hem hieronder in, dan kan het gesprek beginnen." });
  assert.equal(casesNow(at({ lacks_case: true, step: 3 }), [], true).ask, "r:case", "a next step does not open it again");
  assert.match(casesNow(at({ lacks_case: true, case: { id: "x" } }), [], true).text, /is er niet meer/);
  assert.match(casesNow(at({ lacks_case: true }), pitched, true).text, /^Wie je groep leidt/);
  assert.match(casesNow(at({ lacks_case: true }, { leads: true }), pitched, true).text, /^Kies welke/);
  assert.equal(casesNow(at({ case: { id: "c" } }), pitched, true).show, false);
  assert.equal(listenText(at({ lacks_case: true, slot: slot({ speaking: "case_owner" }) })).title, "Wie brengt een casus in?");
});

test("advice in a question round gets a hint, and only there", () => {
  assert.notEqual(adviceHint(["question", "fact"], "question", "Ik zou gewoon bellen."), "");
  assert.equal(adviceHint(["question", "fact"], "fact", "Ik zou gewoon bellen."), "");
  assert.equal(adviceHint(["question", "advice"], "question", "Ik zou gewoon bellen."), "");
  assert.equal(adviceHint(["question"], "question", "Wie belde er?"), "");
});

const card = (id, more = {}) => ({ id, kind: "question", run: "r", position: "2/0/0", status: "visible", text: id, at: id, warmth: null, mine: true, isNew: false, cell: null, ...more });

test("the first of a kind in this round is the one to change", () => {
  const cards = [card("b"), card("a"), card("0", { position: "2/1/0" }), card("1", { kind: "fact" }), card("2", { mine: false }), card("3", { run: "x" })];
  assert.equal(firstOf(cards, run(), "question").id, "a");
  assert.equal(firstOf(cards, run({ unit: 1 }), "question").id, "0");
  assert.equal(firstOf(cards, run(), "advice"), null);
});

test("questions to sort: those of this run, in the order they came", () => {
  const { cards, done, next } = sorting([card("b"), card("a", { warmth: "warm" }), card("c", { run: "x" }), card("d", { kind: "fact" }), card("e", { status: "hidden" })], run());
  assert.deepEqual([cards.map((one) => one.id), done, next], [["a", "b"], 1, "b"]);
});

test("a matrix puts the same name in one row, however it is written", () => {
  const columns = [{ id: "who" }, { id: "value" }, { id: "norm" }];
  const cell = (id, row, column) => card(id, { cell: { row, column } });
  const rows = matrixRows([cell("2", "bewoners ", "norm"), cell("1", "Bewoners", "value"), cell("3", "Wethouder", "value"), cell("4", "Wethouder", "value"), cell("5", "X", "gone"), card("6")], run(), columns);
  assert.deepEqual(rows, [
    { row: "Bewoners", cells: { value: ["1"], norm: ["2"] } },
    { row: "Wethouder", cells: { value: ["3", "4"] } },
  ]);
});

test("what is written apart says so until it is shown", () => {
  const state = room({}, { slot: slot({ hidden: true }) });
  assert.equal(fate({ ...card("a"), entry: null }, state, false), "unrevealed");
  assert.equal(fate({ ...card("a", { position: "1/0/0" }), entry: null }, state, false), "placed");
  assert.equal(fate({ ...card("a"), entry: null }, room(), false), "placed");
});

test("steps that are passed over are not counted; rounds and what comes next are named", () => {
  assert.deepEqual(countOf(run()), { number: 2, total: 3 });
  assert.equal(stepText(run()), "Stap 2 van 3 · Vragenronde");
  assert.equal(roundText(run()), "");
  assert.equal(roundText(run({ units: 3, unit: 1 })), "Ronde 2 van 3");
  assert.equal(nextText(run()), "Advies");
  assert.equal(nextText(run({ next: null })), null);
  assert.equal(nextText(run({ units: 3, next: { step: 2, unit: 1, part: 0, title: both("Vragen") } })), "Ronde 2: Vragen");
});

test("who speaks and who is silent, as on every screen", () => {
  assert.deepEqual(whoSpeaks(slot({ silent: ["case_owner", "observer"] })), { speaking: "Aan het woord: adviseurs", silent: "Luistert nu: casusinbrenger en observator" });
  assert.deepEqual(whoSpeaks(slot({ mode: "individual" })), { speaking: "Ieder voor zich, in stilte", silent: "" });
  assert.equal(peopleText([{ name: "Bo", municipality: "GM1" }], place), "Bo (Tilburg)");
});

test("over time counts on, unless the clock stands still", () => {
  const now = Date.parse("2026-11-22T10:02:10Z");
  assert.equal(secondsOver(run({ ends_at: "2026-11-22T10:00:00Z" }), now), 130);
  assert.equal(secondsOver(run({ ends_at: "2026-11-22T10:00:00Z", paused_at: "2026-11-22T09:59:00Z" }), now), 0);
  assert.equal(secondsOver(null, now), 0);
});
