import { Emitter } from "./emitter.js";
import { reduce, verdict } from "./reducer.js";

/**
 * Follows a room: a snapshot, then the socket, and long polling where sockets are blocked. The journal's numbers decide what is known;
 * whatever the way, a gap is filled by asking for the events after `state.seq`.
 *
 * `status`: "connecting" | "connected" (socket) | "polling" | "offline" | "closed" (the server will not have us: see `problem`).
 * Events: "status", "state" ({state, events, fresh}: after every change; `fresh` after a snapshot), "epoch" (before the state of another epoch),
 * "presence" (facilitators: who is connected, away or gone; see kennislab/live/presence.py), "here", "bye" (reason), "open" (the socket follows, or a request got through after silence), "waiting" (problem: the room is not open yet).
 */

const SOCKET_PATIENCE = 10_000;
const SILENCE = 12_500;
const BEHIND = 1000;
/** After so many tries that end at once, polling begins beside them: the network does not let sockets through. */
const BLOCKED = 2;
const FIRST_POLL_SECONDS = 3;
const POLL_SECONDS = 20;
/** After coming in, some more questions for the clock: the fastest answer of the last five is the one that counts. */
const SAMPLES = [2000, 5000, 9000];
const FINAL_BYES = new Set(["revoked", "other-place"]);

export class Connection extends Emitter {
  #get;
  #openSocket;
  #clock;
  #urls;
  #env;
  #socket = null;
  #timers = new Map();
  #polling = null;
  #snapshotting = null;
  #catching = null;
  #heard = 0;
  #failures = 0;
  #errors = 0;
  #stopped = false;
  #typing = false;
  state = null;
  status = "connecting";
  problem = null;

  /**
   * `get(url, options)` as http.js; `openSocket()` gives a Socket.IO socket of namespace /live that is not connected yet; `urls`: snapshot, events.
   * `env`: {now, random, setTimer, clearTimer, hidden (whether nobody sees this page)}, for tests.
   */
  constructor({ get, openSocket, clock, urls, env = {} }) {
    super();
    this.#get = get;
    this.#openSocket = openSocket;
    this.#clock = clock;
    this.#urls = urls;
    this.#env = { now: () => Date.now(), random: Math.random, setTimer: (f, ms) => setTimeout(f, ms), clearTimer: (id) => clearTimeout(id), hidden: () => globalThis.document?.visibilityState === "hidden", ...env };
  }

  /** Begins; the promise is kept when there is a first state, or none will come. */
  async start() {
    await this.#snapshot();
    if (this.#stopped) return;
    this.#connect();
    this.#watch();
  }

  stop() {
    this.#stopped = true;
    for (const id of this.#timers.values()) this.#env.clearTimer(id);
    this.#timers.clear();
    this.#polling?.abort();
    this.#socket?.disconnect();
  }

  /** The page is back (shown, thawed, online): catch up now instead of at the next beat. */
  wake() {
    if (this.#stopped || this.status === "closed") return;
    this.#cut("pause");
    if (!this.state) return;
    const silent = this.#env.now() - this.#heard;
    if (this.#socket && (this.status !== "connected" || silent > SILENCE)) this.#reconnect();
    this.#catchUp();
  }

  /** The device says that it has no network: find out at once, and say so when it is true. */
  away() {
    if (this.#stopped || !this.#socket) return;
    this.#set("connecting");
    this.#reconnect();
    this.#poll();
  }

  /** Somebody looks at this page, or no longer does: say so. */
  looked() {
    if (this.status === "connected") this.#say();
  }

  /** At a desk something is being typed, or no longer. Said again every few seconds as long as it lasts; who leads with us sees it. */
  typing(on) {
    if (on === this.#typing && !on) return;
    this.#typing = on;
    if (this.status === "connected") this.#say();
  }

  // -- timers, by name: one of each

  #after(name, milliseconds, work) {
    this.#env.clearTimer(this.#timers.get(name));
    this.#timers.set(
      name,
      this.#env.setTimer(() => {
        this.#timers.delete(name);
        if (!this.#stopped) work();
      }, milliseconds),
    );
  }

  #clear(name) {
    this.#env.clearTimer(this.#timers.get(name));
    this.#timers.delete(name);
  }

  /** Resolves after a while; `#cut` ends the wait early. */
  #pause(milliseconds) {
    return new Promise((resolve) => {
      this.#pauses.add(resolve);
      this.#after("pause", milliseconds, () => this.#cut());
    });
  }

  #pauses = new Set();

  #cut() {
    this.#clear("pause");
    for (const resolve of this.#pauses) resolve();
    this.#pauses.clear();
  }

  #backOff() {
    const cap = Math.min(15_000, 1000 * 2 ** this.#failures);
    this.#failures += 1;
    return this.#pause(500 + this.#env.random() * (cap - 500));
  }

  #set(status) {
    if (this.status === status) return;
    this.status = status;
    this.emit("status", status);
  }

