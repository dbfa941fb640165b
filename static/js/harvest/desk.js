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
  const seal = document.querySelector("[data-role=seal]");
  const finished = root.querySelector("[data-role=finished]");

  const cards = () => [...root.querySelectorAll(".harvest__card")];
  const dataOf = (card) => JSON.parse(card.dataset.card);
  const boxOf = (card) => card.querySelector('input[name="kaart"]');
  const picked = () => cards().filter((card) => boxOf(card).checked);

  function focus(card) {
    if (!card) return;
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
  }

  /** The next or previous card; with nothing in focus the first or last one. After the last one, when all is judged, the way on. */
  function step(card, by) {
    const all = cards();
    const at = card ? all.indexOf(card) + by : by > 0 ? 0 : all.length - 1;
    if (at >= all.length && finished && !finished.hidden) {
      const on = finished.querySelector("a");
      on.focus({ preventScroll: true });
      finished.scrollIntoView({ block: "nearest" });
      return true;
    }
    focus(all[Math.max(0, Math.min(all.length - 1, at))]);
    return all.length > 0;
  }

  /** After a verdict: the card below; at the end what was skipped above, so that nobody has to look for the one that is left. */
  function stepOn(card) {
    const all = cards();
    const skipped = card === all.at(-1) && all.find((one) => one.dataset.status === "draft");
    if (skipped) focus(skipped);
    else step(card, 1);
  }

  function showPicked() {
    if (!bulk) return;
    const number = picked().length;
    chosen.textContent = number ? tn("%(n)s kaart gekozen", "%(n)s kaarten gekozen", number) : nothing;
    bulk.toggleAttribute("data-none", !number);
    for (const button of bulk.querySelectorAll("[data-least]")) button.disabled = number < Number(button.dataset.least);
  }

  /** What a form says of the card as it stood on the page: another's change since is then noticed. */
  const revOf = (card) => ["rev", `${card.dataset.item}.${dataOf(card).rev}`];
  const cardOf = (id) => document.getElementById(`kaart-${id}`);

  function replace(id, html, compared) {
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
      if (!compared || "met" in old.dataset) fresh.dataset.met = ""; // both texts are shown
      if (!compared) {
        const line = editor.querySelector("[data-role=wrong]");
        line.textContent = t("Iemand anders heeft deze kaart intussen veranderd. Hierboven staat hoe zij nu is.");
        line.hidden = false;
      }
    }
    old.replaceWith(fresh);
    if (compared) for (const rev of root.querySelectorAll(`.harvest__editor input[name=rev][value^="${id}."]`)) rev.setAttribute("value", revOf(fresh)[1]);
    if (active) (active !== old && fresh.contains(active) ? active : fresh).focus({ preventScroll: true });
  }

  /** `compared`: who is typing has seen, or made, this change; else saving tells them first. */
  function apply(answer, compared = true) {
    for (const [id, html] of Object.entries(answer.cards)) replace(id, html, compared);
    if (left) left.textContent = tn("Nog %(n)s kaart te bekijken", "Nog %(n)s kaarten te bekijken", answer.left);
    seal?.classList.toggle("button--quiet", answer.left > 0);
    if (finished) finished.hidden = answer.left > 0;
    for (const [view, number] of [["open", answer.number.draft], ["bevestigd", answer.number.confirmed], ["weggelaten", answer.number.dropped]]) {
      const tab = root.querySelector(`nav a[href*="toon=${view}"]`);
      if (tab) tab.textContent = tab.textContent.replace(/\(\d+\)/, `(${number})`);
    }
    if (undoing) {
      undoing.hidden = !answer.undo;
      undoing.querySelector("[data-role=undo-what]").textContent = answer.undo || "";
    }
    showPicked();
  }

  /**
   * Sends values and shows what came of it. Returns the answer; null when it was refused: `refused(sentence)` says why, else a toast.
   * `taken`: what is to be done before the cards are shown. `of`: the id of the card that it is about. One thing is sent after the other:
   * `values` may be a function, which then sees the cards as the one before left them.
   */
  let last = Promise.resolve();
  function send(path, values, options = {}) {
    const mine = last.then(() => sendNow(path, typeof values === "function" ? values() : values, options));
    last = mine.catch(() => null);
    return mine;
  }

  async function sendNow(path, values, { refused = null, taken = null, of = null }) {
    const say = (why) => {
      if (refused) refused(why);
      else toast(why, of && cardOf(of) ? { undo: () => focus(cardOf(of)), undoText: t("Toon de kaart") } : { seconds: 8 });
    };
    try {
      const response = await post(path, values);
      const answer = await response.json();
      if (response.ok) {
        taken?.();
        apply(answer);
        return answer;
      }
      if (answer.cards) apply(answer, true);
      if (answer.cards && refused) for (const id of Object.keys(answer.cards)) if (cardOf(id)?.dataset.editing) cardOf(id).dataset.met = "";
      const fields = Object.values(answer.fields || {});
      if (response.status === 401) say(t("Je bent niet meer aangemeld. Meld je aan in een ander tabblad en doe dit dan opnieuw. Wat je typte, blijft hier staan."));
      else say(fields.length ? fields.join(" ") : answer.detail ? `${answer.title}. ${answer.detail}` : answer.title);
    } catch (error) {
      if (signal.aborted) return null;
      say(t("Het is niet opgeslagen. Kijk of je verbinding hebt en probeer het opnieuw."));
      if (!(error instanceof TypeError)) console.error(error);
    }
    return null;
  }

  /** Sends a form; once more with a fresh token when somebody signed in anew meanwhile. */
  async function post(path, values, again = true) {
    const token = document.querySelector('meta[name="csrf-token"]');
    const body = new FormData();
    body.set("csrf_token", token.content);
    for (const [name, value] of new URLSearchParams(location.search)) body.append(name, value);
    for (const [name, value] of values) if (name !== "csrf_token") body.append(name, value);
    const response = await fetch(path, { method: "POST", body, headers: { Accept: "application/json" }, signal });
    if (response.status !== 400 || !again) return response;
    const page = new DOMParser().parseFromString(await (await fetch(location.href, { signal })).text(), "text/html");
    token.content = page.querySelector('meta[name="csrf-token"]')?.content || token.content;
    return post(path, values, false);
  }

  /** Shows what others did: a colleague at the same harvest, an author who looks over their own words. */
  async function catchUp() {
    const ask = async (query) => {
      const response = await fetch(`${base}/kaarten${query}`, { headers: { Accept: "application/json" }, signal });
      return response.ok ? response.json() : null;
    };
    const now = await ask(location.search);
    const theirs = cards().filter((card) => now && now.revs[card.dataset.item] > dataOf(card).rev).slice(0, 40);
    if (!theirs.length) return;
    const query = new URLSearchParams(location.search);
    for (const card of theirs) query.append("kaart", card.dataset.item);
    const answer = await ask(`?${query}`);
    if (answer) apply(answer, false);
  }

  const EVERY = 8000;
  const look = () => {
    if (document.visibilityState === "visible") last = last.then(catchUp).catch(() => null); // no connection: the next time
  };
  const clock = setInterval(look, EVERY);
  signal.addEventListener("abort", () => clearInterval(clock));
  document.addEventListener("visibilitychange", look, { signal });
  window.addEventListener("pageshow", (event) => event.persisted && look(), { signal });

  async function undo() {
    const answer = await send(`${base}/terugdraaien`, []);
    if (!answer) return;
    said?.();
    said = toast(answer.done, { seconds: 4 });
    focus(cardOf(Object.keys(answer.cards)[0]));
  }

  let said = null;
  /** What was done, with the way back; only of the last thing, as that is what is taken back. */
  function say(answer) {
    if (!answer) return;
    said?.();
    said = toast(answer.done, { undo: answer.undo ? undo : null });
  }

  return { root, base, bulk, cards, dataOf, boxOf, picked, focus, step, stepOn, showPicked, revOf, cardOf, send, undo, say, cardUrl: (card, what) => `${base}/${card.dataset.item}/${what}` };
}
