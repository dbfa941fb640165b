import { fromTemplate, press, setData, setText, show, syncList } from "../page.js";
import { OPS } from "../protocol.js";
import { sorting } from "./turn.js";

const KEYS = { w: "warm", n: "neutral", k: "cold", 1: "warm", 2: "neutral", 3: "cold" };

/** The case owner says of each question whether it is warm, neutral or cold: three big buttons, or W, N and K with the arrows. */
export function connectSort({ room, role, signal }) {
  const list = role("sort-list");
  const items = () => [...list.children];

  /** What it will be when all that is under way has arrived. */
  const warmth = (card) => room.outbox.entries.findLast((entry) => entry.op.type === OPS.question_mark && entry.op.contribution === card.id && entry.state !== "refused")?.op.warmth ?? card.warmth;

  function mark(item, value) {
    room.act(OPS.question_mark, { contribution: item.dataset.id, warmth: value });
  }

  function stepTo(item, by) {
    const all = items();
    all[all.indexOf(item) + by]?.focus();
  }

  list.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("[data-action]");
      if (button) mark(button.closest("li"), button.dataset.action);
    },
    { signal },
  );

  list.addEventListener(
    "keydown",
    (event) => {
      const item = event.target.closest("li");
      if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
      const value = KEYS[event.key.toLowerCase()];
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!value && !by) return;
      event.preventDefault();
      if (value) mark(item, value);
      stepTo(item, value ? 1 : by);
    },
    { signal },
  );

  return function draw(_state, on) {
    if (!on?.turn.mark) return;
    const { cards } = sorting(room.cards.values(), on.run);
    const marked = cards.map((card) => ({ ...card, warmth: warmth(card) }));
    setText(role("sort-count"), `${marked.filter((card) => card.warmth).length} / ${marked.length}`);
    show(role("sort-empty"), marked.length === 0);
    syncList(list, marked, {
      key: (card) => card.id,
      make: () => fromTemplate("sort-card"),
      update(element, card) {
        setData(element, "id", card.id);
        setData(element, "warmth", card.warmth ?? null);
        setText(element.querySelector('[data-role="text"]'), card.text);
        element.querySelector('[role="group"]').setAttribute("aria-label", card.text);
        for (const button of element.querySelectorAll("button")) press(button, button.dataset.action === card.warmth);
      },
    });
    // The list can be walked with the arrows from its first item that has no mark yet.
    const first = items().find((item) => !item.dataset.warmth) ?? items()[0];
    for (const item of items()) item.tabIndex = item === first ? 0 : -1;
  };
}
