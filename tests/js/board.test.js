import assert from "node:assert/strict";
import { test } from "node:test";
import { follow } from "../../static/js/grouping/follower.js";
import { byCard, telling } from "../../static/js/grouping/hands.js";
import { beside, between, byArrow, indexWithout, placeOf, together } from "../../static/js/grouping/moves.js";
import { isNews, joined, plan } from "../../static/js/grouping/news.js";
import { inTurns } from "../../static/js/grouping/turns.js";

const columns = [
  { key: "pile", cards: ["1", "2"] },
  { key: "7", cards: ["3", "4", "5"] },
  { key: "8", cards: [] },
];

test("an arrow moves a card within its column, and stops at the ends", () => {
  assert.deepEqual(byArrow(columns, "4", "ArrowUp"), { key: "7", index: 0 });
  assert.deepEqual(byArrow(columns, "4", "ArrowDown"), { key: "7", index: 2 });
  assert.equal(byArrow(columns, "3", "ArrowUp"), null);
  assert.equal(byArrow(columns, "5", "ArrowDown"), null);
});

test("an arrow sideways keeps the height where it can", () => {
  assert.deepEqual(byArrow(columns, "2", "ArrowRight"), { key: "7", index: 1 });
  assert.deepEqual(byArrow(columns, "5", "ArrowRight"), { key: "8", index: 0 });
  assert.deepEqual(byArrow(columns, "5", "ArrowLeft"), { key: "pile", index: 2 });
  assert.equal(byArrow(columns, "1", "ArrowLeft"), null);
});

test("several go as one, and the place is counted without them", () => {
  assert.deepEqual(byArrow(columns, "3", "ArrowDown", ["3", "4"]), { key: "7", index: 1 });
  assert.equal(byArrow(columns, "3", "ArrowUp", ["3", "4"]), null);
  assert.equal(byArrow(columns, "5", "ArrowDown", ["4", "5"]), null);
  assert.deepEqual(byArrow(columns, "5", "ArrowLeft", ["1", "4", "5"]), { key: "pile", index: 1 });
  assert.deepEqual(byArrow(columns, "2", "ArrowRight", ["1", "2"]), { key: "7", index: 0 });
});

test("an arrow alone goes to the card beside, over empty columns, and no further than the board", () => {
  assert.equal(beside(columns, "3", "ArrowDown"), "4");
  assert.equal(beside(columns, "5", "ArrowDown"), null);
  assert.equal(beside(columns, "1", "ArrowUp"), null);
  assert.equal(beside(columns, "5", "ArrowLeft"), "2");
  assert.equal(beside(columns, "4", "ArrowRight"), null);
  const gap = [columns[1], columns[2], columns[0]];
  assert.equal(beside(gap, "3", "ArrowRight"), "1");
});

test("from one card to another is all in between, but never over two columns", () => {
  assert.deepEqual(between(columns, "5", "3"), ["3", "4", "5"]);
  assert.deepEqual(between(columns, "4", "4"), ["4"]);
  assert.deepEqual(between(columns, "1", "4"), ["4"]);
  assert.deepEqual(between(columns, "99", "4"), ["4"]);
  assert.deepEqual(between(columns, "4", "99"), []);
});

test("what one holds is told once, and again when it did not arrive", () => {
  const ours = telling();
  assert.equal(ours.due, true, "that one is here, is to be told too");
  assert.deepEqual(ours.say(), []);
  assert.equal(ours.due, false);
  ours.hold(["7", "4"]);
  assert.deepEqual([ours.due, ours.say(), ours.due], [true, ["4", "7"], false]);
  ours.hold(["4", "7"]);
  assert.equal(ours.due, false);
  ours.forget();
  assert.equal(ours.due, true);
});

test("a card may be in several hands", () => {
  const [noor, sam] = [{ name: "Noor", cards: [4, 7] }, { name: "Sam", cards: [7] }];
  assert.deepEqual([...byCard([noor, sam])], [["4", [noor]], ["7", [noor, sam]]]);
});

test("another key or another card moves nothing", () => {
  assert.equal(byArrow(columns, "1", "Enter"), null);
  assert.equal(byArrow(columns, "99", "ArrowLeft"), null);
  assert.equal(placeOf(columns, "99"), null);
});

test("chosen cards go along in the order of the board; a card that was not chosen goes alone", () => {
  assert.deepEqual(together(columns, "4", ["5", "1", "4"]), ["1", "4", "5"]);
  assert.deepEqual(together(columns, "3", ["5", "1"]), ["3"]);
});

test("the place for the server counts without the cards that move", () => {
  assert.equal(indexWithout(["3", "1", "4", "5"], "1", ["1"]), 1);
  assert.equal(indexWithout(["3", "4", "1", "5"], "1", ["1", "4"]), 1);
  assert.equal(indexWithout(["1", "3"], "1", ["1"]), 0);
});

