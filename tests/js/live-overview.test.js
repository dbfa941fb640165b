import assert from "node:assert/strict";
import { test } from "node:test";
import { besides, density, lateComers, methodsFor, overview, seatsOf } from "../../static/js/live/desk/overview.js";
import { sceneInRuns } from "../../static/js/live/projector/run.js";

const now = Date.parse("2026-11-22T10:10:00Z");
const both = (nl) => ({ nl, en: nl });
const group = (id, name, more = {}) => ({ id, name, people: 5, hands: 0, leader: null, leader_name: null, run: null, message: null, ...more });
const run = (id, of, more = {}) => ({
  id, group: of, state: "running", method: { key: "m", name: both("Roddelmethode") }, steps: [{ id: "a", title: both("Eerst") }, { id: "b", title: both("Dan") }],
  step: 1, unit: 0, part: 0, units: 1, started_at: "2026-11-22T10:00:00Z", ends_at: "2026-11-22T10:15:00Z", paused_at: null, remaining: null, hidden: 0,
  slot: { title: both("Dan"), input: "multi_text" }, activity: { sent: 3, people: 2, last_at: "2026-11-22T10:09:30Z" }, ...more,
});
const state = (more = {}) => ({ groups: { g10: group("g10", "Groep 10"), g2: group("g2", "Groep 2", { hands: 1 }) }, runs: { r: run("r", "g2") }, progress: { r: { id: "r", sent: 3, people: 2, last_at: "2026-11-22T10:09:30Z", hidden: 0 } }, people: {}, contributions: {}, ballots: {}, lab: {}, projector: { follow: true }, ...more });

test("a line for each group, as people count them, with how it goes there", () => {
  const [second, tenth] = overview(state(), now);
  assert.equal(second.name, "Groep 2");
  assert.deepEqual([second.method, second.number, second.steps, second.title, second.sent, second.writers, second.hands], ["Roddelmethode", 2, 2, "Dan", 3, 2, 1]);
  assert.deepEqual(second.left, { state: "running", seconds: 300 });
  assert.equal(second.over, 0);
  assert.deepEqual([tenth.name, tenth.run, tenth.title], ["Groep 10", null, ""]);
});

test("who is over time, quiet or paused stands out; who only talks is not quiet", () => {
  const line = (more, last = "2026-11-22T10:09:30Z") => overview(state({ runs: { r: run("r", "g2", more) }, progress: { r: { sent: 1, people: 1, last_at: last, hidden: 0 } } }), now)[0];
  assert.equal(line({ ends_at: "2026-11-22T10:08:00Z" }).over, 120);
  assert.equal(line({}, "2026-11-22T10:03:00Z").quiet, 7);
  assert.equal(line({}, "2026-11-22T10:08:00Z").quiet, 0);
  assert.equal(line({ slot: { title: both("Dan"), input: "none" } }, null).quiet, 0);
  assert.equal(line({ paused_at: "2026-11-22T10:01:00Z", remaining: 60 }).paused, true);
  assert.deepEqual([line({}).lacking, line({ lacks_case: true }).lacking], [false, true]);
});

test("more groups stand closer", () => {
  assert.deepEqual([2, 6, 7, 12, 18].map(density), ["wide", "wide", "close", "close", "dense"]);
});

const methods = [
  { key: "a", name: "Roddelmethode", family: "Intervisie", summary: "De groep praat", use_when: "Veilig genoeg", people: { min: 4, max: 9 }, minutes: { min: 35, usual: 50, max: 65 } },
  { key: "b", name: "1-2-4-Alle", family: "Liberating Structure", summary: "Ideeën van iedereen", use_when: "Weinig tijd", people: { min: 4, max: 200 }, minutes: { min: 10, usual: 12, max: 20 } },
];

test("a method is found by words, by people and by minutes", () => {
  const found = (by) => methodsFor(methods, by).map((one) => one.key).join("");
  assert.equal(found({}), "ab");
  assert.equal(found({ words: "ideeen iedereen" }), "b");
  assert.equal(found({ people: 40 }), "b");
  assert.equal(found({ minutes: 20 }), "b");
  assert.equal(found({ words: "veilig", people: 6, minutes: 50 }), "a");
});

test("who is in no group comes first; Alt with an arrow goes round the ends", () => {
  const people = { 1: { id: "1", name: "Bo", group: "g2" }, 2: { id: "2", name: "Ans", group: null }, 3: { id: "3", name: "Cem", group: "gone" } };
  const columns = seatsOf(state({ people }));
  assert.deepEqual(columns.map((column) => [column.id, column.people.map((one) => one.name)]), [["", ["Ans", "Cem"]], ["g2", ["Bo"]], ["g10", []]]);
  assert.equal(besides(columns, "", -1).id, "g10");
  assert.equal(besides(columns, "g2", 1).id, "g10");
});

test("who comes in later is listed for a while", () => {
  const people = { 1: { id: "1", name: "Bo", group: "g2" }, 2: { id: "2", name: "Ans", group: null }, 3: { id: "3", name: "Cem", group: "g10" } };
  const seen = new Map([["1", 0], ["2", now - 60_000], ["3", now - 16 * 60_000]]);
  assert.deepEqual(lateComers(state({ people }), seen, now), [{ person: people[2], group: "" }]);
});

test("the projector follows into a method, never into what a group votes on or cards that go round", () => {
  assert.equal(sceneInRuns(state(), "step"), "groups");
  assert.equal(sceneInRuns(state({ projector: { follow: false } }), "step"), "step");
  assert.equal(sceneInRuns(state({ lab: { gathered: true } }), "step"), "step");
  assert.equal(sceneInRuns(state({ runs: { p: run("p", null) } }), "step"), "run");
  assert.equal(sceneInRuns(state({ runs: { p: run("p", null) } }), "wall"), "wall");
  const cards = state({ runs: { p: run("p", null, { slot: { input: "rating_1_5" } }) }, ballots: { b: { id: "b", run: "p", state: "open" } }, projector: { follow: true, ballot: "b" } });
  assert.equal(sceneInRuns(cards, "ballot"), "run");
  assert.equal(sceneInRuns({ ...cards, ballots: { b: { id: "b", run: "p", state: "closed" } } }, "ballot"), "ballot");
});
