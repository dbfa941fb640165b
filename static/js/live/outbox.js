import { Emitter } from "./emitter.js";
import { MOST_BYTES, MOST_OPS, OPS } from "./protocol.js";

/**
 * What this device wants to say, until the room has it.
 *
 * An op is stored before its request leaves, leaves in order, and goes from here only when it was answered *and* its effect was seen in the journal
 * (`seen`). What was refused and has words in it stays, with the reason, until somebody edits or discards it.
 *
 * An entry: `{scope, id, n (order), op, state: "waiting" | "answered" | "refused", seq, contribution, quarantined, problem, again}`;
 * `again` marks an op that was accepted before and is offered once more to a room that came back from a backup.
 *
 * Events: "change" (anything), "answer" ({entry, result}: every answer, once), "halt" (problem: the server will not have us).
 */

const KEPT_SENT = 200;
const KEPT_SENT_DAYS = 30;
const WITH_WORDS = new Set([OPS.contribution_add, OPS.contribution_edit, OPS.action_add]);
/** What may be said again to a room that lost its last minutes. A step or a minute extra is of its moment, and is not. */
const REPEATABLE = new Set([...WITH_WORDS, OPS.contribution_retract, OPS.contribution_hide, OPS.contribution_show, OPS.contribution_move, OPS.vote_cast, OPS.question_mark, OPS.support_give, OPS.action_report, OPS.evidence_report, OPS.plan_join]);

const bytes = (text) => new TextEncoder().encode(text).length;
const byOrder = (a, b) => a.n - b.n || (a.id < b.id ? -1 : 1);

/** Which op makes an earlier one that has not left yet pointless: the last hand, the last *ready* and the last vote are what counts. */
function replaces(op) {
  if (op.type === OPS.hand_raise || op.type === OPS.ready_set) return () => true;
  if (op.type === OPS.vote_cast) return (other) => other.ballot === op.ballot && Object.keys(other.choices).every((choice) => choice in op.choices);
  return () => false;
}

/** The first entries that fit in one request. */
export function batchOf(entries) {
  const batch = [];
  let size = bytes('{"ops":[]}');
  for (const entry of entries) {
    size += bytes(JSON.stringify(entry.op)) + 1;
    if (batch.length === MOST_OPS || (batch.length && size > MOST_BYTES)) break;
    batch.push(entry);
  }
  return batch;
}

export class Outbox extends Emitter {
  #entries = new Map();
  #sending = new Set();
  #busy = false;
  #one = false;
  #failures = 0;
  #notBefore = 0;
  #seen = 0;
  #last = 0;
  #timer = null;
  #channel;
  #deps;
  halted = null;
  /** Another number after every change. */
  version = 0;
  /** False when this device keeps nothing and closing the page would lose what is unsent. */
  durable = true;

  /**
   * `scope` names room and role; `store` and `sent` are stores (see store.js); `post(body)` sends one request and gives an outcome of http.js;
   * `newId()` makes ids. The rest is for tests.
   */
  constructor({ scope, store, sent, post, newId, now = () => Date.now(), random = Math.random, setTimer = (work, ms) => setTimeout(work, ms), clearTimer = (id) => clearTimeout(id), channel = null }) {
    super();
    this.#deps = { scope, store, sent, post, newId, now, random, setTimer, clearTimer };
    this.#channel = channel;
    if (channel) channel.onmessage = () => this.#reread();
  }

  emit(name, detail) {
    if (name === "change") this.version += 1;
    super.emit(name, detail);
  }

