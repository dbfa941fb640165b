import { t } from "../../text.js";
import { show, syncList } from "../page.js";
import { OPS } from "../protocol.js";

const MOST = 20 * 1024 * 1024;

/** Choosing what the room sees, with the real screen beside it in small; nothing changes there before "Zet op het scherm". */
export function connectPreview({ room, role, actions, votes, signal }) {
  const dialog = role("screen-dialog");
  const form = role("screen-form");
  const frame = role("screen-preview");
  const field = (name) => form.elements.namedItem(name);
  const added = [];

  /** What would be shown: the fields of `projector.show`. */
  function chosen() {
    const scene = field("scene").value || "step";
    const wish = { scene };
    if (scene === "wall") wish.by = field("by").value || "kind";
    if (scene === "text") wish.text = field("text").value.trim();
    if (scene === "picture") wish.picture = field("picture").value;
    if (scene === "ballot") wish.ballot = votes.present()?.id ?? "";
    return wish;
  }

  const complete = (wish) => Object.values(wish).every(Boolean);

  function look() {
    const wish = chosen();
    show(role("screen-by"), wish.scene === "wall");
    show(role("screen-text"), wish.scene === "text");
    show(role("screen-picture"), wish.scene === "picture");
    const hash = new URLSearchParams(wish).toString();
    if (!frame.src) frame.src = `${form.dataset.projector}#${hash}`;
    else if (frame.contentWindow) frame.contentWindow.location.replace(`${form.dataset.projector}#${hash}`);
  }

  function fillPictures() {
    const known = Object.values(room.state.agenda).flatMap((step) => (step.links ?? []).filter((link) => link.kind === "picture"));
    const select = field("picture");
    const chosenNow = select.value;
    syncList(select, [{ id: "", title: select.options[0].textContent }, ...known, ...added], {
      key: (one) => one.id || "none",
      make: () => document.createElement("option"),
      update(option, one) {
        option.value = one.id;
        option.textContent = one.title;
      },
    });
    select.value = chosenNow;
  }

  function wrong(text) {
    show(role("screen-wrong"), Boolean(text));
    role("screen-wrong").textContent = text;
  }

  async function upload(file) {
    wrong("");
    if (file.size > MOST) {
      wrong(t("Dit plaatje is groter dan 20 MB. Maak het kleiner."));
      return;
    }
    const body = new FormData();
    body.append("file", file);
    const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
    try {
      const answer = await fetch(`${form.dataset.files}?as=facilitator`, { method: "POST", body, headers: { "X-CSRF-Token": token, Accept: "application/json" } });
      const told = await answer.json();
      if (!answer.ok) throw new Error([told.title, told.detail].filter(Boolean).join(". "));
      added.push({ id: told.id, title: told.name });
      fillPictures();
      field("picture").value = told.id;
      look();
    } catch (error) {
      wrong(error instanceof TypeError ? t("Geen verbinding. Probeer het zo nog eens.") : error.message);
    }
  }

  form.addEventListener(
    "input",
    (event) => {
      if (event.target.type === "file") {
        if (event.target.files[0]) upload(event.target.files[0]);
      } else look();
    },
    { signal },
  );
  form.addEventListener(
    "submit",
    (event) => {
      if (event.submitter?.value !== "show" || complete(chosen())) return;
      event.preventDefault();
      const { scene } = chosen();
      (scene === "text" ? field("text") : scene === "picture" ? field("picture") : form.querySelector('input[name="scene"]:checked'))?.focus();
      if (scene === "picture") wrong(t("Kies eerst een plaatje."));
    },
    { signal },
  );

  actions.on("screen", () => {
    if (!room.state) return;
    const now = room.state.projector;
    for (const radio of form.querySelectorAll('input[name="scene"]')) radio.checked = radio.value === now.scene;
    if (!field("scene").value) field("scene").value = "step";
    field("by").value = now.by ?? "kind";
    field("text").value ||= now.text ?? "";
    fillPictures();
    if (now.picture && !field("picture").value) field("picture").value = now.picture;
    wrong("");
    dialog.returnValue = "";
    dialog.showModal();
    look();
  });

  dialog.addEventListener(
    "close",
    () => {
      if (dialog.returnValue === "show") {
        const wish = chosen();
        if (wish.scene === "blank") room.act(OPS.projector_blank, { on: true });
        else room.act(OPS.projector_show, { ...wish, follow: false });
      } else if (dialog.returnValue === "follow") actions.run("scene-follow");
      frame.removeAttribute("src"); // no second screen keeps running where nobody looks
    },
    { signal },
  );
}
