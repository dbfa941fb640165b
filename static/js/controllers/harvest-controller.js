import { createDesk } from "../harvest/desk.js";
import { createEditors } from "../harvest/editors.js";
import { t } from "../text.js";
import { toast } from "../toast.js";
import { typing } from "./keys-controller.js";

/**
 * The harvest with one hand on the keys; which key does what stands in the page's own list. A verb is the card's own form, sent without
 * leaving the page; without script the same form is sent in the ordinary way. `keys` (keys-controller) switches the keys on and off.
 */
const STEPS = { s: 1, j: 1, arrowdown: 1, w: -1, k: -1, arrowup: -1 };
const VERBS = { b: "confirm", x: "drop", r: "reopen" };
const EDITORS = { e: "edit", t: "themes", v: "tie", l: "lesson", h: "consent" };
const BECOMES = { confirm: "confirmed", drop: "dropped", reopen: "draft" };
const MANY = { b: "confirm", x: "drop" };

export default function connect(root, { signal }) {
  const desk = createDesk(root, signal);
  const editors = createEditors(desk, signal);
  const themes = [...root.querySelectorAll("[data-role=theme-keys] [data-theme]")].map((one) => one.textContent);

  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches(".harvest__verbs")) {
      event.preventDefault();
      judge(form.closest(".harvest__card"), event.submitter?.dataset.verb || "confirm");
    } else if (form.matches("[data-role=undo]")) {
      event.preventDefault();
      desk.undo();
    } else if (form.matches("[data-role=bulk]")) {
      event.preventDefault();
      many(event.submitter?.value);
    }
  }, { signal });

  root.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      editors.start(opener.closest(".harvest__card"), opener.dataset.open);
    }
    const all = event.target.closest("[data-role=all]");
    if (all) tickAll(all.closest(".harvest__section"));
  }, { signal });
  root.addEventListener("change", (event) => event.target.name === "kaart" && desk.showPicked(), { signal });

  document.addEventListener("keydown", (event) => {
    if (root.hasAttribute("data-keys-off") || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing(event.target) || event.target.closest(".harvest__editor") || document.querySelector("dialog[open]")) return;
    const card = event.target.closest(".harvest__card");
    const key = event.key.toLowerCase();
    if (key.startsWith("arrow") && !card && event.target !== document.body) return;
    if (act(key, event.shiftKey, card)) event.preventDefault();
  }, { signal });

  window.addEventListener("pageshow", desk.showPicked, { signal });
  desk.showPicked();
  if (location.hash.startsWith("#kaart-")) desk.focus(document.getElementById(location.hash.slice(1)));
  editors.goOn();
  root.setAttribute("data-ready", "");

  function act(key, shift, card) {
    if (key === "?") return toggleHelp();
    if (shift && key === "m") return mergePicked();
    if (shift && MANY[key]) return many(MANY[key]);
    if (shift) return false;
    if (STEPS[key]) return desk.step(card, STEPS[key]);
    if (!card) return false;
    if (VERBS[key]) return judge(card, VERBS[key]);
    if (EDITORS[key]) return editors.start(card, EDITORS[key]);
    if (key === "m") return tick(card);
    if (key === "a") return tickAll(card.closest(".harvest__section"));
    if (key === "g") return mergeWithPrevious(card);
    if (/^[1-9]$/.test(key)) return toggleTheme(card, themes[Number(key) - 1]);
    return false;
  }

  /** Presses the card's own button; when the card was in focus, the next one is next. */
  function judge(card, verb) {
    const button = card.querySelector(`[data-verb="${verb}"]`);
    if (!button) return false;
    const focused = card.contains(document.activeElement) || document.activeElement === document.body;
    const { item } = card.dataset;
    const was = card.dataset.status;
    card.dataset.status = BECOMES[verb];
    desk.send(button.getAttribute("formaction") || button.form.action, () => [desk.revOf(desk.cardOf(item))], { of: item }).then((answer) => {
      if (!answer && card.isConnected) card.dataset.status = was;
      desk.say(answer);
    });
    if (focused && verb !== "reopen") desk.stepOn(card); // at once: who types fast does not wait for the server
    return true;
  }

  function tick(card) {
    const box = desk.boxOf(card);
    box.checked = !box.checked;
    desk.showPicked();
    return true;
  }

  function tickAll(section) {
    const boxes = [...section.querySelectorAll('input[name="kaart"]')];
    const some = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = some;
    desk.showPicked();
    return true;
  }

  function many(wish) {
    if (wish === "merge") return mergePicked();
    const chosen = desk.picked();
    const values = chosen.map((card) => ["kaart", card.dataset.item]);
    if (!values.length || !wish) return false;
    const field = desk.bulk.elements["thema-erbij"];
    if (wish === "theme") {
      if (!field.value.trim()) {
        field.focus();
        return true;
      }
      values.push(["thema-erbij", field.value]);
    }
    const revs = () => chosen.map((card) => desk.revOf(desk.cardOf(card.dataset.item)));
    desk.send(`${desk.base}/veel`, () => [["do", wish], ...values, ...revs()]).then((answer) => {
      if (!answer) return;
      for (const card of desk.picked()) desk.boxOf(card).checked = false;
      if (wish === "theme") field.value = "";
      desk.showPicked();
      desk.say(answer);
    });
    return true;
  }

  function mergePicked() {
    const why = editors.merge(desk.picked());
    if (why) toast(why);
    return true;
  }

  function mergeWithPrevious(card) {
    const all = desk.cards();
    const before = all.slice(0, all.indexOf(card)).reverse().find((one) => one.dataset.status !== "merged" && one.dataset.status !== "dropped");
    if (before) editors.merge([before, card]);
    else toast(t("Er staat geen kaart boven deze om mee samen te voegen."));
    return true;
  }

  function toggleTheme(card, theme) {
    if (!theme) return false;
    const { item } = card.dataset;
    const toggled = () => { // of the card as it is when its turn comes: two keys in one breath both count
      const fresh = desk.cardOf(item);
      const { themes: now } = desk.dataOf(fresh);
      const others = now.filter((one) => one.toLowerCase() !== theme.toLowerCase());
      return [["themes", (others.length < now.length ? others : [...now, theme]).join(",")], desk.revOf(fresh)];
    };
    desk.send(desk.cardUrl(card, "themas"), toggled, { of: item }).then(desk.say);
    return true;
  }

  function toggleHelp() {
    const help = root.querySelector("details.keys");
    if (!help) return false;
    help.open = !help.open;
    if (help.open) help.querySelector("summary").focus();
    return true;
  }
}
