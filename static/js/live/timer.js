import { t, tn } from "../text.js";
import { minutesAndSeconds, timeLeft } from "./clock.js";
import { setData, setText } from "./page.js";

/**
 * Shows the countdown of the present step, by the server's clock, and gives a sentence at five minutes, one minute and the end to who listens
 * instead of looks. `element` gets the digits and `data-state`; `words` (optional) what they mean; `spoken` (optional, a polite region) the sentences.
 */
export function showTimer({ element, words = null, spoken = null, signal, now, step }) {
  let last = null;
  let said = null;

  function sentence(left) {
    if (left.state === "over") return said === "over" ? null : ["over", t("De tijd is om. Maak je zin rustig af.")];
    if (left.state !== "running") return null;
    for (const minutes of [5, 1]) {
      if (left.seconds === minutes * 60 && said !== `${minutes}`) return [`${minutes}`, tn("Nog %(n)s minuut", "Nog %(n)s minuten", minutes)];
    }
    return null;
  }

  function tick() {
    const present = step();
    const left = timeLeft(present, now());
    const mark = `${present?.rev}:${present?.ends_at}`;
    if (last !== mark) said = left.state === "over" ? "over" : null;
    last = mark;
    setData(element, "state", left.state);
    setText(element, left.state === "none" ? "" : minutesAndSeconds(left.seconds));
    const meaning = { running: t("nog"), paused: t("gepauzeerd"), over: t("tijd om"), none: "" };
    setText(words, meaning[left.state]);
    const say = spoken && sentence(left);
    if (say) {
      said = say[0];
      setText(spoken, say[1]);
    }
    return left;
  }

  const interval = setInterval(tick, 250);
  signal.addEventListener("abort", () => clearInterval(interval));
  tick();
  return tick;
}
