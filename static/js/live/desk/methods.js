import { show } from "../page.js";
import { OPS } from "../protocol.js";
import { ask } from "./dialogs.js";
import { connectGroups } from "./groups.js";
import { connectRun, createLeading } from "./run.js";
import { connectStart } from "./start.js";
import { options } from "./wall.js";

/** Methods and groups on the desk: what is followed, leading a run, all groups at once, starting a method, and who sits where. */
export function connectMethods(parts) {
  const { room, role, actions, following, signal } = parts;
  const leading = createLeading(parts);
  const start = connectStart(parts);
  let seats = null;

  async function moveByMenu(id) {
    const person = room.state.people[id];
    const form = role("move-form");
    for (const name of ["move-kind", "move-answers", "move-theme"]) show(role(name), false);
    show(role("move-group"), true);
    options(form.elements.namedItem("group"), Object.values(room.state.groups).map((group) => [group.id, group.name]), person.group);
    if ((await ask(role("move-dialog"))) !== "move") return;
    const group = form.elements.namedItem("group").value || null;
    if (group !== person.group) room.act(OPS.participant_move, { participant: id, group });
  }

  const draws = [connectRun({ ...parts, leading }), connectGroups({ ...parts, leading, start, moveByMenu })];

  actions.on("seats", async () => {
    following.look("seats");
    if (!seats) {
      const { connectSeats } = await import("./seats.js");
      seats = connectSeats({ ...parts, moveByMenu });
    }
    room.changed();
  });
  actions.on("seats-done", () => following.look("groups"));
  // What is captured has to be seen: capturing brings the wall back.
  for (const key of ["k", "o", "i", "l"]) {
    actions.around(`capture-${key}`, (capture) => (pressed) => {
      if (following.view !== "wall") following.look("wall");
      following.draw();
      capture(pressed);
    });
  }
  const clock = setInterval(() => following.view === "groups" && room.changed(), 1000);
  signal.addEventListener("abort", () => clearInterval(clock));

  return function draw() {
    following.draw();
    for (const one of draws) one();
    show(role("seats"), following.view === "seats");
    if (following.view === "seats") seats?.();
  };
}
