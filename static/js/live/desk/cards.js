import { t, tn } from "../../text.js";
import { toast } from "../../toast.js";
import { fromTemplate, setText, show } from "../page.js";
import { OPS } from "../protocol.js";
import { ask } from "./dialogs.js";

/** A short name for a card, for sentences about it. */
export function shortened(text, most = 60) {
  return text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text;
}

/** Cards that have a place on the wall: all but what waits for moderation, and what went into another card. */
export function onWall(card) {
  return card.entry?.state !== "refused" && (card.status === "visible" || card.status === "hidden");
}

/** Fills a select: its first option (no choice) stays. */
export function options(select, pairs, chosen) {
  while (select.options.length > 1) select.remove(1);
  for (const [value, text] of pairs) select.add(new Option(text, value));
  select.value = chosen ?? "";
}

const ANSWERED = new Set(["bottleneck", "question", "linking_opportunity"]);

/** Which of two cards answers the other: [what answers, what is answered]; null when neither is something to answer, or both are. Pure. */
export function pairOf(one, other) {
  if (ANSWERED.has(one.kind) === ANSWERED.has(other.kind)) return null;
  return ANSWERED.has(one.kind) ? [other, one] : [one, other];
}

/** A first guess at how a card falls apart: its lines, else its sentences. Pure. */
export function proposedParts(text) {
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  if (lines.length > 1) return lines;
  return text.split(/(?<=[.;!?])\s+/).map((part) => part.trim()).filter(Boolean);
}

/** The themes with a key: those of the lab and the programme, then what people put on cards here, in the order in which it came. Pure. */
export function themesWithKeys(given, cards) {
  const found = new Map(given.map((theme) => [theme.toLocaleLowerCase("nl"), theme]));
  const used = [...cards].filter((card) => card.themes.length).sort((a, b) => (a.at < b.at ? -1 : 1));
  for (const card of used) for (const theme of card.themes) if (!found.has(theme.toLocaleLowerCase("nl"))) found.set(theme.toLocaleLowerCase("nl"), theme);
  return [...found.values()].slice(0, 9);
}

