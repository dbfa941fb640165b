/**
 * The server's time on this device. Its own clock may be wrong by hours; what counts is how far.
 *
 * Two kinds of evidence: an answer to a question (`answered`), good to half its journey, of which the fastest of the last five is believed;
 * and news that came by itself (`heard`), which was under way for an unknown time and so can only show that we are behind.
 */

const KEPT = 5;
const JUMP = 5000;

export class ServerClock {
  #answers = [];
  #heard = [];
  #device;

  /** `device`: () → this device's milliseconds since 1970. */
  constructor(device = () => Date.now()) {
    this.#device = device;
  }

  /** A question left at `sent` and its answer, with the server's `now` (ISO), came at `received`; both by the device's clock. */
  answered(now, sent, received) {
    const server = Date.parse(now);
    if (Number.isNaN(server) || received < sent) return;
    this.#forgetAfterJump(server - received);
    this.#answers = [...this.#answers, { offset: server - (sent + received) / 2, journey: received - sent }].slice(-KEPT);
  }

  /** The server said `now` by itself; it came at `received`. */
  heard(now, received = this.#device()) {
    const server = Date.parse(now);
    if (Number.isNaN(server)) return;
    this.#forgetAfterJump(server - received);
    this.#heard = [...this.#heard, server - received].slice(-KEPT);
  }

  /** A device whose clock was set (or that slept through a change) must not average the two times. */
  #forgetAfterJump(offset) {
    if (this.known && Math.abs(offset - this.offset) > JUMP) {
      this.#answers = [];
      this.#heard = [];
    }
  }

  get known() {
    return this.#answers.length + this.#heard.length > 0;
  }

  /** Milliseconds to add to the device's clock. */
  get offset() {
    const fastest = this.#answers.reduce((best, one) => (best === null || one.journey < best.journey ? one : best), null);
    const atLeast = this.#heard.length ? Math.max(...this.#heard) : null;
    if (fastest === null) return atLeast ?? 0;
    return atLeast === null ? fastest.offset : Math.max(fastest.offset, Math.min(atLeast, fastest.offset + fastest.journey / 2));
  }

  /** The server's milliseconds since 1970, as well as we know. */
  now() {
    return this.#device() + this.offset;
  }
}

/** How long the present step still has: `{state: "none"|"running"|"paused"|"over", seconds}`. Seconds are rounded up: 0 is the end. */
export function timeLeft(step, now) {
  if (!step?.id) return { state: "none", seconds: 0 };
  if (step.paused_at) return { state: "paused", seconds: Math.ceil(step.remaining ?? 0) };
  if (!step.ends_at) return { state: "none", seconds: 0 };
  const seconds = Math.ceil((Date.parse(step.ends_at) - now) / 1000);
  return seconds > 0 ? { state: "running", seconds } : { state: "over", seconds: 0 };
}

/** 400 → "06:40"; over an hour "75:00". */
export function minutesAndSeconds(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${String(Math.floor(whole / 60)).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
}
