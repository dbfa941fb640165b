import { setText, show } from "../page.js";
import { OPS } from "../protocol.js";
import { forget, recall as kept, remember } from "../remembered.js";
import { connectList } from "./list.js";

const LOOKED_UP = new Set(["bottleneck", "question"]);

/**
 * Catching what is said at typing speed: K, O, I, L or a click chooses what it is, Enter catches it. What is half-typed survives a reload. A list
 * that is pasted, or Ctrl Enter on several lines, becomes a card for each line.
 */
export function connectCapture({ room, root, role, actions, recall, following = null, signal }) {
  const form = role("capture");
  const area = form.elements.namedItem("text");
  const behalf = form.elements.namedItem("on_behalf_of");
  const key = `kl-capture:${room.boot.lab}`;
  const before = kept(key) ?? {};
  let answers = before.answers ?? null;
  let recalls = before.recalls ?? null;
  area.value = before.text ?? "";
  behalf.value = before.behalf ?? "";

  const radios = [...form.querySelectorAll('input[name="kind"]')];
  const kind = () => radios.find((radio) => radio.checked)?.value ?? "insight";

  function choose(wanted) {
    for (const radio of radios) radio.checked = radio.value === wanted;
  }
  if (before.kind) choose(before.kind);

  function keep() {
    if (area.value.trim() || behalf.value.trim()) remember(key, { text: area.value, behalf: behalf.value, kind: kind(), answers, recalls });
    else forget(key);
  }

  function look() {
    recall.changed();
  }

  recall.serve({
    draft: () => ({ text: area.value, looked: LOOKED_UP.has(kind()), reference: recalls, area }),
    link(reference) {
      recalls = reference;
      keep();
      area.focus({ preventScroll: true });
      recall.draw();
    },
  });
  recall.draw();

  form.addEventListener(
    "input",
    () => {
      keep();
      look();
    },
    { signal },
  );

  form.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && list.isList(area.value)) {
        event.preventDefault();
        offer(area.value, true);
      } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches("textarea, input")) {
        event.preventDefault();
        form.requestSubmit();
      } else if (event.key === "ArrowDown" && event.target === area && area.selectionStart === area.value.length && recall.enter()) {
        event.preventDefault();
      } else if (event.key === "Escape" && !recall.dismiss()) {
        (role("wall") ?? event.target).focus({ preventScroll: true }); // not nowhere: from here the keys work, and Tab goes on
      }
    },
    { signal },
  );

  form.addEventListener(
    "submit",
    (event) => {
      event.preventDefault();
      const text = area.value.trim();
      if (!text) {
        area.focus();
        return;
      }
      const name = behalf.value.trim();
      if (kind() === "action") room.act(OPS.action_add, { text, ...(name ? { owner: name } : {}) });
      else room.act(OPS.contribution_add, { kind: kind(), text, ...(following?.group ? { group: following.group } : {}), ...(name ? { on_behalf_of: name } : {}), ...(answers ? { answers } : {}), ...(recalls ? { recalls: recalls.id } : {}) });
      area.value = "";
      behalf.value = "";
      answers = null;
      recalls = null;
      forget(key);
      recall.clear();
      room.changed();
      area.focus();
    },
    { signal },
  );

  const list = connectList({
    room,
    role,
    signal,
    begin: () => ({ kind: kind(), behalf: behalf.value.trim(), answers, group: following?.group ?? null }),
    asOne(text) {
      area.setRangeText(text.trim(), area.selectionStart, area.selectionEnd, "end");
      keep();
      look();
    },
  });

  /** Shows a list as cards; `own`: it was typed in the box, which is empty once they are placed. */
  async function offer(text, own) {
    const placed = await list.offer(text);
    if (placed) {
      if (own) area.value = "";
      behalf.value = "";
      answers = null;
      keep();
      recall.clear();
      room.changed();
    }
    area.focus({ preventScroll: true });
  }

  document.addEventListener(
    "paste",
    (event) => {
      const elsewhere = event.target !== area && event.target.closest?.("input, textarea, select, dialog, [contenteditable]");
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (elsewhere || document.querySelector("dialog[open]") || !list.isList(text)) return;
      event.preventDefault();
      offer(text, false);
    },
    { signal },
  );

  actions.on("stop-answering", () => {
    answers = null;
    keep();
    room.changed();
    area.focus();
  });

  for (const radio of radios) {
    if (radio.dataset.key) actions.on(`capture-${radio.dataset.key.toLowerCase()}`, () => begin(radio.value));
  }

  function begin(wanted) {
    choose(wanted);
    area.focus();
    look();
  }

  return {
    /** The next thing caught answers this card. */
    answer(card) {
      if (!card) return;
      answers = card.id;
      begin("solution");
      room.changed();
    },
    draw() {
      const card = answers && room.state && room.cards.get(answers);
      show(role("capture-answers"), Boolean(card));
      setText(role("capture-answers-text"), card?.text ?? "");
      root.classList.toggle("desk--answering", Boolean(card));
    },
  };
}
