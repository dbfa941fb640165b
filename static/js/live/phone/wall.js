import { t, tn } from "../../text.js";
import { fromTemplate, setData, setKind, setText, show, syncList, word } from "../page.js";
import { saidOf } from "../recall.js";
import { turnOf } from "./turn.js";
import { kindsOf } from "./views.js";

const ANSWERABLE = new Set(["bottleneck", "question"]);
const WARMTH = { warm: () => t("warm"), neutral: () => t("neutraal"), cold: () => t("koud") };

/**
 * What others put on the wall, for who wants to look. While it is open, what comes in is counted and waits: nothing moves under a finger.
 * A tap on the number, or closing and opening, shows it.
 */
export function connectWall({ room, role, composer, signal }) {
  const details = role("wall");
  const list = role("wall-list");
  let shown = null;

  details?.addEventListener(
    "toggle",
    () => {
      shown = null;
      room.changed();
    },
    { signal },
  );

  role("wall-new")?.addEventListener(
    "click",
    (event) => {
      event.preventDefault();
      shown = null;
      room.changed();
    },
    { signal },
  );

  list?.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("[data-action]");
      const card = button && room.cards.get(button.closest("[data-id]").dataset.id);
      if (card && button.dataset.action === "answer") composer.answer(card);
      if (card?.recalls && button.dataset.action === "recalled") composer.showEarlier(card.recalls.id);
    },
    { signal },
  );

  return function draw() {
    const { state } = room;
    if (!state || !details) return;
    const on = turnOf(state);
    const all = [...room.cards.values()].filter((card) => (!on || card.run === on.run.id) && card.status === "visible" && !card.isNew && !(card.mine && card.entry));
    const cards = all.sort((a, b) => (a.at < b.at ? 1 : -1));
    show(details, cards.length > 0 && Boolean(on || state.step.id));
    setText(role("wall-count"), cards.length);
    if (!details.open) {
      list.replaceChildren();
      shown = null;
      show(role("wall-new"), false);
      return;
    }
    shown ??= new Set(cards.map((card) => card.id));
    const fresh = cards.filter((card) => !shown.has(card.id));
    show(role("wall-new"), fresh.length > 0);
    setText(role("wall-new"), tn("%(n)s nieuw", "%(n)s nieuw", fresh.length));
    const step = state.agenda[state.step.id];
    const mayAnswer = (on ? on.turn.write : step?.input === "text" && state.step.round_open ? kindsOf(step) : []).some((kind) => kind === "solution" || kind === "advice");
    syncList(
      list,
      cards.filter((card) => shown.has(card.id)),
      {
        key: (card) => card.id,
        make: () => fromTemplate("card"),
        update(element, card) {
          setData(element, "id", card.id);
          setKind(element, card.kind);
          setText(element.querySelector('[data-role="text"]'), card.text);
          const answered = card.answers && room.cards.get(card.answers);
          show(element.querySelector('[data-role="answers"]'), Boolean(answered));
          setText(element.querySelector('[data-role="answers-text"]'), answered?.text ?? "");
          setText(element.querySelector('[data-role="place"]'), [word(`place:${card.municipality}`), WARMTH[card.warmth]?.()].filter(Boolean).join(" · "));
          show(element.querySelector('[data-action="recalled"]'), Boolean(card.recalls));
          setText(element.querySelector('[data-role="recalled-text"]'), card.recalls ? saidOf(card.recalls) : "");
          show(element.querySelector('[data-action="answer"]'), Boolean(mayAnswer && ANSWERABLE.has(card.kind)));
        },
      },
    );
  };
}
