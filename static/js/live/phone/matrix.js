import { fromTemplate, setText, show, syncList } from "../page.js";
import { both } from "../runs.js";
import { matrixRows, turnOf } from "./turn.js";

const NONE = {};

/** Filling a matrix on a small screen: one cell at a time (whose row, which column, what), with all that is there below. */
export function connectMatrix({ room, role, composer }) {
  const row = role("matrix-row");
  const columns = role("matrix-columns");
  const chosen = () => [...columns.querySelectorAll("input")].find((radio) => radio.checked)?.value ?? null;
  const active = () => {
    const on = room.state && turnOf(room.state);
    return on?.slot.input === "matrix" ? on : null;
  };
  const label = (on) => on.slot.columns[0];

  row.addEventListener("input", () => row.setCustomValidity(""));

  function drawColumns(list) {
    const before = chosen();
    syncList(columns, list, {
      key: (column) => column.id,
      make: () => fromTemplate("matrix-column"),
      update(element, column) {
        element.querySelector("input").value = column.id;
        setText(element.querySelector("span"), both(column.title));
      },
    });
    if (!before && columns.querySelector("input")) columns.querySelector("input").checked = true;
  }

  function drawTable(rows, list, first) {
    const cell = (tag, text, scope = null) => {
      const element = document.createElement(tag);
      element.textContent = text;
      if (scope) element.scope = scope;
      return element;
    };
    const table = document.createElement("table");
    table.className = "table";
    table.createTHead().insertRow().append(cell("th", both(first.title), "col"), ...list.map((column) => cell("th", both(column.title), "col")));
    const body = table.createTBody();
    for (const one of rows) {
      const line = body.insertRow();
      line.append(
        cell("th", one.row, "row"),
        ...list.map((column) => {
          const data = cell("td", (one.cells[column.id] ?? []).join("; ") || "–");
          data.dataset.label = both(column.title);
          return data;
        }),
      );
    }
    const holder = role("matrix-table");
    if (holder.innerHTML !== table.outerHTML) holder.replaceChildren(table);
  }

  return {
    cell() {
      const on = active();
      if (!on) return null;
      if (!row.value.trim()) {
        row.focus();
        return NONE;
      }
      return { row: row.value.trim(), column: chosen() ?? on.slot.columns[0].id };
    },
    draw(_state, on) {
      const filling = on?.slot.input === "matrix";
      show(role("matrix"), Boolean(filling && on.turn.write.length && composer));
      const first = filling && label(on);
      const list = filling ? (on.slot.columns.length > 1 ? on.slot.columns.slice(1) : on.slot.columns) : [];
      const rows = filling ? matrixRows(room.cards.values(), on.run, on.slot.columns) : [];
      show(role("matrix-so-far"), rows.length > 0);
      if (!filling) return;
      setText(role("matrix-row-label"), both(first.title));
      drawColumns(list);
      syncList(role("matrix-known"), rows, {
        key: (one) => one.row,
        make: () => document.createElement("option"),
        update: (element, one) => {
          element.value = one.row;
        },
      });
      if (rows.length) drawTable(rows, list, first);
    },
  };
}
