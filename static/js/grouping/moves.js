/**
 * Where a card goes: pure, so that it can be tested without a page.
 * `columns`: [{key, cards: [id, …]}, …] in the order of the page.
 */

const STEP = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Column and place of a card; null when it is not on the board. */
export function placeOf(columns, card) {
  const column = columns.findIndex((one) => one.cards.includes(card));
  return column < 0 ? null : { column, index: columns[column].cards.indexOf(card) };
}

/** What Alt and an arrow do to a card: {key, index} with `index` counted without the card itself; null when it stays. */
export function byArrow(columns, card, key) {
  const now = placeOf(columns, card);
  const step = STEP[key];
  if (!now || !step) return null;
  const column = now.column + step[0];
  if (column < 0 || column >= columns.length) return null;
  if (step[0]) return { key: columns[column].key, index: Math.min(now.index, columns[column].cards.length) };
  const index = now.index + step[1];
  if (index < 0 || index >= columns[column].cards.length) return null;
  return { key: columns[column].key, index };
}

/** What is dragged along: all chosen cards in the order of the board when the dragged one is among them, else that one alone. */
export function together(columns, card, chosen) {
  if (!chosen.includes(card)) return [card];
  return columns.flatMap((column) => column.cards).filter((one) => chosen.includes(one));
}

/** The place for the server, which counts without the cards that move: `cards` is the column as it is seen after the drop. */
export function indexWithout(cards, card, moved) {
  return cards.slice(0, cards.indexOf(card)).filter((one) => !moved.includes(one)).length;
}
