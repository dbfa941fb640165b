import { t, tn } from "../../text.js";
import { fromTemplate, press, setData, setText, show, syncList, word } from "../page.js";
import { onWall, pairOf, shortened, themesWithKeys } from "./cards.js";

const KIND_KEYS = { k: "bottleneck", o: "solution", i: "insight", l: "lesson" };
const ARROWS = new Set(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"]);

/**
 * A card is chosen by arrow keys, J or a click; then one key does something with it. Space ticks cards, for what is done with several. Linking
 * and merging can ask for a second card: then the same key, or Enter, on that card does it. Dragging does the same with the mouse.
 */
export function connectChoice({ room, root, role, actions, cards, signal }) {
  const wall = role("wall");
  const bar = role("card-bar");
  const marked = new Set();
  let chosen = null;
  let pick = null;

  const elementOf = (id) => wall.querySelector(`.wall-card[data-id="${CSS.escape(id)}"]`);
  const several = () => (marked.size ? [...marked] : chosen ? [chosen] : []);
  const together = () => [...new Set([...marked, ...(chosen ? [chosen] : [])])];
  const themes = () => themesWithKeys(room.boot.themes ?? [], room.cards.values());

  function choose(element) {
    element?.focus({ preventScroll: true });
    element?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function stop() {
    const before = chosen;
    pick = null;
    marked.clear();
    chosen = null;
    if (before && wall.contains(document.activeElement)) wall.focus({ preventScroll: true });
    draw();
  }

  // -- moving about

  function step(key) {
    const all = [...wall.querySelectorAll(".wall-card")];
    const here = chosen && elementOf(chosen);
    if (!here) return all[0];
    if (key === "Home") return here.parentElement.firstElementChild;
    if (key === "End") return here.parentElement.lastElementChild;
    if (key === "ArrowDown") return here.nextElementSibling ?? here;
    if (key === "ArrowUp") return here.previousElementSibling ?? here;
    const column = here.closest(".column");
    const beside = key === "ArrowRight" ? column.nextElementSibling : column.previousElementSibling;
    if (!beside) return here;
    const top = here.getBoundingClientRect().top;
    const distance = (card) => Math.abs(card.getBoundingClientRect().top - top);
    return [...beside.querySelectorAll(".wall-card")].reduce((best, card) => (distance(card) < distance(best) ? card : best));
  }

  // -- what a key or a button of the bar does

  function second(what) {
    if (pick?.what === what && chosen && pick.id !== chosen) {
      const from = pick.id;
      pick = null;
      if (what === "link") cards.link(from, chosen);
      else cards.merge([from, chosen]);
    } else if (what === "merge" && together().length > 1) {
      cards.merge(together()).then((done) => {
        if (done) marked.clear();
        draw();
      });
    } else if (what === "link" && marked.size && chosen && !marked.has(chosen)) {
      for (const id of marked) cards.link(id, chosen);
      marked.clear();
    } else if (chosen) pick = pick?.what === what ? null : { what, id: chosen };
    draw();
  }

  const does = {
    "card-answer": () => chosen && cards.answer(chosen),
    "card-edit": () => chosen && cards.edit(chosen),
    "card-split": () => chosen && cards.split(chosen),
    "card-move": () => chosen && cards.move(chosen),
    "card-hide": () => {
      for (const id of several()) if (room.cards.get(id)?.status === "hidden") cards.show(id);
      else cards.hide(id);
    },
    "card-mark": () => {
      if (!chosen) return;
      if (!marked.delete(chosen)) marked.add(chosen);
      draw();
    },
    "card-merge": () => second("merge"),
    "card-link": () => second("link"),
    "card-unlink": () => chosen && cards.unlink(chosen),
    "card-new-theme": () => cards.newTheme(several(), themes()),
    "card-stop": stop,
    "card-theme": (button) => cards.theme(several(), button.dataset.theme),
    // From the menu of a card: that card, without first choosing it.
    "card-merge-from": (_button, id) => {
      chosen = id;
      second("merge");
      elementOf(id)?.focus({ preventScroll: true });
    },
    "card-link-from": (_button, id) => {
      chosen = id;
      second("link");
      elementOf(id)?.focus({ preventScroll: true });
    },
    "card-theme-of": (_button, id) => cards.newTheme([id], themes()),
    "card-next": () => choose(step("ArrowDown")),
  };
  for (const [name, run] of Object.entries(does)) actions.on(name, run);

  const KEYS = { a: "card-answer", e: "card-edit", s: "card-split", m: "card-merge", c: "card-link", u: "card-unlink", h: "card-hide", p: "card-move", " ": "card-mark", 0: "card-new-theme" };

  /** What this key does with the chosen card; nothing when it means something else. */
  function meant(event) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (pick && key === "Enter") return () => second(pick.what);
    if (key === "Enter") return does["card-edit"];
    if (root.dataset.keys === "off") return null;
    if (event.shiftKey && KIND_KEYS[key]) return () => cards.kind(several(), KIND_KEYS[key], word(`kind:${KIND_KEYS[key]}`));
    const theme = /^[1-9]$/.test(key) && themes()[Number(key) - 1];
    if (theme) return () => cards.theme(several(), theme);
    return event.shiftKey ? null : (does[KEYS[key]] ?? null);
  }

  document.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented || document.querySelector("dialog[open]")) return;
      const onCard = event.target.classList?.contains("wall-card");
      const free = event.target === document.body || event.target === wall || event.target === role("card-bar") || event.target.matches?.("main");
      if (!onCard && !free) return;
      if (ARROWS.has(event.key)) {
        event.preventDefault();
        choose(step(event.key));
      } else if (event.key === "Escape" && (chosen || pick)) {
        event.preventDefault();
        if (pick) {
          pick = null;
          draw();
        } else stop();
      } else if (onCard && !event.repeat) {
        const run = meant(event);
        if (!run) return;
        event.preventDefault();
        run();
      }
    },
    { signal },
  );

  wall.addEventListener(
    "focusin",
    (event) => {
      const id = event.target.matches(".wall-card") ? event.target.dataset.id : null;
      if (id === chosen) return;
      chosen = id;
      draw();
    },
    { signal },
  );
  root.addEventListener(
    "focusin",
    (event) => {
      if (!chosen || pick || wall.contains(event.target) || bar.contains(event.target) || event.target.closest("dialog, .toasts")) return;
      chosen = null;
      draw();
    },
    { signal },
  );
  document.addEventListener(
    "pointerdown",
    (event) => {
      if (!chosen || pick || event.target.closest?.(".wall-card, [data-role=card-bar], dialog, .toasts")) return;
      chosen = null;
      draw();
    },
    { signal },
  );
  // A click in the bar leaves the focus on the card, so that the next key still goes there.
  bar.addEventListener("mousedown", (event) => event.target.closest("button") && event.preventDefault(), { signal });

  // -- dragging

  let dragged = null;
  const over = (event) => event.target.closest?.(".wall-card, .column");

  function meaning(element) {
    if (!dragged || !element || element.dataset.id === dragged) return null;
    const one = room.cards.get(dragged);
    if (!one || one.isNew) return null;
    if (element.matches(".column")) return element.dataset.column === one.kind ? null : "kind";
    const other = room.cards.get(element.dataset.id);
    if (!other || other.isNew) return null;
    if (pairOf(one, other)) return "link";
    return one.kind === other.kind ? "merge" : null;
  }

  function mark(element) {
    for (const one of wall.querySelectorAll("[data-drop]")) if (one !== element) delete one.dataset.drop;
    const what = meaning(element);
    if (element) setData(element, "drop", what);
    return what;
  }

  wall.addEventListener(
    "dragstart",
    (event) => {
      const card = event.target.closest?.(".wall-card");
      if (!card) return;
      dragged = card.dataset.id;
      event.dataTransfer.effectAllowed = "linkMove";
      event.dataTransfer.setData("text/plain", room.cards.get(dragged)?.text ?? "");
      setData(root, "dragging", "");
    },
    { signal },
  );
  wall.addEventListener("dragover", (event) => mark(over(event)) && event.preventDefault(), { signal });
  wall.addEventListener(
    "drop",
    (event) => {
      const element = over(event);
      const what = mark(element);
      if (!what) return;
      event.preventDefault();
      const id = dragged;
      if (what === "link") cards.link(id, element.dataset.id);
      else if (what === "merge") cards.merge([element.dataset.id, id]);
      else cards.kind([id], element.dataset.column, word(`kind:${element.dataset.column}`));
    },
    { signal },
  );
  wall.addEventListener(
    "dragend",
    () => {
      mark(null);
      dragged = null;
      setData(root, "dragging", null);
    },
    { signal },
  );

  // -- drawing

  function says() {
    const card = pick && room.cards.get(pick.id);
    if (card) {
      const text = shortened(card.text, 40);
      if (pick.what === "merge") return t("“%(text)s”: kies de kaart die hetzelfde zegt en druk op Enter. Esc stopt.", { text });
      return t("“%(text)s”: kies de kaart waar dit bij hoort en druk op Enter. Esc stopt.", { text });
    }
    return marked.size ? tn("%(n)s kaart aangevinkt", "%(n)s kaarten aangevinkt", marked.size) : "";
  }

  function drawThemes() {
    const used = new Set(several().flatMap((id) => room.cards.get(id)?.themes ?? []));
    const keyed = [...themes().map((theme, i) => ({ theme, key: i + 1 })), { theme: null, key: 0 }];
    syncList(role("theme-keys"), keyed, {
      key: ({ theme }) => theme ?? "",
      make: () => fromTemplate("theme-key"),
      update(element, { theme, key }) {
        const button = element.querySelector("button");
        setData(button, "action", theme === null ? "card-new-theme" : "card-theme");
        setData(button, "theme", theme);
        if (theme === null) button.removeAttribute("aria-pressed");
        else press(button, used.has(theme));
        setText(element.querySelector('[data-role="key"]'), key);
        setText(element.querySelector('[data-role="text"]'), theme ?? t("Ander thema"));
      },
    });
  }

  function drawMarks() {
    for (const id of marked) if (!room.cards.has(id) || !onWall(room.cards.get(id))) marked.delete(id);
    for (const element of wall.querySelectorAll("[data-marked]")) setData(element, "marked", marked.has(element.dataset.id) ? "" : null);
    for (const id of marked) setData(elementOf(id), "marked", "");
    for (const element of wall.querySelectorAll("[data-picked]")) setData(element, "picked", element.dataset.id === pick?.id ? "" : null);
    if (pick) setData(elementOf(pick.id), "picked", "");
  }

  function draw() {
    if (!room.state || (!chosen && !pick && !marked.size && bar.hidden)) return;
    if (chosen && !room.cards.has(chosen)) chosen = null;
    if (pick && !room.cards.has(pick.id)) pick = null;
    if (chosen && document.activeElement === document.body && !document.querySelector("dialog[open]")) elementOf(chosen)?.focus({ preventScroll: true }); // it went to another column
    drawMarks();
    show(bar, Boolean(chosen || pick));
    setData(root, "cardBar", bar.hidden ? null : "");
    if (bar.hidden) return;
    const card = room.cards.get(chosen);
    setText(role("card-bar-text"), says());
    show(role("card-bar-text"), Boolean(pick || marked.size));
    press(bar.querySelector('[data-action="card-mark"]'), marked.has(chosen));
    show(bar.querySelector('[data-action="card-answer"]'), ["bottleneck", "question", "linking_opportunity"].includes(card?.kind));
    drawThemes();
  }

  return draw;
}
