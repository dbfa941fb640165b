import { t } from "../../text.js";
import { timeLeft } from "../clock.js";
import { fate } from "../overlay.js";
import { setData, setText, show, word } from "../page.js";
import { MOST_TEXT, OPS } from "../protocol.js";
import { forget, recall, remember } from "../remembered.js";
import { connectRecall } from "./recall.js";
import { kindsOf } from "./views.js";

/**
 * Where somebody writes. A half-typed sentence is kept on the phone with the step it was begun in; it is sent as belonging to that step, also
 * when the room has gone on meanwhile, and nothing but its author clears the box.
 */
export function connectComposer({ room, root, role, signal }) {
  const key = `kl-draft:${room.boot.lab}`;
  const form = role("composer");
  const area = role("text");
  let draft = recall(key) ?? { step: null, text: "", kind: null, answers: null, recalls: null };
  let lastSent = null;
  area.value = draft.text;

  const radios = (name) => [...form.querySelectorAll(`input[name="${name}"]`)];
  const chosen = (name) => radios(name).find((radio) => radio.checked)?.value ?? null;

  function keep(changes) {
    draft = { ...draft, ...changes };
    if (draft.text.trim() || draft.answers) remember(key, draft);
    else forget(key);
  }

  const earlier = connectRecall({
    room,
    role,
    signal,
    draft: () => ({ text: area.value, kind: chosen("kind"), reference: draft.recalls ?? null, area }),
    link: (recalls) => keep({ recalls }),
  });

  /** The step that what is in the box belongs to. */
  function stepId() {
    const stands = draft.text.trim() && draft.step && room.state.agenda[draft.step];
    return stands ? draft.step : room.state.step.id;
  }

  area.addEventListener(
    "input",
    () => {
      const begun = !draft.text.trim() && area.value.trim();
      keep({ text: area.value, ...(begun ? { step: room.state?.step.id ?? null } : {}) });
      lastSent = null;
      earlier.changed();
      room.changed();
    },
    { signal },
  );

  form.addEventListener(
    "change",
    (event) => {
      if (event.target.name === "kind") {
        keep({ kind: event.target.value });
        earlier.changed();
      }
      if (event.target.name === "consent") setText(role("consent-text"), event.target.dataset.text);
    },
    { signal },
  );

  form.addEventListener(
    "submit",
    (event) => {
      event.preventDefault();
      send();
    },
    { signal },
  );

  // A tap on the button must not close the keyboard and move the page under the thumb.
  role("send")?.addEventListener("mousedown", (event) => document.activeElement === area && event.preventDefault(), { signal });
  root.querySelector('[data-action="stop-answering"]')?.addEventListener(
    "click",
    () => {
      keep({ answers: null });
      room.changed();
    },
    { signal },
  );

  function send() {
    const text = area.value.trim();
    if (!text || !room.state) {
      area.focus();
      return;
    }
    const kind = chosen("kind") ?? "insight";
    const step = stepId();
    const entry =
      kind === "action"
        ? room.act(OPS.action_add, { text })
        : room.act(OPS.contribution_add, { kind, text, consent: chosen("consent") ?? "programme", ...(step ? { step } : {}), ...(draft.answers ? { answers: draft.answers } : {}), ...(draft.recalls ? { recalls: draft.recalls.id } : {}) });
    lastSent = entry.id;
    area.value = "";
    draft = { step: null, text: "", kind: draft.kind, answers: null, recalls: null };
    forget(key);
    earlier.clear();
    room.changed();
  }

  function drawKinds(state) {
    const kinds = kindsOf(state.agenda[stepId()]);
    for (const radio of radios("kind")) {
      const offered = kinds.includes(radio.value);
      show(radio.closest("[data-kind]"), offered);
      radio.disabled = !offered;
      if (!offered) radio.checked = false;
    }
    const wish = draft.kind && kinds.includes(draft.kind) ? draft.kind : kinds[0];
    const now = chosen("kind");
    if (!now || (draft.kind && now !== wish)) for (const radio of radios("kind")) radio.checked = radio.value === wish;
    show(role("kinds"), kinds.length > 1);
  }

  function drawFoot(state) {
    const used = [...area.value].length;
    setText(role("counter"), used ? t("%(used)s van %(limit)s tekens", { used, limit: MOST_TEXT }) : "");
    setData(role("counter"), "over", used > MOST_TEXT ? "" : null);
    const stale = stepId() !== state.step.id;
    const card = lastSent && [...room.cards.values()].find((one) => one.key === lastSent);
    let remark = "";
    if (stale) remark = t("Hoort bij: %(step)s", { step: state.agenda[stepId()].title });
    else if (card) remark = word(`state:${fate(card, state, room.offline)}`);
    setText(role("draft-text"), remark);
    const over = timeLeft(state.step, room.clock.now()).state === "over";
    show(role("notice-late"), Boolean(draft.text.trim() && (over || stale || !state.step.round_open)));
  }

  return {
    get draft() {
      return draft;
    },

    /** What a card refers to, beside. */
    showEarlier: (id) => earlier.show(id),

    /** The next text answers this card; kinds that cannot answer are not offered first. */
    answer(card) {
      const kinds = kindsOf(room.state.agenda[stepId()]);
      const kind = ["solution", "advice"].find((one) => kinds.includes(one)) ?? draft.kind;
      keep({ answers: card.id, kind, step: draft.step ?? room.state.step.id });
      for (const radio of radios("kind")) radio.checked = radio.value === kind;
      room.changed();
      area.focus();
    },

    draw() {
      const { state } = room;
      if (!state || room.connection.status === "closed") return;
      drawKinds(state);
      drawFoot(state);
      const answered = draft.answers && room.cards.get(draft.answers);
      earlier.draw();
      show(role("answering"), Boolean(answered));
      setText(role("answering-text"), answered?.text ?? "");
      const ownGroup = radios("consent").find((radio) => radio.value === "group");
      if (ownGroup) {
        show(ownGroup.closest("label"), Boolean(state.me.group));
        if (!state.me.group && ownGroup.checked) radios("consent").find((radio) => radio.value === "programme").click();
      }
    },
  };
}
