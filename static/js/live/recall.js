import { t, tn } from "../text.js";
import { fromTemplate, setData, setKind, setText, show, syncList } from "./page.js";

/**
 * What earlier labs found: asking, saying it in words, and opening it beside. Shared by phone and desk.
 *
 * A hit: {id, kind, text, quarter, place, url, tried, worked, partly, failed, worked_in: [place], contact, solutions: [hit]}.
 * A reference (what a card keeps of it): {id, text?, place?, worked?}.
 */

export const PAUSE = 250;
export const LEAST_WORDS = 3;
const MOST = 800;

/** What a link to this refers to: the solution that did best, else the thing itself. */
export function bestOf(hit) {
  const best = hit.solutions?.[0];
  return best && best.failed <= best.worked + best.partly ? best : hit;
}

export function referenceTo(hit) {
  return { id: hit.id, text: hit.text, place: hit.worked_in?.[0] || hit.place, worked: hit.worked > 0 };
}

/** "Dit hielp in Tilburg", for a reference. */
export function saidOf(reference) {
  if (reference.worked) return reference.place ? t("Dit hielp in %(place)s", { place: reference.place }) : t("Dit hielp eerder");
  if (reference.place) return t("Eerder in %(place)s", { place: reference.place });
  return reference.text ? t("Kwam eerder langs") : t("Gekoppeld aan het archief");
}

export function whereOf(hit) {
  return [hit.place, hit.quarter].filter(Boolean).join(" · ");
}

export function evidenceOf(hit) {
  if (!hit.tried) return "";
  if (hit.partly) {
    return tn("%(n)s keer geprobeerd, %(worked)s keer gewerkt, %(partly)s keer half", "%(n)s keer geprobeerd, %(worked)s keer gewerkt, %(partly)s keer half", hit.tried, hit);
  }
  return tn("%(n)s keer geprobeerd, %(worked)s keer gewerkt", "%(n)s keer geprobeerd, %(worked)s keer gewerkt", hit.tried, { worked: hit.worked });
}

export function askOf(hit) {
  if (hit.contact) return t("Vraag het aan: %(name)s", { name: hit.contact });
  return hit.place ? t("Vraag het aan de gemeente %(place)s", { place: hit.place }) : "";
}

/** One question at a time: the answer to an older one is thrown away. `find` gives null when it was overtaken or there was no answer. */
export function createRecall(room) {
  const base = new URL(room.boot.urls.recall, location.origin);
  let latest = 0;
  return {
    stop() {
      latest += 1;
    },
    async find(text) {
      latest += 1;
      const mine = latest;
      const answer = await room.http(base.pathname + base.search, { method: "POST", body: JSON.stringify({ q: text.slice(-MOST) }), seconds: 4 });
      return mine === latest && answer.kind === "ok" ? (answer.body.hits ?? []) : null;
    },
    async one(id) {
      const answer = await room.http(`${base.pathname}/${encodeURIComponent(id)}${base.search}`);
      return answer.kind === "ok" ? answer.body : null;
    },
  };
}

/** Rows for these hits; what is there stays, so that nothing flickers while somebody types. */
export function drawRows(list, hits) {
  syncList(list, hits, {
    key: (hit) => hit.id,
    make: () => fromTemplate("recall"),
    update(element, hit) {
      const best = bestOf(hit);
      setData(element, "id", hit.id);
      setKind(element, hit.kind);
      setText(element.querySelector('[data-role="title"]'), hit.text);
      setText(element.querySelector('[data-role="why"]'), best === hit ? [whereOf(hit), evidenceOf(hit)].filter(Boolean).join(" · ") : t("Oplossing: %(text)s", { text: best.text }));
      const reference = referenceTo(best);
      setText(element.querySelector('[data-role="link-text"]'), reference.worked ? saidOf(reference) : t("Koppelen"));
    },
  });
}

