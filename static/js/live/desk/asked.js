import { t, tn } from "../../text.js";
import { toast } from "../../toast.js";
import { asking, questionsOf } from "../day.js";
import { fromTemplate, setData, setText, show, syncList, word } from "../page.js";
import { OPS } from "../protocol.js";
import { listActions } from "./actions.js";

/** Questions for a speaker, most wanted first; answered and parked here. Parked ones go along to the harvest as open. */
export function connectAsked({ room, role, actions, signal }) {
  const mark = (id, answered, said) => {
    const before = room.state.contributions[id]?.answered ?? null;
    room.act(OPS.question_answer, { contribution: id, answered });
    toast(said, { undo: () => room.act(OPS.question_answer, { contribution: id, answered: before }) });
  };
  listActions(
    role("asked-list"),
    {
      "answer-question": (id) => mark(id, "answered", t("Vraag beantwoord")),
      "park-question": (id) => mark(id, "parked", t("Geparkeerd: deze vraag gaat mee naar de oogst")),
      "reopen-question": (id) => mark(id, null, t("Vraag staat weer open")),
    },
    signal,
  );
  actions.on("scene-questions", () => room.act(OPS.projector_show, { scene: "questions", follow: false }));

  return function draw() {
    const { state } = room;
    if (!state) return;
    const now = asking(state);
    const questions = now ? questionsOf(state) : questionsOf(state).filter((one) => one.support && !one.answered);
    const step = state.agenda[state.step.id];
    show(role("asked"), now || questions.length > 0);
    setText(role("asked-title"), now && step.speaker ? t("Vragen aan %(name)s", { name: step.speaker }) : t("Vragen uit de zaal"));
    setText(role("asked-count"), questions.filter((one) => !one.answered).length);
    syncList(role("asked-list"), questions, {
      key: (one) => one.id,
      make: () => fromTemplate("asked-row"),
      update(element, one) {
        const at = (name) => element.querySelector(`[data-role="${name}"]`);
        setData(element, "id", one.id);
        setData(element, "answered", one.answered);
        setText(at("text"), one.text);
        setText(at("support"), one.support ? tn("%(n)s steunt dit", "%(n)s steunen dit", one.support) : "");
        setText(at("place"), word(`place:${one.municipality}`));
        show(at("answered"), Boolean(one.answered));
        setText(at("answered"), one.answered === "parked" ? t("geparkeerd") : t("beantwoord"));
        show(element.querySelector('[data-action="answer-question"]'), one.answered !== "answered");
        show(element.querySelector('[data-action="park-question"]'), !one.answered);
        show(element.querySelector('[data-action="reopen-question"]'), Boolean(one.answered));
      },
    });
  };
}
