/**
 * What can be done on the desk, by name: the buttons (`data-action`), the keys and the menus all come here.
 *
 * `on(name, run)`: run(button, about) — `button` is null for a key, `about` is what the caller says more. `around(name, make)` changes what a name does. Buttons inside a list with its own handler are that list's.
 */
export function createActions(root, signal) {
  const runs = new Map();
  const run = (name, button = null, about = null) => runs.get(name)?.(button, about);
  root.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("[data-action]");
      if (button && !button.closest("[data-own-actions]") && button.getAttribute("aria-disabled") !== "true") run(button.dataset.action, button);
    },
    { signal },
  );
  return {
    on: (name, action) => runs.set(name, action),
    run,
    /** Puts something before what a name does already: `make(what it did)` gives what it does from now on. */
    around: (name, make) => runs.set(name, make(runs.get(name) ?? (() => null))),
  };
}

/** Clicks on `data-action` inside a list: `act[name](id, element of the item)`. */
export function listActions(list, act, signal) {
  if (!list) return;
  list.dataset.ownActions = "";
  list.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("[data-action]");
      const item = button?.closest("[data-id]");
      if (item) act[button.dataset.action]?.(item.dataset.id, item);
    },
    { signal },
  );
}
