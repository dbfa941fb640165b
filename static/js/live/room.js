import { io } from "../../vendor/socket.io.esm.min.js";
import { ServerClock } from "./clock.js";
import { Connection } from "./connection.js";
import { Emitter } from "./emitter.js";
import { createHttp } from "./http.js";
import { Outbox } from "./outbox.js";
import { overlay } from "./overlay.js";
import { OPS } from "./protocol.js";
import { merged } from "./ready.js";
import { recall, remember } from "./remembered.js";
import { createStore, placesOf } from "./store.js";
import { uuid7 } from "./uuid.js";

const KNOWN = new Set(Object.values(OPS));

/**
 * The room as a page sees it: what is so (`state`), what is under way (`outbox`), how we are connected (`connection`), what time it is (`clock`).
 *
 * `onRender(draw)`: draw(room) after anything changed, once per animation frame. Events: "events" (list, as they come from the journal),
 * "answer" ({entry, result}), "presence", "status".
 */
export class Room extends Emitter {
  #draws = new Set();
  #scheduled = false;
  #born = new Map();
  #cards = null;

  constructor(boot) {
    super();
    this.boot = boot;
    this.scope = `${boot.lab}:${boot.role}`;
    this.clock = new ServerClock();
    this.http = createHttp();
    this.outbox = new Outbox({
      scope: this.scope,
      store: createStore(placesOf("outbox")),
      sent: createStore(placesOf("sent")),
      post: (body) => this.http(boot.urls.ops, { method: "POST", body }),
      newId: () => uuid7(this.clock.now()),
      channel: globalThis.BroadcastChannel ? new BroadcastChannel(`kl-outbox:${this.scope}`) : null,
    });
    this.connection = new Connection({
      get: this.http,
      clock: this.clock,
      urls: boot.urls,
      openSocket: () =>
        io("/live", {
          path: boot.urls.socket,
          transports: ["websocket"],
          auth: { lab: boot.lab, as: boot.as },
          autoConnect: false,
          timeout: 8000,
          reconnectionDelay: 500,
          reconnectionDelayMax: 8000,
        }),
    });
    this.present = null;
    this.waiting = null;
    this.notice = null;
  }

  get state() {
    return this.connection.state;
  }

  get offline() {
    return this.connection.status === "offline" || this.connection.status === "closed";
  }

  /** Cards by id: the contributions with what is under way laid over them. */
  get cards() {
    this.#cards ??= overlay(this.state, this.outbox.entries, this.#born);
    return this.#cards;
  }

  /** Says something to the room. */
  act(type, fields = {}) {
    if (!KNOWN.has(type)) throw new TypeError(`no such op: ${type}`);
    return this.outbox.add({ type, ...fields });
  }

  onRender(draw) {
    this.#draws.add(draw);
    this.changed();
  }

  /** Draw again, soon. */
  changed() {
    this.#cards = null;
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      for (const draw of this.#draws) {
        try {
          draw(this);
        } catch (error) {
          console.error("drawing failed", error);
        }
      }
    });
  }

  #wire() {
    const { connection, outbox } = this;
    const loaded = this.boot.role === "projector" ? Promise.resolve() : outbox.load();
    outbox.on("change", () => this.changed());
    outbox.on("halt", () => this.changed());
    outbox.on("head", (answer) => {
      if (connection.state) outbox.seen(connection.state.seq); // the event was here before the answer: nothing else may come to say so
      connection.told(answer);
    });
    outbox.on("answer", (told) => {
      if (told.result.contribution) this.#born.set(told.result.contribution, told.entry.id);
      this.emit("answer", told);
    });
    connection.on("epoch", (epoch) => {
      const key = `kl-epoch:${this.scope}`;
      const before = recall(key);
      remember(key, epoch);
      if (before && before !== epoch) loaded.then(() => outbox.offerAgain());
    });
    connection.on("state", ({ state, events, fresh }) => {
      this.waiting = null;
      loaded.then(() => {
        outbox.seen(state.seq);
        if (fresh && outbox.halted) outbox.resume();
      });
      if (events.length) this.emit("events", events);
      this.changed();
    });
    connection.on("open", () => outbox.flush());
    connection.on("status", (status) => {
      this.emit("status", status);
      this.changed();
    });
    connection.on("presence", (told) => {
      this.present = merged(this.present, told);
      this.changed();
    });
    connection.on("bye", (reason) => {
      this.notice = reason;
      this.changed();
    });
    connection.on("waiting", (problem) => {
      this.waiting = problem;
      this.changed();
    });
  }

  #wakeWith(signal) {
    const wake = () => {
      this.connection.looked();
      if (document.visibilityState === "hidden") return;
      this.connection.wake();
      this.outbox.flush();
      this.changed();
    };
    window.addEventListener("online", wake, { signal });
    window.addEventListener("offline", () => this.connection.away(), { signal });
    window.addEventListener("pageshow", (event) => event.persisted && wake(), { signal });
    document.addEventListener("visibilitychange", wake, { signal });
    document.addEventListener("resume", wake, { signal });
    window.addEventListener("beforeunload", (event) => !this.outbox.durable && this.outbox.unsent > 0 && event.preventDefault(), { signal });
  }

  async start(signal) {
    this.#wire();
    this.#wakeWith(signal);
    signal.addEventListener("abort", () => {
      this.connection.stop();
      this.outbox.close();
    });
    await this.connection.start();
  }
}

/** The room that this page was made for (`#kl-boot`), not started yet. */
export function roomOfPage() {
  return new Room(JSON.parse(document.getElementById("kl-boot").textContent));
}
