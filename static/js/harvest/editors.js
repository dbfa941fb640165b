import { t } from "../text.js";
import { connectFinder } from "./finder.js";

/**
 * What opens inside a card: text and kind, themes, a lesson, how far it may go, what it is tied to, several made one. One at a time; Enter
 * saves, Escape closes, and the focus goes back to the card.
 */
const FAR = ["group", "programme", "public_anonymous", "public_city"];

export function createEditors(desk, signal) {
  const { root } = desk;
  let open = null;

  function close({ back = true } = {}) {
    if (!open) return;
    const form = open;
    const card = form.closest(".harvest__card");
    open = null;
    form.remove();
    card?.removeAttribute("data-editing");
    if (back) desk.focus(card);
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
    if (form.elements.rev) form.elements.rev.value = data.rev;
    const address = FILL[name](form, data, card, more);
    form.querySelector("[data-role=cancel]").addEventListener("click", () => close());
    form.addEventListener("keydown", (event) => keys(event, form));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation();
      save(card, form, address);
    });
    const first = form.querySelector("[data-first]") || form.querySelector("input:checked");
    first.focus();
    first.select?.();
    form.scrollIntoView({ block: "nearest" });
    return true;
  }

  function keys(event, form) {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      close();
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
    const answer = await desk.send(address, values, { refused: (why) => wrong(form, why), taken: () => close({ back: false }) });
    if (!answer) return;
    desk.focus(document.getElementById(card.id));
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
        const id = document.createElement("input");
        Object.assign(id, { type: "hidden", name: "kaart", value: one.dataset.item });
        form.append(id);
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
      const unnamed = every.filter(([, { consent }]) => consent === "public_anonymous").length;
      form.querySelector("[data-role=forget]").hidden = unnamed === 0 || unnamed === every.length;
      return `${desk.base}/samenvoegen`;
    },
  };

  /** Makes these cards one, in the first of them. */
  function merge(cards) {
    if (cards.length < 2) return t("Vink eerst twee of meer kaarten aan om samen te voegen.");
    start(cards[0], "merge", { others: cards.slice(1) });
    return null;
  }

  return { start, close, merge };
}
