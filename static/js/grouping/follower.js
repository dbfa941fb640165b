/**
 * Follows a board by asking, again and again, for what is new since `state.head`; the server answers when there is something, or after a while.
 *   follow({ url, state, onNews, onLost, signal })
 * `state` is {head, stamp}, and {hands} where it is asked who else is there; it is kept up to date by who handles the news. After trouble it waits 1 to 15 seconds; when the page may not
 * ask any more (401, 403, 404) it calls `onLost` and ends. `fetch`, `sleep` and `random` can be given, for tests.
 */
const STOP = new Set([401, 403, 404, 409, 410]);

export async function follow({ url, state, onNews, onLost = () => {}, signal, fetch = globalThis.fetch.bind(globalThis), sleep = pause, random = Math.random, wait = 20 }) {
  let trouble = 0;
  while (!signal.aborted) {
    try {
      const query = new URLSearchParams({ since: state.head, stamp: state.stamp, wait });
      if (state.hands !== undefined) query.set("hands", state.hands);
      const response = await fetch(`${url}?${query}`, { headers: { Accept: "application/json" }, signal, cache: "no-store", credentials: "same-origin" });
      if (STOP.has(response.status)) return onLost(response.status);
      if (!response.ok) throw new Error(String(response.status));
      const news = await response.json();
      trouble = 0;
      if (news.columns || news.hands) onNews(news);
    } catch {
      if (signal.aborted) return undefined;
      trouble += 1;
      await sleep(Math.min(15, 2 ** (trouble - 1)) * (500 + 500 * random()), signal);
    }
  }
  return undefined;
}

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
