import { announcing } from "../live/announce.js";
import { rolesOf } from "../live/page.js";
import { connectBallot } from "../live/phone/ballot.js";
import { connectComposer } from "../live/phone/composer.js";
import { connectHead } from "../live/phone/head.js";
import { connectMine } from "../live/phone/mine.js";
import { connectWall } from "../live/phone/wall.js";
import { OPS } from "../live/protocol.js";
import { roomOfPage } from "../live/room.js";
import { showTimer } from "../live/timer.js";

/** The participant's phone: what to do now, and what became of what was sent. The hooks are described in templates/live/phone.html. */
export default async function connect(root, { signal }) {
  const room = roomOfPage();
  const role = rolesOf(root);
  const parts = { room, root, role, signal };
  const composer = connectComposer(parts);
  const draws = [() => composer.draw(), connectHead({ ...parts, composer }), connectMine({ ...parts, composer }), connectBallot(parts), connectWall({ ...parts, composer })];
  for (const draw of draws) room.onRender(draw);

  role("hand")?.addEventListener("click", (event) => room.act(OPS.hand_raise, { up: event.currentTarget.getAttribute("aria-pressed") !== "true" }), { signal });
  announcing(room, role("announce"));
  showTimer({ element: role("timer"), words: role("timer-words"), spoken: role("timer-text"), signal, now: () => room.clock.now(), step: () => (room.state?.lab.state === "closed" ? null : room.state?.step) });
  const slow = setInterval(() => room.changed(), 5000); // what depends on the clock alone: the remark that the time is up
  signal.addEventListener("abort", () => clearInterval(slow));

  await room.start(signal);
}
