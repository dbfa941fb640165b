/**
 * Shows questions and earlier answers that look like what is being typed in the same form.
 *
 *   <div data-controller="similar" data-similar-url="/…/lijkt-op"><div data-role="found" hidden></div><p role="status" data-role="said"></p></div>
 */
import { t, tn } from "../text.js";

const WAIT = 500;
const LEAST = 10;

export default function connect(element, { signal }) {
  const form = element.closest("form");
  const area = form?.elements.text;
  const found = element.querySelector('[data-role="found"]');
  const said = element.querySelector('[data-role="said"]');
  if (!area || !found) return;
  let timer = 0;
  let asking = null;
  let shown = "";

  function show(hits) {
    const now = hits.map((hit) => hit.url).join(" ");
    if (now === shown) return;
    shown = now;
    found.hidden = hits.length === 0;
    found.replaceChildren();
    if (!hits.length) {
      said.textContent = "";
      return;
    }
    const box = document.createElement("div");
    box.className = "similar__list";
    const title = document.createElement("h2");
    title.textContent = t("Lijkt jouw vraag hierop?");
    const list = document.createElement("ul");
    for (const hit of hits) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = hit.url;
      link.target = "_blank";
      link.rel = "noopener";
      link.textContent = hit.title;
      item.append(link);
      if (hit.where) {
        const where = document.createElement("span");
        where.className = "small muted";
        where.textContent = ` ${hit.where}`;
        item.append(where);
      }
      list.append(item);
    }
    box.append(title, list);
    found.append(box);
    said.textContent = tn("%(n)s vraag of antwoord lijkt op jouw vraag.", "%(n)s vragen of antwoorden lijken op jouw vraag.", hits.length);
  }

  async function ask() {
    const text = area.value.trim();
    asking?.abort();
    if (text.length < LEAST) {
      show([]);
      return;
    }
    asking = new AbortController();
    const address = new URL(element.dataset.similarUrl, window.location.href);
    address.searchParams.set("tekst", text);
    if (form.elements.question?.value) address.searchParams.set("behalve", form.elements.question.value);
    try {
      const answer = await fetch(address, { signal: asking.signal, headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (answer.ok) show((await answer.json()).similar);
    } catch {
      // Only a help: without it the form works all the same.
    }
  }

  area.addEventListener(
    "input",
    () => {
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT);
    },
    { signal },
  );
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    asking?.abort();
  });
  if (area.value) ask();
}
