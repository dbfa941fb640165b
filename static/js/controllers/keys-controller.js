/**
 * Keys for what stands on the page: a key presses the button or follows the link with that `data-key`, anywhere on the page.
 * Off while typing, with a modifier, in an open dialog, and when switched off here (`[data-role=keys-on]`, remembered on this device).
 */
const STORE = "kl-keys-off";

function off() {
  try { return localStorage.getItem(STORE) === "1"; } catch { return false; }
}

export function typing(target) {
  return Boolean(target.closest?.("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button], [type=submit])"));
}

export default function connect(element, { signal }) {
  const choice = element.querySelector("[data-role=keys-on]");
  if (choice) {
    choice.checked = !off();
    choice.addEventListener("change", () => {
      try { localStorage.setItem(STORE, choice.checked ? "0" : "1"); } catch { /* then it holds for this page only */ }
      element.toggleAttribute("data-keys-off", !choice.checked);
    }, { signal });
  }
  element.toggleAttribute("data-keys-off", off());
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
    if (element.hasAttribute("data-keys-off") || typing(event.target) || document.querySelector("dialog[open]")) return;
    const wanted = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key.toLowerCase() && one.getClientRects().length);
    if (!wanted || wanted.disabled) return;
    event.preventDefault();
    wanted.click();
  }, { signal });
}
