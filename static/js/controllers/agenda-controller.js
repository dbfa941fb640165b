/**
 * The agenda form, nicer: moving and removing rows without a round trip, and the sum of the minutes while typing.
 * The order of the rows in the page is what is sent; without this script the same buttons go to the server.
 */
import { t } from "../text.js";

export default function connect(form, { signal }) {
  const rows = form.querySelector('[data-role="rows"]');
  const total = form.querySelector('[data-role="total"]');
  const planned = Number(form.dataset.planned);
  if (!rows) return;

  const all = () => [...rows.querySelectorAll('[data-role="row"]')];

  function count() {
    const minutes = all().reduce((sum, row) => sum + (Number(row.querySelector('[data-role="minutes"]').value) || 0), 0);
    total.textContent = t("Samen %(total)s minuten; de dag duurt %(planned)s minuten.", { total: minutes, planned });
    total.parentElement.toggleAttribute("data-over", minutes > planned);
  }

  function refresh() {
    const present = all();
    present.forEach((row, place) => {
      row.querySelector('[data-role="up"]').disabled = place === 0;
      row.querySelector('[data-role="down"]').disabled = place === present.length - 1;
    });
    count();
  }

  form.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest('[data-role="up"], [data-role="down"], [data-role="remove"]');
      const row = button?.closest('[data-role="row"]');
      if (!row) return;
      event.preventDefault();
      const role = button.dataset.role;
      if (role === "up") row.previousElementSibling?.before(row);
      if (role === "down") row.nextElementSibling?.after(row);
      if (role === "remove") {
        const next = row.nextElementSibling || row.previousElementSibling;
        row.remove();
        next?.querySelector("input:not([type=hidden])")?.focus();
      }
      refresh();
      if (role !== "remove") (button.disabled ? row.querySelector("button:not(:disabled)") : button)?.focus();
    },
    { signal },
  );
  form.addEventListener("input", (event) => event.target.matches('[data-role="minutes"]') && count(), { signal });
  refresh();
}
