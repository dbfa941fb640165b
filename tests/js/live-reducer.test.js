import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { reduce, verdict } from "../../static/js/live/reducer.js";

const FIXTURES = new URL("../live/fixtures/", import.meta.url);

const without = ({ now: _now, ...state }) => state;

function replay(snapshot, frames) {
  return frames.reduce((state, frame) => reduce(state, frame), snapshot);
}

/** Python writes these from real rooms: for each audience an old snapshot, the frames after it, and the new snapshot. */
if (existsSync(FIXTURES)) {
  for (const file of readdirSync(FIXTURES).filter((name) => name.startsWith("room"))) {
    test(`old snapshot and events give the new snapshot: ${file}`, () => {
      const cases = JSON.parse(readFileSync(new URL(file, FIXTURES), "utf8"));
      assert.ok(cases.length > 0);
      for (const { audience, snapshot, frames, expected } of cases) {
        assert.deepEqual(without(replay(snapshot, frames)), without(expected), `audience ${audience}`);
      }
    });
  }
}

const SNAPSHOT = {
  epoch: "e1",
  seq: 4,
  me: { id: "p1", contributions: [], hand: false },
  lab: { id: 7, state: "open" },
  step: { id: "1", rev: 1 },
  counts: { people: 2, hidden: 0, voters: {} },
  projector: { scene: "join" },
  agenda: { 1: { id: "1", title: "Welkom" } },
  people: {},
  groups: {},
  contributions: { c1: { id: "c1", text: "een", rev: 1, late: true } },
  ballots: {},
};

const FRAME = {
  epoch: "e1",
  from: 4,
  to: 8,
  head: 8,
  events: [
    { seq: 5, type: "contribution.added", set: { contributions: { c2: { id: "c2", text: "twee", rev: 1 } }, me: { contributions: ["c2"] } } },
    { seq: 6, type: "contribution.edited", set: { contributions: { c1: { id: "c1", text: "een!", rev: 2 } } } },
    { seq: 7, type: "contribution.hidden", gone: { contributions: ["c2"] } },
    { seq: 8, type: "step.changed", set: { step: { id: "2", rev: 2 } } },
  ],
};

test("entities are replaced whole, singletons keep their other fields, what is gone goes", () => {
  const next = reduce(SNAPSHOT, FRAME);
  assert.deepEqual(next.contributions, { c1: { id: "c1", text: "een!", rev: 2 } });
  assert.deepEqual(next.me, { id: "p1", contributions: ["c2"], hand: false });
  assert.deepEqual(next.step, { id: "2", rev: 2 });
  assert.equal(next.seq, 8);
});

test("the old state stays as it was, and what nobody touched is shared", () => {
  const before = structuredClone(SNAPSHOT);
  const next = reduce(SNAPSHOT, FRAME);
  assert.deepEqual(SNAPSHOT, before);
  assert.equal(next.agenda, SNAPSHOT.agenda);
  assert.notEqual(next.contributions, SNAPSHOT.contributions);
});

test("a frame that overlaps what is known counts only once", () => {
  const half = reduce(SNAPSHOT, { ...FRAME, to: 6, events: FRAME.events.slice(0, 2) });
  assert.equal(verdict(half, FRAME), "apply");
  assert.deepEqual(reduce(half, FRAME), reduce(SNAPSHOT, FRAME));
});

test("events one by one or in one frame: the same", () => {
  const one = FRAME.events.map((event) => ({ epoch: "e1", from: event.seq - 1, to: event.seq, head: 8, events: [event] }));
  assert.deepEqual(replay(SNAPSHOT, one), reduce(SNAPSHOT, FRAME));
});

test("an empty frame only moves the number: events that are not for me leave no gap", () => {
  const next = reduce(SNAPSHOT, { epoch: "e1", from: 4, to: 30, head: 30, events: [] });
  assert.deepEqual({ ...next, seq: 4 }, SNAPSHOT);
  assert.equal(next.seq, 30);
});

test("what to do with a frame", () => {
  assert.equal(verdict(SNAPSHOT, { ...FRAME, to: 4 }), "old");
  assert.equal(verdict(SNAPSHOT, { ...FRAME, from: 5 }), "gap");
  assert.equal(verdict(SNAPSHOT, { ...FRAME, epoch: "e2" }), "reset");
  assert.equal(verdict(SNAPSHOT, { epoch: "e1", reset: true, head: 9000 }), "reset");
  assert.equal(verdict(SNAPSHOT, FRAME), "apply");
});
