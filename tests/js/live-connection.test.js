import assert from "node:assert/strict";
import { test } from "node:test";
import { ServerClock } from "../../static/js/live/clock.js";
import { Connection } from "../../static/js/live/connection.js";

const T = Date.parse("2026-11-19T12:00:00.000Z");
const rest = async () => {
  for (let i = 0; i < 6; i += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** Enough of Socket.IO's client: on, emit with ack, connect, disconnect, active. */
class FakeSocket {
  listeners = new Map();
  connected = false;
  active = false;
  tries = 0;
  followed = [];
  constructor(world) {
    this.world = world;
  }
  on(name, listener) {
    this.listeners.set(name, listener);
  }
  say(name, detail) {
    this.listeners.get(name)?.(detail);
  }
  connect() {
    this.tries += 1;
    this.active = true;
    if (this.world.refused) {
      this.active = false;
      this.say("connect_error", new Error("refused"));
    } else if (this.world.socketsWork && !this.connected) {
      this.connected = true;
      this.say("connect");
    }
  }
  disconnect() {
    this.active = false;
    if (this.connected) this.drop("io client disconnect");
  }
  drop(reason = "transport close") {
    this.connected = false;
    this.say("disconnect", reason);
  }
  timeout() {
    return this;
  }
  emit(_name, { since }, answer) {
    this.followed.push(since);
    answer(null, { ok: true, head: this.world.seq, epoch: this.world.epoch });
    const events = this.world.events.filter((event) => event.seq > since);
    if (events.length) this.say("events", { epoch: this.world.epoch, from: since, to: this.world.seq, head: this.world.seq, events });
  }
}

function makeWorld(settings = {}) {
  const world = { now: T, timers: [], seq: 3, epoch: "e1", events: [], socketsWork: true, refused: false, online: true, asked: [], answers: [], waiting: [], ...settings };
  const clock = new ServerClock(() => world.now);
  const socket = new FakeSocket(world);
  const snapshot = () => ({ epoch: world.epoch, seq: world.seq, now: new Date(world.now).toISOString(), step: { id: "1", rev: world.seq }, contributions: {} });
  const eventsSince = (since) => ({ epoch: world.epoch, from: since, to: world.seq, head: world.seq, events: world.events.filter((event) => event.seq > since) });
  world.happen = (count = 1) => {
    for (let i = 0; i < count; i += 1) world.events.push({ seq: ++world.seq, type: "step.changed", set: { step: { rev: world.seq } } });
    for (const go of world.waiting.splice(0)) go();
  };
  const get = async (url, { signal } = {}) => {
    world.asked.push(url);
    if (world.answers.length) return world.answers.shift();
    if (!world.online) return { kind: "away" };
    if (url === "/snapshot") return { kind: "ok", body: snapshot() };
    const query = new URLSearchParams(url.split("?")[1]);
    const since = Number(query.get("since"));
    if (query.get("wait") && world.seq <= since) {
      await new Promise((resolve) => {
        world.waiting.push(resolve);
        signal?.addEventListener("abort", resolve);
      });
      if (!world.online) return { kind: "away" };
    }
    return { kind: "ok", body: eventsSince(since) };
  };
  world.connection = new Connection({
    get,
    clock,
    openSocket: () => socket,
    urls: { snapshot: "/snapshot", events: "/events?as=participant" },
    env: {
      now: () => world.now,
      random: () => 0.5,
      hidden: () => Boolean(world.hidden),
      setTimer: (work, milliseconds) => {
        const timer = { work, at: world.now + milliseconds };
        world.timers.push(timer);
        return timer;
      },
      clearTimer: (timer) => {
        world.timers = world.timers.filter((other) => other !== timer);
      },
    },
  });
  world.socket = socket;
  world.clock = clock;
  world.statuses = [];
  world.connection.on("status", (status) => world.statuses.push(status));
  world.pass = async (milliseconds) => {
    const until = world.now + milliseconds;
    for (;;) {
      const next = world.timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      world.timers = world.timers.filter((timer) => timer !== next);
      world.now = Math.max(world.now, next.at);
      next.work();
      await rest();
    }
    world.now = until;
    await rest();
  };
  world.beat = () => socket.say("heartbeat", { head: world.seq, epoch: world.epoch, now: new Date(world.now).toISOString(), here: { phones: 1 } });
  return world;
}

async function connected(settings) {
  const world = makeWorld(settings);
  await world.connection.start();
  await rest();
  return world;
}

test("snapshot, socket, follow from the snapshot's number", async () => {
  const world = await connected();
  assert.equal(world.connection.status, "connected");
  assert.deepEqual(world.socket.followed, [3]);
  assert.deepEqual(world.asked, ["/snapshot"]);
  world.connection.stop();
});

test("frames are folded in; one that overlaps or is old changes nothing twice", async () => {
  const world = await connected();
  world.happen(2);
  const seen = [];
  world.connection.on("state", ({ events }) => seen.push(...events.map((event) => event.seq)));
  world.socket.say("events", { epoch: "e1", from: 3, to: 4, head: 5, events: world.events.slice(0, 1) });
  world.socket.say("events", { epoch: "e1", from: 3, to: 5, head: 5, events: world.events });
  world.socket.say("events", { epoch: "e1", from: 3, to: 4, head: 5, events: world.events.slice(0, 1) });
  assert.deepEqual(seen, [4, 5]);
  assert.equal(world.connection.state.seq, 5);
  world.connection.stop();
});

test("a frame that begins too late is not taken; what is missing is asked", async () => {
  const world = await connected();
  world.happen(3);
  world.socket.say("events", { epoch: "e1", from: 5, to: 6, head: 6, events: world.events.slice(2) });
  await rest();
  assert.deepEqual(world.asked, ["/snapshot", "/events?as=participant&since=3"]);
  assert.equal(world.connection.state.seq, 6);
  assert.equal(world.connection.state.step.rev, 6);
  world.connection.stop();
});

test("a heartbeat that is ahead for over a second: ask", async () => {
  const world = await connected();
  world.happen();
  world.beat();
  await world.pass(900);
  assert.equal(world.connection.state.seq, 3);
  await world.pass(200);
  assert.equal(world.connection.state.seq, 4);
  world.connection.stop();
});

test("sockets blocked: long polling after ten seconds, and back when they work", async () => {
  const world = await connected({ socketsWork: false });
  assert.equal(world.connection.status, "connecting");
  await world.pass(9900);
  assert.deepEqual(world.asked, ["/snapshot"]);
  await world.pass(200);
  assert.deepEqual(world.asked.slice(1), ["/events?as=participant&since=3", "/events?as=participant&since=3&wait=3"]);
  world.happen();
  await rest();
  assert.equal(world.connection.state.seq, 4);
  assert.equal(world.connection.status, "polling");
  assert.equal(world.asked.at(-1), "/events?as=participant&since=4&wait=20");
  world.socketsWork = true;
  world.socket.connect();
  await rest();
  assert.equal(world.connection.status, "connected");
  const asked = world.asked.length;
  world.happen();
  await world.pass(2000);
  assert.equal(world.asked.length, asked);
  world.connection.stop();
});

test("sockets that are refused at once: polling begins at the second no, not after ten seconds", async () => {
  const world = await connected({ socketsWork: false });
  world.socket.say("connect_error", new Error("websocket error"));
  await world.pass(500);
  assert.equal(world.asked.length, 1);
  world.socket.say("connect_error", new Error("websocket error"));
  await rest();
  assert.equal(world.asked.length, 3);
  world.connection.stop();
});

test("the page says when nobody looks at it, and when something is typed; each answer is a sample for the clock", async () => {
  const world = await connected();
  const said = [];
  world.socket.emit = (_name, what, answer) => {
    said.push({ away: what.away, typing: what.typing });
    world.now += 40;
    answer(null, { ok: true, head: world.seq, epoch: world.epoch, now: new Date(world.now + 60_000).toISOString() });
  };
  world.hidden = true;
  world.connection.looked();
  world.hidden = false;
  world.connection.looked();
  world.connection.typing(true);
  world.connection.typing(false);
  world.connection.typing(false);
  assert.deepEqual(said, [{ away: true, typing: false }, { away: false, typing: false }, { away: false, typing: true }, { away: false, typing: false }]);
  assert.equal(Math.round(world.clock.offset / 100), 600);
  await world.pass(12_000);
  assert.equal(said.length, 7); // and three more questions for the clock, some time after coming in
  world.connection.stop();
});

test("the wifi goes and comes back: offline is said, and everything is caught up once", async () => {
  const world = await connected();
  world.online = false;
  world.socketsWork = false;
  world.connection.away();
  await rest();
  assert.equal(world.connection.status, "offline");
  world.happen(4);
  await world.pass(30_000);
  assert.equal(world.connection.status, "offline");
  world.online = true;
  world.socketsWork = true;
  const seen = [];
  world.connection.on("state", ({ events }) => seen.push(...events.map((event) => event.seq)));
  world.connection.wake();
  await rest();
  assert.equal(world.connection.status, "connected");
  assert.deepEqual(seen, [4, 5, 6, 7]);
  assert.equal(world.statuses.includes("polling"), false);
  world.connection.stop();
});

test("a socket that falls silent is dead, whatever it says", async () => {
  const world = await connected();
  world.happen();
  const tries = world.socket.tries;
  await world.pass(20_000);
  assert.ok(world.socket.tries > tries);
  assert.equal(world.connection.state.seq, 4);
  world.connection.stop();
});

test("as long as the heart beats nothing is asked", async () => {
  const world = await connected();
  for (let i = 0; i < 20; i += 1) {
    await world.pass(5000);
    world.beat();
  }
  assert.deepEqual(world.asked, ["/snapshot"]);
  assert.equal(world.socket.tries, 1);
  world.connection.stop();
});

test("waking up asks at once", async () => {
  const world = await connected();
  world.happen(2);
  world.connection.wake();
  await rest();
  assert.equal(world.connection.state.seq, 5);
  world.connection.stop();
});

test("too far behind, or another epoch: a new snapshot; another epoch is told first", async () => {
  const world = await connected();
  const epochs = [];
  world.connection.on("epoch", (epoch) => epochs.push([epoch, world.connection.state.epoch]));
  world.socket.say("events", { epoch: "e1", reset: true, head: 9000 });
  await rest();
  world.epoch = "e2";
  world.seq = 1;
  world.beat();
  await rest();
  assert.deepEqual(epochs, [["e1", "e1"], ["e2", "e1"]]);
  assert.deepEqual([world.connection.state.epoch, world.connection.state.seq], ["e2", 1]);
  world.connection.stop();
});

test("the room is not open yet: wait, then go in", async () => {
  const world = makeWorld();
  world.answers.push({ kind: "later", problem: { title: "Dit Kennislab is nog niet open" } });
  const told = [];
  world.connection.on("waiting", (problem) => told.push(problem.title));
  world.connection.start();
  await rest();
  assert.deepEqual(told, ["Dit Kennislab is nog niet open"]);
  await world.pass(5000);
  assert.equal(world.connection.status, "connected");
  world.connection.stop();
});

test("removed from the room: it stops and says why", async () => {
  const world = await connected();
  const problem = { status: 403, title: "Je doet niet meer mee aan dit Kennislab" };
  const byes = [];
  world.connection.on("bye", (reason) => byes.push(reason));
  world.socket.say("bye", { reason: "revoked" });
  assert.deepEqual(byes, ["revoked"]);
  assert.equal(world.connection.status, "closed");
  assert.deepEqual(world.timers, []);

  const other = makeWorld();
  other.answers.push({ kind: "stop", problem });
  await other.connection.start();
  assert.equal(other.connection.status, "closed");
  assert.equal(other.connection.problem, problem);
  assert.equal(other.socket.tries, 0);
});

test("a refused socket: HTTP says why, or carries on", async () => {
  const world = await connected({ refused: true });
  await rest();
  assert.deepEqual(world.asked.slice(0, 2), ["/snapshot", "/events?as=participant&since=3"]);
  world.refused = false;
  await world.pass(10_000);
  assert.equal(world.connection.status, "connected");
  world.connection.stop();
});

test("the server closes the socket: it comes back by itself", async () => {
  const world = await connected();
  world.socket.drop("io server disconnect");
  assert.equal(world.connection.status, "connecting");
  await world.pass(3100);
  assert.equal(world.connection.status, "connected");
  assert.deepEqual(world.asked, ["/snapshot"]);
  world.connection.stop();
});

test("the answer to our op says that there is more: over a slow line it is asked at once", async () => {
  const world = await connected({ socketsWork: false });
  world.happen();
  world.connection.told({ head: 4, epoch: "e1" });
  await world.pass(10);
  assert.equal(world.connection.state.seq, 4);
  world.connection.stop();
});
