import { t } from "../../text.js";
import { toast } from "../../toast.js";
import { fromTemplate, memory, setData, setText, show, syncList, word } from "../page.js";
import { KINDS, OPS } from "../protocol.js";
import { saidOf } from "../recall.js";
import { listActions } from "./actions.js";
import { ask } from "./dialogs.js";

const FRESH = 1200;

/** A short name for a card, for sentences about it. */
export function shortened(text, most = 60) {
  return text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text;
}

/** Cards that have a place on the wall: all but what waits for moderation. */
export function onWall(card) {
  return card.entry?.state !== "refused" && (card.status === "visible" || card.status === "hidden");
}

/** The wall: a column for each kind, newest first, changed card by card. While a menu on it is open, nothing moves. */
export function connectWall({ room, role, actions, capture, recall, following = null, signal }) {
  const wall = role("wall");
  const columns = new Map();
  const seen = new Set();
  const differs = memory();
  let first = true;

  const change = (id, fields, said) => {
    const card = room.cards.get(id);
    if (!card) return;
    const before = Object.fromEntries(Object.keys(fields).map((name) => [name, card[name]]));
    room.act(OPS.contribution_move, { contribution: id, ...fields });
    toast(said, { undo: () => room.act(OPS.contribution_move, { contribution: id, ...before }) });
  };

  const act = {
    answer: (id) => capture.answer(room.cards.get(id)),
    recall: (id) => recall.linkCard(room.cards.get(id)),
    recalled: (id) => recall.show(room.cards.get(id).recalls.id),
    hide(id) {
      room.act(OPS.contribution_hide, { contribution: id });
      toast(t("Kaart verborgen"), { undo: () => room.act(OPS.contribution_show, { contribution: id }) });
    },
    show(id) {
      room.act(OPS.contribution_show, { contribution: id });
      toast(t("Kaart staat weer op het bord"), { undo: () => room.act(OPS.contribution_hide, { contribution: id }) });
    },
    async edit(id) {
      const card = room.cards.get(id);
      const dialog = role("edit-dialog");
      const area = dialog.querySelector("textarea");
      area.value = card.text;
      if ((await ask(dialog)) !== "save") return;
      const text = area.value.trim();
      if (!text || text === card.text) return;
      room.act(OPS.contribution_edit, { contribution: id, base_rev: card.rev, text });
      toast(t("Tekst verbeterd"), { undo: () => undoEdit(id, card.text) });
    },
    async move(id) {
      const card = room.cards.get(id);
      const dialog = role("move-dialog");
      const form = role("move-form");
      fillMove(card);
      if ((await ask(dialog)) !== "move") return;
      const kind = form.elements.namedItem("kind").value;
      const group = form.elements.namedItem("group").value || null;
      const answers = form.elements.namedItem("answers").value || null;
      const fields = {};
      if (kind !== card.kind) fields.kind = kind;
      if (group !== card.group) fields.group = group;
      if (answers !== card.answers) fields.answers = answers;
      if (Object.keys(fields).length) change(id, fields, t("Verplaatst: %(text)s", { text: shortened(card.text) }));
    },
  };

  function undoEdit(id, text) {
    const card = room.cards.get(id);
    if (card) room.act(OPS.contribution_edit, { contribution: id, base_rev: room.state.contributions[id]?.rev ?? card.rev, text });
  }

  function fillMove(card) {
    const form = role("move-form");
    const bottlenecks = [...room.cards.values()].filter((one) => (one.kind === "bottleneck" || one.kind === "question") && one.id !== card.id && onWall(one) && !one.isNew);
    show(role("move-kind"), true);
    show(role("move-group"), Object.keys(room.state.groups).length > 0);
    show(role("move-answers"), bottlenecks.length > 0);
    form.elements.namedItem("kind").value = card.kind;
    options(form.elements.namedItem("group"), Object.values(room.state.groups).map((group) => [group.id, group.name]), card.group);
    options(form.elements.namedItem("answers"), bottlenecks.map((one) => [one.id, shortened(one.text, 90)]), card.answers);
  }

  listActions(wall, act, signal);

  /** A menu that opens at the edge of the wall comes into view instead of being cut off. */
  wall.addEventListener(
    "toggle",
    (event) => {
      const sheet = event.target.open && event.target.querySelector(".menu__sheet");
      if (!sheet) return;
      sheet.style.transform = "";
      const over = wall.getBoundingClientRect().left - sheet.getBoundingClientRect().left;
      if (over > 0) sheet.style.transform = `translateX(${over + 4}px)`;
      sheet.scrollIntoView({ block: "nearest", inline: "nearest" });
    },
    { signal, capture: true },
  );

  function results(state) {
    const last = Object.values(state.ballots).findLast((ballot) => ballot.result);
    return new Map((last?.choices ?? []).filter((choice) => choice.contribution).map((choice) => [choice.contribution, last.result[choice.id]]));
  }

  function drawCard(element, card, votes) {
    element.klDiffers ??= memory();
    if (!element.klDiffers(room.state.contributions[card.id], card.entry?.id, card.entry?.state, card.text, card.status, votes.get(card.id), room.cards.get(card.answers)?.text, card.recalls?.id, card.recalls?.text)) return;
    const at = (name) => element.querySelector(`[data-role="${name}"]`);
    const answered = card.answers && room.cards.get(card.answers);
    setData(element, "id", card.id);
    setData(element, "kind", card.kind);
    setData(element, "status", card.status);
    setData(element, "underway", card.entry ? "" : null);
    setText(at("text"), card.text);
    show(at("answers"), Boolean(answered));
    setText(at("answers-text"), answered ? answered.text : "");
    show(at("recalled"), Boolean(card.recalls));
    setText(at("recalled-text"), card.recalls ? [saidOf(card.recalls), card.recalls.text].filter(Boolean).join(": ") : "");
    show(at("theme"), card.themes.length > 0);
    setText(at("theme"), card.themes[0] ?? "");
    setText(at("place"), word(`place:${card.municipality}`));
    setText(at("author"), card.on_behalf_of ? t("namens %(name)s", { name: card.on_behalf_of }) : (card.author?.name ?? ""));
    show(at("late"), card.late);
    show(at("hidden-tag"), card.status === "hidden");
    const number = votes.get(card.id);
    show(at("votes"), number !== undefined);
    setText(at("votes"), number ?? "");
    show(element.querySelector("details"), !card.isNew);
    show(element.querySelector('[data-action="answer"]'), card.kind === "bottleneck" || card.kind === "question");
    show(element.querySelector('[data-action="recall"]'), card.kind !== "action");
    show(element.querySelector('[data-action="hide"]'), card.status !== "hidden");
    show(element.querySelector('[data-action="show"]'), card.status === "hidden");
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

  function drawColumn(kind, cards, votes) {
    let column = columns.get(kind);
    if (!column) {
      column = fromTemplate("column", kind);
      column.querySelector('[data-role="column-cards"]').replaceChildren();
      columns.set(kind, column);
    }
    setText(column.querySelector('[data-role="column-count"]'), cards.length);
    syncList(column.querySelector('[data-role="column-cards"]'), cards, { key: (card) => card.key, make: makeCard, update: (element, card) => drawCard(element, card, votes) });
    return column;
  }

  actions.on("join", () => ask(role("join-dialog")));

  return function draw() {
    const { state } = room;
    if (!state) return;
    if (wall.querySelector("details[open]")) {
      setTimeout(() => room.changed(), 500);
      return;
    }
    if (!differs(state.contributions, state.ballots, state.me, room.outbox.version, following?.key)) return;
    const cards = [...room.cards.values()].filter((card) => onWall(card) && (following?.shows(card) ?? true)).sort((a, b) => (a.at < b.at ? 1 : -1));
    const votes = results(state);
    const shown = [];
    for (const kind of KINDS) {
      const own = cards.filter((card) => card.kind === kind);
      if (own.length) shown.push({ kind, cards: own });
    }
    syncList(wall, shown, {
      key: (column) => column.kind,
      make: (column) => drawColumn(column.kind, column.cards, votes),
      update: (_element, column) => drawColumn(column.kind, column.cards, votes),
    });
    show(role("wall-empty"), shown.length === 0);
    first = false;
  };
}

/** Fills a select: its first option (no choice) stays. */
export function options(select, pairs, chosen) {
  while (select.options.length > 1) select.remove(1);
  for (const [value, text] of pairs) select.add(new Option(text, value));
  select.value = chosen ?? "";
}
