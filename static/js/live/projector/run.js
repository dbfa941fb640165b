import { t, tn } from "../../text.js";
import { minutesAndSeconds, timeLeft } from "../clock.js";
import { fromTemplate, setData, setText, show, syncList } from "../page.js";
import { both, countOf, nextText, plenaryRun, roundText, runsByGroup, whoSpeaks } from "../runs.js";
import { fitSmaller } from "./fit.js";

const MOST_TABLES = 12;

/** The scene for what the room is doing: a method of everybody or of the groups takes the place of the step, while the screen follows. */
export function sceneInRuns(state, scene) {
  if (scene === "ballot" && state.projector.follow) {
    const looked = state.ballots[state.projector.ballot];
    const run = looked?.run ? state.runs?.[looked.run] : null;
    if (run?.slot.input === "rating_1_5" && looked.state === "open") return "run"; // cards go round: there is nothing to choose from on a wall
  }
  if (scene !== "step") return scene;
  if (plenaryRun(state)) return "run";
  return state.projector.follow && !state.lab.gathered && runsByGroup(state).size > 0 ? "groups" : scene;
}

/** A method with the whole room in large letters: what to do, who speaks, how long still, and who goes where. */
export function connectRunScene({ room, role }) {
  function drawTables(run) {
    const { tables } = run;
    const apart = tables.length > 1;
    const listed = apart && tables.length <= MOST_TABLES;
    const list = role("run-tables");
    syncList(list, listed ? tables : [], {
      key: (table) => table.id,
      make: () => fromTemplate("p-table"),
      update(element, table) {
        setText(element.querySelector('[data-role="title"]'), table.station ? t("Station %(station)s", { station: table.station }) : t("Tafel %(table)s", { table: table.id }));
        setText(element.querySelector('[data-role="people"]'), table.people.map((one) => one.name || t("iemand zonder naam")).join(", "));
      },
    });
    show(list, listed);
    const left = listed ? fitSmaller(list, () => null) : 0;
    show(list, listed && left === 0);
    show(role("run-phones"), apart && (!listed || left > 0));
  }

  return function draw(visible) {
    const run = plenaryRun(room.state);
    if (run) for (const name of ["step-title-timer", "step-title-small"]) setText(role(name), both(run.slot.title));
    if (!visible || !run) return;
    const speaks = whoSpeaks(run.slot);
    setText(role("run-number"), t("%(method)s · stap %(number)s van %(total)s", { method: both(run.method.name), ...countOf(run) }));
    setText(role("run-round"), roundText(run));
    show(role("run-round"), run.units > 1);
    setText(role("run-title"), both(run.slot.title));
    setText(role("run-instruction"), both(run.slot.instruction));
    setText(role("run-speaks"), speaks.speaking);
    setText(role("run-silent"), speaks.silent);
    show(role("run-silent"), speaks.silent !== "");
    const next = nextText(run);
    setText(role("run-next"), next ? t("Hierna: %(title)s", { title: next }) : "");
    const left = timeLeft(run, room.clock.now());
    const bar = role("run-timer-bar");
    bar.max = Math.max(1, run.slot.seconds);
    bar.value = Math.min(left.seconds, bar.max);
    drawTables(run);
  };
}

/** All groups on one screen: which step, and how long still. Nothing of what they say. */
export function connectGroupsScene({ room, role }) {
  return function draw(visible) {
    if (!visible) return;
    const { state } = room;
    const runs = runsByGroup(state);
    const now = room.clock.now();
    const groups = Object.values(state.groups).sort((a, b) => a.name.localeCompare(b.name, "nl", { numeric: true }));
    const list = role("p-groups");
    setText(role("groups-title"), state.lab.gathered ? t("Terug naar plenair") : t("Aan het werk in groepen"));
    setData(list, "many", groups.length > 20 ? "most" : groups.length > 16 ? "more" : groups.length > 12 ? "many" : null);
    syncList(list, groups, {
      key: (group) => group.id,
      make: () => fromTemplate("p-group"),
      update(element, group) {
        const run = runs.get(group.id);
        const at = (name) => element.querySelector(`[data-role="${name}"]`);
        const left = timeLeft(run, now);
        setText(at("name"), group.name);
        setText(at("title"), run ? both(run.slot.title) : "");
        setText(at("step"), run ? [t("Stap %(number)s van %(total)s", countOf(run)), roundText(run)].filter(Boolean).join(" · ") : "");
        setData(at("time"), "state", left.state);
        const words = { over: t("tijd om"), none: "" };
        setText(at("time"), words[left.state] ?? minutesAndSeconds(left.seconds));
      },
    });
    fitSmaller(list, (left) => {
      show(role("groups-more"), left > 0);
      setText(role("groups-more"), left ? tn("en nog %(n)s groep", "en nog %(n)s groepen", left) : "");
    });
  };
}