test("an answer that was overtaken is no news, and one without columns neither", () => {
  assert.equal(isNews({ head: 5 }, { head: 4, columns: {} }), false);
  assert.equal(isNews({ head: 5 }, { head: 5, columns: {} }), true);
  assert.equal(isNews({ head: 5 }, { head: 9 }), false);
});

test("what came while somebody dragged is one answer afterwards; the later one counts", () => {
  const first = { head: 6, stamp: "a", order: ["pile", "7"], columns: { pile: "old", 7: "seven" }, said: ["one"], tools: "tools" };
  const second = { head: 7, stamp: "a", order: ["pile", "7", "8"], columns: { pile: "new" }, said: ["two", "three", "four"], tools: null };
  const whole = { head: 7, stamp: "a", order: ["pile", "7", "8"], columns: { pile: "new", 7: "seven" }, said: ["two", "three", "four"], tools: "tools" };
  assert.deepEqual(joined(null, first), first);
  assert.deepEqual(joined(first, second), whole);
  assert.deepEqual(joined(second, first).columns, whole.columns);
});

test("columns that are gone go, new ones come, and one that is not known is left out", () => {
  const news = { order: ["pile", "9", "7", "10"], columns: { 9: "<section>", pile: "<section>" } };
  assert.deepEqual(plan(["pile", "7", "8"], news), { gone: ["8"], changed: ["pile", "9"], order: ["pile", "9", "7"] });
});

function server(answers, life) {
  const asked = [];
  const fetch = async (url) => {
    asked.push(url);
    const next = answers.shift();
    if (!answers.length) life.abort();
    if (next instanceof Error) throw next;
    return { ok: (next.status ?? 200) < 400, status: next.status ?? 200, json: async () => next.body };
  };
  return { asked, fetch };
}

test("it asks on from where the page is, and hands on what is new", async () => {
  const life = new AbortController();
  const state = { head: 3, stamp: "a" };
  const seen = [];
  const { asked, fetch } = server([{ body: { head: 4, columns: {} } }, { body: { head: 4 } }, { body: { head: 5, columns: {} } }], life);
  const onNews = (news) => {
    seen.push(news.head);
    state.head = news.head;
  };
  await follow({ url: "/e", state, fetch, signal: life.signal, onNews });
  assert.deepEqual(asked, ["/e?since=3&stamp=a&wait=20", "/e?since=4&stamp=a&wait=20", "/e?since=4&stamp=a&wait=20"]);
  assert.deepEqual(seen, [4, 5]);
});

test("it asks who else is there only where the page shows it, and hears of them alone too", async () => {
  const life = new AbortController();
  const state = { head: 3, stamp: "a", hands: "x" };
  const seen = [];
  const { asked, fetch } = server([{ body: { head: 3, hands: { stamp: "y", of: [] } } }, { body: { head: 3 } }], life);
  const onNews = (news) => {
    seen.push(news.hands.stamp);
    state.hands = news.hands.stamp;
  };
  await follow({ url: "/e", state, fetch, signal: life.signal, onNews });
  assert.deepEqual(asked, ["/e?since=3&stamp=a&wait=20&hands=x", "/e?since=3&stamp=a&wait=20&hands=y"]);
  assert.deepEqual(seen, ["y"]);
});

test("after trouble it waits longer and longer, at most fifteen seconds, and forgets it when all is well", async () => {
  const life = new AbortController();
  const waits = [];
  const down = { status: 503 };
  const { fetch } = server([new Error("away"), down, down, down, down, down, { body: { head: 1 } }, new Error("away"), { body: { head: 1 } }], life);
  const sleep = async (milliseconds) => void waits.push(milliseconds);
  await follow({ url: "/e", state: { head: 0, stamp: "" }, fetch, sleep, random: () => 1, signal: life.signal, onNews: () => {} });
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 15000, 15000, 1000]);
});

test("it ends when the page may not ask any more", async () => {
  const life = new AbortController();
  const lost = [];
  const { asked, fetch } = server([{ status: 401 }, { body: {} }], life);
  await follow({ url: "/e", state: { head: 0, stamp: "" }, fetch, signal: life.signal, onNews: () => {}, onLost: (status) => lost.push(status) });
  assert.deepEqual([asked.length, lost], [1, [401]]);
});

test("one step waits for the other, also when that one fails", async () => {
  const steps = inTurns();
  const told = [];
  let arrive;
  const first = steps.run(() => new Promise((_resolve, reject) => (arrive = reject)).finally(() => told.push("first")));
  const second = steps.run(async () => told.push("second"));
  assert.equal(steps.waiting, 2);
  await new Promise(setImmediate);
  assert.deepEqual(told, []);
  arrive(new Error("lost"));
  await assert.rejects(first, /lost/);
  await second;
  assert.deepEqual(told, ["first", "second"]);
  assert.equal(steps.waiting, 0);
});
