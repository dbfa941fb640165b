/**
 * Choosing cards: a click or a tap on a card (not on what is in it), the space bar, Shift with a click or an arrow for all in between,
 * Ctrl+A for the whole column, Escape for none. The choice is the state of the check boxes, so a form sends it without a script too.
 */
import { beside, between } from "./moves.js";

const OWN = "a, button, input, select, textarea, summary, label, details";
const ARROWS = /^Arrow(Up|Down|Left|Right)$/;

export function picking({ board, columns, cardOf, changed, signal }) {
  let anchor = null;
  let quiet = false;

  const boxOf = (id) => cardOf(id)?.querySelector('[data-role="pick"]');
  const chosen = () => [...board.querySelectorAll('[data-role="pick"]:checked')].map((box) => box.closest("[data-card]").dataset.card);

  function choose(ids, on) {
    for (const id of ids) {
      const box = boxOf(id);
      if (box) box.checked = on;
    }
    changed();
  }

  function none() {
    for (const box of board.querySelectorAll('[data-role="pick"]:checked')) box.checked = false;
    anchor = null;
    changed();
  }

  function onClick(event) {
    const card = event.target.closest("[data-card]");
    if (!card || quiet) return;
    const id = card.dataset.card;
    const box = boxOf(id);
    if (!box) return;
    const inBox = event.target === box;
    const label = event.target.closest(".board-card__pick");
    if (!inBox && !label && event.target.closest(OWN)) return;
    if (label && !inBox) {
      if (getSelection()?.toString()) return event.preventDefault(); // who selects words to copy them does not choose the card
      if (!event.shiftKey) return; // the label does it
      event.preventDefault();
    }
    if (event.shiftKey && anchor) {
      choose(between(columns(), anchor, id), true);
      if (inBox) box.checked = true;
      getSelection()?.removeAllRanges();
    } else if (!inBox && !label) {
      box.checked = !box.checked;
      box.focus({ preventScroll: true });
      changed();
    }
    if (!event.shiftKey) anchor = id;
  }

  function onChange(event) {
    if (!event.target.matches('[data-role="pick"]')) return;
    anchor = event.target.closest("[data-card]").dataset.card;
    changed();
  }

  /** Whether the key was ours. */
  function onKey(event) {
    if (event.key === "Escape" && !event.target.closest("details[open]") && chosen().length) {
      none();
      return true;
    }
    const card = event.target.matches('[data-role="pick"]') ? event.target.closest("[data-card]").dataset.card : null;
    if (!card || event.altKey) return false;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a") {
      event.preventDefault();
      choose(columns().find((column) => column.cards.includes(card)).cards, true);
      return true;
    }
    if (event.ctrlKey || event.metaKey || !ARROWS.test(event.key)) return false;
    event.preventDefault();
    const next = beside(columns(), card, event.key);
    if (!next) return true;
    if (event.shiftKey) {
      if (!anchor || !boxOf(anchor)?.checked) anchor = card;
      choose(between(columns(), anchor, next), true);
    } else anchor = next;
    boxOf(next)?.focus();
    return true;
  }

  board.addEventListener("click", onClick, { signal });
  board.addEventListener("change", onChange, { signal });
  return {
    chosen,
    none,
    onKey,
    /** While a card is dragged, letting go of it is no click. */
    pause() {
      quiet = true;
    },
    resume() {
      setTimeout(() => (quiet = false), 0);
    },
  };
}
