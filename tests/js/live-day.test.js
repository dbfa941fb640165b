import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { fit, fitting, floorOf, lateness, mineFirst, questionsOf, shifts } from "../../static/js/live/day.js";

const NINE = Date.parse("2026-11-19T09:00:00Z");
const at = (minutes) => new Date(NINE + minutes * 60_000).toISOString();

function room({ step = "1", started = 0, ends = 10, ...more } = {}) {
  const steps = [
    ["1", "Welkom", 10],
    ["2", "Pauze", 15],
    ["3", "Oogst", 35],
  ];
  const agenda = Object.fromEntries(steps.map(([id, title, minutes], i) => [id, { id, title, minutes, position: i, block: "harvest", planned_at: at([0, 10, 25][i]), real: id === step ? { started_at: at(started), ended_at: null } : null }]));
  return { lab: { state: "open" }, day: { starts_at: at(0), planned_end: at(60) }, agenda, step: { id: step, started_at: at(started), ends_at: at(ends), paused_at: null, remaining: null }, contributions: {}, me: {}, ...more };
}

test("the sum that the server does", () => {
  const cases = JSON.parse(readFileSync(new URL("../live/fixtures/fit.json", import.meta.url)));
  assert.ok(cases.length > 5);
  for (const one of cases) assert.deepEqual(fit(one.minutes, one.floors, one.available), one.expected, JSON.stringify(one));
});

test("on time, late by a late start, later by a step that runs over", () => {
  assert.equal(lateness(room(), NINE).minutes, 0);
  assert.equal(lateness(room({ started: 7, ends: 17 }), NINE + 8 * 60_000).minutes, 7);
  assert.equal(lateness(room({ started: 7, ends: 17 }), NINE + 20 * 60_000).minutes, 10);
  assert.equal(lateness(room({ step: null, started: 0 }), NINE + 4 * 60_000).minutes, 4);
  const paused = room();
  paused.step = { ...paused.step, ends_at: null, paused_at: at(5), remaining: 300 };
  assert.equal(lateness(paused, NINE + 9 * 60_000).minutes, 4);
  assert.equal(lateness({ ...room(), day: { planned_end: null } }, NINE), null);
});

test("each step against its plan", () => {
  const found = shifts(room({ step: "2", started: 17, ends: 32 }), NINE + 18 * 60_000);
  assert.equal(found.get("2").late, 7);
  assert.equal(found.get("3").late, 7);
  assert.equal(found.get("3").expected, NINE + 32 * 60_000);
});

test("what fitting would do, and when it cannot", () => {
  const state = room();
  const half = fitting(state, NINE + 35 * 60_000, NINE);
  assert.deepEqual(
    half.rows.map((row) => [row.was, row.will]),
    [
      [15, 8],
      [35, 17],
    ],
  );
  assert.ok(half.fits);
  const never = fitting(state, NINE + 12 * 60_000, NINE);
  assert.deepEqual(
    never.rows.map((row) => row.will),
    [5, 3],
  );
  assert.ok(!never.fits);
  assert.equal(floorOf({ title: "Lunch", minutes: 45 }), 5);
});

test("questions: most wanted first, done ones last", () => {
  const one = (id, support, answered, minutes) => ({ id, kind: "question", status: "visible", step: "1", support, answered, at: at(minutes) });
  const state = room({ contributions: { a: one("a", 1, null, 1), b: one("b", 4, "answered", 2), c: one("c", 2, null, 3), d: one("d", 1, null, 0), e: { ...one("e", 9, null, 0), status: "pending" } } });
  assert.deepEqual(
    questionsOf(state).map((q) => q.id),
    ["c", "d", "a", "b"],
  );
  assert.equal(questionsOf(state, { open: true }).length, 3);
  assert.equal(questionsOf(state, { step: "2" }).length, 0);
});

test("what concerns my own municipality comes first", () => {
  const items = [{ id: "a", municipality: "GM0503" }, { id: "b", municipality: null }, { id: "c", municipality: "GM0855" }];
  assert.deepEqual(mineFirst(items, "GM0855").map((one) => one.id), ["c", "a", "b"]);
  assert.deepEqual(mineFirst(items, null).map((one) => one.id), ["a", "b", "c"]);
});
