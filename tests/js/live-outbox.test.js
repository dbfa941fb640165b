import assert from "node:assert/strict";
import { test } from "node:test";
import { createHttp } from "../../static/js/live/http.js";
import { batchOf, Outbox } from "../../static/js/live/outbox.js";
import { createStore, inLocalStorage, inMemory } from "../../static/js/live/store.js";
import { uuid7 } from "../../static/js/live/uuid.js";

class Storage {
  #items = new Map();
  get length() {
    return this.#items.size;
  }
  key(i) {
    return [...this.#items.keys()][i];
  }
  getItem(key) {
    return this.#items.get(key) ?? null;
  }
  setItem(key, value) {
    this.#items.set(key, String(value));
  }
  removeItem(key) {
    this.#items.delete(key);
  }
}

const settled = async () => {
  for (let i = 0; i < 40; i += 1) await Promise.resolve();
};

/** A room on the other side of a wire that can be cut. It remembers ids, as the real one does. */
function makeServer() {
  const server = {
    up: true,
    seq: 0,
    epoch: "e1",
    known: new Map(),
    journal: [],
    requests: [],
    loseAnswers: false,
    next: [],
    refuse: () => null,
    async fetch(_url, { body }) {
      const { ops } = JSON.parse(body);
      server.requests.push(ops);
      if (!server.up) throw new TypeError("Failed to fetch");
      if (server.next.length) return server.next.shift();
      const results = ops.map((op) => {
        if (server.known.has(op.id)) return server.known.get(op.id);
        const problem = server.refuse(op);
        const result = problem ? { id: op.id, status: "refused", problem } : { id: op.id, status: "accepted", seq: ++server.seq, contribution: `c${server.seq}` };
        if (!problem) server.journal.push(op);
        server.known.set(op.id, result);
        return result;
      });
      if (server.loseAnswers) throw new TypeError("connection reset");
      return Response.json({ epoch: server.epoch, head: server.seq, results });
    },
  };
  return server;
}

function makeBox(server, { storage = new Storage(), store = null, channel = null } = {}) {
  const time = { now: 1_000_000, timers: [] };
  const http = createHttp({ fetch: (...given) => server.fetch(...given), csrf: () => "t" });
  const box = new Outbox({
    scope: "7:participant",
    store: store ?? createStore([inLocalStorage(storage, "outbox"), inMemory()]),
    sent: createStore([inLocalStorage(storage, "sent"), inMemory()]),
    post: (body) => http("/ops", { method: "POST", body }),
    newId: () => uuid7(time.now),
    now: () => time.now,
    random: () => 0.5,
    setTimer: (work, milliseconds) => {
      const timer = { work, at: time.now + milliseconds };
      time.timers.push(timer);
      return timer;
    },
    clearTimer: (timer) => {
      time.timers = time.timers.filter((other) => other !== timer);
    },
    channel,
  });
  const pass = async (milliseconds) => {
    time.now += milliseconds;
    const due = time.timers.filter((timer) => timer.at <= time.now);
    time.timers = time.timers.filter((timer) => timer.at > time.now);
    for (const timer of due) timer.work();
    for (let i = 0; i < 10; i += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return { box, storage, time, pass, wait: () => pass(0) };
}

const say = (text) => ({ type: "contribution.add", kind: "bottleneck", text });
const words = (server) => server.journal.map((op) => op.text);

test("an op is stored before its request leaves", async () => {
  const server = makeServer();
  const order = [];
  const inner = inMemory();
  const store = createStore([{ ...inner, put: async (record) => { await settled(); order.push("stored"); return inner.put(record); } }]);
  const { box, wait } = makeBox({ ...server, fetch: (...given) => { order.push("sent"); return server.fetch(...given); } }, { store });
  box.add(say("tocht"));
  assert.deepEqual(order, []);
  await wait();
  await wait();
  assert.deepEqual(order.slice(0, 2), ["stored", "sent"]);
});

test("it goes from the box only when it was answered and seen", async () => {
  const server = makeServer();
  const { box, wait } = makeBox(server);
  box.add(say("tocht"));
  assert.equal(box.unsent, 1);
  await wait();
  assert.equal(box.unsent, 0);
  assert.deepEqual(box.entries.map((entry) => [entry.state, entry.seq, entry.contribution]), [["answered", 1, "c1"]]);
  box.seen(0);
  assert.equal(box.entries.length, 1);
  box.seen(1);
  assert.equal(box.entries.length, 0);
});

test("the journal may be quicker than the answer: then the answer is enough", async () => {
  const server = makeServer();
  const { box, wait } = makeBox(server);
  box.add({ type: "hand.raise", up: true });
  box.seen(1);
  assert.equal(box.entries.length, 1);
  await wait();
  await wait();
  assert.deepEqual(box.entries, []);
});

test("offline: kept in order over a reload, sent once on return", async () => {
  const server = makeServer();
  server.up = false;
  const first = makeBox(server);
  for (const text of ["een", "twee", "drie"]) first.box.add(say(text));
  await first.wait();
  assert.equal(first.box.unsent, 3);
  first.box.close();

  const second = makeBox(server, { storage: first.storage });
  await second.box.load();
  await second.wait();
  assert.equal(second.box.unsent, 3);
  server.up = true;
  second.box.flush();
  await second.wait();
  assert.deepEqual(words(server), ["een", "twee", "drie"]);
  assert.equal(second.box.unsent, 0);
});

test("a lost answer: the same id again, one effect", async () => {
  const server = makeServer();
  server.loseAnswers = true;
  const { box, pass } = makeBox(server);
  box.add(say("eenmaal"));
  await pass(0);
  assert.equal(box.unsent, 1);
  server.loseAnswers = false;
  await pass(20_000);
  assert.equal(box.unsent, 0);
  assert.deepEqual(words(server), ["eenmaal"]);
  assert.equal(new Set(server.requests.flat().map((op) => JSON.stringify(op))).size, 1);
});

test("it is tried again after half a second to fifteen seconds, further apart each time", async () => {
  const server = makeServer();
  server.up = false;
  const { box, time, pass } = makeBox(server);
  box.add(say("x"));
  await pass(0);
  const waits = [];
  for (let i = 0; i < 8; i += 1) {
    const wait = time.timers[0].at - time.now;
    waits.push(wait);
    await pass(wait);
  }
  assert.ok(waits.every((wait, i) => wait >= 500 && wait <= 15_000 && (i === 0 || wait >= waits[i - 1])), waits.join());
  assert.equal(server.requests.length, 9);
});

test("at most fifty ops and 64 KiB in one request", async () => {
  const many = Array.from({ length: 120 }, (_, i) => ({ op: { id: String(i), text: "a" } }));
  assert.equal(batchOf(many).length, 50);
  const big = Array.from({ length: 50 }, (_, i) => ({ op: { id: String(i), text: "é".repeat(1500) } }));
  const size = new TextEncoder().encode(JSON.stringify({ ops: batchOf(big).map((entry) => entry.op) })).length;
  assert.ok(size <= 64 * 1024 && size > 60 * 1024, String(size));

  const server = makeServer();
  server.up = false;
  const { box, wait } = makeBox(server);
  for (let i = 0; i < 120; i += 1) box.add(say(`${i}`));
  await wait();
  server.requests.length = 0;
  server.up = true;
  box.flush();
  await wait();
  assert.deepEqual(server.requests.map((ops) => ops.length), [50, 50, 20]);
  assert.deepEqual(words(server), Array.from({ length: 120 }, (_, i) => `${i}`));
});

test("refused words stay, with the reason, until they are thrown away", async () => {
  const server = makeServer();
  const problem = { type: "/problems/round-closed", title: "De ronde is gesloten", detail: "Bewaar je tekst." };
  server.refuse = (op) => (op.text === "nee" ? problem : null);
  const { box, storage, wait } = makeBox(server);
  const entry = box.add(say("nee"));
  box.add(say("ja"));
  await wait();
  box.seen(99);
  assert.equal(box.unsent, 0);
  assert.deepEqual(box.entries.map((one) => [one.state, one.op.text, one.problem]), [["refused", "nee", problem]]);
  const again = makeBox(server, { storage });
  await again.box.load();
  await again.wait();
  assert.deepEqual(again.box.entries.map((one) => one.state), ["refused"]);
  assert.equal(box.discard(entry.id), true);
  assert.deepEqual(box.entries, []);
});

test("a refused command without words is told once and is gone", async () => {
  const server = makeServer();
  server.refuse = () => ({ type: "/problems/step-moved", title: "Een andere begeleider was je voor", detail: "" });
  const { box, wait } = makeBox(server);
  const told = [];
  box.on("answer", ({ entry, result }) => told.push([entry.op.type, result.problem.type]));
  box.add({ type: "step.go", to: "2", step_rev: 1 });
  await wait();
  assert.deepEqual(told, [["step.go", "/problems/step-moved"]]);
  assert.deepEqual(box.entries, []);
});

test("429 and 503: not before Retry-After, whoever asks", async () => {
  for (const status of [429, 503]) {
    const server = makeServer();
    server.next.push(new Response("{}", { status, headers: { "Retry-After": "30" } }));
    const { box, pass } = makeBox(server);
    box.add(say("geduld"));
    await pass(0);
    assert.equal(server.requests.length, 1);
    await pass(29_000);
    box.flush();
    await pass(0);
    assert.equal(server.requests.length, 1);
    await pass(2000);
    assert.deepEqual(words(server), ["geduld"]);
  }
});

test("401, 403 and 410: stop, say so, keep the words; go on when we are let in again", async () => {
  for (const status of [401, 403, 410]) {
    const server = makeServer();
    server.next.push(Response.json({ type: "/problems/lab-over", title: "Dit Kennislab is voorbij", detail: "Je tekst staat er nog.", status }, { status }));
    const { box, pass } = makeBox(server);
    const halts = [];
    box.on("halt", (problem) => halts.push(problem.title));
    box.add(say("blijft"));
    await pass(0);
    await pass(60_000);
    box.flush();
    await pass(0);
    assert.equal(server.requests.length, 1);
    assert.deepEqual(halts, ["Dit Kennislab is voorbij"]);
    assert.equal(box.unsent, 1);
    box.resume();
    await pass(0);
    assert.deepEqual(words(server), ["blijft"]);
  }
});

test("one op that cannot be read does not hold up the others", async () => {
  const server = makeServer();
  const plain = server.fetch;
  server.fetch = async (url, options) => {
    const { ops } = JSON.parse(options.body);
    if (ops.some((op) => op.text === "stuk")) {
      server.requests.push(ops);
      return Response.json({ type: "/problems/invalid-ops", title: "Dit kunnen we niet lezen" }, { status: 422 });
    }
    return plain(url, options);
  };
  server.up = false;
  const { box, pass } = makeBox(server);
  for (const text of ["een", "stuk", "twee"]) box.add(say(text));
  server.up = true;
  await pass(0);
  await pass(0);
  assert.deepEqual(words(server), ["een", "twee"]);
  assert.deepEqual(box.entries.filter((entry) => entry.state === "refused").map((entry) => entry.op.text), ["stuk"]);
});

test("only the last hand and the last vote in a ballot leave", async () => {
  const server = makeServer();
  server.up = false;
  const { box, wait } = makeBox(server);
  await wait();
  box.add(say("eerst dit"));
  await wait();
  box.add({ type: "hand.raise", up: true });
  box.add({ type: "vote.cast", ballot: "b1", choices: { c: 1 } });
  box.add({ type: "vote.cast", ballot: "b2", choices: { c: 1 } });
  box.add({ type: "hand.raise", up: false });
  box.add({ type: "vote.cast", ballot: "b1", choices: { c: 3 } });
  await wait();
  server.up = true;
  box.flush();
  await wait();
  assert.deepEqual(
    server.journal.map((op) => [op.type, op.ballot ?? op.up ?? op.text, op.choices?.c]),
    [["contribution.add", "eerst dit", undefined], ["vote.cast", "b2", 1], ["hand.raise", false, undefined], ["vote.cast", "b1", 3]],
  );
});

test("a room restored from a backup gets the last ops again; steps and minutes are not repeated", async () => {
  const server = makeServer();
  const first = makeBox(server);
  first.box.add(say("voor de back-up"));
  first.box.add({ type: "timer.extend", seconds: 60 });
  first.box.add(say("erna"));
  await first.wait();
  first.box.seen(server.seq);
  await first.wait();
  first.box.add(say("beantwoord, niet gezien"));
  await first.wait();

  const restored = makeServer();
  restored.epoch = "e2";
  const kept = server.journal[0];
  restored.journal.push(kept);
  restored.seq = 1;
  restored.known.set(kept.id, { id: kept.id, status: "accepted", seq: 1, contribution: "c1" });
  const second = makeBox(restored, { storage: first.storage });
  await second.box.load();
  await second.box.offerAgain();
  await second.wait();
  assert.deepEqual(words(restored), ["voor de back-up", "erna", "beantwoord, niet gezien"]);
  second.box.seen(restored.seq);
  assert.deepEqual(second.box.entries, []);
});

test("two tabs: the same op from both counts once, and one sees what the other finished", async () => {
  const server = makeServer();
  const storage = new Storage();
  const channels = [];
  const channel = () => {
    const mine = {
      onmessage: null,
      postMessage() {
        for (const other of channels) if (other !== mine) queueMicrotask(() => other.onmessage?.({}));
      },
    };
    channels.push(mine);
    return mine;
  };
  server.up = false;
  const one = makeBox(server, { storage, channel: channel() });
  one.box.add(say("uit tabblad een"));
  await one.wait();
  const two = makeBox(server, { storage, channel: channel() });
  await two.box.load();
  await two.wait();
  assert.equal(two.box.unsent, 1);
  server.up = true;
  one.box.flush();
  two.box.flush();
  await one.wait();
  await two.wait();
  assert.deepEqual(words(server), ["uit tabblad een"]);
  one.box.seen(server.seq);
  await one.wait();
  await two.wait();
  assert.deepEqual(two.box.entries, []);
});

test("when storage fails, the next place is used and the page knows what lasts", async () => {
  const server = makeServer();
  server.up = false;
  const storage = new Storage();
  const broken = { lasts: true, all: async () => { throw new Error("gone"); }, put: async () => { throw new Error("full"); }, remove: async () => { throw new Error("gone"); } };
  const { box, wait } = makeBox(server, { storage, store: createStore([broken, inLocalStorage(storage, "outbox"), inMemory()]) });
  box.add(say("toch bewaard"));
  await wait();
  assert.equal(storage.length, 1);
  assert.equal(box.durable, true);
  const bare = makeBox(server, { store: createStore([broken, inMemory()]) });
  bare.box.add(say("alleen hier"));
  await bare.wait();
  assert.equal(bare.box.durable, false);
  server.up = true;
  bare.box.flush();
  await bare.wait();
  assert.deepEqual(words(server), ["alleen hier"]);
});
