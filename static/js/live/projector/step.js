import { t, tn } from "../../text.js";
import { timeLeft } from "../clock.js";
import { setText, show } from "../page.js";
import { stepsOf } from "../status.js";

/** The present step in large letters, with how much came in. */
export function connectStep({ room, role }) {
  function contributions(state) {
    const here = Object.values(state.contributions).filter((one) => one.step === state.step.id && one.status === "visible").length;
    const hidden = state.step.revealed ? 0 : state.counts.hidden;
    if (hidden) return tn("%(n)s bijdrage, nog verborgen", "%(n)s bijdragen, nog verborgen", hidden);
    return here ? tn("%(n)s bijdrage", "%(n)s bijdragen", here) : "";
  }

  return function draw() {
    const { state } = room;
    const steps = stepsOf(state);
    const step = state.agenda[state.step.id];
    const number = steps.indexOf(step) + 1;
    setText(role("step-number"), step ? t("Stap %(number)s van %(total)s", { number, total: steps.length }) : "");
    setText(role("step-title"), step?.title ?? state.lab.title);
    setText(role("step-title-timer"), step?.title ?? state.lab.title);
    setText(role("step-title-small"), step?.title ?? "");
    setText(role("instruction"), step?.instruction ?? "");
    setText(role("contributions-text"), step?.input === "text" ? contributions(state) : "");
    const left = timeLeft(state.step, room.clock.now());
    const bar = role("timer-bar");
    const whole = state.step.ends_at && state.step.started_at ? (Date.parse(state.step.ends_at) - Date.parse(state.step.started_at)) / 1000 : (step?.minutes ?? 0) * 60;
    show(bar, left.state === "running" || left.state === "paused");
    bar.max = Math.max(1, whole);
    bar.value = Math.min(left.seconds, bar.max);
  };
}
