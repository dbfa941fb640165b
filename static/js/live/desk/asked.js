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
  /** What a vote with one gesture is about: as the server takes it when no cards are named. */
  function candidates(state) {
    return Object.values(state.contributions).filter((one) => (one.kind === "bottleneck" || one.kind === "linking_opportunity") && one.status === "visible" && (one.consent !== "group" || one.group === null));
  }
  actions.on("vote-now", () => {
    const step = room.state?.agenda[room.state.step.id];
    if (step) room.act(OPS.round_open, { ballot: { title: step.title, kind: "dots", budget: 3 } });
  });

  function drawVote(state) {
    const step = state.agenda[state.step.id];
    const busy = Object.values(state.ballots).some((ballot) => ballot.state === "open" || (step && ballot.title === step.title)) || room.outbox.entries.some((entry) => entry.op.type === OPS.round_open);
    const number = candidates(state).length;
    const on = step?.input === "vote" && state.lab.state === "open" && !busy && number > 1;
    show(role("vote-now"), on);
    if (on) setText(role("vote-now-text"), tn("%(n)s knelpunt of koppelkans, ieder drie stippen.", "%(n)s knelpunten en koppelkansen, ieder drie stippen.", number));
  }

  actions.on("scene-questions", () => room.act(OPS.projector_show, { scene: "questions", follow: false }));

  return function draw() {
    const { state } = room;
    if (!state) return;
    drawVote(state);
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
