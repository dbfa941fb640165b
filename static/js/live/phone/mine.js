import { copy } from "../../controllers/copy-controller.js";
import { t } from "../../text.js";
import { toast } from "../../toast.js";
import { fate } from "../overlay.js";
import { fromTemplate, setData, setKind, setText, show, syncList, word } from "../page.js";
import { OPS } from "../protocol.js";
import { saidOf } from "../recall.js";

const CHANGEABLE = new Set(["placed", "sent", "pending", "unrevealed"]);
const COPYABLE = new Set(["refused", "quarantined"]);

/** What I sent, with what became of it, and what I may still do with it. */
export function connectMine({ room, role, composer, signal }) {
  const dialog = role("edit-dialog");
  const area = dialog.querySelector("textarea");
  let editing = null;

  /** Where an edit goes: the contribution, as far as the room has named it. */
  function target(card) {
    if (!card.isNew) return { contribution: card.id, base_rev: card.rev };
    return card.entry.contribution ? { contribution: card.entry.contribution, base_rev: 1 } : null;
  }

  const whereOf = (card) => (card.run ? { run: card.run, position: card.position, ...(card.cell ? { cell: card.cell } : {}) } : card.step ? { step: card.step } : {});

  function addAgain(card, text) {
    const { id: _id, type, ...fields } = card.entry?.op ?? {};
    if (type === OPS.contribution_add || type === OPS.action_add) return room.act(type, { ...fields, text });
    return room.act(OPS.contribution_add, { kind: card.kind === "action" ? "insight" : card.kind, text, consent: card.consent, ...whereOf(card) });
  }

  function why(card) {
    if (card.entry?.state === "refused") return [card.entry.problem?.title, card.entry.problem?.detail].filter(Boolean).join(". ");
    if (card.status === "rejected") return t("De begeleider heeft deze late bijdrage niet overgenomen.");
    if (card.entry?.state === "waiting" && room.outbox.halted) return [room.outbox.halted.title, room.outbox.halted.detail].filter(Boolean).join(". ");
    return "";
  }

  const act = {
    recalled: (card) => card.recalls && composer.showEarlier(card.recalls.id),
    edit(card) {
      editing = { key: card.key, where: target(card) };
      area.value = card.text;
      dialog.returnValue = "";
      dialog.showModal();
    },
    retract(card) {
      const where = target(card);
      if (!where) return;
      room.act(OPS.contribution_retract, { contribution: where.contribution });
      toast(t("Ingetrokken"), { undo: () => addAgain(card, card.text) });
    },
    retry(card) {
      room.outbox.discard(card.entry.id);
      addAgain(card, card.text);
    },
    async copy(card) {
      toast((await copy(card.text)) ? t("Gekopieerd") : t("Kopiëren lukt hier niet. Selecteer de tekst en kopieer zelf."));
    },
    discard(card) {
      room.outbox.discard(card.entry.id);
      toast(t("Weggegooid"), { undo: () => addAgain(card, card.text) });
    },
  };

  const byKey = (key) => [...room.cards.values()].find((card) => card.key === key);

  role("mine-list").addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("[data-action]");
      const card = button && byKey(button.closest("[data-id]").klKey);
      if (card) act[button.dataset.action]?.(card);
    },
    { signal },
  );

  dialog.addEventListener(
    "close",
    () => {
      const text = area.value.trim();
      const card = editing && byKey(editing.key);
      if (dialog.returnValue === "save" && text && card) {
        if (card.entry?.state === "refused") {
          room.outbox.discard(card.entry.id);
          addAgain(card, text);
        } else if (editing.where && text !== card.text) {
          room.act(OPS.contribution_edit, { ...editing.where, text });
        }
      }
      editing = null;
    },
    { signal },
  );

  function draw() {
    const { state } = room;
    if (!state) return;
    const mine = [...room.cards.values()].filter((card) => card.mine).sort((a, b) => (a.isNew === b.isNew ? (a.at < b.at ? 1 : -1) : a.isNew ? -1 : 1));
    show(role("mine"), mine.length > 0);
    setText(role("mine-count"), mine.length);
    syncList(role("mine-list"), mine, {
      key: (card) => card.key,
      make: () => fromTemplate("mine"),
      update(element, card) {
        const now = fate(card, state, room.offline);
        const open = state.lab.state === "open";
        const at = (name) => element.querySelector(`[data-role="${name}"]`);
        const button = (name) => element.querySelector(`[data-action="${name}"]`);
        setData(element, "id", card.id);
        setKind(element, card.kind);
        setText(at("text"), card.text);
        setData(at("state"), "state", now);
        setText(at("state-text"), word(`state:${now}`));
        setText(at("why"), why(card));
        show(at("why"), why(card) !== "");
        show(button("recalled"), Boolean(card.recalls));
        setText(at("recalled-text"), card.recalls ? saidOf(card.recalls) : "");
        show(button("edit"), open && (now === "refused" ? card.isNew : CHANGEABLE.has(now) && target(card) !== null));
        show(button("retract"), open && CHANGEABLE.has(now) && target(card) !== null);
        show(button("retry"), now === "refused" && card.isNew);
        show(button("discard"), now === "refused" && card.isNew);
        show(button("copy"), COPYABLE.has(now));
      },
    });
  }

  return { draw, edit: act.edit };
}
