import assert from "node:assert/strict";
import { test } from "node:test";
import { pairOf, proposedParts, themesWithKeys } from "../../static/js/live/desk/cards.js";
import { countOf } from "../../static/js/live/desk/count.js";
import { sourceOf } from "../../static/js/live/desk/wall.js";
import { overlay } from "../../static/js/live/overlay.js";

const card = (id, more = {}) => ({ id, kind: "bottleneck", text: id, at: id, themes: [], answers: null, status: "visible", rev: 1, ...more });

test("a solution answers a bottleneck, whichever was taken first; two of a sort do not answer each other", () => {
  const [knot, key] = [card("k"), card("s", { kind: "solution" })];
  assert.deepEqual(pairOf(knot, key), [key, knot]);
  assert.deepEqual(pairOf(key, knot), [key, knot]);
  assert.equal(pairOf(knot, card("q", { kind: "question" })), null);
  assert.equal(pairOf(key, card("l", { kind: "lesson" })), null);
});

test("a card falls apart by its lines, else by its sentences", () => {
  assert.deepEqual(proposedParts("een\n twee \n\ndrie"), ["een", "twee", "drie"]);
  assert.deepEqual(proposedParts("Te duur. En wie betaalt? Wij; zij niet."), ["Te duur.", "En wie betaalt?", "Wij;", "zij niet."]);
  assert.deepEqual(proposedParts("3.5 miljoen"), ["3.5 miljoen"]);
});

test("a theme keeps its number; what people made up comes after it, each once", () => {
  const cards = [card("2", { themes: ["Nieuw", "geld"] }), card("1", { themes: ["Eerder"] }), card("3", { themes: ["nieuw"] })];
  assert.deepEqual(themesWithKeys(["Geld", "Tijd"], cards), ["Geld", "Tijd", "Eerder", "Nieuw"]);
  assert.equal(themesWithKeys([..."abcdefghijkl"], cards).length, 9);
});

test("hands are counted as dots, as choices, or as marks", () => {
  assert.deepEqual(countOf({ kind: "dots", budget: 3 }, 2, { a: 4, b: 0 }), { choices: { a: 4 }, given: 4, most: 6 });
  assert.deepEqual(countOf({ kind: "choice", budget: 3 }, 2, { a: 2, b: 1 }), { choices: { a: 2, b: 1 }, given: 3, most: 2 });
  const marks = countOf({ kind: "rating" }, 3, { a: [0, 0, 1, 0, 2], b: [0, 0, 0, 0, 0] });
  assert.deepEqual(marks, { choices: { a: 13 }, rated: { a: 3 }, given: 3, most: 3 });
});

test("a card says where it came from, and the present step is not worth saying", () => {
  const state = { groups: { g: { name: "Draagvlak" } }, agenda: { 1: { title: "Knelpunten" } }, step: { id: "1" }, runs: { r: { method: { name: { nl: "Roddelmethode", en: "Gossip" } } } } };
  assert.equal(sourceOf(card("a", { via: "phone", group: "g", step: "1" }), state), "per telefoon · Draagvlak");
  assert.equal(sourceOf(card("a", { via: "desk", on_behalf_of: "Riet", step: "1", origin: "b" }), { ...state, step: { id: "2" } }), "vastgelegd door begeleider, namens Riet · Knelpunten · afgesplitst");
  assert.equal(sourceOf(card("a", { via: "phone", step: "1", run: "r" }), { ...state, step: { id: "2" } }), "per telefoon · Roddelmethode");
});

test("what is under way is laid over the wall: merged cards go under the one that stays, a split one shows its first part", () => {
  const state = { me: { contributions: [] }, contributions: { a: card("a"), b: card("b"), c: card("c") } };
  const entry = (id, op) => ({ id, n: 1, state: "waiting", op: { id, ...op } });
  const cards = overlay(state, [entry("1", { type: "contribution.merge", into: "a", from: ["b"], text: "samen" }), entry("2", { type: "contribution.split", contribution: "c", texts: ["c1", "c2"] })]);
  assert.deepEqual([...cards.values()].map((one) => one.text), ["samen", "c1"]);
});
