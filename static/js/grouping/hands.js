/**
 * Who else is at the board and what they have picked up, and telling them the same of us.
 *   const hands = handsOf({ url, root, cardOf, signal }); hands.hold(["4", "7"]); hands.take(news.hands); hands.paint();
 * What we hold is sent a moment after it changed, and again every 25 seconds while the page is seen: who is silent for a minute is
 * forgotten by the server, and who leaves the page says so.
 */
import { t } from "../text.js";

const MOMENT = 150;
const SIGN_OF_LIFE = 25_000;

/** What to send next: pure. `due` is true when there is something to say that was not said. */
export function telling() {
  let said = null;
  let held = "";
  return {
    hold(cards) {
      held = [...cards].sort().join(",");
    },
    get due() {
      return held !== said;
    },
    /** The cards to send now. */
    say() {
      said = held;
      return held ? held.split(",") : [];
    },
    /** What was sent did not arrive. */
    forget() {
      said = null;
    },
  };
}

/** Card → the hands that hold it: pure. */
export function byCard(hands) {
  const held = new Map();
  for (const hand of hands) for (const card of hand.cards) held.set(String(card), [...(held.get(String(card)) ?? []), hand]);
  return held;
}

export function handsOf({ url, root, cardOf, signal, fetch = globalThis.fetch.bind(globalThis) }) {
  const ours = telling();
  const list = root.querySelector('[data-role="hands-list"]');
  let theirs = [];
  let marked = new Set();
  let timer = 0;

  const headers = () => ({ Accept: "application/json", "X-CSRF-Token": document.querySelector('meta[name="csrf-token"]')?.content ?? "" });

  async function send() {
    const fields = new URLSearchParams();
    for (const card of ours.say()) fields.append("cards", card);
    try {
      const answer = await fetch(url, { method: "POST", body: fields, headers: headers(), credentials: "same-origin", signal });
      if (!answer.ok) ours.forget();
    } catch {
      ours.forget();
    }
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(() => ours.due && send(), MOMENT);
  }

  function leave() {
    clearTimeout(timer);
    ours.forget();
    fetch(url, { method: "POST", body: new URLSearchParams({ weg: "1" }), headers: headers(), credentials: "same-origin", keepalive: true }).catch(() => {});
  }

  function badge(hands) {
    const sign = document.createElement("span");
    sign.className = "board-hand";
    sign.dataset.tone = hands[0].tone;
    const shown = document.createElement("span");
    shown.setAttribute("aria-hidden", "true");
    shown.textContent = hands.map((hand) => hand.initials).join(" ");
    const said = document.createElement("span");
    said.className = "visually-hidden";
    said.textContent = t("Gekozen door %(names)s", { names: hands.map((hand) => hand.name).join(", ") });
    sign.append(shown, said);
    return sign;
  }

  /** Puts the marks on the cards as they are now; to be called again after cards were made anew. */
  function paint() {
    const held = byCard(theirs);
    for (const card of marked) {
      if (!held.has(card)) unmark(cardOf(card));
    }
    for (const [id, hands] of held) {
      const card = cardOf(id);
      if (!card) continue;
      const key = hands.map((hand) => `${hand.tone}${hand.initials}`).join(" ");
      if (card.dataset.hand === key && card.querySelector(":scope > .board-hand")) continue;
      unmark(card);
      card.dataset.hand = key;
      card.dataset.handTone = hands[0].tone;
      card.append(badge(hands));
    }
    marked = new Set(held.keys());
  }

  function unmark(card) {
    card?.querySelector(":scope > .board-hand")?.remove();
    card?.removeAttribute("data-hand");
    card?.removeAttribute("data-hand-tone");
  }

  function people() {
    list.replaceChildren(
      ...theirs.map((hand) => {
        const one = document.createElement("span");
        one.className = "board-hands__one";
        one.dataset.tone = hand.tone;
        one.textContent = hand.name;
        return one;
      }),
    );
    list.parentElement.hidden = !theirs.length;
  }

  signal.addEventListener("abort", () => clearTimeout(timer));
  const beat = setInterval(() => document.visibilityState === "visible" && send(), SIGN_OF_LIFE);
  signal.addEventListener("abort", () => clearInterval(beat));
  addEventListener("pagehide", leave, { signal });
  addEventListener("pageshow", (event) => event.persisted && soon(), { signal });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send(), { signal });
  soon();

  return {
    paint,
    hold(cards) {
      ours.hold(cards);
      soon();
    },
    take(news) {
      theirs = news.of;
      people();
      paint();
    },
  };
}
