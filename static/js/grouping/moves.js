/**
 * Where cards go and which are chosen: pure, so that it can be tested without a page.
 * `columns`: [{key, cards: [id, …]}, …] in the order of the page.
 */

const STEP = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Column and place of a card; null when it is not on the board. */
export function placeOf(columns, card) {
  const column = columns.findIndex((one) => one.cards.includes(card));
  return column < 0 ? null : { column, index: columns[column].cards.indexOf(card) };
}

/**
 * What Alt and an arrow do to a card and those that go along: {key, index} with `index` counted without them; null when all stays.
 * `moved` holds the card itself.
 */
export function byArrow(columns, card, key, moved = [card]) {
  const now = placeOf(columns, card);
  const step = STEP[key];
  if (!now || !step) return null;
  const column = now.column + step[0];
  if (column < 0 || column >= columns.length) return null;
  const others = columns[column].cards.filter((one) => !moved.includes(one));
  const before = indexWithout(columns[now.column].cards, card, moved);
  if (step[0]) return { key: columns[column].key, index: Math.min(before, others.length) };
  const index = before + step[1];
  if (index < 0 || index > others.length) return null;
  return { key: columns[column].key, index };
}

/** The card that an arrow goes to; sideways the next column that has any, at the same height where it can. Null at the end. */
export function beside(columns, card, key) {
  const now = placeOf(columns, card);
  const step = STEP[key];
  if (!now || !step) return null;
  if (step[1]) return columns[now.column].cards[now.index + step[1]] ?? null;
  for (let column = now.column + step[0]; column >= 0 && column < columns.length; column += step[0]) {
    const { cards } = columns[column];
    if (cards.length) return cards[Math.min(now.index, cards.length - 1)];
  }
  return null;
}

/** All cards from the one to the other, both included, when they are in one column; else only the other. */
export function between(columns, from, to) {
  const [one, other] = [placeOf(columns, from), placeOf(columns, to)];
  if (!one || !other || one.column !== other.column) return other ? [to] : [];
  return columns[one.column].cards.slice(Math.min(one.index, other.index), Math.max(one.index, other.index) + 1);
}

/** What is dragged along: all chosen cards in the order of the board when the dragged one is among them, else that one alone. */
export function together(columns, card, chosen) {
  if (!chosen.includes(card)) return [card];
  const wanted = new Set(chosen);
  return columns.flatMap((column) => column.cards).filter((one) => wanted.has(one));
}

/** The place for the server, which counts without the cards that move: `cards` is the column as it is seen after the drop. */
export function indexWithout(cards, card, moved) {
  return cards.slice(0, cards.indexOf(card)).filter((one) => !moved.includes(one)).length;
}
