/** Small things kept on this device between two visits (a half-typed sentence, a switch). Without localStorage they last as long as the page. */

const spare = new Map();

export function recall(key) {
  try {
    const text = localStorage.getItem(key);
    return text === null ? (spare.get(key) ?? null) : JSON.parse(text);
  } catch {
    return spare.get(key) ?? null;
  }
}

export function remember(key, value) {
  spare.set(key, value);
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Full or forbidden: `spare` has it.
  }
}

export function forget(key) {
  spare.delete(key);
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was kept.
  }
}
