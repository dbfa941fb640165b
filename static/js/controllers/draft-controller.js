/**
 * Keeps what somebody types: on this device at once, on the server a moment later. A dead battery costs a few words at most.
 *
 *   <form data-controller="draft" data-draft-key="question:4:12" data-draft-base="3" [data-draft-at="…Z"] [data-draft-url="/…/concept"] [data-draft-keep]>
 *   <div data-controller="draft" data-draft-clear="question:4:12">      on the page that says it was sent
 *
 * `data-draft-base`: which version the page shows. `data-draft-keep`: the form comes back from a refusal, so what stands in it is newer
 * than any copy. Without a url it is kept on this device only. What is said goes into [data-role=draft-state]; a second version, from
 * another device, is offered in [data-role=draft-choice]. The server answers with the draft's id and version, for `question` and `rev`.
 */
import { choose, fieldsOf, hasWords, openShelf, same } from "../questions/drafts.js";
import { t } from "../text.js";

export const HERE_AFTER = 300;
export const SERVER_AFTER = 2000;

/** Whether somebody has written in this field since the page came: also before this script was there, on a slow phone. */
const touched = (field) => "defaultValue" in field && !["hidden", "radio", "checkbox"].includes(field.type) && field.value !== field.defaultValue;

const clock = (at) => new Date(at).toLocaleTimeString(document.documentElement.lang || "nl", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const moment = (at) => new Date(at).toLocaleString(document.documentElement.lang || "nl", { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

function put(form, fields, besides = []) {
  for (const [name, value] of Object.entries(fields)) {
    const field = form.elements[name];
    if (!field || name === "question" || !("value" in field) || besides.includes(field)) continue;
    field.value = value;
    const element = field instanceof RadioNodeList ? field[0] : field;
    element.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

export default function connect(element, { signal }) {
  const device = openShelf();
  if (element.dataset.draftClear) {
    device.clear(element.dataset.draftClear);
    return;
  }
  const form = element;
  const key = form.dataset.draftKey;
  const otherKey = `${key}:other`;
  const said = form.querySelector('[data-role="draft-state"]');
  const box = form.querySelector('[data-role="draft-choice"]');
  let base = form.dataset.draftBase || "0";
  let timerHere = 0;
  let timerServer = 0;
  let busy = false;
  let again = false;
  let leaving = false;
  const early = [...form.elements].filter(touched);
  let lastSent = early.length ? "" : JSON.stringify(fieldsOf(form));

  const say = (text) => {
    if (said && said.textContent !== text) said.textContent = text;
  };
  const keepHere = () => {
    const fields = fieldsOf(form);
    if (hasWords(fields)) device.write(key, { fields, at: Date.now(), base, synced: JSON.stringify(fields) === lastSent });
    else device.clear(key);
  };

  function offer(other) {
    if (!box) return;
    device.write(otherKey, other);
    const text = document.createElement("p");
    text.textContent = other.from === "here"
      ? t("Op dit apparaat staat ook een andere tekst, van %(moment)s.", { moment: moment(other.at) })
      : t("Op een ander apparaat schreef je ook iets, op %(moment)s.", { moment: moment(other.at) });
    const quote = document.createElement("blockquote");
    quote.className = "original";
    quote.textContent = other.fields.text || other.fields.context || "";
    const swap = document.createElement("button");
    swap.type = "button";
    swap.className = "button button--quiet button--small";
    swap.textContent = t("Die tekst gebruiken");
    swap.addEventListener("click", () => {
      const mine = fieldsOf(form);
      put(form, other.fields);
      if (hasWords(mine)) offer({ fields: mine, at: Date.now(), from: "here" });
      else done();
      form.elements.text?.focus();
    });
    const away = document.createElement("button");
    away.type = "button";
    away.className = "button button--link button--small";
    away.textContent = t("Weggooien");
    away.addEventListener("click", () => {
      done();
      form.elements.text?.focus();
    });
    const row = document.createElement("div");
    row.className = "cluster";
    row.append(swap, away);
    box.replaceChildren(text, quote, row);
    box.hidden = false;
  }
  function done() {
    device.clear(otherKey);
    box.hidden = true;
    box.replaceChildren();
  }

  async function keepOnServer() {
    const fields = fieldsOf(form);
    const now = JSON.stringify(fields);
    if (!form.dataset.draftUrl || leaving || now === lastSent || !hasWords(fields)) return;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      const answer = await fetch(form.dataset.draftUrl, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json", "X-CSRF-Token": form.elements.csrf_token.value },
        credentials: "same-origin",
      });
      const body = await answer.json();
      if (leaving) return;
      if (answer.ok || body.elsewhere) {
        form.elements.question.value = body.question;
        form.elements.rev.value = body.rev;
        base = String(body.rev);
      }
      if (answer.ok) {
        lastSent = JSON.stringify({ ...fields, question: body.question });
        keepHere();
        say(t("Concept bewaard om %(time)s.", { time: clock(body.saved_at) }));
      } else if (body.elsewhere) {
        keepHere();
        if (!same(body.elsewhere, fieldsOf(form))) offer({ fields: body.elsewhere, at: Date.parse(body.saved_at), from: "elsewhere" });
        say(t("Je schreef ook op een ander apparaat. Kies hierboven welke tekst je wilt."));
        again = true;
      } else {
        say(t("Je tekst staat op dit apparaat. %(reason)s", { reason: body.detail || body.title || "" }));
      }
    } catch {
      say(t("Geen verbinding. Je tekst staat op dit apparaat."));
    } finally {
      busy = false;
      if (again) {
        again = false;
        keepOnServer();
      }
    }
  }

  const kept = device.read(key);
  const page = { fields: fieldsOf(form), base, at: Date.parse(form.dataset.draftAt || "") || 0 };
  const waiting = device.read(otherKey);
  if (waiting?.fields && !same(waiting.fields, page.fields)) offer(waiting);
  const choice = "draftKeep" in form.dataset ? "page" : choose(kept, page);
  if (choice.startsWith("device")) put(form, kept.fields, early);
  if (choice === "device") say(t("Dit stond nog op dit apparaat. Je kunt verder schrijven."));
  if (choice === "device-newest") offer({ fields: page.fields, at: page.at, from: "elsewhere" });
  if (choice === "page-newest") offer({ fields: kept.fields, at: kept.at, from: "here" });

  const keep = () => {
    clearTimeout(timerHere);
    clearTimeout(timerServer);
    timerHere = setTimeout(keepHere, HERE_AFTER);
    timerServer = setTimeout(keepOnServer, SERVER_AFTER);
  };
  form.addEventListener("input", keep, { signal });
  if (early.length || choice.startsWith("device")) keep();
  form.addEventListener(
    "submit",
    () => {
      leaving = true; // a draft saved now would come after the question itself
      clearTimeout(timerServer);
      keepHere();
    },
    { signal },
  );
  window.addEventListener("pagehide", keepHere, { signal });
  window.addEventListener("pageshow", () => { leaving = false; }, { signal });
  window.addEventListener("online", keepOnServer, { signal });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") keepHere(); }, { signal });
}
