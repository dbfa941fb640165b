import { t, tn } from "../../text.js";
import { fromTemplate, memory, setData, setText, show, syncList, word } from "../page.js";
import { KINDS } from "../protocol.js";
import { saidOf } from "../recall.js";
import { standings } from "../results.js";
import { both } from "../runs.js";
import { listActions } from "./actions.js";
import { onWall } from "./cards.js";
import { ask } from "./dialogs.js";

export { onWall, options, shortened } from "./cards.js";

const FRESH = 1200;
const SHOWN_THEMES = 3;

/** Where a card came from, in words: how it was caught, the group and the step. Never who, when that was to stay unknown. Pure. */
export function sourceOf(card, state) {
  const told = [];
  if (card.via === "desk") told.push(card.on_behalf_of ? t("vastgelegd door begeleider, namens %(name)s", { name: card.on_behalf_of }) : t("vastgelegd door begeleider"));
  else if (card.via === "phone") told.push(t("per telefoon"));
  else if (card.via === "paper") told.push(card.paper?.card ? t("van papier, kaart %(number)s", { number: card.paper.card }) : t("van papier"));
  if (card.group && state.groups[card.group]) told.push(state.groups[card.group].name);
  const run = state.runs?.[card.run];
  if (run) told.push(both(run.method.name));
  const step = state.agenda[card.step];
  if (!run && step && card.step !== state.step.id) told.push(step.title);
  if (card.origin) told.push(t("afgesplitst"));
  return told.join(" · ");
}

/** What each card got in the last vote of everybody. */
function results(state) {
  const last = Object.values(state.ballots).findLast((ballot) => ballot.result && !ballot.group);
  return new Map(last ? standings(last).map((row) => [row.id, row.told]) : []);
}

