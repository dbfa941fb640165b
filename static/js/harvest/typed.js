/**
 * What was typed in an editor of the harvest and not saved yet: kept in this tab, so that a reload, a lost sign-in or another editor
 * opened by mistake costs nothing. No page needed: tests/js/harvest-typed.test.js.
 */
const SKIP = new Set(["csrf_token", "rev", "keep", "kaart"]);

/** The fields of an editor that somebody fills in. */
export function fieldsOf(form) {
  const kept = {};
  for (const field of form.elements) {
    if (!field.name || SKIP.has(field.name) || ["submit", "button"].includes(field.type)) continue;
    if (field.type === "radio" && !field.checked) continue;
    kept[field.name] = field.type === "checkbox" ? field.checked : field.value;
  }
  return kept;
}

/** Puts them back. */
export function putBack(form, fields) {
  for (const [name, value] of Object.entries(fields)) {
    const field = form.elements[name];
    if (!field) continue;
    if (typeof value === "boolean") field.checked = value;
    else field.value = value;
  }
}

/** The store of one lab in this tab; without storage it keeps nothing and nobody is bothered. `key`: of the lab. */
export function typedIn(storage, key) {
  const read = () => {
    try {
      return JSON.parse(storage.getItem(key) || "{}") || {};
    } catch {
      return {};
    }
  };
  const write = (all) => {
    try {
      if (Object.keys(all).length) storage.setItem(key, JSON.stringify(all));
      else storage.removeItem(key);
    } catch {
      // Full or forbidden: then only this page knows it.
    }
  };
  return {
    /** What was typed in this editor of this card: {fields, rev, others, at}. */
    of: (item, editor) => read()[`${item}:${editor}`] || null,
    keep(item, editor, typed) {
      write({ ...read(), [`${item}:${editor}`]: { ...typed, item, editor, at: Date.now() } });
    },
    drop(item, editor) {
      const all = read();
      delete all[`${item}:${editor}`];
      write(all);
    },
    /** The last one that somebody was in the middle of. */
    last: () => Object.values(read()).sort((one, other) => other.at - one.at)[0] || null,
  };
}
