/**
 * Typing cards over at the speed of a keyboard: Enter goes to the next row (and makes one), a pasted list fills rows, a new row takes over
 * kind, municipality and group of the one above. What is typed stays on this device until it was entered.
 *
 *   <form data-controller="paper" data-key="paper:12" [data-done] [data-kept]>  data-done: the last form was entered; data-kept: the rows come from the server
 */
import { t, tn } from "../text.js";

const PREFIX = "kl-draft:";
const FIELDS = ["kind", "text", "municipality", "group", "card"];
const KEEP_AFTER = 300;
const MARK = /^\s*(?:[-*•–—·▪◦]|\d{1,3}[.)]|[a-z][.)])\s+/;

/** The lines of a pasted list, without bullets and numbers; cells of a sheet are joined, the server reads those better. */
export function linesOf(text) {
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(MARK, "").trim())
    .filter(Boolean);
}

const shelf = {
  read: (key) => {
    try {
      return JSON.parse(localStorage.getItem(PREFIX + key));
    } catch {
      return null;
    }
  },
  write: (key, value) => {
    try {
      localStorage.setItem(PREFIX + key, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  },
  clear: (key) => {
    try {
      localStorage.removeItem(PREFIX + key);
    } catch {
      // Nothing was kept.
    }
  },
};

export default function connect(form, { signal }) {
  const { key } = form.dataset;
  const body = form.querySelector("[data-role=rows]");
  const template = form.querySelector("template[data-template=paper-row]");
  const said = form.querySelector("[data-role=paper-said]");
  const rows = () => [...body.querySelectorAll("[data-role=row]")];
  const field = (row, name) => row.querySelector(`[name="${name}"]`);
  const valuesOf = (row) => Object.fromEntries(FIELDS.map((name) => [name, field(row, name)?.value ?? ""]));
  const isEmpty = (row) => !field(row, "text").value.trim() && !field(row, "card").value.trim();
  form.querySelector("[data-role=paper-keys]").hidden = false;

  function fill(row, values) {
    for (const name of FIELDS) {
      const element = field(row, name);
      if (element && values[name] !== undefined) element.value = values[name];
    }
  }

  function addRow(like = null) {
    body.append(document.importNode(template.content, true));
    const row = rows().at(-1);
    row.querySelector("[data-role=number]").textContent = rows().length;
    if (like) takeOver(row, like);
    return row;
  }

  /** Kind, municipality and group as in the row above: cards come in piles. */
  function takeOver(row, like) {
    const { kind, municipality, group } = valuesOf(like);
    fill(row, { kind, municipality, group });
  }

  let timer = 0;
  function keep() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const filled = rows().filter((row) => !isEmpty(row)).map(valuesOf);
      if (!filled.length) shelf.clear(key);
      else if (shelf.write(key, { batch: form.elements.namedItem("batch").value, rows: filled })) said.textContent = tn("%(n)s kaart bewaard op dit apparaat", "%(n)s kaarten bewaard op dit apparaat", filled.length);
    }, KEEP_AFTER);
  }

  if (form.hasAttribute("data-done")) shelf.clear(key);
  const kept = form.hasAttribute("data-kept") || !rows().every(isEmpty) ? null : shelf.read(key);
  if (kept?.rows?.length) {
    for (const [i, values] of kept.rows.entries()) fill(rows()[i] ?? addRow(), values);
    if (kept.batch) form.elements.namedItem("batch").value = kept.batch;
    said.textContent = t("Wat je eerder typte, staat er weer.");
  }

  form.addEventListener("input", keep, { signal });

  form.addEventListener(
    "keydown",
    (event) => {
      const row = event.target.closest?.("[data-role=row]");
      if (!row || event.key !== "Enter" || event.shiftKey || event.isComposing || event.target.matches("button")) return;
      event.preventDefault();
      const next = row.nextElementSibling ?? addRow(row);
      if (isEmpty(next)) takeOver(next, row);
      field(next, event.target.name === "card" && field(next, "text").value ? "card" : "text").focus();
    },
    { signal },
  );

  form.addEventListener(
    "paste",
    (event) => {
      const row = event.target.closest?.("[data-role=row]");
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (!row || event.target.name !== "text" || text.includes("\t")) return;
      const lines = linesOf(text);
      if (lines.length < 2) return;
      event.preventDefault();
      let at = row;
      lines.forEach((line, i) => {
        if (i) {
          at = at.nextElementSibling ?? addRow(at);
          while (!isEmpty(at)) at = at.nextElementSibling ?? addRow(at);
          takeOver(at, row);
        }
        fill(at, { text: i ? line : (field(at, "text").value + line).trim() });
      });
      field(at, "text").focus();
      keep();
    },
    { signal },
  );
}
