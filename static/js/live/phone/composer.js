import { t } from "../../text.js";
import { timeLeft } from "../clock.js";
import { fate } from "../overlay.js";
import { setData, setText, show, word } from "../page.js";
import { MOST_TEXT, OPS } from "../protocol.js";
import { forget, recall, remember } from "../remembered.js";
import { both, positionOf } from "../runs.js";
import { adviceHint, firstOf, turnOf, writesNow } from "./turn.js";
import { connectRecall } from "./recall.js";
import { kindsOf } from "./views.js";

/**
 * Where somebody writes. A half-typed sentence is kept on the phone with the step it was begun in (in a method: the run, its position and
 * what could be written there); it is sent as belonging to that step, also when the room has gone on meanwhile, and nothing but its author
 * clears the box. `cell()`: the cell of a matrix that is being filled, or null; `edit(card)` opens a card that was sent before.
 */
export function connectComposer({ room, root, role, cell = () => null, edit = () => null, signal }) {
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

  const begun = () => Boolean(draft.text.trim());

  /** Where the method is now, as what a text begun here will carry. */
  function here() {
    const on = turnOf(room.state);
    return on ? { run: on.run.id, position: positionOf(on.run), write: writesNow(on, room.state), title: both(on.slot.title), confidential: Boolean(on.run.case?.confidential) } : null;
  }

  /** The place in a method that what is in the box belongs to; null when it belongs to the agenda. */
  function origin() {
    return begun() && draft.at !== undefined ? draft.at : here();
  }

  const elsewhere = () => {
    const [then, now] = [origin(), here()];
    return then?.run !== now?.run || then?.position !== now?.position;
  };

  /** What may be written where the text belongs. */
  const kindsNow = () => origin()?.write ?? kindsOf(room.state.agenda[stepId()]);

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
      const begins = !begun() && area.value.trim() && room.state;
      keep({ text: area.value, ...(begins ? { step: room.state.step.id ?? null, at: here() } : {}) });
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
    const at = origin();
    if (waits(at, kind)) return;
    const step = stepId();
    const place = at ? { run: at.run, position: at.position } : step ? { step } : {};
    const box = at && !elsewhere() ? cell() : null;
    if (box && !box.row) return;
    const consent = at?.confidential ? "group" : (chosen("consent") ?? "programme");
    const entry =
      kind === "action" && !at
        ? room.act(OPS.action_add, { text })
        : room.act(OPS.contribution_add, { kind, text, consent, ...place, ...(box ? { cell: box } : {}), ...(draft.answers ? { answers: draft.answers } : {}), ...(draft.recalls ? { recalls: draft.recalls.id } : {}) });
    lastSent = entry.id;
    area.value = "";
    draft = { step: null, text: "", kind: draft.kind, answers: null, recalls: null };
    forget(key);
    earlier.clear();
    room.changed();
  }

  /** What I sent already where each sends one; then it is changed instead of sent again. */
  function waits(at, kind) {
    const on = turnOf(room.state);
    if (!on || at?.run !== on.run.id || elsewhere() || !on.turn.once?.includes(kind)) return null;
    return firstOf(room.cards.values(), on.run, kind) ?? {};
  }

  root.querySelector('[data-action="edit-first"]')?.addEventListener(
    "click",
    () => {
      const card = room.state && waits(origin(), chosen("kind"));
      if (card?.id) edit(card);
    },
    { signal },
  );

  function drawMethod(state) {
    const on = turnOf(state);
    const at = origin();
    const kind = chosen("kind");
    const first = waits(at, kind);
    show(role("notice-once"), Boolean(on && on.slot.input === "text" && on.turn.write.length && !first));
    show(role("once"), Boolean(first));
    show(role("once")?.querySelector("button"), Boolean(first?.id));
    role("send")?.setAttribute("aria-disabled", String(Boolean(first)));
    const hint = adviceHint(at?.write ?? [], kind, area.value);
    setText(role("advice-text"), hint);
    show(role("notice-advice"), hint !== "");
    show(role("notice-confidential"), Boolean(at?.confidential));
    show(role("consent"), !at?.confidential);
  }

  function drawKinds() {
    const kinds = kindsNow();
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
    const at = origin();
    const stale = elsewhere() || (!at && stepId() !== state.step.id);
    const card = lastSent && [...room.cards.values()].find((one) => one.key === lastSent);
    let remark = "";
    if (stale) remark = t("Hoort bij: %(step)s", { step: at ? at.title : (state.agenda[stepId()]?.title ?? state.lab.title) });
    else if (card) remark = word(`state:${fate(card, state, room.offline)}`);
    setText(role("draft-text"), remark);
    const over = timeLeft(turnOf(state)?.run ?? state.step, room.clock.now()).state === "over";
    show(role("notice-late"), Boolean(begun() && (over || stale || (!at && !state.step.round_open))));
  }

  return {
    get draft() {
      return draft;
    },

    /** What a card refers to, beside. */
    showEarlier: (id) => earlier.show(id),

    /** The next text answers this card; kinds that cannot answer are not offered first. */
    answer(card) {
      const kinds = kindsNow();
      const kind = ["solution", "advice"].find((one) => kinds.includes(one)) ?? draft.kind;
      keep({ answers: card.id, kind, step: draft.step ?? room.state.step.id });
      for (const radio of radios("kind")) radio.checked = radio.value === kind;
      room.changed();
      area.focus();
    },

    draw() {
      const { state } = room;
      if (!state || room.connection.status === "closed") return;
      drawKinds();
      drawMethod(state);
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
