import { t, tn } from "../text.js";
import { toast } from "../toast.js";

/**
 * The harvest at keyboard speed: J/K next and previous card, B confirm, X leave out, E edit, M pick to merge, Shift+M merge, T themes.
 * A verb is the card's own form, sent without leaving the page; without script the same form is sent in the ordinary way.
 * Keys are off while typing, with a modifier, and when somebody switched them off (remembered on this device).
 */
const OFF = "kl-harvest-keys-off";

export default function connect(root, { signal }) {
  const cards = root.querySelector("[data-role=cards]");
  const left = root.querySelector("[data-role=left]");
  const off = root.querySelector("[data-role=keys-off]");
  if (!cards) return;

  off.checked = remembered();
  off.addEventListener("change", () => remember(off.checked), { signal });

  root.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-verb]");
    if (!form) return;
    event.preventDefault();
    send(form);
  }, { signal });

  document.addEventListener("keydown", (event) => {
    if (off.checked || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const card = event.target.closest?.(".harvest__card") || null;
    if (act(event.key, event.shiftKey, card)) event.preventDefault();
  }, { signal });

  if (location.hash.startsWith("#kaart-")) document.getElementById(location.hash.slice(1))?.focus();

  function act(key, shift, card) {
    const letter = key.toLowerCase();
    if (letter === "j") return step(card, 1);
    if (letter === "k") return step(card, -1);
    if (letter === "m" && shift) return submitMerge();
    if (!card) return false;
    if (letter === "b") return press(card, "confirm");
    if (letter === "x") return press(card, "drop");
    if (letter === "e") return follow(card);
    if (letter === "m") return pick(card);
    if (letter === "t") return openThemes(card);
    return false;
  }

  function step(card, by) {
    const all = [...cards.querySelectorAll(".harvest__card")];
    const here = card ? all.indexOf(card) + by : by > 0 ? 0 : all.length - 1;
    const next = all[Math.max(0, Math.min(all.length - 1, here))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
    return Boolean(next);
  }

  function press(card, verb) {
    const form = card.querySelector(`form[data-verb="${verb}"]`);
    if (!form || form.hidden) return false;
    send(form);
    return true;
  }

  function follow(card) {
    card.querySelector('a[data-verb="edit"]')?.click();
    return true;
  }

  function pick(card) {
    const box = card.querySelector('input[name="kaart"]');
    box.checked = !box.checked;
    toast(box.checked ? t("Aangevinkt om samen te voegen") : t("Niet meer aangevinkt"), { seconds: 2 });
    return true;
  }

  function submitMerge() {
    document.getElementById("merge").requestSubmit();
    return true;
  }

  function openThemes(card) {
    const details = card.querySelector(".harvest__themes");
    details.open = true;
    const field = details.querySelector("input[name=themes]");
    field.focus();
    field.select();
    return true;
  }

  async function send(form) {
    const card = form.closest(".harvest__card");
    const verb = form.dataset.verb;
    const before = card.dataset.status;
    let answer;
    try {
      const response = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, signal });
      answer = await response.json();
      if (!response.ok) throw new Error(answer.detail || answer.title);
    } catch (error) {
      if (!signal.aborted) toast(error.message && !(error instanceof TypeError) ? error.message : t("Het is niet opgeslagen. Kijk of je verbinding hebt en probeer het opnieuw."), { seconds: 8 });
      return;
    }
    show(card, answer, form);
    if (verb === "themes") {
      form.closest("details").open = false;
      card.focus();
      toast(answer.done, { seconds: 2 });
      return;
    }
    toast(answer.done, { undo: before !== answer.status && before !== "merged" ? () => undo(card, before) : null });
    if (card.contains(document.activeElement) || document.activeElement === document.body) step(card, 1);
  }

  function undo(card, before) {
    const verb = { draft: "reopen", confirmed: "confirm", dropped: "drop" }[before];
    if (verb) send(card.querySelector(`form[data-verb="${verb}"]`));
  }

  function show(card, answer, form) {
    card.dataset.status = answer.status;
    card.querySelector("[data-role=status]").textContent = answer.label;
    if (left) left.textContent = tn("Nog %(n)s kaart te bekijken", "Nog %(n)s kaarten te bekijken", answer.left);
    if (form.dataset.verb === "themes") {
      const holder = card.querySelector("[data-role=themes]");
      holder.replaceChildren(...form.elements.themes.value.split(",").map((theme) => theme.trim()).filter(Boolean).map((theme) => {
        const tag = document.createElement("span");
        tag.className = "tag";
        tag.textContent = theme;
        return tag;
      }));
    }
    const shown = { confirm: answer.status === "draft" || answer.status === "dropped", drop: answer.status === "draft" || answer.status === "confirmed", reopen: answer.status !== "draft" };
    for (const [verb, visible] of Object.entries(shown)) {
      card.querySelector(`form[data-verb="${verb}"]`).hidden = !visible;
    }
  }
}

function typing(element) {
  return element.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") !== null;
}

function remembered() {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false;
  }
}

function remember(value) {
  try {
    if (value) localStorage.setItem(OFF, "1");
    else localStorage.removeItem(OFF);
  } catch {
    // A browser without storage asks again next time.
  }
}
