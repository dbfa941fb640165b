/** Waits on a laptop that wants to take a desk over: as soon as the first desk says yes (or no), the page goes on by itself. */
const EVERY = 1000;

export default function connect(form, { signal }) {
  async function look() {
    try {
      const answer = await fetch(form.dataset.url, { headers: { Accept: "application/json" }, cache: "no-store", signal });
      const { state } = await answer.json();
      if (state === "confirmed") return form.requestSubmit();
      if (state !== "asked") return location.reload();
    } catch {
      // No network for a moment: ask again.
    }
    if (!signal.aborted) setTimeout(look, EVERY);
  }
  look();
}
