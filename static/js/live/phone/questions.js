import { t } from "../../text.js";
import { asking, questionsOf } from "../day.js";
import { fromTemplate, press, setData, setText, show, syncList, word } from "../page.js";
import { OPS } from "../protocol.js";

const STILL = 4000;
const at = (element, name) => element.querySelector(`[data-role="${name}"]`);

/** Questions to who speaks, most wanted first, to be supported with one tap. While a finger is near, nothing changes place. */
export function connectQuestions({ room, role, signal }) {
  const section = role("questions");
  const list = role("questions-list");
  let touched = 0;
  let order = [];
  const touch = () => {
    touched = performance.now();
  };
  for (const kind of ["pointerdown", "pointermove", "keydown", "touchmove"]) section.addEventListener(kind, touch, { signal, passive: true });

  /** What I support, with what is under way. */
  function supports(id) {
    const entry = room.outbox.entries.findLast((one) => one.op.type === OPS.support_give && one.op.contribution === id && one.state !== "refused");
    return entry ? entry.op.on : (room.state.me.supports ?? []).includes(id);
  }

  list.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest('[data-action="support"]');
      if (!button) return;
      const id = button.closest("[data-id]").dataset.id;
      room.act(OPS.support_give, { contribution: id, on: !supports(id) });
    },
    { signal },
  );

  function ordered(state) {
    const sorted = questionsOf(state);
    if (performance.now() - touched > STILL && !section.contains(document.activeElement)) order = sorted.map((one) => one.id);
    const place = new Map(order.map((id, i) => [id, i]));
    const last = order.length;
    return sorted.map((one, i) => [place.get(one.id) ?? last + i, one]).sort((a, b) => a[0] - b[0]).map(([, one]) => one);
  }

  return function draw() {
    const { state } = room;
    const on = asking(state);
    show(section, on);
    if (!on) {
      order = [];
      return;
    }
    const step = state.agenda[state.step.id];
    const questions = ordered(state);
    setText(role("questions-title"), step.speaker ? t("Vragen aan %(name)s", { name: step.speaker }) : t("Vragen uit de zaal"));
    show(role("questions-empty"), questions.length === 0);
    const mine = new Set(state.me.contributions);
    syncList(list, questions, {
      key: (one) => one.id,
      make: () => fromTemplate("question"),
      update(element, one) {
        const pressed = supports(one.id);
        const counted = (state.me.supports ?? []).includes(one.id);
        const button = element.querySelector("button");
        setData(element, "id", one.id);
        setText(at(element, "text"), one.text);
        setText(at(element, "place"), mine.has(one.id) ? t("jouw vraag") : word(`place:${one.municipality}`));
        show(at(element, "answered"), Boolean(one.answered));
        setText(at(element, "answered"), one.answered === "parked" ? t("komt na vandaag terug") : t("beantwoord"));
        setText(at(element, "support"), (one.support ?? 0) + Number(pressed) - Number(counted));
        setText(at(element, "support-text"), pressed ? t("Gesteund") : t("Steunen"));
        press(button, pressed);
        button.setAttribute("aria-disabled", String(mine.has(one.id) || Boolean(one.answered)));
        show(button, !mine.has(one.id) && !one.answered);
      },
    });
  };
}
