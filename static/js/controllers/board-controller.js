/**
 * A board of columns with cards: themes with questions, or groups with people. The page works by forms; this adds dragging, Alt with an
 * arrow, a rename in place, and what colleagues do meanwhile. Nothing is replaced while somebody drags or while an own step is on its
 * way (the page has it already; news from before it would take it back for a moment), and nobody's focus, choice, open menu or half-typed
 * text is lost, also when the card they are in goes to another column.
 *
 * `data-events`: where news comes from; `data-move`: where a move goes (absent: only to look at); `data-head`, `data-stamp`: how far the page is.
 */
import Sortable from "../../vendor/sortable.core.esm.js";
import { Idiomorph } from "../../vendor/idiomorph.esm.js";
import { follow } from "../grouping/follower.js";
import { byArrow, indexWithout, together } from "../grouping/moves.js";
import { isNews, joined, plan } from "../grouping/news.js";
import { inTurns } from "../grouping/turns.js";
import { t, tn } from "../text.js";
import { toast } from "../toast.js";

const PATIENCE = 20_000; // milliseconds for one step; without it a dead network would hold all later ones
const TYPING = "input:not([type=checkbox]):not([type=range]), select, textarea";

export default function connect(root, { signal }) {
  const state = { head: Number(root.dataset.head), stamp: root.dataset.stamp };
  const board = root.querySelector('[data-role="columns"]');
  const spoken = root.querySelector('[data-role="spoken"]');
  const lists = new Map();
  const steps = inTurns();
  let dragging = false;
  let held = null;

  const columnElements = () => [...board.querySelectorAll(":scope > [data-column]")];
  const listOf = (column) => column.querySelector('[data-role="cards"]');
  const cardsIn = (list) => [...list.children].map((card) => card.dataset.card);
  const columns = () => columnElements().map((column) => ({ key: column.dataset.column, cards: cardsIn(listOf(column)) }));
  const columnOf = (key) => board.querySelector(`:scope > [data-column="${CSS.escape(key)}"]`);
  const cardOf = (id) => board.querySelector(`[data-card="${CSS.escape(id)}"]`);
  const titleOf = (key) => columnOf(key).querySelector('[data-role="title"]').textContent.trim();
  const chosen = () => [...board.querySelectorAll('[data-role="pick"]:checked')].map((box) => box.closest("[data-card]").dataset.card);
  const say = (text) => (spoken.textContent = text);

  // --- showing what the server says ---------------------------------------------------------------------------------------

  let sent = null;

  function use(news) {
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
    const picked = new Set(chosen());
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
    for (const id of picked) {
      const box = cardOf(id)?.querySelector('[data-role="pick"]');
      if (box) box.checked = true;
    }
    if (card && !document.activeElement?.closest?.("[data-card]")) cardOf(card)?.querySelector('[data-role="pick"], a')?.focus({ preventScroll: true });
    if (inside && !active.isConnected && document.activeElement === document.body) root.querySelector("button:not(:disabled)")?.focus({ preventScroll: true });
    const own = sent && cardOf(sent);
    if (own?.contains(document.activeElement)) own.scrollIntoView({ block: "nearest", inline: "nearest" });
    refresh();
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

  /** What goes with a card that was moved here and now: what its menu offers, and that it is said. */
  function tell(card, key) {
    offer(card, key);
    const list = listOf(columnOf(key));
    const place = cardsIn(list).indexOf(card.dataset.card) + 1;
    say(t("%(card)s staat nu in %(column)s, plaats %(place)s.", { card: card.querySelector('[data-role="text"]').textContent.trim(), column: titleOf(key), place }));
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
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
      onStart: () => {
        dragging = true;
        root.setAttribute("data-dragging", "");
      },
      onEnd: (event) => {
        dragging = false;
        root.removeAttribute("data-dragging");
        dropped(event);
        release();
      },
    });
  }

  function dropped(event) {
    if (event.from === event.to && event.oldIndex === event.newIndex) return;
    const card = event.item.dataset.card;
    const key = event.to.closest("[data-column]").dataset.column;
    const moved = together(columns(), card, chosen());
    refresh();
    tell(event.item, key);
    move(moved, key, indexWithout(cardsIn(event.to), card, moved));
  }

  // --- keyboard -----------------------------------------------------------------------------------------------------------

  function onKey(event) {
    const card = event.target.closest("[data-card]");
    if (card && event.altKey && root.dataset.move && event.key.startsWith("Arrow")) {
      event.preventDefault();
      const to = byArrow(columns(), card.dataset.card, event.key);
      if (!to) return say(t("Verder kan niet."));
      const focused = document.activeElement;
      const list = listOf(columnOf(to.key));
      const others = [...list.children].filter((one) => one !== card);
      put(list, card, others[to.index] ?? null);
      focused?.focus({ preventScroll: true });
      card.scrollIntoView({ block: "nearest", inline: "nearest" });
      refresh();
      tell(card, to.key);
      move([card.dataset.card], to.key, to.index);
    } else if (event.key === "F2" && event.target.closest("[data-column]")) {
      event.preventDefault();
      rename(event.target.closest("[data-column]"));
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

  // --- a name in place ----------------------------------------------------------------------------------------------------

  function rename(column) {
    const form = column.querySelector('[data-role="rename"]');
    const title = column.querySelector('[data-role="title"]');
    if (!form || !root.dataset.move || column.querySelector(".theme__rename")) return;
    const input = document.createElement("input");
    input.className = "theme__rename";
    input.value = title.textContent.trim();
    input.maxLength = 120;
    input.setAttribute("aria-label", t("Naam van het thema"));
    const header = title.parentElement;
    header.setAttribute("data-editing", "");
    title.hidden = true;
    title.after(input);
    input.focus();
    input.select();
    const close = () => {
      header.removeAttribute("data-editing");
      title.hidden = false;
      input.remove();
    };
    const save = () => {
      if (!input.isConnected) return;
      const name = input.value.trim();
      const was = title.textContent.trim();
      close();
      if (!name || name === was) return;
      title.textContent = name;
      send(form.action, new URLSearchParams({ title: name }));
    };
    input.addEventListener("blur", save);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
      if (event.key === "Escape") close();
      if (event.key === "Enter" || event.key === "Escape") {
        if (event.key === "Enter") save();
        column.querySelector("summary")?.focus();
      }
      event.stopPropagation();
    });
  }

  // --- forms --------------------------------------------------------------------------------------------------------------

  async function onSubmit(event) {
    const form = event.target;
    if (form.method !== "post") return;
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
      for (const box of board.querySelectorAll('[data-role="pick"]:checked')) box.checked = false;
      form.reset();
      counted();
    }
  }

  root.addEventListener("submit", onSubmit, { signal });
  root.addEventListener("keydown", onKey, { signal });
  document.addEventListener("keydown", onUndoKey, { signal });
  root.addEventListener("dblclick", (event) => event.target.closest('[data-role="title"]') && rename(event.target.closest("[data-column]")), { signal });
  root.addEventListener("change", (event) => event.target.matches('[data-role="pick"]') && counted(), { signal });
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
