import { announcing } from "../live/announce.js";
import { rolesOf } from "../live/page.js";
import { connectBallot } from "../live/phone/ballot.js";
import { connectComposer } from "../live/phone/composer.js";
import { connectHead } from "../live/phone/head.js";
import { connectMine } from "../live/phone/mine.js";
import { connectReady } from "../live/phone/ready.js";
import { turnOf } from "../live/phone/turn.js";
import { connectWall } from "../live/phone/wall.js";
import { OPS } from "../live/protocol.js";
import { roomOfPage } from "../live/room.js";
import { showTimer } from "../live/timer.js";

const AGAIN = 4000;

/** The participant's phone: what to do now, and what became of what was sent. The hooks are described in templates/live/phone.html. */
export default async function connect(root, { signal }) {
  const room = roomOfPage();
  const role = rolesOf(root);
  const parts = { room, root, role, signal };
  let method = null;
  const cell = () => (method ? method.cell() : turnOf(room.state)?.slot.input === "matrix" ? {} : null);
  const mine = connectMine(parts);
  const composer = connectComposer({ ...parts, cell, edit: (card) => mine.edit(card) });
  const draws = [() => composer.draw(), connectHead({ ...parts, composer }), () => mine.draw(), connectBallot(parts), connectReady(parts), connectWall({ ...parts, composer })];
  for (const draw of draws) room.onRender(draw);

  role("hand")?.addEventListener("click", (event) => room.act(OPS.hand_raise, { up: event.currentTarget.getAttribute("aria-pressed") !== "true" }), { signal });
  announcing(room, role("announce"));
  const present = () => (room.state?.lab.state === "closed" ? null : room.state && (turnOf(room.state)?.run ?? room.state.step));
  showTimer({ element: role("timer"), words: role("timer-words"), spoken: role("timer-text"), signal, now: () => room.clock.now(), step: present });
  const slow = setInterval(() => room.changed(), 5000); // what depends on the clock alone: the remark that the time is up
  signal.addEventListener("abort", () => clearInterval(slow));

  /** What only methods need comes behind the page, so that the first paint does not wait for it; on a bad line it is asked for again. */
  async function bringMethods(tries = 0) {
    try {
      const { connectMethod } = await import(tries ? `../live/phone/method.js?again=${tries}` : "../live/phone/method.js");
      method = connectMethod({ ...parts, composer });
      room.onRender(() => method.draw());
    } catch (error) {
      if (tries > 20) console.error("methods did not load", error);
      else if (!signal.aborted) setTimeout(() => bringMethods(tries + 1), AGAIN);
    }
  }

  /** Likewise what the day asks for: last time, questions to a speaker, plans, looking back. */
  async function bringDay(tries = 0) {
    try {
      const { connectDay } = await import(tries ? `../live/phone/day.js?again=${tries}` : "../live/phone/day.js");
      room.onRender(connectDay(parts));
    } catch (error) {
      if (tries > 20) console.error("the day did not load", error);
      else if (!signal.aborted) setTimeout(() => bringDay(tries + 1), AGAIN);
    }
  }

  await room.start(signal);
  bringMethods();
  bringDay();
}
