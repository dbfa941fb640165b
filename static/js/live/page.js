/** Small hands for the live pages: find by role, copy a template, change only what differs. */

/** `role("timer")` → the element with `data-role="timer"` under `root`, looked up once; null when the page has none. */
export function rolesOf(root) {
  const found = new Map();
  return (name) => {
    let element = found.get(name);
    if (!element?.isConnected) {
      element = root.querySelector(`[data-role="${name}"]`);
      found.set(name, element);
    }
    return element;
  };
}

/** A copy of the element in `<template data-template="…">` (with this `data-kind` when given). */
export function fromTemplate(name, kind = null) {
  const template = document.querySelector(`template[data-template="${name}"]${kind ? `[data-kind="${kind}"]` : ""}`);
  return document.importNode(template.content, true).firstElementChild;
}

/** `const differs = memory(); if (!differs(a, b)) return;`: whether any of these is another object than the last time. */
export function memory() {
  let last = [];
  return (...now) => {
    const same = now.length === last.length && now.every((one, i) => one === last[i]);
    last = now;
    return !same;
  };
}

let words = null;

/** A word of the page's language from `template[data-template=words]`: `word("state:placed")`. */
export function word(key) {
  if (!words) {
    words = new Map();
    const template = document.querySelector('template[data-template="words"]');
    for (const element of template?.content.querySelectorAll("[data-word]") ?? []) words.set(element.dataset.word, element.textContent);
  }
  return words.get(key) ?? "";
}

export function setText(element, text) {
  if (element && element.textContent !== String(text)) element.textContent = text;
}

/** Shows or hides. Who had the focus in what is hidden gets it back near by: at a button beside it, else at the part of the page around it. */
export function show(element, visible) {
  if (!element || element.hidden !== Boolean(visible)) return;
  const focused = !visible && typeof document !== "undefined" && element.contains?.(document.activeElement);
  element.hidden = !visible;
  if (focused) queueMicrotask(() => keepFocus(element));
}

function keepFocus(element) {
  const active = document.activeElement;
  if (active && active !== document.body && !element.contains(active)) return;
  const beside = [...(element.parentElement?.children ?? [])].find((one) => one.matches("button:not([hidden]):not(:disabled), summary"));
  const around = element.parentElement?.closest("[tabindex]:not([hidden])") ?? document.querySelector("main");
  (beside ?? around)?.focus();
}

export function setData(element, name, value) {
  if (!element) return;
  if (value === null || value === false) delete element.dataset[name];
  else if (element.dataset[name] !== String(value)) element.dataset[name] = value;
}

export function press(button, pressed) {
  if (button && button.getAttribute("aria-pressed") !== String(pressed)) button.setAttribute("aria-pressed", String(pressed));
}

/** The icon of a kind in a card made from a template. */
export function setKind(element, kind) {
  if (element.dataset.kind === kind && element.dataset.drawn === kind) return;
  element.dataset.kind = kind;
  element.dataset.drawn = kind;
  for (const use of element.querySelectorAll(".kind use")) use.setAttribute("href", `#i-${kind}`);
  for (const label of element.querySelectorAll('[data-role="kind-label"]')) setText(label, word(`kind:${kind}`));
}

/**
 * Makes the children of `container` stand for `items`, in their order: what stays is updated in place, only what must moves, and the focus
 * stays where it was. `make(item)` gives a new element, `update(element, item)` fills it.
 */
export function syncList(container, items, { key, make, update }) {
  if (!container) return;
  const active = container.contains(document.activeElement) ? document.activeElement : null;
  const known = new Map();
  for (const element of [...container.children]) {
    if (element.klKey === undefined || known.has(element.klKey)) element.remove();
    else known.set(element.klKey, element);
  }
  const wanted = new Set(items.map((item) => key(item)));
  for (const [name, element] of known) if (!wanted.has(name)) element.remove();
  let cursor = container.firstElementChild;
  for (const item of items) {
    const name = key(item);
    let element = known.get(name);
    if (!element) {
      element = make(item);
      element.klKey = name;
    }
    update(element, item);
    if (element === cursor) cursor = cursor.nextElementSibling;
    else container.insertBefore(element, cursor);
  }
  if (active && active !== document.activeElement && active.isConnected) active.focus({ preventScroll: true });
}