/** What a facilitator does with a card, each with a way back. All take ids; what is still on its way is left alone where it has to be there. */
export function connectCards({ room, role, capture, recall, signal }) {
  const there = (ids) => ids.map((id) => room.cards.get(id)).filter((card) => card && !card.isNew);

  /** Changes cards in one gesture; the way back gives each what it had. `fieldsOf(card)` gives nothing for what stays as it is. */
  function change(cards, fieldsOf, said) {
    const done = [];
    for (const card of cards) {
      const fields = fieldsOf(card);
      if (!fields) continue;
      done.push([card.id, Object.fromEntries(Object.keys(fields).map((name) => [name, card[name]]))]);
      room.act(OPS.contribution_move, { contribution: card.id, ...fields });
    }
    const undo = () => {
      for (const [contribution, before] of done) room.act(OPS.contribution_move, { contribution, ...before });
    };
    if (done.length) toast(said, { undo });
  }

  function toggled(theme, cards) {
    const has = (card) => card.themes.some((one) => one.toLocaleLowerCase("nl") === theme.toLocaleLowerCase("nl"));
    const off = cards.every(has);
    const without = (card) => card.themes.filter((one) => one.toLocaleLowerCase("nl") !== theme.toLocaleLowerCase("nl"));
    change(
      cards,
      (card) => (has(card) === off ? { themes: off ? without(card) : [...card.themes, theme].slice(-12) } : null),
      off ? t("Thema %(theme)s weggehaald", { theme }) : t("Thema %(theme)s erop gezet", { theme }),
    );
  }

  function undoEdit(id, text) {
    const card = room.cards.get(id);
    if (card) room.act(OPS.contribution_edit, { contribution: id, base_rev: room.state.contributions[id]?.rev ?? card.rev, text });
  }

  function fillMove(card) {
    const form = role("move-form");
    const answerable = [...room.cards.values()].filter((one) => ANSWERED.has(one.kind) && one.id !== card.id && onWall(one) && !one.isNew);
    show(role("move-kind"), true);
    show(role("move-group"), Object.keys(room.state.groups).length > 0);
    show(role("move-answers"), answerable.length > 0);
    form.elements.namedItem("kind").value = card.kind;
    options(form.elements.namedItem("group"), Object.values(room.state.groups).map((group) => [group.id, group.name]), card.group);
    options(form.elements.namedItem("answers"), answerable.map((one) => [one.id, shortened(one.text, 90)]), card.answers);
  }

  const splitArea = role("split-form").elements.namedItem("texts");
  const parts = () => splitArea.value.split("\n").map((line) => line.trim()).filter(Boolean);
  const countParts = () => setText(role("split-count"), tn("%(n)s kaart", "%(n)s kaarten", parts().length));
  splitArea.addEventListener("input", countParts, { signal });
  splitArea.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      role("split-form").requestSubmit(role("split-form").querySelector('button[value="split"]'));
    },
    { signal },
  );

  let reworded = false;
  const mergeForm = role("merge-form");
  mergeForm.addEventListener(
    "input",
    (event) => {
      if (event.target.name === "text") reworded = true;
      else if (event.target.name === "into" && !reworded) mergeForm.elements.namedItem("text").value = room.cards.get(event.target.value)?.text ?? "";
    },
    { signal },
  );

  return {
    there,
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
      const area = role("edit-dialog").querySelector("textarea");
      area.value = card.text;
      if ((await ask(role("edit-dialog"))) !== "save") return;
      const text = area.value.trim();
      if (!text || text === card.text) return;
      room.act(OPS.contribution_edit, { contribution: id, base_rev: card.rev, text });
      toast(t("Tekst verbeterd"), { undo: () => undoEdit(id, card.text) });
    },

    async move(id) {
      const card = room.cards.get(id);
      const form = role("move-form");
      fillMove(card);
      if ((await ask(role("move-dialog"))) !== "move") return;
      const fields = {};
      for (const name of ["kind", "group", "answers"]) {
        const value = form.elements.namedItem(name).value || null;
        if (value !== card[name]) fields[name] = value;
      }
      if (Object.keys(fields).length) change([card], () => fields, t("Verplaatst: %(text)s", { text: shortened(card.text) }));
    },

    kind(ids, kind, label) {
      change(there(ids), (card) => (card.kind === kind ? null : { kind }), t("Soort is nu: %(kind)s", { kind: label }));
    },

    theme(ids, theme) {
      const cards = there(ids);
      if (cards.length) toggled(theme, cards);
    },

    async newTheme(ids, known) {
      const cards = there(ids);
      if (!cards.length) return;
      const form = role("theme-form");
      const input = form.elements.namedItem("theme");
      input.value = "";
      role("theme-known").replaceChildren(...known.map((theme) => new Option(theme, theme)));
      if ((await ask(role("theme-dialog"))) !== "put") return;
      const theme = input.value.trim().replace(/\s+/g, " ");
      if (theme) toggled(known.find((one) => one.toLocaleLowerCase("nl") === theme.toLocaleLowerCase("nl")) ?? theme, cards);
    },

    async split(id) {
      const [card] = there([id]);
      if (!card) return;
      splitArea.value = proposedParts(card.text).join("\n");
      countParts();
      if ((await ask(role("split-dialog"))) !== "split") return;
      const texts = parts().slice(0, 20);
      if (texts.length < 2) {
        toast(t("Zet minstens twee regels, dan worden het twee kaarten."));
        return;
      }
      room.act(OPS.contribution_split, { contribution: card.id, texts });
      toast(tn("%(n)s kaart van gemaakt", "%(n)s kaarten van gemaakt", texts.length), { undo: () => room.act(OPS.contribution_unsplit, { contribution: card.id }) });
    },

    /** Asks which of these stays, and with what words. Gives whether they were merged. */
    async merge(ids) {
      const cards = there(ids);
      if (cards.length < 2) return false;
      const first = cards.find((card) => card.consent !== "public_anonymous") ?? cards[0];
      role("merge-cards").replaceChildren(
        ...cards.map((card) => {
          const item = fromTemplate("merge-card");
          const radio = item.querySelector("input");
          radio.value = card.id;
          radio.checked = card === first;
          setText(item.querySelector('[data-role="text"]'), shortened(card.text, 160));
          return item;
        }),
      );
      reworded = false;
      mergeForm.elements.namedItem("text").value = first.text;
      if ((await ask(role("merge-dialog"))) !== "merge") return false;
      const into = mergeForm.elements.namedItem("into").value || first.id;
      const text = mergeForm.elements.namedItem("text").value.trim();
      const own = room.cards.get(into)?.text;
      room.act(OPS.contribution_merge, { into, from: cards.filter((card) => card.id !== into).map((card) => card.id), ...(text && text !== own ? { text } : {}) });
      toast(tn("%(n)s kaart samengevoegd", "%(n)s kaarten samengevoegd", cards.length), { undo: () => room.act(OPS.contribution_unmerge, { contribution: into }) });
      return true;
    },

    unmerge(id) {
      room.act(OPS.contribution_unmerge, { contribution: id });
      toast(t("De laatste samenvoeging is weer los"));
    },

    /** Ties what answers to what is answered. Says so when these two cannot be. Gives whether they were tied. */
    link(a, b) {
      const cards = there([a, b]);
      const pair = cards.length === 2 && pairOf(...cards);
      if (!pair) {
        if (cards.length === 2) toast(t("Koppel een oplossing aan een knelpunt, vraag of koppelkans."));
        return false;
      }
      const [answer, answered] = pair;
      change([answer], () => ({ answers: answered.id }), t("Gekoppeld aan: %(text)s", { text: shortened(answered.text) }));
      return true;
    },

    unlink(id) {
      change(there([id]), (card) => (card.answers ? { answers: null } : null), t("Koppeling losgemaakt"));
    },
  };
}