/** The wall: a column for each kind, newest first, changed card by card. While a menu on it is open, nothing moves. */
export function connectWall({ room, role, actions, cards: act, following = null, signal }) {
  const wall = role("wall");
  const columns = new Map();
  const seen = new Set();
  const differs = memory();
  let first = true;

  let menuOpen = null;
  const openMenu = () => (menuOpen?.open && menuOpen.isConnected ? menuOpen : null);
  // Before the action itself, so that a window that it opens gives the focus back to a button that is still there.
  wall.addEventListener("click", (event) => event.target.closest(".menu__sheet button") && close(openMenu(), true), { signal });

  // The menu of a card works on that card, whatever else is ticked.
  const merging = { merge: (id) => actions.run("card-merge-from", null, id), link: (id) => actions.run("card-link-from", null, id), theme: (id) => actions.run("card-theme-of", null, id) };
  const also = (_id, element) => {
    const words = element.querySelector('[data-role="also"]');
    show(words, words.hidden);
    element.querySelector('[data-action="also"]').setAttribute("aria-expanded", String(!words.hidden));
  };
  listActions(wall, { ...act, ...merging, also }, signal);

  /** What is there from the first paint stays: each card stands for itself already. */
  function adopt() {
    for (const column of wall.querySelectorAll(":scope > [data-column]")) {
      column.klKey = column.dataset.column;
      columns.set(column.dataset.column, column);
      for (const element of column.querySelectorAll(".wall-card")) {
        element.klKey = element.dataset.id;
        seen.add(element.dataset.id);
      }
    }
  }
  adopt();

  /** The menu of a card is made when it opens, for this card as it is now; at the edge of the wall it comes into view instead of being cut off. */
  function opened(menu) {
    const card = room.cards.get(menu.closest(".wall-card")?.dataset.id);
    if (!card) return;
    const sheet = fromTemplate("card-menu");
    const offer = (name, can) => show(sheet.querySelector(`[data-action="${name}"]`), can);
    offer("answer", ["bottleneck", "question", "linking_opportunity"].includes(card.kind));
    offer("recall", card.kind !== "action");
    offer("unlink", Boolean(card.answers));
    offer("unmerge", card.times > 1);
    offer("hide", card.status !== "hidden");
    offer("show", card.status === "hidden");
    menu.querySelector(".menu__sheet")?.remove();
    menu.append(sheet);
    const over = wall.getBoundingClientRect().left - sheet.getBoundingClientRect().left;
    if (over > 0) sheet.style.transform = `translateX(${over + 4}px)`;
    sheet.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function close(menu, back) {
    if (!menu) return;
    menu.open = false;
    if (back) menu.querySelector("summary").focus({ preventScroll: true });
  }

  wall.addEventListener(
    "toggle",
    (event) => {
      if (event.target.open) menuOpen = event.target;
      setData(event.target.closest(".wall-card"), "menu", event.target.open ? "" : null);
      if (event.target.open) opened(event.target);
      else event.target.querySelector(".menu__sheet")?.remove();
    },
    { signal, capture: true },
  );
  wall.addEventListener(
    "keydown",
    (event) => {
      const menu = event.key === "Escape" && openMenu();
      if (!menu) return;
      event.stopPropagation();
      close(menu, true);
    },
    { signal },
  );
  document.addEventListener(
    "click",
    (event) => {
      const menu = openMenu();
      if (menu && !menu.contains(event.target)) close(menu, false);
    },
    { signal },
  );

  function drawThemes(holder, themes) {
    const shown = themes.length > SHOWN_THEMES ? [...themes.slice(0, SHOWN_THEMES), `+${themes.length - SHOWN_THEMES}`] : themes;
    show(holder, shown.length > 0);
    holder.replaceChildren(
      ...shown.map((theme) => {
        const tag = document.createElement("span");
        tag.className = "tag";
        tag.textContent = theme;
        return tag;
      }),
    );
  }

  function drawCard(element, card, { votes, answers }) {
    const answered = card.answers && room.cards.get(card.answers);
    element.klDiffers ??= memory();
    if (!element.klDiffers(room.state.contributions[card.id], card.entry?.id, card.entry?.state, card.text, card.status, card.themes, votes.get(card.id), answered?.text, answers.get(card.id), room.state.step.id, room.state.groups)) return;
    const at = (name) => element.querySelector(`[data-role="${name}"]`);
    setData(element, "id", card.id);
    setData(element, "kind", card.kind);
    setData(element, "status", card.status);
    setData(element, "underway", card.entry ? "" : null);
    setText(at("text"), card.text);
    show(at("answers"), Boolean(answered));
    setText(at("answers-text"), answered ? answered.text : "");
    show(at("recalled"), Boolean(card.recalls));
    setText(at("recalled-text"), card.recalls ? [saidOf(card.recalls), card.recalls.text].filter(Boolean).join(": ") : "");
    drawThemes(at("themes"), card.themes);
    const solutions = answers.get(card.id) ?? 0;
    show(at("answered"), solutions > 0);
    setText(at("answered-text"), solutions ? tn("%(n)s antwoord", "%(n)s antwoorden", solutions) : "");
    setText(at("place"), word(`place:${card.municipality}`));
    setText(at("author"), card.on_behalf_of ? t("namens %(name)s", { name: card.on_behalf_of }) : (card.author?.name ?? ""));
    setText(at("source"), sourceOf(card, room.state));
    show(at("kept"), card.consent === "group");
    show(at("late"), card.late);
    show(at("hidden-tag"), card.status === "hidden");
    show(at("times"), card.times > 1);
    setText(at("times"), card.times > 1 ? t("%(n)s keer gezegd", { n: card.times }) : "");
    const number = votes.get(card.id);
    show(at("votes"), number !== undefined);
    setText(at("votes"), number ?? "");
    setText(at("also"), (card.also ?? []).join("\n"));
    show(element.querySelector("details"), !card.isNew);
  }

  function makeCard(card) {
    const element = fromTemplate("card");
    if (!first && !seen.has(card.key)) {
      element.dataset.fresh = "";
      setTimeout(() => delete element.dataset.fresh, FRESH);
    }
    seen.add(card.key);
    return element;
  }

  function drawColumn({ kind, cards }, facts) {
    let column = columns.get(kind);
    if (!column) {
      column = fromTemplate("column", kind);
      column.querySelector('[data-role="column-cards"]').replaceChildren();
      columns.set(kind, column);
    }
    setText(column.querySelector('[data-role="column-count"]'), cards.length);
    syncList(column.querySelector('[data-role="column-cards"]'), cards, { key: (card) => card.key, make: makeCard, update: (element, card) => drawCard(element, card, facts) });
    return column;
  }

  actions.on("join", () => ask(role("join-dialog")));

  /** Columns with their cards, newest first, and how many answers each card has. */
  function sorted(cards) {
    const shown = new Map(KINDS.map((kind) => [kind, []]));
    const answers = new Map();
    for (const card of cards) {
      if (!onWall(card)) continue;
      if (card.answers) answers.set(card.answers, (answers.get(card.answers) ?? 0) + 1);
      if (following?.shows(card) ?? true) shown.get(card.kind)?.push(card);
    }
    const kinds = [...shown].filter(([, own]) => own.length).map(([kind, own]) => ({ kind, cards: own.sort((a, b) => (a.at < b.at ? 1 : -1)) }));
    return { kinds, answers };
  }

  return function draw() {
    const { state } = room;
    if (!state) return;
    if (openMenu()) {
      setTimeout(() => room.changed(), 500);
      return;
    }
    if (!differs(state.contributions, state.ballots, state.me, state.step.id, state.groups, room.outbox.version, following?.key)) return;
    const { kinds, answers } = sorted(room.cards.values());
    const facts = { votes: results(state), answers };
    const drawn = (column) => drawColumn(column, facts);
    syncList(wall, kinds, { key: (column) => column.kind, make: (column) => columns.get(column.kind) ?? drawn(column), update: (_element, column) => drawn(column) });
    show(role("wall-empty"), kinds.length === 0);
    first = false;
  };
}
