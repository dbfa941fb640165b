import { t } from "../../text.js";
import { toast } from "../../toast.js";
import { setText, show } from "../page.js";
import { forget, recall, remember } from "../remembered.js";
import { ask } from "./dialogs.js";

/**
 * Handing this desk over to another laptop, and arriving on one. What a desk has open and the room does not know (a half-typed text, which
 * group is followed) is kept on the device under `kl-…:<lab>`; that is what goes along. Hooks: templates/live/_desk_handover.html.
 */

const EVERY = 1000;
const ours = (lab) => new RegExp(`^kl-[a-z-]{1,30}:${lab}$`);

/** What this desk has open: `{key: value}`. */
export function placeOf(lab, storage = globalThis.localStorage) {
  const place = {};
  try {
    for (let i = 0; i < storage.length; i += 1) if (ours(lab).test(storage.key(i))) place[storage.key(i)] = recall(storage.key(i));
  } catch {
    // Storage is forbidden here: the desk opens without what was half-typed.
  }
  return place;
}

/** Called first on a desk: puts what came along from the other laptop where the parts of the desk look for it. What is here already stays. */
export function arrive(boot) {
  const known = ours(boot.lab);
  for (const [key, value] of Object.entries(boot.place ?? {})) if (known.test(key) && !recall(key)?.text) remember(key, value);
  const here = new URL(location.href);
  if (!here.searchParams.has("overname")) return;
  here.searchParams.delete("overname");
  history.replaceState(history.state, "", here);
}

function drawQr(holder, { size, path }) {
  const namespace = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(namespace, "svg");
  picture.setAttribute("viewBox", `-2 -2 ${size + 4} ${size + 4}`);
  picture.setAttribute("class", "handover__squares");
  picture.setAttribute("aria-hidden", "true");
  // Dark on light in every theme: a camera reads it.
  const paper = document.createElementNS(namespace, "rect");
  for (const [name, value] of Object.entries({ x: -2, y: -2, width: size + 4, height: size + 4, fill: "#ffffff" })) paper.setAttribute(name, value);
  const squares = document.createElementNS(namespace, "path");
  squares.setAttribute("d", path);
  squares.setAttribute("fill", "#14261f");
  picture.append(paper, squares);
  holder.replaceChildren(picture);
}

export function connectHandover({ room, root, role, actions, following = null, signal }) {
  const dialog = role("handover-dialog");
  const base = room.boot.urls.handover;
  const looking = `kl-looking:${room.boot.lab}`;
  const there = recall(looking);
  if (there && following) {
    if (there.group) following.follow(there.group);
    else following.look(there.view);
  }
  forget(looking);
  let offer = null;
  let ends = 0;

  actions.on("handover", () => {
    begin();
    return ask(dialog);
  });
  for (const [name, word] of [["handover-yes", "ja"], ["handover-no", "nee"]]) {
    role(name).addEventListener("click", () => answer(word), { signal });
  }
  role("handover-again").addEventListener("click", begin, { signal });

  function draw(view) {
    for (const name of ["offer", "asked", "over"]) show(role(`handover-${name}`), name === view);
  }

  async function begin() {
    offer = null;
    draw(null);
    const told = await room.http(base, { method: "POST", body: JSON.stringify({ place: { ...placeOf(room.boot.lab), [looking]: { group: root.dataset.following ?? null, view: root.dataset.deskView ?? "wall" } } }) });
    if (told.kind !== "ok") {
      setText(role("handover-over-text"), told.problem?.title ? [told.problem.title, told.problem.detail].join(". ") : t("Geen verbinding. Probeer het zo opnieuw."));
      draw("over");
      return;
    }
    offer = told.body;
    ends = Date.now() + offer.seconds * 1000;
    setText(role("handover-code"), offer.code);
    setText(role("handover-page"), offer.page.replace(/^https?:\/\//, ""));
    drawQr(role("handover-qr"), offer.qr);
    draw("offer");
    look(offer);
  }

  async function look(mine) {
    if (mine !== offer || !dialog.open || signal.aborted) return;
    const left = Math.max(0, Math.ceil((ends - Date.now()) / 1000));
    setText(role("handover-left"), t("Nog %(seconds)s seconden geldig.", { seconds: left }));
    const told = await room.http(`${base}/${mine.id}`);
    if (mine !== offer) return;
    if (told.kind === "ok") became(told.body);
    if (offer) setTimeout(() => look(mine), EVERY);
  }

  function became({ state, asked_by, number }) {
    if (state === "asked") {
      setText(role("handover-asked-text"), t("%(device)s wil deze werkplek openen. Staat daar ook nummer %(number)s?", { device: asked_by, number }));
      draw("asked");
    } else if (state === "taken") {
      offer = null;
      dialog.close();
      toast(t("De werkplek is nu ook op de andere laptop open. Deze blijft meedoen."));
    } else if (state === "over") {
      offer = null;
      setText(role("handover-over-text"), t("Deze code werkt niet meer."));
      draw("over");
    } else if (state === "confirmed") {
      draw(null);
    }
  }

  async function answer(word) {
    if (!offer) return;
    const told = await room.http(`${base}/${offer.id}/${word}`, { method: "POST", body: "{}" });
    if (told.kind === "ok") became({ state: told.body.state });
    else became({ state: "over" });
  }
}