  #halt(problem) {
    this.problem = problem;
    this.stop();
    this.#set("closed");
  }

  // -- snapshot and events over HTTP

  #snapshot() {
    this.#snapshotting ??= this.#takeSnapshot().finally(() => {
      this.#snapshotting = null;
    });
    return this.#snapshotting;
  }

  async #takeSnapshot() {
    while (!this.#stopped) {
      const sent = this.#env.now();
      const answer = await this.#get(this.#urls.snapshot);
      if (answer.kind === "ok") {
        const { now, ...state } = answer.body;
        this.#clock.answered(now, sent, this.#env.now());
        this.#failures = 0;
        if (this.status === "offline") this.#set("connecting");
        this.emit("epoch", state.epoch);
        this.#become(state, [], true);
        return;
      }
      if (answer.kind === "stop" || answer.kind === "bad") this.#halt(answer.problem);
      else if (answer.kind === "wait") await this.#pause(answer.after * 1000);
      else if (answer.kind === "later") {
        this.emit("waiting", answer.problem);
        await this.#pause(2000 + this.#env.random() * 3000);
      } else {
        this.#set("offline");
        await this.#backOff();
      }
    }
  }

  #become(state, events, fresh) {
    this.state = state;
    this.emit("state", { state, events, fresh });
  }

  /** Takes a frame from wherever it came. */
  #take(frame) {
    if (!this.state) return null;
    const what = verdict(this.state, frame);
    if (what === "reset") return this.#snapshot();
    if (what === "gap") return this.#catchUp();
    if (what === "apply") {
      const since = this.state.seq;
      this.#become(reduce(this.state, frame), frame.events.filter((event) => event.seq > since), false);
    }
    return null;
  }

  #catchUp() {
    this.#catching ??= this.#askEvents(0).finally(() => {
      this.#catching = null;
    });
    return this.#catching;
  }

  /** One request for what came after our number; says whether it got through. */
  async #askEvents(wait, signal = null) {
    const { seq, epoch } = this.state;
    const url = new URL(this.#urls.events, "http://here");
    url.searchParams.set("since", seq);
    if (wait) url.searchParams.set("wait", wait);
    if (wait && this.#env.hidden()) url.searchParams.set("away", 1);
    const sent = this.#env.now();
    const answer = await this.#get(url.pathname + url.search, { signal, seconds: wait + 15 });
    if (this.#stopped || signal?.aborted) return false;
    if (answer.kind === "stop") {
      this.#halt(answer.problem);
      return false;
    }
    if (answer.kind !== "ok") {
      if (answer.kind === "wait") await this.#pause(answer.after * 1000);
      else if (this.status !== "connected") this.#set("offline");
      return false;
    }
    this.#failures = 0;
    if (answer.body.now && wait) this.#clock.heard(answer.body.now, this.#env.now());
    else if (answer.body.now) this.#clock.answered(answer.body.now, sent, this.#env.now());
    if (answer.body.epoch === epoch && !answer.body.reset && answer.body.from > this.state.seq) await this.#snapshot();
    else await this.#take(answer.body);
    return true;
  }

  // -- the socket

  #connect() {
    const socket = this.#openSocket();
    this.#socket = socket;
    socket.on("connect", () => this.#follow());
    socket.on("events", (frame) => {
      this.#heard = this.#env.now();
      this.#take(frame);
    });
    socket.on("heartbeat", (beat) => this.#beat(beat));
    socket.on("presence", (told) => this.emit("presence", told));
    socket.on("bye", ({ reason }) => this.#bye(reason));
    socket.on("connect_error", () => {
      this.#errors += 1;
      if (!socket.active) this.#refused();
      else if (this.#errors >= BLOCKED) this.#poll(); // the client goes on trying; whoever stands between us and the server says no at once
    });
    socket.on("disconnect", (reason) => {
      if (this.#stopped) return;
      this.#lost();
      if (reason === "io server disconnect") this.#after("connect", 500 + this.#env.random() * 2500, () => socket.connect());
    });
    socket.connect();
    this.#after("patience", SOCKET_PATIENCE, () => this.#poll());
  }

  #reconnect() {
    this.#clear("connect");
    this.#socket.disconnect();
    this.#socket.connect();
  }

  /** Says on the socket from where we want to hear, and how it looks here. The answer is one more sample for the clock. */
  #say(then = () => {}) {
    const sent = this.#env.now();
    this.#socket.timeout(5000).emit("follow", { since: this.state.seq, away: this.#env.hidden(), typing: this.#typing }, (error, answer) => {
      if (this.#stopped) return;
      if (answer?.now) this.#clock.answered(answer.now, sent, this.#env.now());
      then(error, answer);
    });
  }

  #follow() {
    this.#say((error, answer) => {
      if (error || !answer?.ok) {
        this.#socket.disconnect();
        this.#refused();
        return;
      }
      this.#heard = this.#env.now();
      this.#failures = this.#errors = 0;
      this.#clear("patience");
      this.#polling?.abort();
      this.#polling = null;
      this.#set("connected");
      this.#sample(0);
      if (answer.epoch !== this.state.epoch) this.#snapshot();
      this.emit("open");
    });
  }

  #sample(number) {
    if (number >= SAMPLES.length) return;
    this.#after("sample", SAMPLES[number] - (SAMPLES[number - 1] ?? 0) + this.#env.random() * 1000, () => {
      if (this.status !== "connected") return;
      this.#say();
      this.#sample(number + 1);
    });
  }

  /** The socket was let go. Try it again soon; if that takes too long, poll meanwhile. */
  #lost() {
    if (this.status === "connected") this.#set("connecting");
    if (!this.#polling) this.#after("patience", SOCKET_PATIENCE, () => this.#poll());
  }

  /** The server refuses the socket and does not say why in words: HTTP does. */
  #refused() {
    this.#poll();
    this.#after("connect", 5000 + this.#env.random() * 5000, () => this.#socket.connect());
  }

  #bye(reason) {
    this.emit("bye", reason);
    if (FINAL_BYES.has(reason)) this.#halt({ type: `/bye/${reason}`, title: "", detail: "" });
    else if (reason === "epoch") this.#snapshot();
  }

  #beat({ head, epoch, now, here }) {
    this.#heard = this.#env.now();
    this.#clock.heard(now, this.#heard);
    if (here) this.emit("here", here);
    this.told({ head, epoch });
  }

  /** Somebody (a heartbeat, the answer to our op) said how far the journal is. A socket gets a second to bring it; else we ask. */
  told({ head, epoch }) {
    if (this.#stopped || !this.state || !epoch) return;
    if (epoch !== this.state.epoch) this.#snapshot();
    else if (head > this.state.seq) {
      this.#after("behind", this.status === "connected" ? BEHIND : 0, () => {
        if (head > this.state.seq) this.#catchUp();
      });
    }
  }

  /** A socket that says nothing for two heartbeats is dead, whatever it says of itself. */
  #watch() {
    this.#after("watch", 5000, () => {
      if (this.status === "connected" && this.#env.now() - this.#heard > SILENCE) {
        this.#set("connecting");
        this.#reconnect();
        this.#catchUp();
        this.#after("patience", SOCKET_PATIENCE, () => this.#poll());
      }
      this.#watch();
    });
  }

  // -- polling, as long as there is no socket

  async #poll() {
    if (this.#polling || this.status === "connected") return;
    const mine = new AbortController();
    this.#polling = mine;
    let wait = 0;
    while (!mine.signal.aborted && !this.#stopped) {
      const through = await this.#askEvents(wait, mine.signal);
      if (mine.signal.aborted || this.#stopped) return;
      if (!through) {
        wait = 0;
        await this.#backOff();
      } else if (wait === 0) {
        // HTTP works (again). Give the socket a moment before we call this line a slow one.
        if (this.status === "offline") this.#reconnect();
        this.#set("connecting");
        this.emit("open");
        wait = FIRST_POLL_SECONDS;
      } else {
        this.#set("polling");
        wait = POLL_SECONDS;
      }
    }
  }
}
