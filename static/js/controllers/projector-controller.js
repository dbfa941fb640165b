import { t, tn } from "../text.js";
import { rolesOf, setText, show } from "../live/page.js";
import { connectBallot } from "../live/projector/ballot.js";
import { connectDay, previewed } from "../live/projector/day.js";
import { connectGroupsScene, connectRunScene, sceneInRuns } from "../live/projector/run.js";
import { connectStep } from "../live/projector/step.js";
import { connectWall } from "../live/projector/wall.js";
import { roomOfPage } from "../live/room.js";
import { plenaryRun } from "../live/runs.js";
import { drawStatus } from "../live/status.js";
import { showTimer } from "../live/timer.js";

const SCENES = new Set(["join", "step", "wall", "ballot", "timer", "blank", "groups", "text", "picture", "previous", "questions"]);

/** What the room sees: follows `projector` of the state and shows nothing else. The hooks are described in templates/live/projector.html. */
export default async function connect(root, { signal }) {
  const room = roomOfPage();
  previewed(room, window.location);
  const role = rolesOf(root);
  const parts = { room, root, role, signal };
  const sections = [...root.querySelectorAll("[data-scene-section]")];
  const drawStep = connectStep(parts);
  const drawWall = connectWall(parts);
  const drawBallot = connectBallot(parts);
  const drawDay = connectDay(parts);
  const drawRun = connectRunScene(parts);
  const drawGroups = connectGroupsScene(parts);

  function sceneOf(state) {
    const { scene } = state.projector;
    if (scene === "ballot" && !Object.keys(state.ballots).length) return "step";
    return sceneInRuns(state, SCENES.has(scene) ? scene : "step");
  }

  room.onRender(() => {
    drawStatus(room, root, role);
    const { state } = room;
    if (!state) return;
    const scene = sceneOf(state);
    if (root.dataset.scene !== scene) root.dataset.scene = scene;
    for (const section of sections) show(section, section.dataset.sceneSection === scene);
    setText(role("lab-title"), state.lab.title);
    setText(role("people"), state.counts.people);
    const { people } = state.counts;
    setText(role("people-text"), people ? tn("Er is al iemand", "%(n)s mensen zijn er al", people) : t("Je bent de eerste"));
    if (state.lab.join) for (const name of ["join-code", "join-small"]) setText(role(name), state.lab.join.code);
    drawStep();
    drawWall(scene === "wall");
    drawBallot(scene === "ballot");
    drawDay(scene);
    drawRun(scene === "run");
    drawGroups(scene === "groups");
  });

  const clock = { signal, now: () => room.clock.now(), step: () => (room.state?.lab.state === "closed" ? null : room.state && (plenaryRun(room.state) ?? room.state.step)) };
  for (const name of ["timer", "timer-small", "timer-large", "run-timer"]) showTimer({ element: role(name), ...clock });
  const tick = setInterval(() => room.changed(), 1000); // the bar under the time
  signal.addEventListener("abort", () => clearInterval(tick));
  window.addEventListener("hashchange", () => room.changed(), { signal });
  window.addEventListener("resize", () => room.changed(), { signal });
  document.fonts?.ready.then(() => room.changed());

  await room.start(signal);
}
