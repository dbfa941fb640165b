import { t } from "./text.js";

/**
 * Says what was done, at the edge of the screen, with a way back for ten seconds.
 *
 *   toast(t("Kaart verborgen"), { undo: () => show(card) });
 *
 * The region `[data-controller="toasts"]` in the frame speaks it (role=status); a page without the region gets one.
 * The clock stands still while the pointer or the focus is on it. Returns a function that takes it away.
 */
export function toast(text, { undo = null, undoText = t("Ongedaan maken"), seconds = undo ? 10 : 5 } = {}) {
  const region = document.querySelector('.toasts') || addRegion();
  const element = document.createElement("div");
  element.className = "toast";
  const words = document.createElement("p");
  words.textContent = text;
  element.append(words);

  let timer = null;
  const remove = () => {
    clearTimeout(timer);
    element.remove();
  };
  const wind = () => {
    clearTimeout(timer);
    timer = setTimeout(remove, seconds * 1000);
  };
  if (undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--small";
    button.textContent = undoText;
    button.addEventListener("click", () => {
      remove();
      undo();
    });
    element.append(button);
  }
  for (const name of ["pointerenter", "focusin"]) element.addEventListener(name, () => clearTimeout(timer));
  for (const name of ["pointerleave", "focusout"]) element.addEventListener(name, wind);
  region.append(element);
  while (region.children.length > 3) region.firstElementChild.remove();
  wind();
  return remove;
}

function addRegion() {
  const region = document.createElement("div");
  region.className = "toasts";
  region.setAttribute("role", "status");
  document.body.append(region);
  return region;
}
