import assert from "node:assert/strict";
import { test } from "node:test";
import { minutesAndSeconds, ServerClock, timeLeft } from "../../static/js/live/clock.js";
import { uuid7 } from "../../static/js/live/uuid.js";

const iso = (milliseconds) => new Date(milliseconds).toISOString();
const T = Date.parse("2026-11-19T12:00:00.000Z");

test("an answer is good to half its journey", () => {
  const clock = new ServerClock(() => T);
  clock.answered(iso(T + 60_000 + 100), T, T + 200);
  assert.equal(clock.offset, 60_000);
  assert.equal(clock.now(), T + 60_000);
});

test("the fastest of the last five answers is believed", () => {
  const clock = new ServerClock(() => T);
  clock.answered(iso(T + 1000), T, T + 20);
  for (const journey of [900, 400, 60, 700]) clock.answered(iso(T + 1000 + journey), T, T + journey);
  assert.equal(clock.offset, 990);
  clock.answered(iso(T + 1500), T, T + 800);
  assert.equal(clock.offset, 1030);
});

test("news can show that we are behind, never that we are ahead", () => {
  const clock = new ServerClock(() => T);
  clock.answered(iso(T + 1000), T, T + 1000);
  assert.equal(clock.offset, 500);
  clock.heard(iso(T + 100), T + 3000);
  assert.equal(clock.offset, 500);
  clock.heard(iso(T + 3000), T + 2300);
  assert.equal(clock.offset, 700);
});

test("without answers, the quickest news is believed", () => {
  const clock = new ServerClock(() => T);
  clock.heard(iso(T + 5000), T + 300);
  clock.heard(iso(T + 10_000), T + 5100);
  assert.equal(clock.offset, 4900);
});

test("a clock that was set while we slept starts afresh", () => {
  const clock = new ServerClock(() => T);
  clock.answered(iso(T), T, T + 10);
  clock.heard(iso(T), T + 3_600_000);
  assert.equal(clock.offset, -3_600_000);
});

test("rubbish is not a time", () => {
  const clock = new ServerClock(() => T);
  clock.answered("morgen", T, T);
  clock.heard(undefined);
  assert.equal(clock.known, false);
  assert.equal(clock.now(), T);
});

test("what is left of a step", () => {
  const step = { id: "1", ends_at: iso(T + 90_000), paused_at: null, remaining: null };
  assert.deepEqual(timeLeft(step, T), { state: "running", seconds: 90 });
  assert.deepEqual(timeLeft(step, T + 500), { state: "running", seconds: 90 });
  assert.deepEqual(timeLeft(step, T + 90_000), { state: "over", seconds: 0 });
  assert.deepEqual(timeLeft({ ...step, ends_at: null }, T), { state: "none", seconds: 0 });
  assert.deepEqual(timeLeft({ ...step, ends_at: null, paused_at: iso(T), remaining: 61.2 }, T), { state: "paused", seconds: 62 });
  assert.deepEqual(timeLeft({ id: null }, T), { state: "none", seconds: 0 });
});

test("minutes and seconds", () => {
  assert.equal(minutesAndSeconds(400), "06:40");
  assert.equal(minutesAndSeconds(0), "00:00");
  assert.equal(minutesAndSeconds(4500), "75:00");
});

test("ids are of version 7, sort by time, and say when they were made", () => {
  const ids = Array.from({ length: 5000 }, () => uuid7(T));
  assert.deepEqual([...ids].sort(), ids);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const time = Number.parseInt(ids[0].replaceAll("-", "").slice(0, 12), 16);
  assert.equal(time, T);
});

test("ids do not go back when the clock does, and need no crypto.randomUUID", () => {
  const first = uuid7(T + 10_000);
  assert.ok(uuid7(T) > first);
});
