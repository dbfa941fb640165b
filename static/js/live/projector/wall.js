import { t, tn } from "../../text.js";
import { fromTemplate, setData, setText, show, syncList, word } from "../page.js";
import { KINDS } from "../protocol.js";
import { fit } from "./fit.js";

const FRESH = 1500;
const MOST_COLUMNS = 5;
const PAGE_SECONDS = 12;

/** Totals of the last vote, by contribution. */
function totalsOf(state) {
  const last = Object.values(state.ballots).findLast((ballot) => ballot.result);
  return new Map((last?.choices ?? []).filter((choice) => choice.contribution).map((choice) => [choice.contribution, last.result[choice.id]]));
}

/** Cards by kind, most voted first and then newest first. Pure. */
export function columnsOf(state) {
  const totals = totalsOf(state);
  const visible = Object.values(state.contributions).filter((one) => one.status === "visible");
  const order = (a, b) => (totals.get(b.id) ?? 0) - (totals.get(a.id) ?? 0) || (a.at < b.at ? 1 : -1);
  return KINDS.map((kind) => ({ kind, cards: visible.filter((one) => one.kind === kind).sort(order) })).filter((column) => column.cards.length);
}

/** Cards by group or by theme, the fullest column first, what belongs nowhere last; a card with two themes stands in both. Pure. */
export function columnsBy(state, by, elsewhere = "") {
  const kinds = columnsOf(state);
  if (by !== "group" && by !== "theme") return kinds;
  const found = new Map();
  for (const one of kinds.flatMap((column) => column.cards)) {
    const names = by === "theme" ? one.themes : one.group && state.groups[one.group] ? [one.group] : [];
    for (const name of names.length ? names : [""]) found.set(name, [...(found.get(name) ?? []), one]);
  }
  const title = (name) => (name === "" ? elsewhere : by === "group" ? state.groups[name].name : name);
  return [...found]
    .map(([name, cards]) => ({ kind: `${by}:${name}`, title: title(name), cards }))
    .sort((a, b) => Number(a.kind === `${by}:`) - Number(b.kind === `${by}:`) || b.cards.length - a.cards.length || (a.title < b.title ? -1 : 1));
}

/** Columns in pages of about the same size, none with more than can be read from the back. Pure. */
export function pagesOf(columns) {
  const pages = Math.max(1, Math.ceil(columns.length / MOST_COLUMNS));
  const size = Math.ceil(columns.length / pages);
  return Array.from({ length: pages }, (_, i) => columns.slice(i * size, (i + 1) * size));
}

/** The wall, as much of it as fits: more than five columns take turns, and a new card brings its own page. */
export function connectWall({ room, role }) {
  const wall = role("wall");
  let known = null;
  let turn = 0;
  let turnedAt = 0;

  function pageNow(pages, fresh) {
    const now = performance.now();
    const withFresh = pages.findIndex((page) => page.some((column) => column.cards.some((one) => fresh.has(one.id))));
    if (withFresh !== -1) {
      turn = withFresh;
      turnedAt = now;
    } else if (now - turnedAt > PAGE_SECONDS * 1000) {
      turn += 1;
      turnedAt = now;
    }
    return pages[turn % pages.length];
  }

  function makeCard(one) {
    const element = fromTemplate("card");
    if (known && !known.has(one.id)) {
      element.dataset.fresh = "";
      setTimeout(() => delete element.dataset.fresh, FRESH);
    }
    return element;
  }

  function fillColumn(element, { cards }) {
    setText(element.querySelector('[data-role="column-count"]'), cards.length);
    syncList(element.querySelector('[data-role="column-cards"]'), cards, {
      key: (one) => one.id,
      make: makeCard,
      update(item, one) {
        const found = one.answers ? room.state.contributions[one.answers] : null;
        const answered = found?.status === "visible" ? found : null;
        if (item.klDrawn === one && item.klAnswered === answered) return;
        item.klDrawn = one;
        item.klAnswered = answered;
        setData(item, "id", one.id);
        setData(item, "kind", one.kind);
        setText(item.querySelector('[data-role="text"]'), one.text);
        show(item.querySelector('[data-role="answers"]'), Boolean(answered));
        setText(item.querySelector('[data-role="answers"]'), answered ? t("bij: %(text)s", { text: answered.text }) : "");
        setText(item.querySelector('[data-role="place"]'), word(`place:${one.municipality}`));
      },
    });
  }

  function fitAll() {
    for (const column of wall.children) {
      const more = column.querySelector('[data-role="column-more"]');
      fit(column.querySelector('[data-role="column-cards"]'), (left) => {
        show(more, left > 0);
        setText(more, left ? t("en nog %(n)s", { n: left }) : "");
      });
    }
  }

  return function draw(visible) {
    const { state } = room;
    if (!visible) return;
    const columns = columnsBy(state, state.projector.by, state.projector.by === "group" ? t("Plenair") : t("Zonder thema"));
    const fresh = new Set(known ? Object.keys(state.contributions).filter((id) => !known.has(id)) : []);
    syncList(wall, pageNow(pagesOf(columns), fresh), {
      key: (column) => column.kind,
      make(column) {
        const element = column.title === undefined ? fromTemplate("column", column.kind) : fromTemplate("column-plain");
        if (column.title !== undefined) setText(element.querySelector('[data-role="column-title"]'), column.title);
        element.querySelector('[data-role="column-cards"]').replaceChildren();
        return element;
      },
      update: fillColumn,
    });
    known = new Set(Object.keys(state.contributions));
    const hidden = state.step.revealed ? 0 : state.counts.hidden;
    show(role("unrevealed-text"), hidden > 0);
    setText(role("unrevealed-text"), tn("%(n)s bijdrage, nog verborgen", "%(n)s bijdragen, nog verborgen", hidden));
    show(role("wall-empty"), columns.length === 0 && hidden === 0);
    fitAll();
  };
}
