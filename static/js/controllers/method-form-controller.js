/**
 * The editor of a method, nicer: steps move without a round trip (buttons, Alt and an arrow, dragging), the sum of the minutes follows
 * the typing, and the preview (or what is still wrong) follows a moment later. The order of the rows in the page is what is sent; without
 * this script the same buttons go to the server.
 */
import Sortable from "../../vendor/sortable.core.esm.js";
import { t } from "../text.js";

const PAUSE = 700;

export default function connect(form, { signal }) {
  const rows = form.querySelector('[data-role="rows"]');
  const total = form.querySelector('[data-role="total"]');
  const said = form.querySelector('[data-role="said"]');
  const preview = document.querySelector('[data-role="preview"]');
  let timer = null;
  let asking = null;

  const all = () => [...rows.querySelectorAll('[data-role="row"]')];
  const nameOf = (row) => row.querySelector('[data-role="name"]').textContent.trim();

  function count() {
    const minutes = all().reduce((sum, row) => sum + (Number(row.querySelector('[data-role="minutes"]').value.replace(",", ".")) || 0), 0);
    total.textContent = t("Samen %(total)s minuten.", { total: new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 }).format(minutes) });
  }

  function refresh() {
    const present = all();
    present.forEach((row, place) => {
      row.querySelector('[data-role="number"]').textContent = place + 1;
      row.querySelector('[data-role="up"]').disabled = place === 0;
      row.querySelector('[data-role="down"]').disabled = place === present.length - 1;
    });
    count();
    soon();
  }

  function tell(row) {
    said.textContent = t("%(card)s staat nu op plaats %(place)s.", { card: nameOf(row), place: all().indexOf(row) + 1 });
  }

  function move(row, by) {
    const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) {
      said.textContent = t("Verder kan niet.");
      return;
    }
    const focused = document.activeElement;
    if (by < 0) other.before(row);
    else other.after(row);
    refresh();
    tell(row);
    (focused?.disabled ? row.querySelector('[data-role="up"]:not(:disabled), [data-role="down"]:not(:disabled)') : focused)?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function remove(row) {
    const next = row.nextElementSibling || row.previousElementSibling;
    said.textContent = t("%(card)s is weggehaald.", { card: nameOf(row) });
    row.remove();
    refresh();
    (next?.querySelector("input:not([type=hidden])") ?? form.querySelector('[value="add-step"]')).focus();
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  }

  /** The preview of what is typed now, or what is wrong with it. The server decides; nothing is kept, and the form itself is left alone. */
  async function look() {
    asking?.abort();
    asking = new AbortController();
    const sent = new FormData(form);
    sent.set("do", "preview");
    try {
      const response = await fetch(location.href, { method: "POST", body: new URLSearchParams(sent), signal: asking.signal, credentials: "same-origin" });
      if (!response.ok || signal.aborted) return;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.querySelector('[data-role="preview"]');
      if (fresh) preview.replaceChildren(...fresh.childNodes);
    } catch {
      // Without a connection the preview stays as it was; saving says what is wrong.
    }
  }

  form.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest('[data-role="up"], [data-role="down"], [data-role="remove"]');
      const row = button?.closest('[data-role="row"]');
      if (row) {
        event.preventDefault();
        if (button.dataset.role === "remove") remove(row);
        else move(row, button.dataset.role === "up" ? -1 : 1);
      }
    },
    { signal },
  );
  form.addEventListener(
    "keydown",
    (event) => {
      const row = event.target.closest('[data-role="row"]');
      if (!row || !event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
      event.preventDefault();
      move(row, event.key === "ArrowUp" ? -1 : 1);
    },
    { signal },
  );
  form.addEventListener(
    "input",
    (event) => {
      if (event.target.matches('[data-role="minutes"]')) count();
      if (event.target.name?.endsWith("-title_nl")) {
        const name = event.target.closest('[data-role="row"]')?.querySelector('[data-role="name"]');
        if (name && event.target.value.trim()) name.textContent = event.target.value;
      }
      soon();
    },
    { signal },
  );

  const sortable = new Sortable(rows, {
    draggable: '[data-role="row"]',
    handle: '[data-role="handle"]',
    delay: 180,
    delayOnTouchOnly: true,
    touchStartThreshold: 6,
    forceFallback: true,
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
    onEnd: (event) => {
      refresh();
      tell(event.item);
    },
  });
  signal.addEventListener("abort", () => {
    sortable.destroy();
    clearTimeout(timer);
    asking?.abort();
  });
  for (const hint of form.querySelectorAll("[data-script]")) hint.hidden = false;
  form.setAttribute("data-bound", "");
}
