import { t, tn } from "../../text.js";
import { toast } from "../../toast.js";
import { setText, show } from "../page.js";
import { OPS } from "../protocol.js";
import { bestOf, connectBeside, connectPanel, createRecall, drawRows, PAUSE, referenceTo } from "../recall.js";
import { ask } from "./dialogs.js";

const MOST = 5;
const LEAST_SEARCHED = 2;

/**
 * What earlier labs found: beside what is being typed, in the search window (`/`), and for a card that is linked afterwards. It opens in a
 * window of its own over the desk; what was typed stays. Arrow down goes from the text into the list, Enter links, Escape goes back.
 */
export function connectRecall({ room, role, actions, signal }) {
  const open = connectBeside({ role, signal, withPage: true });
  const asking = createRecall(room);
  const searching = createRecall(room);
  const dialog = role("search-dialog");
  const searchList = role("search-list");
  let capture = null;
  let found = [];
  let timer = null;
  let card = null;

  const draft = () => (capture ? capture.draft() : { text: "", looked: false, reference: null });
  const panel = connectPanel({ room, role, signal, most: MOST, open, draft, link: (reference) => capture?.link(reference) });

  // -- by keyboard

  const rows = () => [...role("recall-list").querySelectorAll(".recall-row")];
  const linkOf = (row) => row.querySelector('[data-action="link-recall"]');

  role("recall").addEventListener(
    "keydown",
    (event) => {
      const all = rows();
      const at = all.findIndex((row) => row.contains(document.activeElement));
      const back = event.key === "Escape" || (event.key === "ArrowUp" && at === 0);
      if (back) draft().area?.focus();
      else if (event.key === "ArrowDown" && at >= 0) linkOf(all[Math.min(at + 1, all.length - 1)]).focus();
      else if (event.key === "ArrowUp" && at > 0) linkOf(all[at - 1]).focus();
      else if (event.key === "ArrowLeft" && at >= 0) all[at].querySelector('[data-action="open-recall"]').focus();
      else if (event.key === "ArrowRight" && at >= 0) linkOf(all[at]).focus();
      else return;
      event.preventDefault();
      event.stopPropagation();
      if (event.key === "Escape") panel.dismiss();
    },
    { signal },
  );

  // -- the search window

  async function search() {
    const text = role("search").value;
    if (text.trim().split(/\s+/).length < LEAST_SEARCHED) {
      searching.stop();
      found = [];
      drawRows(searchList, found);
      return setText(role("search-count"), t("Typ twee of meer woorden."));
    }
    const hits = await searching.find(text);
    if (hits === null) return null;
    found = hits;
    drawRows(searchList, found);
    return setText(role("search-count"), tn("%(n)s gevonden", "%(n)s gevonden", hits.length));
  }

  role("search").addEventListener(
    "input",
    () => {
      clearTimeout(timer);
      timer = setTimeout(search, PAUSE);
    },
    { signal },
  );
  role("search").addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault(), { signal });

  function linked(reference) {
    const wanted = card;
    dialog.close();
    if (!wanted) return capture?.link(reference);
    room.act(OPS.contribution_move, { contribution: wanted.id, recalls: reference.id });
    return toast(t("Gekoppeld aan iets van eerder"), {
      undo: () => room.act(OPS.contribution_move, { contribution: wanted.id, recalls: wanted.recalls?.id ?? null }),
    });
  }

  searchList.dataset.ownActions = "";
  searchList.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("[data-action]");
      const hit = found.find((one) => one.id === button?.closest("[data-id]")?.dataset.id);
      if (!hit) return;
      if (button.dataset.action === "link-recall") linked(referenceTo(bestOf(hit)));
      else open(hit, linked);
    },
    { signal },
  );

  function openSearch(text = "", from = null) {
    card = from;
    role("search").value = text;
    found = [];
    drawRows(searchList, found);
    setText(role("search-count"), "");
    show(role("search-unlink"), Boolean(from?.recalls));
    if (text) search();
    return ask(dialog);
  }

  actions.on("search", () => openSearch());
  actions.on("search-unlink", () => {
    const wanted = card;
    dialog.close();
    room.act(OPS.contribution_move, { contribution: wanted.id, recalls: null });
    toast(t("Koppeling weggehaald"), { undo: () => room.act(OPS.contribution_move, { contribution: wanted.id, recalls: wanted.recalls.id }) });
  });
  signal.addEventListener("abort", () => clearTimeout(timer));

  return {
    /** The capture box says what is in it: `draft()` → {text, looked, reference, area}, and keeps a link: `link(reference)`. */
    serve(box) {
      capture = box;
    },
    changed: () => panel.changed(),
    draw: () => panel.draw(),
    clear: () => panel.clear(),
    /** Escape in the text: first the list goes. Says whether there was one. */
    dismiss() {
      const there = panel.shown;
      if (there) panel.dismiss();
      return there;
    },
    /** Into the list, from the text. Says whether there is one. */
    enter() {
      const first = panel.shown && rows()[0];
      if (first) linkOf(first).focus();
      return Boolean(first);
    },
    /** A card that is to be linked afterwards. */
    linkCard: (one) => openSearch(one.text, one),
    /** What a card refers to, beside. */
    async show(id) {
      const one = await asking.one(id);
      if (one) open(one);
      else toast(t("Dit is nu niet te openen. Probeer het zo nog eens."));
    },
  };
}
