import { t } from "../text.js";

/**
 * A field that looks up what a card can be tied to: arrows choose, Enter takes. What is tied already says so; taking it unties.
 */
const PAUSE = 120;

export function connectFinder(form, address, signal, take) {
  const field = form.querySelector("[role=combobox]");
  const list = form.querySelector("[role=listbox]");
  let timer = null;
  let asked = 0;
  let active = 0;

  const options = () => [...list.children].filter((one) => one.dataset.id);

  function mark(at) {
    const all = options();
    active = all.length ? (at + all.length) % all.length : 0;
    all.forEach((one, number) => {
      one.setAttribute("aria-selected", String(number === active));
    });
    if (all[active]) {
      field.setAttribute("aria-activedescendant", all[active].id);
      all[active].scrollIntoView({ block: "nearest" });
    } else field.removeAttribute("aria-activedescendant");
  }

  function show(found) {
    list.replaceChildren(...(found.length ? found.map(optionOf) : [nothing()]));
    mark(0);
  }

  function optionOf(one, number) {
    const option = document.createElement("li");
    option.id = `tie-${number}`;
    option.role = "option";
    option.dataset.id = one.id;
    option.dataset.kind = one.kind;
    const kind = document.createElement("span");
    kind.className = "kind";
    kind.dataset.kind = one.kind;
    kind.textContent = one.label;
    const text = document.createElement("span");
    text.textContent = one.text;
    option.append(kind, text);
    if (one.tied) {
      const tied = document.createElement("span");
      tied.className = "tag tag--ok";
      tied.textContent = t("gekoppeld");
      option.append(tied);
    }
    option.addEventListener("click", () => take(one.id));
    return option;
  }

  function nothing() {
    const line = document.createElement("li");
    line.className = "muted small";
    line.textContent = t("Niets gevonden. Typ een ander woord.");
    return line;
  }

  async function ask() {
    asked += 1;
    const mine = asked;
    try {
      const response = await fetch(`${address}?q=${encodeURIComponent(field.value)}`, { headers: { Accept: "application/json" }, signal });
      const answer = await response.json();
      if (mine === asked && response.ok) show(answer.found);
    } catch (error) {
      if (!signal.aborted && !(error instanceof TypeError)) throw error;
    }
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  field.addEventListener("keydown", async (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark(active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      clearTimeout(timer);
      if (timer) await ask(); // what was typed counts, not what was found before it
      timer = null;
      const chosen = options()[active];
      if (chosen) take(chosen.dataset.id);
    }
  });
  form.addEventListener("submit", () => {
    const chosen = options()[active];
    if (chosen) take(chosen.dataset.id);
  });
  ask();
}
