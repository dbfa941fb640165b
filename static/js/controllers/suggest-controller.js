/**
 * Suggestions under a search field while typing: a combobox with a list. Without it the form searches all the same.
 *
 *   <div data-controller="suggest" data-suggest-url="/…"><input type="search"><ul role="listbox" id="…" hidden></ul><span role="status" data-role="said"></span></div>
 *
 * Down and Up go through the list, Enter takes one (a place to go to, or words to search for), Escape closes it.
 */
import { t, tn } from "../text.js";

const WAIT = 150;
const LEAST = 2;

function part(className, text) {
  const span = document.createElement("span");
  if (className) span.className = className;
  span.textContent = text;
  return span;
}

export default function connect(element, { signal }) {
  const field = element.querySelector("input");
  const list = element.querySelector('[role="listbox"]');
  const said = element.querySelector('[data-role="said"]');
  const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  if (!field?.form || !list) return;
  let timer = 0;
  let asking = null;
  let options = [];
  let at = -1;

  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");

  function close() {
    clearTimeout(timer);
    asking?.abort();
    list.hidden = true;
    at = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function mark(next) {
    at = next;
    for (const [place, item] of [...list.children].entries()) item.setAttribute("aria-selected", String(place === at));
    if (at < 0) {
      field.removeAttribute("aria-activedescendant");
      return;
    }
    field.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at].scrollIntoView({ block: "nearest" });
  }

  function take(place) {
    const one = options[place];
    close();
    if (one.url) {
      location.assign(one.url);
      return;
    }
    field.value = one.text;
    field.form.requestSubmit();
  }

  function draw(found) {
    options = found;
    at = -1;
    list.replaceChildren(
      ...found.map((one, place) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${place}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.append(part("search__text", one.text));
        if (one.about) item.append(part("search__about", one.about));
        if (one.count) item.append(part("count", String(one.count)));
        return item;
      }),
    );
    list.hidden = found.length === 0;
    field.setAttribute("aria-expanded", String(found.length > 0));
    field.removeAttribute("aria-activedescendant");
    if (said) said.textContent = found.length ? tn("%(n)s suggestie. Gebruik de pijl omlaag.", "%(n)s suggesties. Gebruik de pijl omlaag.", found.length) : t("Geen suggesties.");
  }

  async function ask() {
    const typed = field.value;
    asking?.abort();
    if (typed.trim().length < LEAST) {
      close();
      return;
    }
    asking = new AbortController();
    try {
      const answer = await fetch(element.dataset.suggestUrl, {
        method: "POST",
        body: new URLSearchParams({ q: typed, csrf_token: token }),
        headers: { Accept: "application/json" },
        credentials: "same-origin",
        signal: asking.signal,
      });
      if (!answer.ok) return;
      const { suggestions } = await answer.json();
      if (field.value === typed && document.activeElement === field) draw(suggestions);
    } catch {
      // Only a help: the form works without it.
    }
  }

  field.addEventListener(
    "input",
    () => {
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT);
    },
    { signal },
  );
  field.addEventListener(
    "keydown",
    (event) => {
      const open = !list.hidden;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (!open) {
          if (event.key === "ArrowDown") ask();
          return;
        }
        event.preventDefault();
        const many = options.length + 1; // one more: back in the field
        const next = event.key === "ArrowDown" ? at + 1 : at - 1;
        mark(((next + 1 + many) % many) - 1);
      } else if (event.key === "Enter" && open && at >= 0) {
        event.preventDefault();
        take(at);
      } else if (event.key === "Escape" && open) {
        event.preventDefault();
        close();
      }
    },
    { signal },
  );
  list.addEventListener("pointerdown", (event) => event.preventDefault(), { signal }); // the field keeps the focus
  list.addEventListener(
    "click",
    (event) => {
      const item = event.target.closest('[role="option"]');
      if (item) take([...list.children].indexOf(item));
    },
    { signal },
  );
  field.addEventListener("blur", close, { signal });
  field.form.addEventListener("submit", close, { signal });
  signal.addEventListener("abort", close);
}
