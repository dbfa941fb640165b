import { t } from "../text.js";
import { toast } from "../toast.js";
import { connectFinder } from "./finder.js";
import { fieldsOf, putBack, typedIn } from "./typed.js";

/**
 * What opens inside a card: text and kind, themes, a lesson, how far it may go, what it is tied to, several made one. One at a time; Enter
 * saves, Escape closes, and the focus goes back to the card. What was typed and not saved is there again after a reload.
 */
const FAR = ["group", "programme", "public_anonymous", "public_city"];

export function createEditors(desk, signal) {
  const { root } = desk;
  const typed = typedIn(storage(), `kl-oogst:${desk.base}`);
  let open = null;

  function close({ back = true } = {}) {
    if (!open) return;
    const form = open;
    const card = form.closest(".harvest__card");
    open = null;
    form.remove();
    card?.removeAttribute("data-editing");
    card?.removeAttribute("data-met");
    if (back) desk.focus(card);
  }

  /** Closes without saving. What was typed can be had back for a while. */
  function cancel(item, name) {
    const words = typed.of(item, name);
    typed.drop(item, name);
    close();
    if (!words) return;
    const restore = () => {
      typed.keep(item, name, words);
      start(desk.cardOf(item), name, { others: cardsOf(words.others) });
    };
    toast(t("Niet opgeslagen"), { undo: restore, undoText: t("Terughalen") });
  }

  const cardsOf = (ids = []) => ids.map(desk.cardOf).filter(Boolean);

  /** After a reload: the editor that somebody was in the middle of. */
  function goOn() {
    const words = typed.last();
    const card = words && desk.cardOf(words.item);
    if (!card || cardsOf(words.others).length < (words.others || []).length) return;
    if (start(card, words.editor, { others: cardsOf(words.others) })) toast(t("Je was hier nog mee bezig. Wat je typte, staat er weer."));
  }

  /** Opens the editor of this name in a card. `more`: what its filler wants besides. Returns whether there is such an editor. */
  function start(card, name, more = {}) {
    const template = root.querySelector(`template[data-editor="${name}"]`);
    if (!card || !template) return false;
    close({ back: false });
    const form = template.content.firstElementChild.cloneNode(true);
    card.querySelector("[data-role=place]").append(form);
    card.dataset.editing = name;
    open = form;
    const data = desk.dataOf(card);
    const { item } = card.dataset;
    form.elements.rev?.setAttribute("value", desk.revOf(card)[1]);
    const address = FILL[name](form, data, card, more);
    const words = typed.of(item, name);
    if (words) {
      putBack(form, words.fields);
      if (words.rev) form.elements.rev.setAttribute("value", words.rev);
      for (const kind of ["input", "change"]) form.dispatchEvent(new Event(kind, { bubbles: true }));
      form.elements.kind?.dispatchEvent(new Event("change", { bubbles: true }));
    }
    const keep = () => { // not while it goes: a field that is taken away says that it changed
      if (open === form) typed.keep(item, name, { fields: fieldsOf(form), rev: form.elements.rev?.value, others: (more.others || []).map((one) => one.dataset.item) });
    };
    if (address) for (const kind of ["input", "change"]) form.addEventListener(kind, keep);
    form.querySelector("[data-role=cancel]").addEventListener("click", () => cancel(item, name));
    form.addEventListener("keydown", (event) => keys(event, form, () => cancel(item, name)));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation();
      save(card, form, address);
    });
    const first = form.querySelector("[data-first]") || form.querySelector("input:checked");
    first.focus();
    if (!words) first.select?.();
    form.scrollIntoView({ block: "nearest" });
    return true;
  }

  function keys(event, form, cancelled) {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      cancelled();
    } else if (event.key === "Enter" && !event.shiftKey && event.target.matches("textarea, input[type=radio], input[type=checkbox]")) {
      event.preventDefault();
      form.requestSubmit();
    }
  }

  async function save(card, form, address) {
    if (!address || form.hasAttribute("aria-busy")) return;
    form.setAttribute("aria-busy", "true");
    await post(card, form, address, new FormData(form));
    form.removeAttribute("aria-busy");
  }

  async function post(card, form, address, values) {
    const { item } = card.dataset;
    const name = desk.cardOf(item)?.dataset.editing;
    const taken = () => {
      typed.drop(item, name);
      close({ back: false });
    };
    const answer = await desk.send(address, values, { refused: (why) => wrong(form, why), taken });
    if (!answer) return;
    desk.focus(desk.cardOf(answer.focus || item));
    desk.say(answer);
  }

  function wrong(form, why) {
    const line = form.querySelector("[data-role=wrong]");
    line.textContent = why;
    line.hidden = false;
    (form.querySelector("[data-first]") || form.querySelector("input:checked"))?.focus();
  }

  const FILL = {
    edit(form, data, card) {
      for (const name of ["text", "kind", "contact", "owner", "due"]) form.elements[name].value = data[name];
      const action = form.querySelector("[data-role=action]");
      const show = () => {
        const here = form.elements.kind.value === "action";
        action.hidden = !here;
        for (const field of action.querySelectorAll("input")) field.disabled = !here;
      };
      form.elements.kind.addEventListener("change", show);
      show();
      return desk.cardUrl(card, "in-place");
    },

    themes(form, data, card) {
      form.elements.themes.value = data.themes.join(", ");
      return desk.cardUrl(card, "themas");
    },

    lesson(form, data, card) {
      for (const name of ["if", "then", "because"]) form.elements[name].value = data.lesson[name] || "";
      const sentence = form.querySelector("[data-role=sentence]");
      const show = () => {
        const part = (name) => form.elements[name].value.trim() || "…";
        sentence.textContent = `Als ${part("if")}, dan ${part("then")}, want ${part("because")}${form.elements.because.value.trim() ? "." : ""}`; // content, so Dutch in every language
      };
      form.addEventListener("input", show);
      show();
      return desk.cardUrl(card, "in-place");
    },

    consent(form, data, card) {
      const agreed = form.querySelector("[data-role=agreed]");
      const forget = form.querySelector("[data-role=forget]");
      for (const radio of form.querySelectorAll("input[name=consent]")) radio.checked = radio.value === data.consent;
      const show = () => {
        const wish = form.elements.consent.value;
        agreed.hidden = FAR.indexOf(wish) <= FAR.indexOf(data.given) || wish === data.consent;
        forget.hidden = wish !== "public_anonymous" || data.consent === wish;
        if (agreed.hidden) form.elements.agreed.checked = false;
      };
      form.addEventListener("change", show);
      show();
      return desk.cardUrl(card, "in-place");
    },

    tie(form, _data, card) {
      connectFinder(form, desk.cardUrl(card, "koppelen"), signal, (id) => post(card, form, desk.cardUrl(card, "koppelen"), [["naar", id]]));
      return null;
    },

    merge(form, data, card, { others }) {
      form.elements.keep.value = card.dataset.item;
      form.elements.text.value = data.text;
      const list = form.querySelector("[data-role=others]");
      const every = [card, ...others].map((one) => [one, desk.dataOf(one)]);
      for (const [one, { text }] of every) {
        for (const [name, value] of [["kaart", one.dataset.item], desk.revOf(one)]) {
          const told = document.createElement("input");
          Object.assign(told, { type: "hidden", name, value });
          form.append(told);
        }
        const take = document.createElement("button");
        take.type = "button";
        take.className = "harvest__other";
        take.textContent = text;
        take.addEventListener("click", () => {
          form.elements.text.value = text;
          form.elements.text.focus();
        });
        const item = document.createElement("li");
        item.append(take);
        list.append(item);
      }
      const near = Math.min(...every.map(([, { consent }]) => FAR.indexOf(consent)));
      form.querySelector("[data-role=forget]").hidden = FAR[near] !== "public_anonymous" || every.every(([, { consent }]) => consent === "public_anonymous");
      return `${desk.base}/samenvoegen`;
    },
  };

  /** Makes these cards one, in the first of them. */
  function merge(cards) {
    if (cards.length < 2) return t("Vink eerst twee of meer kaarten aan om samen te voegen.");
    start(cards[0], "merge", { others: cards.slice(1) });
    return null;
  }

  return { start, close, merge, goOn };
}

function storage() {
  try {
    return window.sessionStorage;
  } catch {
    return null; // then reading it fails, and nothing is kept
  }
}
