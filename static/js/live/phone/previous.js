import { t } from "../../text.js";
import { mineFirst } from "../day.js";
import { fromTemplate, press, setData, setText, show, syncList, word } from "../page.js";
import { OPS } from "../protocol.js";
import { forget, recall, remember } from "../remembered.js";
import { sumWords } from "../said.js";

const WHY = new Set(["partly", "failed"]);
const at = (element, name) => element.querySelector(`[data-role="${name}"]`);

/** Last time's actions and answers: how it stands, and whether it helped. What is of my own municipality comes first. */
export function connectPrevious({ room, role, signal }) {
  const opened = new Map();
  const noteKey = (id) => `kl-note:${room.boot.lab}:${id}`;

  /** What I said of it, with what is under way. */
  function mine(id) {
    const entry = room.outbox.entries.findLast((one) => (one.op.action ?? one.op.item) === id && one.state !== "refused");
    return entry ? (entry.op.state ?? entry.op.outcome) : room.state.me.reports?.[id]?.said;
  }

  role("previous-actions").addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("[data-say]");
      if (button) room.act(OPS.action_report, { action: button.closest("[data-id]").dataset.id, state: button.dataset.say });
    },
    { signal },
  );

  const answers = role("previous-answers");
  answers.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("[data-say]");
      if (!button) return;
      const item = button.closest("[data-id]");
      const { id } = item.dataset;
      const said = button.dataset.say;
      opened.set(id, said);
      if (!WHY.has(said)) room.act(OPS.evidence_report, { item: id, outcome: said });
      room.changed();
      if (WHY.has(said)) requestAnimationFrame(() => requestAnimationFrame(() => item.querySelector("textarea").focus()));
    },
    { signal },
  );
  answers.addEventListener("input", (event) => event.target.matches("textarea") && remember(noteKey(event.target.closest("[data-id]").dataset.id), event.target.value), { signal });
  answers.addEventListener(
    "submit",
    (event) => {
      event.preventDefault();
      const item = event.target.closest("[data-id]");
      const { id } = item.dataset;
      const note = item.querySelector("textarea").value.trim();
      const outcome = opened.get(id);
      if (!note && WHY.has(outcome)) {
        item.querySelector("textarea").focus();
        return;
      }
      room.act(OPS.evidence_report, { item: id, outcome, note });
      forget(noteKey(id));
      opened.delete(id);
      room.changed();
    },
    { signal },
  );

  function drawCommon(element, one, state) {
    const said = mine(one.id);
    setData(element, "id", one.id);
    setText(at(element, "text"), one.text);
    show(at(element, "mine"), Boolean(one.municipality) && one.municipality === state.me.municipality);
    setText(at(element, "sums"), sumWords(state.reports[one.id]?.sums));
    at(element, "choices").setAttribute("aria-label", one.text);
    for (const button of element.querySelectorAll("[data-say]")) press(button, (opened.get(one.id) ?? said) === button.dataset.say);
    return said;
  }

  return function draw() {
    const { state } = room;
    const { previous } = state;
    const step = state.agenda[state.step.id];
    const on = state.lab.state === "open" && step?.block === "news" && previous.actions.length + previous.answers.length > 0;
    show(role("previous"), on);
    if (!on) return;
    setText(role("previous-lab"), previous.lab.title);
    syncList(role("previous-actions"), mineFirst(previous.actions, state.me.municipality), {
      key: (one) => one.id,
      make: () => fromTemplate("said-action"),
      update(element, one) {
        drawCommon(element, one, state);
        setText(at(element, "owner"), [one.owner, word(`place:${one.municipality}`)].filter(Boolean).join(", "));
      },
    });
    show(role("previous-nowhere"), !state.me.municipality && previous.answers.length > 0);
    syncList(answers, mineFirst(previous.answers, state.me.municipality), {
      key: (one) => one.id,
      make: () => fromTemplate("said-answer"),
      update(element, one) {
        drawCommon(element, one, state);
        setText(at(element, "question"), one.question);
        show(at(element, "choices"), Boolean(state.me.municipality));
        const note = at(element, "note");
        const now = opened.get(one.id);
        const area = note.querySelector("textarea");
        area.id = `note-${one.id}`;
        note.querySelector("label").htmlFor = area.id;
        setText(at(note, "note-label"), WHY.has(now) ? t("Waarom? Eén zin is genoeg.") : t("Wil je er iets bij zeggen? Mag leeg blijven."));
        if (note.hidden && now) area.value = recall(noteKey(one.id)) ?? state.me.reports?.[one.id]?.note ?? "";
        show(note, Boolean(now));
      },
    });
  };
}

