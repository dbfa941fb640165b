import { t, tn } from "../text.js";
import { typing } from "./keys-controller.js";

/**
 * A form with rows to tick: arrows go from row to row, shift takes along, `a` ticks all or none. Says how many are ticked in
 * `[data-role=chosen]`; a button with `data-least`/`data-most` works only when that many are.
 */
export default function connect(form, { signal }) {
  const boxes = () => [...form.querySelectorAll('input[type="checkbox"][name="v"]')];
  const said = form.querySelector("[data-role=chosen]");
  const before = said?.textContent;
  let last = null;

  const show = () => {
    const chosen = boxes().filter((box) => box.checked).length;
    if (said) said.textContent = chosen ? tn("%(n)s vraag gekozen", "%(n)s vragen gekozen", chosen) : before || t("Nog niets gekozen");
    form.toggleAttribute("data-none", !chosen);
    for (const button of form.querySelectorAll("[data-least]")) {
      button.disabled = chosen < Number(button.dataset.least) || chosen > Number(button.dataset.most || Infinity);
    }
  };

  const go = (from, step, along) => {
    const all = boxes();
    const at = from ? all.indexOf(from) : step > 0 ? -1 : all.length;
    const next = all[Math.max(0, Math.min(all.length - 1, at + step))];
    if (!next) return;
    if (along && from) from.checked = next.checked = true;
    next.focus();
    next.closest("li").scrollIntoView({ block: "nearest" });
    show();
  };

  form.addEventListener("click", (event) => {
    const box = event.target.closest?.('input[name="v"]');
    if (!box) return;
    if (event.shiftKey && last && last !== box) {
      const all = boxes();
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      for (const one of all.slice(from, to + 1)) one.checked = box.checked;
    }
    last = box;
    show();
  }, { signal });
  form.addEventListener("change", show, { signal });

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (form.hasAttribute("data-keys-off")) return;
    const here = event.target.closest?.("li")?.querySelector('input[name="v"]') || null;
    const inside = form.contains(event.target);
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && (inside || event.target === document.body)) {
      event.preventDefault();
      go(inside ? here : null, event.key === "ArrowDown" ? 1 : -1, event.shiftKey);
    } else if (event.key.toLowerCase() === "a") {
      event.preventDefault();
      const all = boxes();
      const some = all.some((box) => !box.checked);
      for (const box of all) box.checked = some;
      show();
    }
  }, { signal });
  window.addEventListener("pageshow", show, { signal });
  show();
}
