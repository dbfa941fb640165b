import { tn } from "../text.js";

/**
 * Filters. On a form with method=get: sends itself when a choice changes, and 300 ms after typing stops, so that the filters stand in the address.
 * On an input with `data-filter-list="#id"`: hides the items of that list that do not have all typed words; says how many are left in `data-filter-count`.
 */
export default function connect(element, { signal }) {
  if (element.tagName === "FORM") filterForm(element, signal);
  else filterList(element, signal);
}

function filterForm(form, signal) {
  for (const button of form.querySelectorAll("[data-no-script]")) button.hidden = true;
  let timer = null;
  const send = () => {
    for (const field of form.elements) if (field.name && field.value === "" && field.tagName !== "BUTTON") field.disabled = true;
    form.requestSubmit();
  };
  window.addEventListener("pageshow", () => { for (const field of form.elements) field.disabled = false; }, { signal });
  form.addEventListener("change", (event) => event.target.type !== "search" && event.target.type !== "text" && send(), { signal });
  form.addEventListener(
    "input",
    (event) => {
      if (event.target.type !== "search" || !form.hasAttribute("data-while-typing")) return;
      clearTimeout(timer);
      timer = setTimeout(send, 300);
    },
    { signal },
  );
  signal.addEventListener("abort", () => clearTimeout(timer));
}

const plain = (text) => text.toLocaleLowerCase("nl").normalize("NFD").replace(/\p{M}/gu, "");

function filterList(input, signal) {
  const list = document.querySelector(input.dataset.filterList);
  const count = input.dataset.filterCount ? document.querySelector(input.dataset.filterCount) : null;
  if (!list) return;
  const apply = () => {
    const words = plain(input.value).split(/\s+/).filter(Boolean);
    let left = 0;
    for (const item of list.children) {
      const text = plain(item.dataset.filterText || item.textContent);
      item.hidden = !words.every((word) => text.includes(word));
      if (!item.hidden) left += 1;
    }
    if (count) count.textContent = tn("%(n)s gevonden", "%(n)s gevonden", left);
  };
  input.addEventListener("input", apply, { signal });
  if (input.value) apply();
}
