/** What is kept of a form on this device, and which of two versions is shown. No page needed: tests/js/question-drafts.test.js. */

const PREFIX = "kl-draft:";
const SKIP = new Set(["csrf_token", "do", "rev"]);
const WORDS = ["text", "context", "tried", "theme_hint", "co_askers"];

/** The fields of a form that are worth keeping, as one plain object. */
export function fieldsOf(form) {
  const kept = {};
  for (const element of form.elements) {
    if (!element.name || SKIP.has(element.name) || element.type === "submit" || element.type === "button") continue;
    if ((element.type === "radio" || element.type === "checkbox") && !element.checked) continue;
    kept[element.name] = element.value;
  }
  return kept;
}

/** Whether somebody really wrote something: more than what is filled in beforehand. */
export function hasWords(fields) {
  return Object.entries(fields).some(([name, value]) => (WORDS.includes(name) || name.startsWith("own_")) && (value || "").trim() !== "");
}

/** Whether two versions say the same, as far as both know a field. */
export function same(one, other) {
  return Object.entries(one).every(([name, value]) => name === "question" || !(name in other) || (other[name] || "") === (value || ""));
}

/**
 * What to do with the copy on this device, when the page shows another version.
 *
 * `kept`: {fields, at (ms), base, synced}; `page`: {fields, base, at (ms, or 0 for nothing on the server)}.
 * "page": the copy says nothing new. "device": the copy goes on from what the page shows. "device-newest" and "page-newest": both were
 * changed on their own; the newest is shown and the other is offered.
 */
export function choose(kept, page) {
  if (!kept?.fields || !hasWords(kept.fields) || same(kept.fields, page.fields)) return "page";
  const other = page.fields.question && kept.fields.question && page.fields.question !== kept.fields.question;
  if (other) return kept.synced ? "page" : "page-newest";
  if (!hasWords(page.fields) || kept.base === undefined || kept.base === page.base) return "device";
  if (kept.synced) return "page";
  return kept.at > page.at ? "device-newest" : "page-newest";
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

/** The shelf of this device; where there is none, one that holds nothing. */
export function openShelf() {
  try {
    return shelf(window.localStorage);
  } catch {
    return shelf({ getItem: () => null, setItem() { throw new Error("no storage"); }, removeItem() {} });
  }
}
