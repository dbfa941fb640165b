import { OPS } from "./protocol.js";

/**
 * What the room will look like when all that is under way has arrived: the state with the outbox laid over it. Pure.
 *
 * A card is a contribution with:
 *   key    the same for the card that was typed here and the one that came back from the journal, so that it stays one element on the page
 *   mine   whether I wrote it
 *   entry  the outbox entry that is not in the journal yet and touches this card, or null
 *   isNew  it exists in the outbox only
 */

const ADDS = new Set([OPS.contribution_add, OPS.action_add]);
const plain = (text) => text.trim().replace(/\s+/g, " ");

/** The journal can be quicker than the answer to our own op: then it is known by its words. */
function twin(cards, entry) {
  const kind = entry.op.kind ?? "action";
  for (const card of cards.values()) {
    if (card.mine && !card.entry && !card.opId && card.kind === kind && plain(card.text) === plain(entry.op.text)) return card;
  }
  return null;
}

function newCard(entry, state) {
  const { op } = entry;
  return {
    id: entry.id,
    key: entry.id,
    opId: entry.id,
    kind: op.kind ?? "action",
    text: op.text,
    rev: 0,
    step: op.step ?? state.step?.id ?? null,
    run: op.run ?? null,
    position: op.position ?? null,
    cell: op.cell ?? null,
    group: op.group ?? null,
    answers: op.answers ?? null,
    recalls: op.recalls ? { id: op.recalls } : null,
    themes: op.themes ?? [],
    consent: op.consent ?? "programme",
    municipality: state.me?.municipality ?? null,
    author: null,
    on_behalf_of: op.on_behalf_of ?? null,
    at: new Date(entry.n).toISOString(),
    late: false,
    edited: false,
    status: entry.quarantined ? "quarantined" : "visible",
    warmth: null,
    owner: op.owner ?? null,
    due: op.due ?? null,
    mine: true,
    isNew: true,
    entry,
  };
}

function laid(card, entry) {
  const { op } = entry;
  if (entry.state === "refused") return null;
  if (op.type === OPS.contribution_edit) return card.rev <= op.base_rev ? { ...card, text: op.text, entry } : null;
  if (op.type === OPS.contribution_split) return { ...card, text: op.texts[0], entry };
  if (op.type === OPS.contribution_hide) return { ...card, status: "hidden", entry };
  if (op.type === OPS.contribution_show) return { ...card, status: "visible", entry };
  if (op.type === OPS.quarantine_accept) return { ...card, status: card.status === "quarantined" ? "visible" : card.status, entry };
  if (op.type === OPS.contribution_move) {
    const { kind, group, answers, themes } = op;
    const changed = Object.fromEntries(Object.entries({ kind, group, answers, themes }).filter(([, value]) => value !== undefined));
    if (op.recalls !== undefined) changed.recalls = op.recalls && (card.recalls?.id === op.recalls ? card.recalls : { id: op.recalls });
    return { ...card, ...changed, entry };
  }
  return null;
}

/** Cards by id, in no particular order. `born` (contribution id → op id) is remembered between calls by the caller, and filled here. */
export function overlay(state, entries, born = new Map()) {
  const mine = new Set(state.me?.contributions ?? []);
  const cards = new Map();
  for (const one of Object.values(state.contributions)) {
    const opId = born.get(one.id) ?? null;
    cards.set(one.id, { ...one, key: opId ?? one.id, opId, mine: mine.has(one.id), isNew: false, entry: null });
  }
  for (const entry of entries) {
    const { op } = entry;
    if (ADDS.has(op.type)) {
      const there = entry.contribution ? cards.get(entry.contribution) : twin(cards, entry);
      if (there && entry.state !== "refused") {
        born.set(there.id, entry.id);
        Object.assign(there, { key: entry.id, opId: entry.id });
      } else {
        cards.set(entry.id, newCard(entry, state));
      }
      continue;
    }
    if (op.type === OPS.contribution_merge && entry.state !== "refused") {
      const into = cards.get(op.into);
      if (into) cards.set(into.id, { ...into, text: op.text ?? into.text, entry });
      for (const id of into ? op.from : []) cards.delete(id);
      continue;
    }
    const card = op.contribution && cards.get(op.contribution);
    if (!card) continue;
    if (op.type === OPS.contribution_retract || op.type === OPS.quarantine_reject) {
      if (entry.state !== "refused") cards.delete(card.id);
      continue;
    }
    const changed = laid(card, entry);
    if (changed) cards.set(card.id, changed);
    else if (entry.state === "refused") cards.set(entry.id, { ...card, id: entry.id, key: entry.id, text: op.text, isNew: true, mine: true, entry });
  }
  return cards;
}

/** What became of something of mine, as one of the states the pages have words for. `offline`: whether there is no way out now. */
export function fate(card, state, offline) {
  const { entry } = card;
  if (entry && (card.isNew || entry.op.type === OPS.contribution_edit)) {
    if (entry.state === "refused") return "refused";
    if (entry.state === "answered") return entry.quarantined ? "quarantined" : "sent";
    return offline ? "waiting" : "sending";
  }
  if (card.status === "quarantined" || card.status === "pending" || card.status === "hidden" || card.status === "merged") return card.status;
  if (card.status === "rejected") return "refused";
  const run = card.run ? state.runs?.[card.run] : null;
  if (run) return run.state === "running" && run.slot.hidden && card.position === `${run.step}/${run.unit}/${run.part}` ? "unrevealed" : "placed";
  const veiled = state.agenda[state.step?.id]?.hidden_until_reveal && card.step === state.step.id && !state.step.revealed;
  return veiled ? "unrevealed" : "placed";
}
