import assert from "node:assert/strict";
import { test } from "node:test";
import { kindsOf, placeOf, shownResult, viewsOf } from "../../static/js/live/phone/views.js";
import { columnsOf, pagesOf } from "../../static/js/live/projector/wall.js";

const room = (input, more = {}) => ({
  lab: { state: "open" },
  agenda: { 1: { id: "1", position: 0, input, kinds: [] }, 2: { id: "2", position: 1, input: "none", kinds: [] } },
  step: { id: "1", round_open: true },
  projector: { scene: "step", ballot: null },
  ballots: {},
  contributions: {},
  ...more,
});
const ballot = (id, state, result = null) => ({ [id]: { id, state, result, choices: [] } });
const draft = { text: "halve zin", step: "1" };

test("one thing to do: wait, listen, write, vote, look at the result, or go home", () => {
  assert.deepEqual(viewsOf(room("text", { step: { id: null } })), ["wait"]);
  assert.deepEqual(viewsOf(room("none")), ["listen"]);
  assert.deepEqual(viewsOf(room("text")), ["write"]);
  assert.deepEqual(viewsOf(room("text", { ballots: ballot("b", "open") })), ["vote"]);
  assert.deepEqual(viewsOf(room("vote", { ballots: ballot("b", "closed", {}) })), ["result"]);
  assert.deepEqual(viewsOf(room("vote")), ["listen"]);
  assert.deepEqual(viewsOf(room("text", { step: { id: "1", round_open: false } })), ["listen"]);
  assert.deepEqual(viewsOf(room("text", { lab: { state: "closed" } })), ["closed"]);
});

test("who is in the middle of a sentence keeps it, beside what is asked next", () => {
  assert.deepEqual(viewsOf(room("none"), draft), ["write"]);
  assert.deepEqual(viewsOf(room("text", { ballots: ballot("b", "open") }), draft), ["vote", "write"]);
  assert.deepEqual(viewsOf(room("text", { step: { id: "1", round_open: false } }), draft), ["write"]);
  assert.deepEqual(viewsOf(room("text", { lab: { state: "closed" } }), draft), ["closed", "write"]);
  assert.deepEqual(viewsOf(room("none"), { text: "  " }), ["listen"]);
});

test("the result is the one that the room looks at", () => {
  const ballots = { ...ballot("old", "closed", { a: 1 }), ...ballot("new", "closed", { a: 2 }) };
  assert.equal(shownResult(room("text", { ballots })), null);
  assert.equal(shownResult(room("text", { ballots, projector: { scene: "blank", ballot: "old" } })).id, "old");
  assert.equal(shownResult(room("vote", { ballots })).id, "new");
});

test("a step that names no kinds takes what people say; actions only when asked", () => {
  assert.deepEqual(kindsOf({ kinds: ["lesson"] }), ["lesson"]);
  assert.equal(kindsOf({ kinds: [] }).includes("action"), false);
  assert.deepEqual(kindsOf(undefined), []);
  assert.deepEqual(placeOf(room("text")), { number: 1, total: 2 });
});

test("the projector's columns: only what everybody may see, most dots first, then newest", () => {
  const one = (id, kind, at, status = "visible") => ({ [id]: { id, kind, at, status } });
  const contributions = { ...one("a", "lesson", "1"), ...one("b", "lesson", "2"), ...one("c", "lesson", "3"), ...one("d", "lesson", "4", "pending"), ...one("e", "question", "1") };
  const columns = (ballots) => columnsOf(room("text", { contributions, ballots })).map((column) => [column.kind, column.cards.map((card) => card.id).join("")]);
  assert.deepEqual(columns({}), [["question", "e"], ["lesson", "cba"]]);
  const voted = { v: { id: "v", state: "closed", result: { x: 3, y: 0 }, choices: [{ id: "x", contribution: "a" }, { id: "y", contribution: "b" }] } };
  assert.deepEqual(columns(voted), [["question", "e"], ["lesson", "acb"]]);
});

test("more columns than can be read take turns", () => {
  const pages = (n) => pagesOf(Array.from({ length: n }, (_, i) => i)).map((page) => page.length);
  assert.deepEqual([0, 1, 5, 6, 7, 9].map(pages), [[0], [1], [5], [3, 3], [4, 3], [5, 4]]);
});
