/**
 * A board of columns with cards: themes with questions, or groups with people. The page works by forms; this adds dragging, keys,
 * choosing several, a rename in place, and what colleagues do and hold meanwhile. Nothing is replaced while somebody drags or while an own step is on its
 * way (the page has it already; news from before it would take it back for a moment), and nobody's focus, choice, open menu or half-typed
 * text is lost, also when the card they are in goes to another column.
 *
 * `data-events`: where news comes from; `data-move`: where a move goes (absent: only to look at);
 * `data-hands`: where it is told what one holds (absent: nobody is told); `data-head`, `data-stamp`: how far the page is.
 */
import Sortable from "../../vendor/sortable.core.esm.js";
import { Idiomorph } from "../../vendor/idiomorph.esm.js";
import { follow } from "../grouping/follower.js";
import { handsOf } from "../grouping/hands.js";
import { byArrow, indexWithout, together } from "../grouping/moves.js";
import { isNews, joined, plan } from "../grouping/news.js";
import { picking } from "../grouping/picking.js";
import { rename } from "../grouping/renaming.js";
import { inTurns } from "../grouping/turns.js";
import { t, tn } from "../text.js";
import { toast } from "../toast.js";

const PATIENCE = 20_000; // milliseconds for one step; without it a dead network would hold all later ones
const TYPING = "input:not([type=checkbox]):not([type=range]), select, textarea";
const MANY = 60; // from so many cards in a column on they change places at once: to move them smoothly each must be measured

