import assert from "node:assert/strict";
import { test } from "node:test";
import { inOrder, municipalitiesOf, othersOf, readiness, rowOf, silentFor } from "../../static/js/live/present.js";
import { merged, placeOf } from "../../static/js/live/ready.js";
import { createStore, inLocalStorage, inMemory } from "../../static/js/live/store.js";

const NOW = Date.parse("2026-11-22T10:30:00.000Z");
const ago = (minutes) => new Date(NOW - minutes * 60_000).toISOString();
const person = (id, more = {}) => ({ id, name: id, municipality: "GM0855", group: null, hand: false, ready: null, ...more });

function room(people, more = {}) {
  return {
    lab: { state: "open" },
    agenda: { 2: { id: "2", input: "text" } },
    step: { id: "2", rev: 4, round_open: true, started_at: ago(20) },
    ballots: {},
    runs: {},
    people: Object.fromEntries(people.map((one) => [one.id, one])),
    ...more,
  };
}

test("differences are laid over what was known, numbers replace", () => {
  const first = merged(null, { whole: true, connected: 2, leaders: [], who: { anna: ["connected", ago(5), null], bram: ["gone", null, null] } });
  const second = merged(first, { whole: false, connected: 1, leaders: [], who: { anna: ["gone", ago(0), null] } });
  assert.deepEqual(second.who, { anna: ["gone", ago(0), null], bram: ["gone", null, null] });
  assert.equal(second.connected, 1);
  assert.equal(merged(second, { whole: false, connected: 95, leaders: [], who: null }).who, null);
});

test("silent is who was asked and did nothing for so long, is not ready, and is known", () => {
  const state = room([person("anna"), person("bram"), person("chris", { ready: "s4" }), person("dirk", { group: "g1" }), person("eva")]);
  const present = { who: { anna: ["connected", ago(30), ago(40)], bram: ["connected", ago(30), ago(3)], chris: ["connected", ago(30), null], dirk: ["away", ago(2), null] } };
  const of = (id, limit = 10) => silentFor(state, present, state.people[id], NOW, limit);
  assert.deepEqual(["anna", "bram", "chris", "dirk", "eva"].map((id) => of(id)), [20, null, null, 20, null]);
  assert.equal(of("bram", 3), 3);
  state.runs.r = { id: "r", group: "g1", state: "running", rev: 1, started_at: ago(1), slot: { input: "none" } };
  assert.equal(of("dirk"), null);
  state.step.round_open = false;
  assert.equal(of("anna"), null);
  state.ballots.b = { state: "open" };
  assert.equal(of("anna"), 20);
});

test("a row says in words what its mark shows", () => {
  const state = room([person("anna"), person("bram"), person("chris")], { agenda: { 2: { id: "2", input: "none" } } });
  const present = { who: { anna: ["connected", ago(9), null], bram: ["gone", ago(3), null], chris: ["away", ago(1), null] } };
  const words = (id) => rowOf(state, present, state.people[id], NOW, 10).words;
  assert.deepEqual(["anna", "bram", "chris"].map(words), ["", "al 3 minuten niet verbonden", "kijkt even weg, al 1 minuut"]);
  assert.equal(rowOf(state, { who: null }, state.people.anna, NOW, 10).line, "unknown");
});

test("the list in five orders", () => {
  const state = room([person("dirk", { hand: true }), person("anna"), person("bram", { municipality: null }), person("chris", { municipality: "GM0503" })]);
  const present = { who: { dirk: ["connected", ago(9), ago(1)], anna: ["connected", ago(9), ago(12)], bram: ["gone", ago(3), ago(1)], chris: ["away", ago(1), null] } };
  const rows = Object.values(state.people).map((one) => rowOf(state, present, one, NOW, 10));
  const names = { GM0855: "Tilburg", GM0503: "Delft" };
  const ids = (how) => inOrder(rows, how, (one) => one.name, (one) => names[one.municipality] ?? "").map((row) => row.id).join(" ");
  assert.equal(ids("name"), "anna bram chris dirk");
  assert.equal(ids("hands"), "dirk anna bram chris");
  assert.equal(ids("silent"), "chris anna bram dirk");
  assert.equal(ids("gone"), "bram chris anna dirk");
  assert.equal(ids("place"), "chris anna dirk bram");
  assert.deepEqual(municipalitiesOf(Object.values(state.people), (code) => names[code] ?? ""), [["GM0855", 2], ["GM0503", 1], [null, 1]]);
});

test("ready counts for the place at which it was said, in all and per group", () => {
  const state = room([person("anna", { ready: "s4" }), person("bram", { ready: "s3" }), person("chris", { group: "g1", ready: "r/2" }), person("dirk", { group: "g1", ready: "s4" })], {
    runs: { r: { id: "r", group: "g1", state: "running", rev: 2, slot: { input: "multi_text" } } },
  });
  assert.equal(placeOf(state, "g1"), "r/2");
  assert.deepEqual(readiness(state, null), { ready: 2, asked: 4, groups: { "": { ready: 1, asked: 2 }, g1: { ready: 1, asked: 2 } } });
  const present = { who: { anna: ["gone", null, null], bram: ["gone", null, null], dirk: ["away", null, null] } };
  assert.deepEqual(readiness(state, present), { ready: 2, asked: 3, groups: { "": { ready: 1, asked: 1 }, g1: { ready: 1, asked: 2 } } });
});

test("who else leads, and who types", () => {
  const leaders = [{ id: "f:1", name: "Fatima", desks: 1, typing: true }, { id: "f:2", name: "Youssef", desks: 2, typing: true }];
  assert.deepEqual(othersOf({ leaders }, "f:2"), { here: "Fatima kijkt ook mee · Je werkplek is ook elders open", typing: "Fatima typt …" });
  assert.deepEqual(othersOf({ leaders }, "f:3"), { here: "Fatima en Youssef kijken ook mee", typing: "Fatima en Youssef typen …" });
  assert.deepEqual(othersOf(null, "f:1"), { here: "", typing: "" });
});

test("what was sent to rooms of long ago goes, of whatever room; the rest stays", async () => {
  const kept = new Map();
  const storage = {
    get length() {
      return kept.size;
    },
    key: (i) => [...kept.keys()][i],
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
  for (const places of [[inLocalStorage(storage, "sent")], [inMemory()]]) {
    const store = createStore(places);
    await store.put({ scope: "1:participant", id: "old", n: NOW - 31 * 86_400_000 });
    await store.put({ scope: "2:participant", id: "new", n: NOW });
    await store.purge(NOW - 30 * 86_400_000);
    assert.deepEqual([...(await store.all("1:participant")), ...(await store.all("2:participant"))].map((one) => one.id), ["new"]);
  }
});