  /** What an earlier visit left. */
  async load() {
    for (const entry of await this.#deps.store.all(this.#deps.scope)) if (!this.#entries.has(entry.id)) this.#entries.set(entry.id, { ...entry, stored: true });
    this.emit("change");
    this.flush();
    this.#deps.sent.purge(this.#deps.now() - KEPT_SENT_DAYS * 86_400_000); // of rooms that are long over: nobody will ask for it again
  }

  /** All entries, oldest first. `sending` says whether it is in a request now. */
  get entries() {
    return [...this.#entries.values()].sort(byOrder).map((entry) => ({ ...entry, sending: this.#sending.has(entry.id) }));
  }

  /** How many have not been answered yet. */
  get unsent() {
    return [...this.#entries.values()].filter((entry) => entry.state === "waiting").length;
  }

  /** Says something. Returns its entry at once; it leaves as soon as it is stored. */
  add(op) {
    const superseded = replaces(op);
    for (const old of [...this.#entries.values()]) {
      if (old.state === "waiting" && !this.#sending.has(old.id) && old.op.type === op.type && superseded(old.op)) this.#drop([old.id]);
    }
    const id = this.#deps.newId();
    const entry = { scope: this.#deps.scope, id, n: this.#next(), op: { id, ...op }, state: "waiting", stored: false };
    this.#entries.set(id, entry);
    this.#store(entry).then(() => this.flush());
    this.emit("change");
    return entry;
  }

  #next() {
    for (const entry of this.#entries.values()) this.#last = Math.max(this.#last, entry.n);
    this.#last = Math.max(this.#last + 1, this.#deps.now());
    return this.#last;
  }

  async #store(entry) {
    const { stored: _stored, ...record } = entry;
    const lasts = await this.#deps.store.put(record);
    this.durable = lasts;
    if (!this.#entries.has(entry.id)) await this.#deps.store.remove(entry.scope, [entry.id]);
    entry.stored = true;
    this.#channel?.postMessage("changed");
  }

  #drop(ids) {
    for (const id of ids) this.#entries.delete(id);
    this.#deps.store.remove(this.#deps.scope, ids).then(() => this.#channel?.postMessage("changed"));
  }

  /** Another tab on this device changed something. Both may send the same op: it has the same id, and counts once. */
  async #reread() {
    const kept = new Map((await this.#deps.store.all(this.#deps.scope)).map((entry) => [entry.id, entry]));
    for (const [id, mine] of this.#entries) {
      if (!mine.stored || this.#sending.has(id)) continue;
      const theirs = kept.get(id);
      if (!theirs) this.#entries.delete(id);
      else if (mine.state === "waiting" && theirs.state !== "waiting") Object.assign(mine, theirs);
    }
    for (const [id, theirs] of kept) if (!this.#entries.has(id)) this.#entries.set(id, { ...theirs, stored: true });
    this.emit("change");
    this.flush();
  }

  /** Tries now (there is a connection, the page came back), though never before the moment that the server asked us to wait for. */
  flush() {
    if (this.#busy || this.halted) return;
    const wait = this.#notBefore - this.#deps.now();
    if (wait > 0) {
      this.#later(wait);
      return;
    }
    const ready = [];
    for (const entry of [...this.#entries.values()].sort(byOrder)) {
      if (entry.state !== "waiting") continue;
      if (!entry.stored) break;
      ready.push(entry);
    }
    const batch = this.#one ? ready.slice(0, 1) : batchOf(ready);
    if (batch.length) this.#send(batch);
  }

  async #send(batch) {
    this.#busy = true;
    this.#deps.clearTimer(this.#timer);
    for (const entry of batch) this.#sending.add(entry.id);
    this.emit("change");
    const outcome = await this.#deps.post(JSON.stringify({ ops: batch.map((entry) => entry.op) }));
    for (const entry of batch) this.#sending.delete(entry.id);
    this.#busy = false;
    this.#take(batch, outcome);
    this.emit("change");
  }

  #take(batch, outcome) {
    if (outcome.kind === "ok") {
      this.#failures = 0;
      const results = new Map((outcome.body.results ?? []).map((result) => [result.id, result]));
      for (const entry of batch) if (results.has(entry.id)) this.#answered(entry, results.get(entry.id));
      this.seen(this.#seen); // the journal may have been quicker than this answer
      this.emit("head", outcome.body);
      if (results.size) this.flush();
      else this.#backOff();
    } else if (outcome.kind === "stop") {
      this.halted = outcome.problem;
      this.emit("halt", outcome.problem);
    } else if (outcome.kind === "bad") {
      this.#bad(batch, outcome.problem);
    } else if (outcome.kind === "wait") {
      this.#notBefore = this.#deps.now() + outcome.after * 1000;
      this.#later(outcome.after * 1000 + this.#deps.random() * 500);
    } else {
      this.#backOff();
    }
  }

  /** A request that cannot be read as a whole: one by one, so that what is wrong is refused and the rest arrives. */
  #bad(batch, problem) {
    if (batch.length > 1) {
      this.#one = true;
    } else {
      this.#answered(batch[0], { status: "refused", problem });
      this.#one = false;
    }
    this.flush();
  }

  #answered(entry, result) {
    if (result.status === "accepted") {
      Object.assign(entry, { state: "answered", seq: result.seq, contribution: result.contribution ?? null, quarantined: Boolean(result.quarantined) });
      if (this.#entries.has(entry.id)) this.#store(entry);
    } else if (WITH_WORDS.has(entry.op.type) && !(entry.again && entry.op.type === OPS.contribution_edit)) {
      Object.assign(entry, { state: "refused", problem: result.problem });
      if (this.#entries.has(entry.id)) this.#store(entry);
    } else {
      this.#drop([entry.id]);
    }
    if (!entry.again) this.emit("answer", { entry, result });
  }

  #backOff() {
    const cap = Math.min(15, 0.5 * 2 ** this.#failures);
    this.#failures += 1;
    this.#later((0.5 + this.#deps.random() * (cap - 0.5)) * 1000);
  }

  #later(milliseconds) {
    this.#deps.clearTimer(this.#timer);
    this.#timer = this.#deps.setTimer(() => this.flush(), Math.max(50, milliseconds));
  }

  /** The room as we see it has come to `seq`: what was answered up to there is in it, and leaves this box. */
  seen(seq) {
    this.#seen = seq;
    const done = [...this.#entries.values()].filter((entry) => entry.state === "answered" && entry.seq <= seq && entry.stored);
    if (!done.length) return;
    this.#drop(done.map((entry) => entry.id));
    this.#keepSent(done.filter((entry) => REPEATABLE.has(entry.op.type)));
    this.emit("change");
  }

  async #keepSent(entries) {
    const { sent, scope } = this.#deps;
    for (const { id, n, op } of entries) await sent.put({ scope, id, n, op });
    const all = (await sent.all(scope)).sort(byOrder);
    if (all.length > KEPT_SENT) await sent.remove(scope, all.slice(0, all.length - KEPT_SENT).map((record) => record.id));
  }

  /** The room is another than the one that answered us (a restored backup): say the last things again. The same ids count once. */
  async offerAgain() {
    const { sent, scope } = this.#deps;
    const unsure = [...this.#entries.values()].filter((entry) => entry.state === "answered");
    for (const entry of unsure) Object.assign(entry, { state: "waiting", again: true });
    for (const entry of unsure) await this.#store(entry);
    for (const record of await sent.all(scope)) {
      if (this.#entries.has(record.id)) continue;
      const entry = { ...record, state: "waiting", again: true, stored: false };
      this.#entries.set(entry.id, entry);
      await this.#store(entry);
    }
    this.emit("change");
    this.flush();
  }

  /** The server will have us (again): a snapshot was given. */
  resume() {
    this.halted = null;
    this.#failures = 0;
    this.flush();
  }

  /** Away with something that was refused, or that has not left yet. Says whether it could. */
  discard(id) {
    const entry = this.#entries.get(id);
    if (!entry || entry.state === "answered" || this.#sending.has(id)) return false;
    this.#drop([id]);
    this.emit("change");
    return true;
  }

  close() {
    this.#deps.clearTimer(this.#timer);
    this.#channel?.close?.();
  }
}
