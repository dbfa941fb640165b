/**
 * Counts down to a deadline by the server's clock: `<p data-controller="deadline" data-until="…Z" data-now="…Z"><span data-role="left">…`.
 * Says it aloud at ten minutes, at one, and when it is over; never stops anybody from sending: that is the server's word.
 */
import { leftText } from "../questions/countdown.js";
import { t } from "../text.js";

const ALOUD = [[600_000, 600], [60_000, 60], [0, 0]];

export default function connect(element, { signal }) {
  const until = Date.parse(element.dataset.until);
  const ahead = Date.now() - Date.parse(element.dataset.now);
  const shown = element.querySelector('[data-role="left"]');
  const aloud = element.querySelector('[data-role="warned"]');
  if (!until || !shown) return;
  let said = Number.POSITIVE_INFINITY;
  let timer = 0;
  const tick = () => {
    const left = until + 999 - (Date.now() - ahead); // the second of the deadline itself still counts
    element.toggleAttribute("data-soon", left < 3_600_000);
    if (left <= 0) {
      shown.textContent = t("De deadline is voorbij. Je tekst blijft hier staan.");
      element.setAttribute("data-over", "");
    } else shown.textContent = leftText(left);
    for (const [from] of ALOUD) {
      if (left <= from && said > from) {
        if (said !== Number.POSITIVE_INFINITY || from === 0) aloud.textContent = shown.textContent;
        said = from;
      }
    }
    if (said === Number.POSITIVE_INFINITY) said = left;
    if (left > 0) timer = setTimeout(tick, left < 310_000 ? 1000 : 15_000);
  };
  tick();
  document.addEventListener("visibilitychange", () => { clearTimeout(timer); tick(); }, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
}
