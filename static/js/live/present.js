import { locale, t, tn } from "../text.js";
import { askedSince, isReady, writing } from "./ready.js";

/**
 * Who is here, for who leads the room; pure. `present` is what the server told (kennislab/live/presence.py):
 * `{people, connected, away, gone, groups: {id: [connected, away, gone]}, leaders: [{id, name, desks, typing}], who: {id: [state, since, spoke]} | null}`.
 */

const NEVER = [null, null, null];
const seen = (present, id) => present?.who?.[id] ?? NEVER;
const minutes = (from, now) => Math.max(0, Math.floor((now - Date.parse(from)) / 60_000));

/** Since how many minutes nothing came from this person although something was asked; null when that is not (yet) so long. */
export function silentFor(state, present, person, now, limit) {
  const asked = askedSince(state, person.group);
  const [line, , spoke] = seen(present, person.id);
  if (asked === null || line === null || isReady(state, person)) return null;
  const quiet = Math.floor((now - Math.max(asked, spoke ? Date.parse(spoke) : 0)) / 60_000);
  return quiet >= limit ? quiet : null;
}

/** A person as a row of the list: what the line is, in words too, whether silent, whether ready. */
export function rowOf(state, present, person, now, limit) {
  const [line, since] = seen(present, person.id);
  const silent = silentFor(state, present, person, now, limit);
  const words = [];
  if (line === "away") words.push(since && minutes(since, now) ? tn("kijkt even weg, al %(n)s minuut", "kijkt even weg, al %(n)s minuten", minutes(since, now)) : t("kijkt even weg"));
  if (line === "gone") words.push(goneFor(since, now));
  if (silent !== null) words.push(tn("al %(n)s minuut stil", "al %(n)s minuten stil", silent));
  return { id: person.id, person, line: line ?? "unknown", since, silent, ready: writing(state, person.group) && isReady(state, person), words: words.join(" · ") };
}

function goneFor(since, now) {
  if (!since) return t("niet verbonden");
  const gone = minutes(since, now);
  return gone ? tn("al %(n)s minuut niet verbonden", "al %(n)s minuten niet verbonden", gone) : t("zojuist weggevallen");
}

/** Rows in the order that was asked: `hands`, `silent`, `gone`, `place` or `name`; within that by name. */
export function inOrder(rows, how, nameOf, placeName) {
  const by = {
    hands: (row) => [row.person.hand ? 0 : 1],
    silent: (row) => [row.silent === null ? 1 : 0, -(row.silent ?? 0)],
    gone: (row) => [{ gone: 0, away: 1 }[row.line] ?? 2, row.since ?? ""],
    place: (row) => [placeName(row.person) ? 0 : 1, placeName(row.person)],
    name: () => [],
  }[how];
  return rows
    .map((row) => ({ row, key: [...by(row), nameOf(row.person)] }))
    .sort((a, b) => compare(a.key, b.key))
    .map(({ row }) => row);
}

function compare(a, b) {
  for (let i = 0; i < a.length; i += 1) {
    const order = typeof a[i] === "number" ? a[i] - b[i] : a[i].localeCompare(b[i], "nl");
    if (order) return order;
  }
  return 0;
}

/** How many are ready of how many are asked to write: `{ready, asked, groups: {id: {ready, asked}}}`. Who has gone without a word is not waited for. */
export function readiness(state, present) {
  const sum = { ready: 0, asked: 0, groups: {} };
  for (const person of Object.values(state.people)) {
    const ready = isReady(state, person);
    if (!writing(state, person.group) || (!ready && seen(present, person.id)[0] === "gone")) continue;
    sum.groups[person.group ?? ""] ??= { ready: 0, asked: 0 };
    const group = sum.groups[person.group ?? ""];
    for (const one of [sum, group]) {
      one.asked += 1;
      if (ready) one.ready += 1;
    }
  }
  return sum;
}

/** Municipalities with how many people each, most first: [[code, number], …]; people without one are the code null, last. */
export function municipalitiesOf(people, placeName) {
  const found = new Map();
  for (const person of people) found.set(person.municipality ?? null, (found.get(person.municipality ?? null) ?? 0) + 1);
  return [...found].sort(([a, n], [b, m]) => (a === null) - (b === null) || m - n || placeName(a).localeCompare(placeName(b), "nl"));
}

/** Who else leads, and who of them types, as one sentence each; empty when nobody. `me` is the key of who looks. */
export function othersOf(present, me) {
  const others = (present?.leaders ?? []).filter((leader) => leader.id !== me);
  const mine = (present?.leaders ?? []).find((leader) => leader.id === me);
  const list = new Intl.ListFormat(locale(), { type: "conjunction" });
  const names = (some) => list.format(some.map((leader) => leader.name || t("Iemand")));
  const said = [];
  if (others.length) said.push(others.length === 1 ? t("%(names)s kijkt ook mee", { names: names(others) }) : t("%(names)s kijken ook mee", { names: names(others) }));
  if ((mine?.desks ?? 0) > 1) said.push(t("Je werkplek is ook elders open"));
  const typing = others.filter((leader) => leader.typing);
  return { here: said.join(" · "), typing: typing.length === 1 ? t("%(names)s typt …", { names: names(typing) }) : typing.length ? t("%(names)s typen …", { names: names(typing) }) : "" };
}
