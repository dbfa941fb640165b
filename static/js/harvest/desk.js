import { t, tn } from "../text.js";
import { toast } from "../toast.js";

/**
 * The cards of the harvest on the page, and the talk with the server: every act answers with the cards that it touched, as HTML, which
 * take the place of what stood there. Focus and ticks stay where they were.
 */
export function createDesk(root, signal) {
  const base = root.dataset.base;
  const left = root.querySelector("[data-role=left]");
  const undoing = root.querySelector("[data-role=undo]");
  const bulk = root.querySelector("[data-role=bulk]");
  const chosen = root.querySelector("[data-role=chosen]");
  const nothing = chosen?.textContent;

  const cards = () => [...root.querySelectorAll(".harvest__card")];
  const dataOf = (card) => JSON.parse(card.dataset.card);
  const boxOf = (card) => card.querySelector('input[name="kaart"]');
  const picked = () => cards().filter((card) => boxOf(card).checked);

  function focus(card) {
    if (!card) return;
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
  }

  /** The next or previous card; with nothing in focus the first or last one. */
  function step(card, by) {
    const all = cards();
    const at = card ? all.indexOf(card) + by : by > 0 ? 0 : all.length - 1;
    focus(all[Math.max(0, Math.min(all.length - 1, at))]);
    return all.length > 0;
  }

  function showPicked() {
    if (!bulk) return;
    const number = picked().length;
    chosen.textContent = number ? tn("%(n)s kaart gekozen", "%(n)s kaarten gekozen", number) : nothing;
    bulk.toggleAttribute("data-none", !number);
    for (const button of bulk.querySelectorAll("[data-least]")) button.disabled = number < Number(button.dataset.least);
  }

  function replace(id, html) {
    const old = document.getElementById(`kaart-${id}`);
    if (!old) return;
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const fresh = holder.content.firstElementChild;
    const active = old.contains(document.activeElement) ? document.activeElement : null;
    const editor = old.querySelector(".harvest__editor");
    boxOf(fresh).checked = boxOf(old).checked && fresh.dataset.status !== "merged";
    if (editor) { // somebody is typing in it already: what was typed goes along
      fresh.querySelector("[data-role=place]").append(editor);
      fresh.dataset.editing = old.dataset.editing;
      if (editor.elements.rev) editor.elements.rev.value = dataOf(fresh).rev;
    }
    old.replaceWith(fresh);
    if (active) (active !== old && fresh.contains(active) ? active : fresh).focus({ preventScroll: true });
  }

  function apply(answer) {
    for (const [id, html] of Object.entries(answer.cards)) replace(id, html);
    if (left) left.textContent = tn("Nog %(n)s kaart te bekijken", "Nog %(n)s kaarten te bekijken", answer.left);
    if (undoing) {
      undoing.hidden = !answer.undo;
      undoing.querySelector("[data-role=undo-what]").textContent = answer.undo || "";
    }
    showPicked();
  }

  /**
   * Sends values and shows what came of it. Returns the answer; null when it was refused: `refused(sentence)` says why, else a toast.
   * `taken`: what is to be done before the cards are shown.
   */
  async function send(path, values, { refused = null, taken = null } = {}) {
    const body = new FormData();
    body.set("csrf_token", document.querySelector('meta[name="csrf-token"]').content);
    for (const [name, value] of new URLSearchParams(location.search)) body.append(name, value);
    for (const [name, value] of values) body.append(name, value);
    try {
      const response = await fetch(path, { method: "POST", body, headers: { Accept: "application/json" }, signal });
      const answer = await response.json();
      if (response.ok) {
        taken?.();
        apply(answer);
        return answer;
      }
      const fields = Object.values(answer.fields || {});
      const why = fields.length ? fields.join(" ") : answer.detail || answer.title;
      if (refused) refused(why);
      else toast(why, { seconds: 8 });
    } catch (error) {
      if (signal.aborted) return null;
      const why = t("Het is niet opgeslagen. Kijk of je verbinding hebt en probeer het opnieuw.");
      if (refused) refused(why);
      else toast(why, { seconds: 8 });
      if (!(error instanceof TypeError)) console.error(error);
    }
    return null;
  }

  async function undo() {
    const answer = await send(`${base}/terugdraaien`, []);
    if (!answer) return;
    toast(answer.done, { seconds: 4 });
    focus(document.getElementById(`kaart-${Object.keys(answer.cards)[0]}`));
  }

  const say = (answer) => answer && toast(answer.done, { undo: answer.undo ? undo : null });

  return { root, base, bulk, cards, dataOf, boxOf, picked, focus, step, showPicked, send, undo, say, cardUrl: (card, what) => `${base}/${card.dataset.item}/${what}` };
}