export default function connect(root, { signal }) {
  const state = { head: Number(root.dataset.head), stamp: root.dataset.stamp };
  const board = root.querySelector('[data-role="columns"]');
  const spoken = root.querySelector('[data-role="spoken"]');
  const lists = new Map();
  const steps = inTurns();
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let dragging = false;
  let held = null;

  const columnElements = () => [...board.querySelectorAll(":scope > [data-column]")];
  const listOf = (column) => column.querySelector('[data-role="cards"]');
  const cardsIn = (list) => [...list.children].map((card) => card.dataset.card);
  const columns = () => columnElements().map((column) => ({ key: column.dataset.column, cards: cardsIn(listOf(column)) }));
  const columnOf = (key) => board.querySelector(`:scope > [data-column="${CSS.escape(key)}"]`);
  const cardOf = (id) => board.querySelector(`[data-card="${CSS.escape(id)}"]`);
  const titleOf = (key) => columnOf(key).querySelector('[data-role="title"]').textContent.trim();
  const picked = picking({ board, columns, cardOf, changed: counted, signal });
  const { chosen } = picked;
  const hands = root.dataset.hands ? handsOf({ url: root.dataset.hands, root, cardOf, signal }) : null;
  if (hands) state.hands = "";
  const say = (text) => (spoken.textContent = text);

  // --- showing what the server says ---------------------------------------------------------------------------------------

  let sent = null;

  function use(news) {
    if (news.hands && hands) {
      state.hands = news.hands.stamp;
      hands.take(news.hands);
    }
    if (!isNews(state, news)) return;
    state.head = news.head;
    state.stamp = news.stamp;
    held = joined(held, news);
    release();
  }

  function release() {
    if (!held || dragging || steps.waiting) return;
    const news = held;
    held = null;
    show(news);
    if (news.said?.length) say(news.said.join(" "));
  }

  function show(news) {
    const choice = new Set(chosen());
    const active = document.activeElement;
    const inside = board.contains(active);
    const card = inside ? active.closest("[data-card]")?.dataset.card : null;
    const choices = [...root.querySelectorAll("details[open] select")].map((select) => [select, select.value]);
    const { gone, changed, order } = plan(columnElements().map((column) => column.dataset.column), news);
    const fresh = new Map(changed.map((key) => [key, fragment(news.columns[key])]));
    for (const [key, column] of fresh) fetchCards(key, column);
    for (const [key, column] of fresh) morph(columnOf(key), column);
    for (const key of gone) columnOf(key).remove();
    order.forEach((key, place) => {
      const column = columnOf(key);
      if (board.children[place] !== column) put(board, column, board.children[place] ?? null);
    });
    for (const [select, value] of choices) {
      if (select.isConnected && select.value !== value && [...select.options].some((option) => option.value === value)) select.value = value;
    }
    if (inside && active.isConnected && document.activeElement !== active) active.focus({ preventScroll: true });
    if (news.tools) {
      const tools = root.querySelector('[data-role="tools"]');
      if (tools) morph(tools, fragment(news.tools));
    }
    for (const id of choice) {
      const box = cardOf(id)?.querySelector('[data-role="pick"]');
      if (box) box.checked = true;
    }
    if (card && !document.activeElement?.closest?.("[data-card]")) cardOf(card)?.querySelector('[data-role="pick"], a')?.focus({ preventScroll: true });
    if (inside && !active.isConnected && document.activeElement === document.body) root.querySelector("button:not(:disabled)")?.focus({ preventScroll: true });
    const own = sent && cardOf(sent);
    if (own?.contains(document.activeElement)) own.scrollIntoView({ block: "nearest", inline: "nearest" });
    refresh();
    hands?.paint();
  }

  /** Cards that come from another column come themselves, not as a copy: with their menu open and the focus where it was. */
  function fetchCards(key, fresh) {
    const old = columnOf(key);
    const known = [...listOf(fresh).children].map((card) => cardOf(card.dataset.card)).filter((card) => card && !old?.contains(card));
    if (!old) {
      const empty = fresh.cloneNode(true);
      listOf(empty).replaceChildren();
      board.append(empty);
    }
    const list = listOf(columnOf(key));
    for (const card of known) put(list, card, null);
  }

  /** Where the browser can, without taking the focus away from what is inside. */
  function put(parent, node, before) {
    if (parent.moveBefore) parent.moveBefore(node, before);
    else parent.insertBefore(node, before);
  }

  function fragment(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html.trim();
    return holder.content.firstElementChild;
  }

  function morph(old, fresh) {
    Idiomorph.morph(old, fresh, {
      morphStyle: "outerHTML",
      ignoreActiveValue: true,
      callbacks: {
        beforeNodeMorphed: (node) => !(node instanceof Element && (node.hasAttribute("data-dirty") || node.hasAttribute("data-editing"))),
        beforeAttributeUpdated: (name) => name !== "open" && name !== "data-bound",
      },
    });
  }

  /** What hangs on the columns that are there now: dragging, the choices of the select, the count of chosen cards. */
  function refresh() {
    for (const column of columnElements()) {
      const list = listOf(column);
      if (root.dataset.move && !lists.has(list)) lists.set(list, sortable(list));
      lists.get(list)?.option("animation", still || list.children.length > MANY ? 0 : 120);
      column.querySelector('[data-role="count"]').textContent = String(list.children.length);
    }
    for (const [list, sorter] of lists) {
      if (list.isConnected) continue;
      sorter.destroy();
      lists.delete(list);
    }
    const select = root.querySelector('[data-role="picked-to"]');
    if (select) {
      const wish = select.value;
      const options = columnElements().map((column) => new Option(titleOf(column.dataset.column), column.dataset.column));
      const shown = (list) => JSON.stringify([...list].map((option) => [option.value, option.text]));
      if (shown(options) !== shown(select.options)) select.replaceChildren(...options);
      if (options.some((option) => option.value === wish)) select.value = wish;
    }
    counted();
  }

  function counted() {
    const count = chosen().length;
    hands?.hold(chosen());
    const form = root.querySelector('[data-role="picked"]');
    if (!form) return;
    form.toggleAttribute("data-active", count > 0);
    const text = form.querySelector('[data-role="picked-count"]');
    text.dataset.none ??= text.textContent;
    text.textContent = count ? tn("%(n)s gekozen", "%(n)s gekozen", count) : text.dataset.none;
  }

  // --- telling the server -------------------------------------------------------------------------------------------------

  async function send(url, fields) {
    const taken = await steps.run(() => step(url, fields));
    release();
    return taken;
  }

  const patiently = () => AbortSignal.any?.([signal, AbortSignal.timeout(PATIENCE)]) ?? signal;

  async function step(url, fields) {
    if (state.hands !== undefined) fields.set("hands", state.hands);
    fields.set("since", state.head);
    fields.set("stamp", state.stamp);
    const headers = { Accept: "application/json", "X-CSRF-Token": document.querySelector('meta[name="csrf-token"]')?.content ?? "" };
    try {
      const response = await fetch(url, { method: "POST", body: new URLSearchParams(fields), headers, credentials: "same-origin", signal: patiently() });
      const answer = await response.json();
      if (response.ok) {
        use(answer);
        if (answer.done) toast(answer.done);
        return true;
      }
      toast([answer.title, ...Object.values(answer.fields ?? {}), answer.fields ? "" : answer.detail].filter(Boolean).join(" "));
    } catch {
      if (signal.aborted) return false;
      toast(t("Geen verbinding. Je laatste stap is niet opgeslagen."));
    }
    await anew();
    return false;
  }

  /** The board as the server has it: after a refusal the page must not show what is not so. */
  async function anew() {
    try {
      const response = await fetch(`${root.dataset.events}?since=${state.head}&stamp=`, { headers: { Accept: "application/json" }, signal: patiently(), cache: "no-store" });
      if (response.ok) use(await response.json());
    } catch {
      // The follower brings it, as soon as there is a connection.
    }
  }

  function move(cards, key, index) {
    const fields = new URLSearchParams({ to: key });
    for (const card of cards) fields.append("cards", card);
    if (index !== null) fields.set("index", index);
    return send(root.dataset.move, fields);
  }

  /** Puts cards in a column at `index` among the others, as the server will. */
  function bring(moved, key, index) {
    const list = listOf(columnOf(key));
    const others = [...list.children].filter((one) => !moved.includes(one.dataset.card));
    for (const id of moved) put(list, cardOf(id), others[index] ?? null);
  }

  /** What goes with cards that were moved here and now: what their menus offer, and that it is said. */
  function tell(card, key, moved) {
    for (const id of moved) offer(cardOf(id), key);
    const list = listOf(columnOf(key));
    const place = cardsIn(list).indexOf(card.dataset.card) + 1;
    if (moved.length > 1) return say(t("%(n)s kaarten staan nu in %(column)s.", { n: moved.length, column: titleOf(key) }));
    return say(t("%(card)s staat nu in %(column)s, plaats %(place)s.", { card: card.querySelector('[data-role="text"]').textContent.trim(), column: titleOf(key), place }));
  }

  /** The menu of a card names all columns but the one it is in, the pile last; a choice that was made stays. */
  function offer(card, key) {
    const select = card.querySelector('details.card-move select[name="to"]');
    if (!select) return;
    const wish = select.value;
    const known = new Map([...select.options].map((option) => [option.value, option]));
    const keys = columnElements().map((column) => column.dataset.column);
    const others = [...keys.filter((one) => one !== "pile"), ...keys.filter((one) => one === "pile")].filter((one) => one !== key);
    select.replaceChildren(...others.map((one) => known.get(one) ?? new Option(titleOf(one), one)));
    if (others.includes(wish)) select.value = wish;
  }

  // --- mouse and finger ---------------------------------------------------------------------------------------------------

  function sortable(list) {
    return new Sortable(list, {
      group: "cards",
      draggable: "[data-card]",
      filter: "a, button, select, summary, input[type=text]",
      preventOnFilter: false,
      delay: 180,
      delayOnTouchOnly: true,
      touchStartThreshold: 6,
      fallbackTolerance: 4,
      forceFallback: true,
      fallbackOnBody: true,
      animation: 0,
      onChoose: (event) => along(event.item),
      onUnchoose: (event) => event.item.removeAttribute("data-along"),
      onStart: (event) => {
        dragging = true;
        picked.pause();
        root.setAttribute("data-dragging", "");
        const moved = together(columns(), event.item.dataset.card, chosen());
        for (const id of moved.length > 1 ? moved : []) cardOf(id).setAttribute("data-goes", "");
        hands?.hold(moved);
      },
      onEnd: (event) => {
        dragging = false;
        picked.resume();
        root.removeAttribute("data-dragging");
        for (const card of board.querySelectorAll("[data-goes]")) card.removeAttribute("data-goes");
        dropped(event);
        hands?.hold(chosen());
        release();
      },
    });
  }

  /** How many go along stands on the card that is dragged: it is copied for that after this. */
  function along(item) {
    const count = chosen().length;
    if (count > 1 && item.querySelector('[data-role="pick"]')?.checked) item.dataset.along = count;
  }

  function dropped(event) {
    if (event.from === event.to && event.oldIndex === event.newIndex) return;
    const card = event.item.dataset.card;
    const key = event.to.closest("[data-column]").dataset.column;
    const moved = together(columns(), card, chosen());
    const index = indexWithout(cardsIn(event.to), card, moved);
    bring(moved, key, index);
    refresh();
    tell(event.item, key, moved);
    move(moved, key, index);
  }

  // --- keyboard -----------------------------------------------------------------------------------------------------------

  function onKey(event) {
    if (picked.onKey(event)) return undefined;
    const card = event.target.closest("[data-card]");
    if (card && event.altKey && root.dataset.move && event.key.startsWith("Arrow")) {
      event.preventDefault();
      const moved = together(columns(), card.dataset.card, chosen());
      const to = byArrow(columns(), card.dataset.card, event.key, moved);
      if (!to) return say(t("Verder kan niet."));
      const focused = document.activeElement;
      bring(moved, to.key, to.index);
      focused?.focus({ preventScroll: true });
      card.scrollIntoView({ block: "nearest", inline: "nearest" });
      refresh();
      tell(card, to.key, moved);
      move(moved, to.key, to.index);
    } else if (event.key === "F2" && event.target.closest("[data-column]") && root.dataset.move) {
      event.preventDefault();
      rename(event.target.closest("[data-column]"), send);
    }
    return undefined;
  }

  function onUndoKey(event) {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || event.target.matches?.(TYPING)) return;
    const form = root.querySelector(`[data-role="${event.shiftKey ? "redo" : "undo"}"]`);
    if (!form || form.querySelector("button").disabled) return;
    event.preventDefault();
    form.requestSubmit();
  }

  // --- forms --------------------------------------------------------------------------------------------------------------

  async function onSubmit(event) {
    const form = event.target;
    if (form.method !== "post" || event.submitter?.hasAttribute("data-page")) return; // to another page
    event.preventDefault();
    const button = event.submitter;
    const url = button?.hasAttribute("formaction") ? button.formAction : form.action;
    const fields = new URLSearchParams(new FormData(form, button ?? undefined));
    form.removeAttribute("data-dirty");
    const menu = form.closest("details");
    if (menu?.contains(document.activeElement)) menu.querySelector("summary").focus({ preventScroll: true }); // what closes would take the focus along
    menu?.removeAttribute("open");
    const card = form.closest("[data-card]")?.dataset.card ?? null;
    sent = card; // who moves a card goes along with it; for a colleague's move the page stays where it is
    const taken = await send(url, fields);
    if (sent === card) sent = null;
    if (taken && form.dataset.role === "picked" && !url.endsWith("vastzetten")) {
      form.reset();
      picked.none();
    }
  }

  root.addEventListener("submit", onSubmit, { signal });
  root.addEventListener("keydown", onKey, { signal });
  document.addEventListener("keydown", onUndoKey, { signal });
  root.addEventListener("dblclick", (event) => event.target.closest('[data-role="title"]') && root.dataset.move && rename(event.target.closest("[data-column]"), send), { signal });
  root.querySelector('[data-role="none"]')?.addEventListener("click", picked.none, { signal });
  root.addEventListener(
    "input",
    (event) => {
      if (event.target.matches('[data-role="slider"]')) root.querySelector('[data-role="slider-value"]').value = event.target.value;
      if (!event.target.matches('[data-role="pick"]')) event.target.closest("form")?.setAttribute("data-dirty", "");
    },
    { signal },
  );
  signal.addEventListener("abort", () => {
    for (const sorter of lists.values()) sorter.destroy();
  });

  refresh();
  follow({ url: root.dataset.events, state, onNews: use, onLost: () => say(t("Dit bord wordt niet meer bijgewerkt. Vernieuw de pagina.")), signal });
}
