/** What a vote came to. Pure: the same sums on desk, phone and projector. */

const rounded = (number) => Math.round(number * 10) / 10;

/** What a choice counts for: the mean of its marks, or how much it got. */
function worth(ballot, id) {
  const total = ballot.result?.[id] ?? 0;
  if (ballot.kind !== "rating") return total;
  const people = ballot.rated?.[id] ?? 0;
  return people ? rounded(total / people) : 0;
}

/** A number as people read it: marks with one decimal, the rest whole. */
export function told(ballot, value) {
  return ballot.kind === "rating" ? value.toFixed(1).replace(".", ",") : String(value);
}

/**
 * The choices from most to least: `{id, text, value, told, hands, place, shared, before}`. `place`: 1 for the most, the same for who has as much
 * (`shared`); `hands`: how much of it was counted by hand; `before`: `{value, told}` in `previous`, or null. While it is secret: as they were
 * asked, without a place.
 */
export function standings(ballot, previous = null) {
  const first = previous?.result ? previous : null;
  const known = new Set(first?.choices.map((choice) => choice.id));
  const rows = ballot.choices.map((choice) => {
    const value = ballot.result ? worth(ballot, choice.id) : null;
    const was = first && known.has(choice.id) ? worth(first, choice.id) : null;
    return {
      id: choice.id,
      text: choice.text,
      value,
      told: value === null ? "" : told(ballot, value),
      hands: ballot.counted?.[choice.id] ?? 0,
      place: null,
      shared: false,
      before: was === null ? null : { value: was, told: told(first, was) },
    };
  });
  if (!ballot.result) return rows;
  rows.sort((a, b) => b.value - a.value);
  for (const [i, row] of rows.entries()) row.place = i > 0 && rows[i - 1].value === row.value ? rows[i - 1].place : i + 1;
  for (const row of rows) row.shared = row.value > 0 && rows.filter((other) => other.value === row.value).length > 1;
  return rows;
}

/** How many share the first place: 0 when one is ahead, or when nothing was given at all. */
export function tiedAtTop(rows) {
  const top = rows.filter((row) => row.place === 1 && row.value > 0);
  return top.length > 1 ? top.length : 0;
}

/** What a whole bar stands for: five for marks, else the most that any choice got in these rounds. */
export function wholeBar(ballot, rows) {
  if (ballot.kind === "rating") return 5;
  return Math.max(1, ...rows.flatMap((row) => [row.value ?? 0, row.before?.value ?? 0]));
}

/** The vote before this one, when it was held twice. */
export const previousOf = (state, ballot) => (ballot?.previous ? (state.ballots[ballot.previous] ?? null) : null);

/** How many took part: on a phone, and by raising a hand. */
export function takenPart(state, ballot) {
  const phones = ballot.voters ?? state.counts.voters?.[ballot.id] ?? 0;
  return { phones, hands: ballot.hands ?? 0, all: phones + (ballot.hands ?? 0) };
}
