/**
 * Binds behaviour to the page: an element with `data-controller="undo filter"` gets `controllers/undo-controller.js` and
 * `controllers/filter-controller.js`. Nothing on a page depends on this file to be readable or to be sent.
 *
 * A controller module has one default export: `function connect(element, { signal })`. It is called once per element; `signal`
 * aborts when the element leaves the page, so `element.addEventListener(…, { signal })` cleans up after itself.
 * Elements that arrive later (a morph, a template) are bound as well.
 */

/** @type {WeakMap<Element, Map<string, AbortController>>} */
const bound = new WeakMap();
const modules = new Map();

function load(name) {
  if (!modules.has(name)) modules.set(name, import(`./controllers/${name}-controller.js`));
  return modules.get(name);
}

function namesOf(element) {
  return (element.getAttribute("data-controller") || "").split(/\s+/).filter((name) => /^[a-z][a-z0-9-]*$/.test(name));
}

async function bind(element) {
  const mine = bound.get(element) || new Map();
  bound.set(element, mine);
  for (const name of namesOf(element)) {
    if (mine.has(name)) continue;
    const life = new AbortController();
    mine.set(name, life);
    try {
      const module = await load(name);
      if (!life.signal.aborted) await module.default(element, { signal: life.signal });
      element.setAttribute("data-bound", "");
    } catch (error) {
      mine.delete(name);
      console.error(`controller "${name}" did not start`, error);
    }
  }
}

function release(element) {
  for (const life of bound.get(element)?.values() || []) life.abort();
  bound.delete(element);
}

function each(root, act) {
  if (root.nodeType !== Node.ELEMENT_NODE) return;
  if (root.hasAttribute("data-controller")) act(root);
  for (const element of root.querySelectorAll("[data-controller]")) act(element);
}

export function start(root = document.documentElement) {
  each(root, bind);
  const observer = new MutationObserver((records) => {
    for (const record of records) {
      for (const node of record.removedNodes) each(node, (element) => element.isConnected || release(element));
      for (const node of record.addedNodes) each(node, bind);
    }
  });
  observer.observe(root, { childList: true, subtree: true });
  return observer;
}

start();
