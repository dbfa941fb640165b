/**
 * Renews a part of the page by itself: `<section id="muur" data-controller="refresh" data-every="20">`. Asks for the page again, as it is in
 * the address, and takes over the same part; what has the focus keeps it. Not while the page is hidden; at once when it is seen again.
 * How often is what the fresh page says (work that is being made: each second; done: no `data-every`, and it stops).
 */
import { Idiomorph } from "../../vendor/idiomorph.esm.js";

export default function connect(element, { signal }) {
  const pause = (part) => (part.dataset.every ? Math.max(1, Number(part.dataset.every) || 20) * 1000 : 0);
  let every = pause(element);
  if (!every) return;
  let timer = 0;
  let last = Date.now();
  let seen = element.innerHTML;

  async function renew() {
    clearTimeout(timer);
    if (document.visibilityState === "visible") {
      last = Date.now();
      try {
        const answer = await fetch(window.location.href, { signal, credentials: "same-origin", headers: { Accept: "text/html" } });
        if (answer.ok && !answer.redirected) {
          const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(element.id);
          if (fresh && fresh.innerHTML !== seen) {
            seen = fresh.innerHTML;
            Idiomorph.morph(element, seen, { morphStyle: "innerHTML", ignoreActiveValue: true });
          }
          if (fresh) every = pause(fresh);
        }
      } catch {
        // No line: what is shown stays, the next round tries again.
      }
    }
    if (!signal.aborted && every) timer = setTimeout(renew, every);
  }

  document.addEventListener("visibilitychange", () => { if (every && document.visibilityState === "visible" && Date.now() - last > every) renew(); }, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
  timer = setTimeout(renew, every);
}
