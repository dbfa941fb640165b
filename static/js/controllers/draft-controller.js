/**
 * Keeps what somebody types: on this device at once, on the server a moment later. A dead battery costs a few words at most.
 *
 *   <form data-controller="draft" data-draft-key="question:4:12" data-draft-url="/…/concept" [data-draft-keep]>
 *   <div data-controller="draft" data-draft-clear="question:4:12">      on the page that says it was sent
 *
 * `data-draft-keep`: the form comes back from a refusal, so what stands in it is newer than any copy. What is said goes into
 * [data-role=draft-state]. The server answers with the draft's id, which goes into the field `question`.
 */
import { t } from "../text.js";

const PREFIX = "kl-draft:";
const SKIP = new Set(["csrf_token", "do", "rev"]);
export const HERE_AFTER = 300;
export const SERVER_AFTER = 2000;

/** The fields of a form that are worth keeping, as one plain object. */
export function fieldsOf(form) {
  const kept = {};
  for (const element of form.elements) {
    if (element.name && !SKIP.has(element.name) && element.type !== "submit" && element.type !== "button") kept[element.name] = element.value;
  }
  return kept;
}

/** Whether somebody has written in this field since the page came: also before this script was there, on a slow phone. */
const touched = (field) => "defaultValue" in field && field.type !== "hidden" && field.value !== field.defaultValue;

/** Whether somebody really wrote something: more than what is filled in beforehand. */
export function hasWords(fields) {
  return ["text", "context", "tried", "theme_hint"].some((name) => (fields[name] || "").trim() !== "");
}

/** Storage that may be missing, full or forbidden. */
export function shelf(storage) {
  return {
    read(key) {
      try {
        return JSON.parse(storage.getItem(PREFIX + key) || "null");
      } catch {
        return null;
      }
    },
    write(key, value) {
      try {
        storage.setItem(PREFIX + key, JSON.stringify(value));
        return true;
      } catch {
        return false;
      }
    },
    clear(key) {
      try {
        storage.removeItem(PREFIX + key);
      } catch {
        // Nothing was kept, so nothing can be left.
      }
    },
  };
}

function openShelf() {
  try {
    return shelf(window.localStorage);
  } catch {
    return shelf({ getItem: () => null, setItem() { throw new Error("no storage"); }, removeItem() {} });
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
  const said = form.querySelector('[data-role="draft-state"]');
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
    if (hasWords(fields)) device.write(key, { fields, at: Date.now() });
    else device.clear(key);
  };

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
      if (answer.ok) {
        form.elements.question.value = body.question;
        lastSent = JSON.stringify({ ...fields, question: body.question });
        keepHere();
        const time = new Date(body.saved_at).toLocaleTimeString(document.documentElement.lang || "nl", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
        say(t("Concept bewaard om %(time)s.", { time }));
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
  const shown = fieldsOf(form);
  if (kept?.fields && !("draftKeep" in form.dataset) && hasWords(kept.fields)) {
    const same = Object.entries(kept.fields).every(([name, value]) => name === "question" || !(name in shown) || shown[name] === value);
    const other = shown.question && kept.fields.question && shown.question !== kept.fields.question;
    if (!same && !other) {
      for (const [name, value] of Object.entries(kept.fields)) {
        const field = form.elements[name];
        if (field && name !== "question" && "value" in field && !early.includes(field)) {
          field.value = value;
          field.dispatchEvent(new Event("input", { bubbles: true }));
        }
      }
      say(t("Dit stond nog op dit apparaat. Je kunt verder schrijven."));
    }
  }

  const keep = () => {
    clearTimeout(timerHere);
    clearTimeout(timerServer);
    timerHere = setTimeout(keepHere, HERE_AFTER);
    timerServer = setTimeout(keepOnServer, SERVER_AFTER);
  };
  form.addEventListener("input", keep, { signal });
  if (early.length) keep();
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
