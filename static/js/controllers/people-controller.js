/**
 * Names of people of the programme while one types them, with commas between:
 * `<input data-controller="people" data-people-url="/…/mensen">`. A list of buttons below the field; arrows, Enter and Escape work.
 */
import { t, tn } from "../text.js";

const WAIT = 250;

export default function connect(input, { signal }) {
  const list = document.createElement("ul");
  list.className = "people-list";
  list.id = `${input.id}-people`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", t("Mensen van het programma"));
  list.hidden = true;
  const said = document.createElement("p");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  input.after(list, said);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  let timer = 0;
  let asking = null;
  let at = -1;

  const close = () => {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const typed = () => input.value.slice(input.value.lastIndexOf(",") + 1).trim();
  const choose = (name) => {
    const before = input.value.slice(0, input.value.lastIndexOf(",") + 1);
    input.value = `${before}${before ? " " : ""}${name}, `;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    close();
    input.focus();
  };
  const point = (to) => {
    at = (to + list.children.length) % list.children.length;
    for (const [place, item] of [...list.children].entries()) item.setAttribute("aria-selected", String(place === at));
    input.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at].scrollIntoView({ block: "nearest" });
  };
  const show = (people) => {
    list.replaceChildren(
      ...people.map((one, place) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${place}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.dataset.name = one.name;
        item.textContent = one.organisation ? `${one.name} · ${one.organisation}` : one.name;
        return item;
      }),
    );
    at = -1;
    list.hidden = people.length === 0;
    input.setAttribute("aria-expanded", String(people.length > 0));
    if (people.length) list.scrollIntoView({ block: "nearest" });
    said.textContent = people.length ? tn("%(n)s naam gevonden.", "%(n)s namen gevonden.", people.length) : "";
  };

  async function ask() {
    asking?.abort();
    const name = typed();
    if (name.length < 2) {
      close();
      return;
    }
    asking = new AbortController();
    const address = new URL(input.dataset.peopleUrl, window.location.href);
    address.searchParams.set("naam", name);
    try {
      const answer = await fetch(address, { signal: asking.signal, headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (answer.ok && document.activeElement === input) show((await answer.json()).people);
    } catch {
      // Only a help: a name can be typed as well.
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  }, { signal });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      point(event.key === "ArrowDown" ? at + 1 : at < 0 ? -1 : at - 1);
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      choose(list.children[at].dataset.name);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      close();
    }
  }, { signal });
  list.addEventListener("pointerdown", (event) => event.preventDefault(), { signal }); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const item = event.target.closest("[role=option]");
    if (item) choose(item.dataset.name);
  }, { signal });
  input.addEventListener("blur", () => { clearTimeout(timer); close(); }, { signal });
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    asking?.abort();
  });
}
