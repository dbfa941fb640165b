/**
 * Shows what looks like the question that is being typed in the same form: asked in this lab (to ask it together, or to support it), and
 * earlier answers with what came of them.
 *
 *   <div data-controller="similar" data-similar-url="/…/lijkt-op"><div data-role="found" hidden></div><p role="status" data-role="said"></p></div>
 */
import { outcome } from "../questions/outcomes.js";
import { t, tn } from "../text.js";

const WAIT = 400;
const LEAST = 8;

function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

function linkTo(hit) {
  const link = make("a", "", hit.text);
  link.href = hit.url;
  link.target = "_blank";
  link.rel = "noopener";
  return link;
}

export default function connect(element, { signal }) {
  const form = element.closest("form");
  const area = form?.elements.text;
  const found = element.querySelector('[data-role="found"]');
  const said = element.querySelector('[data-role="said"]');
  if (!area || !found) return;
  let timer = 0;
  let asking = null;
  let shown = "[]";

  function here(hit) {
    const item = make("li", "similar__hit");
    item.append(linkTo(hit));
    const about = [hit.asker, hit.place].filter(Boolean).join(", ");
    const support = make("span", "small muted");
    const tell = () => {
      support.textContent = hit.support ? tn("%(about)s · %(n)s steunt dit", "%(about)s · %(n)s steunen dit", hit.support, { about }) : about;
    };
    tell();
    item.append(support);
    if (hit.own) item.append(make("span", "tag tag--ok", t("jouw vraag")));
    else if (hit.open) item.append(ways(hit, tell));
    return item;
  }

  function ways(hit, tell) {
    const row = make("div", "cluster");
    const together = make("button", "button button--quiet button--small", t("Stel hem samen"));
    together.type = "button"; // not a submit button: Enter in a field would press the first one of the form
    together.addEventListener("click", () => {
      const send = make("button");
      send.type = "submit";
      send.formAction = `${hit.url}/samen`;
      send.hidden = true;
      form.append(send);
      form.requestSubmit(send);
      send.remove();
    });
    const stand = make("button", "button button--quiet button--small", hit.supported ? t("Je steunt dit") : t("Steunen"));
    stand.type = "button";
    stand.setAttribute("aria-pressed", String(hit.supported));
    stand.addEventListener("click", async () => {
      const on = !hit.supported;
      stand.disabled = true;
      try {
        const answer = await fetch(`${hit.url}/steunen`, {
          method: "POST",
          redirect: "manual", // it leads to the page of the question; we stay here
          body: new URLSearchParams({ on: on ? "1" : "0", csrf_token: form.elements.csrf_token.value }),
          credentials: "same-origin",
        });
        if (answer.type !== "opaqueredirect" && !answer.ok) throw new Error(String(answer.status));
        hit.supported = on;
        hit.support += on ? 1 : -1;
        stand.textContent = on ? t("Je steunt dit") : t("Steunen");
        stand.setAttribute("aria-pressed", String(on));
        said.textContent = on ? t("Je steunt deze vraag. Je eigen tekst staat er nog.") : t("Je steunt deze vraag niet meer.");
        tell();
      } catch {
        said.textContent = t("Dat lukte niet. Probeer het zo nog eens.");
      } finally {
        stand.disabled = false;
        stand.focus();
      }
    });
    row.append(together, stand);
    return row;
  }

  function before(hit) {
    const item = make("li", "similar__hit");
    item.append(linkTo(hit), make("span", "small muted", [hit.place, hit.quarter].filter(Boolean).join(", ")));
    if (!hit.solutions.length) {
      item.append(make("p", "small", ["bottleneck", "question"].includes(hit.kind) ? t("Hier is nog geen oplossing bij gevonden.") : outcome(hit)));
      return item;
    }
    const list = make("ul", "similar__solutions");
    for (const one of hit.solutions) {
      const solution = make("li");
      solution.dataset.kind = "solution";
      solution.append(linkTo(one), make("span", "small muted", outcome(one)));
      list.append(solution);
    }
    item.append(list);
    return item;
  }

  function part(title, hits, draw) {
    const box = make("section", "similar__list");
    const list = make("ul");
    list.append(...hits.map(draw));
    box.append(make("h2", "", title), list);
    return box;
  }

  function show(answer) {
    const now = JSON.stringify([...answer.here, ...answer.earlier].map((hit) => hit.url));
    if (now === shown || found.contains(document.activeElement)) return; // nothing goes from under a finger
    shown = now;
    const total = answer.here.length + answer.earlier.length;
    found.hidden = total === 0;
    found.replaceChildren();
    if (answer.here.length) found.append(part(t("Lijkt jouw vraag hierop?"), answer.here, here));
    if (answer.earlier.length) found.append(part(t("Eerder gevraagd of opgelost"), answer.earlier, before));
    said.textContent = total ? tn("%(n)s vraag of antwoord lijkt op jouw vraag.", "%(n)s vragen of antwoorden lijken op jouw vraag.", total) : "";
  }

  async function ask() {
    const text = area.value.trim();
    asking?.abort();
    if (text.length < LEAST) {
      show({ here: [], earlier: [] });
      return;
    }
    asking = new AbortController();
    const body = new URLSearchParams({ tekst: text, behalve: form.elements.question?.value || "", csrf_token: form.elements.csrf_token.value });
    try {
      const answer = await fetch(element.dataset.similarUrl, { method: "POST", body, signal: asking.signal, headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (answer.ok) show(await answer.json());
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
