import assert from "node:assert/strict";
import { test } from "node:test";
import { fate, overlay } from "../../static/js/live/overlay.js";

const contribution = (id, more = {}) => ({ id, kind: "bottleneck", text: id, rev: 1, step: "1", status: "visible", at: "2026-11-19T12:00:00.000Z", ...more });

const room = (contributions = [], mine = [], more = {}) => ({
  me: { contributions: mine, municipality: "GM0855" },
  step: { id: "1", revealed: true },
  agenda: { 1: { id: "1", hidden_until_reveal: false } },
  contributions: Object.fromEntries(contributions.map((one) => [one.id, one])),
  ...more,
});

const entry = (id, op, more = {}) => ({ id, n: 1_000, op: { id, ...op }, state: "waiting", sending: false, contribution: null, ...more });
const add = (id, text, more = {}) => entry(id, { type: "contribution.add", kind: "bottleneck", text }, more);

test("something that is under way is a card at once, and says so", () => {
  const state = room([contribution("c1")]);
  const cards = overlay(state, [add("o1", "tocht")]);
  assert.deepEqual([...cards.keys()], ["c1", "o1"]);
  assert.equal(fate(cards.get("o1"), state, false), "sending");
  assert.equal(fate(cards.get("o1"), state, true), "waiting");
});

test("the card that comes back from the journal is the same card", () => {
  const born = new Map();
  const state = room([contribution("c9", { text: "tocht" })], ["c9"]);
  const cards = overlay(state, [add("o1", "tocht", { state: "answered", contribution: "c9", seq: 4 })], born);
  assert.deepEqual([...cards.values()].map((card) => [card.id, card.key]), [["c9", "o1"]]);
  assert.deepEqual([...overlay(state, [], born).values()].map((card) => card.key), ["o1"]);
  assert.equal(fate(cards.get("c9"), state, false), "placed");
});

test("the journal may be quicker than our answer: no card twice", () => {
  const state = room([contribution("c9", { text: "koude  tocht" }), contribution("c8", { text: "koude tocht" })], ["c9"]);
  const cards = overlay(state, [add("o1", " koude tocht "), add("o2", "koude tocht")]);
  assert.deepEqual([...cards.values()].map((card) => [card.id, card.key]), [["c9", "o1"], ["c8", "c8"], ["o2", "o2"]]);
});

test("edits, moves, hiding and taking back show before they have arrived", () => {
  const state = room(["c1", "c2", "c3", "c4", "c5"].map((id) => contribution(id)), ["c1", "c2"]);
  const cards = overlay(state, [
    entry("o1", { type: "contribution.edit", contribution: "c1", base_rev: 1, text: "beter" }),
    entry("o2", { type: "contribution.retract", contribution: "c2" }),
    entry("o3", { type: "contribution.hide", contribution: "c3" }),
    entry("o4", { type: "contribution.move", contribution: "c4", kind: "solution", answers: "c1" }),
  ]);
  assert.deepEqual([...cards.keys()], ["c1", "c3", "c4", "c5"]);
  assert.equal(cards.get("c1").text, "beter");
  assert.equal(fate(cards.get("c1"), state, false), "sending");
  assert.equal(cards.get("c3").status, "hidden");
  assert.deepEqual([cards.get("c4").kind, cards.get("c4").answers], ["solution", "c1"]);
  assert.equal(state.contributions.c1.text, "c1");
});

test("an edit that is in the journal already is not laid over it again", () => {
  const state = room([contribution("c1", { text: "nog beter", rev: 3 })], ["c1"]);
  const cards = overlay(state, [entry("o1", { type: "contribution.edit", contribution: "c1", base_rev: 1, text: "beter" }, { state: "answered", seq: 9 })]);
  assert.equal(cards.get("c1").text, "nog beter");
});

test("a refused edit keeps its words beside the card", () => {
  const state = room([contribution("c1", { rev: 2 })], ["c1"]);
  const cards = overlay(state, [entry("o1", { type: "contribution.edit", contribution: "c1", base_rev: 1, text: "mijn zin" }, { state: "refused", problem: { title: "Intussen aangepast" } })]);
  assert.equal(cards.get("c1").text, "c1");
  assert.equal(cards.get("o1").text, "mijn zin");
  assert.equal(fate(cards.get("o1"), state, false), "refused");
});

test("what became of it, in the words of the page", () => {
  const state = room([], [], { step: { id: "1", revealed: false }, agenda: { 1: { hidden_until_reveal: true } } });
  const of = (more) => fate({ entry: null, ...contribution("c", more) }, state, false);
  assert.deepEqual(
    [of({}), of({ step: "0" }), of({ status: "pending" }), of({ status: "hidden" }), of({ status: "quarantined" }), of({ status: "rejected" })],
    ["unrevealed", "placed", "pending", "hidden", "quarantined", "refused"],
  );
  const cards = overlay(state, [add("o1", "a", { state: "answered", seq: 7 }), add("o2", "b", { state: "answered", seq: 8, quarantined: true }), add("o3", "c", { state: "refused" })]);
  assert.deepEqual([...cards.values()].map((card) => fate(card, state, true)), ["sent", "quarantined", "refused"]);
});