/** The window beside: what it is, what was done about it, whether it worked, whom to ask. `link(reference)` is called by its buttons. */
export function connectBeside({ role, signal, withPage = false }) {
  const dialog = role("recall-dialog");
  let shown = null;
  let link = null;

  dialog.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("[data-action]");
      if (!button || !shown) return;
      event.stopPropagation();
      const id = button.closest("[data-id]")?.dataset.id;
      const wanted = button.dataset.action === "link-beside" ? shown : shown.solutions.find((one) => one.id === id);
      if (!wanted) return;
      dialog.close();
      link?.(referenceTo(wanted));
    },
    { signal },
  );

  return function open(hit, onLink = null) {
    shown = hit;
    link = onLink;
    setKind(role("beside-item"), hit.kind);
    setText(role("beside-text"), hit.text);
    setText(role("beside-where"), whereOf(hit));
    setText(role("beside-evidence"), evidenceOf(hit));
    setText(role("beside-ask"), askOf(hit));
    syncList(role("beside-solutions"), hit.solutions, {
      key: (one) => one.id,
      make: () => fromTemplate("recall-solution"),
      update(element, one) {
        const at = (name) => element.querySelector(`[data-role="${name}"]`);
        setData(element, "id", one.id);
        setKind(element, one.kind);
        setText(at("text"), one.text);
        setText(at("where"), whereOf(one));
        setText(at("evidence"), evidenceOf(one));
        setText(at("ask"), askOf(one));
        show(element.querySelector("button"), Boolean(onLink));
      },
    });
    show(role("beside-done"), hit.solutions.length > 0);
    show(role("beside-none"), hit.solutions.length === 0 && (hit.kind === "bottleneck" || hit.kind === "question"));
    show(dialog.querySelector('[data-action="link-beside"]'), Boolean(onLink));
    show(role("beside-page"), withPage);
    role("beside-page").href = hit.url;
    const before = document.activeElement;
    dialog.addEventListener("close", () => before?.isConnected && before.focus({ preventScroll: true }), { once: true });
    dialog.showModal();
  };
}

/**
 * The quiet list while somebody types: asks after a pause, from the third word on; never takes the focus, can be sent away until the text is
 * another one. `draft()` → {text, looked: whether this kind is looked up, reference, area}; `link(reference|null)` keeps it with the draft;
 * `before(panel)` comes before it is shown.
 */
export function connectPanel({ room, role, signal, most, draft, link, open, before = () => null }) {
  const recall = createRecall(room);
  const panel = role("recall");
  let hits = [];
  let asked = "";
  let sentAway = false;
  let timer = null;
  let said = 0;

  const wanted = (text) => text.trim().split(/\s+/).filter(Boolean).length >= LEAST_WORDS;

  function draw() {
    const { reference } = draft();
    const visible = !sentAway && hits.length > 0;
    if (visible || reference) before(panel);
    show(panel, visible || Boolean(reference));
    show(panel.querySelector(".recall__head"), visible && !reference);
    show(role("recall-list"), visible && !reference);
    show(role("recall-linked"), Boolean(reference));
    if (reference) setText(role("recall-linked-text"), [saidOf(reference), reference.text].filter(Boolean).join(": "));
    const now = visible && !reference ? hits.length : 0;
    if (now !== said) setText(role("recall-said"), now ? tn("%(n)s keer eerder langsgekomen.", "%(n)s keer eerder langsgekomen.", now) : "");
    said = now;
  }

  function clear() {
    clearTimeout(timer);
    recall.stop();
    hits = [];
    asked = "";
    sentAway = false;
    draw();
  }

  async function look() {
    const { text, looked } = draft();
    const words = text.trim();
    if (!looked || !wanted(words)) return clear();
    if (words === asked) return null;
    asked = words;
    const found = await recall.find(text);
    if (found === null || words !== draft().text.trim()) return null;
    hits = found.slice(0, most);
    drawRows(role("recall-list"), hits);
    return draw();
  }

  function chosen(reference) {
    link(reference);
    draw();
  }

  panel.dataset.ownActions = "";
  // A tap in the list must not close the keyboard and move the page under the thumb.
  panel.addEventListener("mousedown", (event) => document.activeElement?.matches("textarea, input") && event.preventDefault(), { signal });
  panel.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("[data-action]");
      if (!button) return;
      const hit = hits.find((one) => one.id === button.closest("[data-id]")?.dataset.id);
      const act = {
        "dismiss-recall": () => {
          sentAway = true;
          draw();
        },
        "unlink-recall": () => chosen(null),
        "link-recall": () => hit && chosen(referenceTo(bestOf(hit))),
        "open-recall": () => hit && open(hit, chosen),
      };
      const inside = panel.contains(document.activeElement);
      act[button.dataset.action]?.();
      if (inside && !document.querySelector("dialog[open]")) draft().area?.focus({ preventScroll: true });
    },
    { signal },
  );
  signal.addEventListener("abort", () => clearTimeout(timer));

  return {
    draw,
    clear,
    /** Something was typed, or its kind was chosen. */
    changed() {
      const { text, looked } = draft();
      clearTimeout(timer);
      if (!looked || !wanted(text)) return clear();
      timer = setTimeout(look, PAUSE);
      return null;
    },
    get shown() {
      return !panel.hidden && hits.length > 0 && !sentAway && !draft().reference;
    },
    dismiss() {
      sentAway = true;
      draw();
    },
  };
}
