import { t, tn } from "../../text.js";
import { toast } from "../../toast.js";
import { isList, linesOf } from "../lines.js";
import { fromTemplate, setText, word } from "../page.js";
import { KINDS, OPS } from "../protocol.js";
import { ask } from "./dialogs.js";

const LETTERS = { K: "bottleneck", O: "solution", I: "insight", L: "lesson" };

/** What a line may begin with to say its kind: the words of the page's language, and the letters of the keys. */
function namesOfKinds() {
  const words = KINDS.flatMap((kind) => [[word(`kind:${kind}`), kind], [word(`kinds:${kind}`), kind]]);
  return [...words, ...Object.entries(LETTERS)].filter(([name]) => name);
}

/**
 * A whole list pasted becomes cards: seen first, line by line with its kind, placed with one Enter and taken back with one click.
 * `begin()` gives what goes for all: {kind, behalf, answers, group}; `asOne(text)` puts the text in the box as it was.
 */
export function connectList({ room, role, signal, begin, asOne }) {
  const dialog = role("list-dialog");
  const form = role("list-form");
  const lines = role("list-lines");
  const all = form.elements.namedItem("all");
  /** Op id → contribution, or null while it is under way. */
  const placed = new Map();
  const unwanted = new Set();

  const rows = () => [...lines.children].map((row) => ({ row, kind: row.querySelector("select"), area: row.querySelector("textarea") }));

  function count() {
    const number = rows().filter(({ area }) => area.value.trim()).length;
    setText(role("list-count"), tn("%(n)s kaart", "%(n)s kaarten", number));
    setText(role("list-place-text"), tn("%(n)s kaart vastleggen", "%(n)s kaarten vastleggen", number));
  }

  function fill(found) {
    lines.replaceChildren();
    for (const one of found) {
      const row = fromTemplate("list-line");
      row.querySelector("select").value = one.kind;
      row.querySelector("textarea").value = one.text;
      lines.append(row);
    }
    const kinds = new Set(found.map((one) => one.kind));
    all.value = kinds.size === 1 ? [...kinds][0] : "";
    count();
  }

  form.addEventListener(
    "change",
    (event) => {
      if (event.target === all && all.value) for (const { kind } of rows()) kind.value = all.value;
      else if (event.target.name === "kind") all.value = new Set(rows().map(({ kind }) => kind.value)).size === 1 ? event.target.value : "";
    },
    { signal },
  );
  form.addEventListener("input", count, { signal });
  form.addEventListener(
    "click",
    (event) => {
      const row = event.target.closest('[data-action="drop-line"]')?.closest("li");
      if (!row) return;
      const next = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      (next?.querySelector('[data-action="drop-line"]') ?? form.querySelector('button[value="cancel"]')).focus();
      count();
    },
    { signal },
  );
  form.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || !event.target.matches("textarea, select")) return;
      event.preventDefault();
      form.requestSubmit(form.querySelector('button[value="place"]'));
    },
    { signal },
  );

  room.on("answer", ({ entry, result }) => {
    if (!placed.has(entry.id) || !result.contribution) return;
    placed.set(entry.id, result.contribution);
    if (unwanted.delete(entry.id)) room.act(OPS.contribution_retract, { contribution: result.contribution });
  });

  /** Takes all of it back: what has not left yet never leaves, what is on its way is taken back when it arrives. */
  function takeBack(ids) {
    for (const id of ids) {
      const contribution = placed.get(id);
      if (contribution) room.act(OPS.contribution_retract, { contribution });
      else if (!room.outbox.discard(id)) unwanted.add(id);
    }
  }

  function place(wanted, { behalf, answers, group }) {
    const ids = wanted.map(({ kind, text }) => {
      const whose = behalf ? (kind === "action" ? { owner: behalf } : { on_behalf_of: behalf }) : {};
      const entry = kind === "action" ? room.act(OPS.action_add, { text, ...whose }) : room.act(OPS.contribution_add, { kind, text, ...whose, ...(answers ? { answers } : {}), ...(group ? { group } : {}) });
      placed.set(entry.id, null);
      return entry.id;
    });
    toast(tn("%(n)s kaart vastgelegd", "%(n)s kaarten vastgelegd", ids.length), { undo: () => takeBack(ids) });
  }

  return {
    isList,
    /** Shows `text` as the cards it would become. Gives whether they were placed. */
    async offer(text) {
      const whole = begin();
      fill(linesOf(text, namesOfKinds(), whole.kind));
      const chosen = await ask(dialog);
      if (chosen === "one") asOne(text);
      if (chosen !== "place") return false;
      const wanted = rows().map(({ kind, area }) => ({ kind: kind.value, text: area.value.trim() })).filter((one) => one.text);
      if (!wanted.length) {
        toast(t("Er stond niets om vast te leggen."));
        return false;
      }
      place(wanted, whole);
      return true;
    },
  };
}
