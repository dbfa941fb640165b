import { show } from "../page.js";

/**
 * Keeps in a list what fits its height and hides the rest, from the end; the list comes in order of importance. There is no scroll bar in a room.
 * `more(n)` is called with how many were left out, before the last measuring, because saying so takes room too. Gives that number.
 */
export function fit(list, more = () => null) {
  const items = [...list.children];
  for (const item of items) show(item, true);
  more(0);
  let left = items.length - fitting(list, items);
  if (left > 0) {
    more(left);
    left = items.length - fitting(list, items);
    more(left);
  }
  for (const [index, item] of items.entries()) show(item, index < items.length - left);
  return left;
}

/** How many items from the start end above the bottom of the list. */
function fitting(list, items) {
  const bottom = list.getBoundingClientRect().bottom + 1;
  const over = items.findIndex((item) => item.getBoundingClientRect().bottom > bottom);
  return over === -1 ? items.length : over;
}

/** The same, but first with smaller letters: down to 0.8 of what the sheet asks, which is still readable at the back. */
export function fitSmaller(list, more) {
  // Where less motion is asked for, every property has a transition of a moment, and what is measured would be the size of before.
  for (const element of list.querySelectorAll("*")) element.style.transitionProperty = "none";
  let left = 0;
  for (const scale of [1, 0.9, 0.8]) {
    for (const item of list.children) {
      item.style.fontSize = "";
      if (scale < 1) item.style.fontSize = `${Number.parseFloat(getComputedStyle(item).fontSize) * scale}px`;
    }
    left = fit(list, more);
    if (left === 0) break;
  }
  return left;
}
