import { t, tn } from "../../text.js";
import { toast } from "../../toast.js";
import { fromTemplate, press, setData, setText, show, syncList, word } from "../page.js";
import { OPS } from "../protocol.js";
import { saidWords, sumWords } from "../said.js";
import { listActions } from "./actions.js";
import { ask } from "./dialogs.js";
import { connectEvidence } from "./evidence.js";

const at = (element, name) => element.querySelector(`[data-role="${name}"]`);

/** Looking back and ahead: how last time's actions and answers did, what to go on with, and what people thought of the day. */
export function connectLooking({ room, role, actions, signal }) {
  const report = (state) => (id) => {
    const before = room.state.reports[id]?.said;
    room.act(OPS.action_report, { action: id, state });
    if (before && before !== state) toast(t("Actie staat nu op: %(state)s", { state: saidWords()[state] }), { undo: () => room.act(OPS.action_report, { action: id, state: before }) });
  };
  listActions(role("previous-actions"), { "action-done": report("done"), "action-carried_on": report("carried_on"), "action-dropped": report("dropped") }, signal);
  connectEvidence({ room, role, signal });
  actions.on("scene-previous", () => room.act(OPS.projector_show, { scene: "previous", follow: false }));

  const form = role("plan-form");
  async function fill(plan) {
    for (const name of ["title", "when", "place"]) form.elements.namedItem(name).value = plan?.[name] ?? "";
    form.elements.namedItem("kind").value = plan?.kind ?? "working_group_meeting";
    const themes = new Set([...Object.values(room.state.groups).map((group) => group.name), ...Object.values(room.state.contributions).flatMap((one) => one.themes)]);
    role("plan-themes").replaceChildren(...[...themes].slice(0, 30).map((value) => Object.assign(document.createElement("option"), { value })));
    if ((await ask(role("plan-dialog"))) !== "save") return null;
    const title = form.elements.namedItem("title").value.trim();
    if (!title) return null;
    return { title, kind: form.elements.namedItem("kind").value, when: form.elements.namedItem("when").value.trim(), place: form.elements.namedItem("place").value.trim() };
  }
  actions.on("add-plan", async () => {
    const made = room.state && (await fill(null));
    if (made) room.act(OPS.plan_add, made);
  });
  listActions(
    role("plans-list"),
    {
      async "edit-plan"(id) {
        const made = await fill(room.state.plans[id]);
        if (made) room.act(OPS.plan_edit, { plan: id, ...made });
      },
      "remove-plan"(id) {
        room.act(OPS.plan_remove, { plan: id });
        toast(t("Afspraak weggehaald"), { undo: () => room.act(OPS.plan_remove, { plan: id, on: false }) });
      },
    },
    signal,
  );

  function drawPrevious(state) {
    const { previous } = state;
    const step = state.agenda[state.step.id];
    const wanted = Boolean(previous?.lab) && (step?.block === "news" || !step || state.projector.scene === "previous");
    show(role("previous-part"), wanted && previous.actions.length + previous.answers.length > 0);
    if (!wanted) return;
    setText(role("previous-lab"), previous.lab.title);
    syncList(role("previous-actions"), previous.actions, {
      key: (one) => one.id,
      make: () => fromTemplate("previous-action"),
      update(element, one) {
        const said = state.reports[one.id];
        setData(element, "id", one.id);
        setText(at(element, "text"), one.text);
        setText(at(element, "owner"), [one.owner, word(`place:${one.municipality}`)].filter(Boolean).join(", "));
        setText(at(element, "sums"), sumWords(said?.sums));
        at(element, "states").setAttribute("aria-label", one.text);
        for (const state_ of ["done", "carried_on", "dropped"]) press(element.querySelector(`[data-action="action-${state_}"]`), said?.said === state_);
      },
    });
    syncList(role("previous-answers"), previous.answers, {
      key: (one) => one.id,
      make: () => fromTemplate("previous-answer"),
      update(element, one) {
        const said = state.reports[one.id];
        setData(element, "id", one.id);
        setText(at(element, "question"), one.question);
        setText(at(element, "text"), one.text);
        setText(at(element, "sums"), sumWords(said?.sums) || t("Nog niets over gezegd"));
        const notes = (said?.notes ?? []).filter((note) => note.note);
        syncList(at(element, "notes"), notes, {
          key: (note) => `${note.municipality}:${note.said}:${note.note}`,
          make: () => document.createElement("li"),
          update: (item, note) => setText(item, t("%(place)s, %(said)s: %(note)s", { place: word(`place:${note.municipality}`) || t("zonder gemeente"), said: saidWords()[note.said], note: note.note })),
        });
      },
    });
  }

  function drawPlans(state) {
    const plans = Object.values(state.plans);
    const step = state.agenda[state.step.id];
    show(role("plans-part"), plans.length > 0 || step?.input === "plan");
    setText(role("plans-count"), plans.length);
    syncList(role("plans-list"), plans, {
      key: (one) => one.id,
      make: () => fromTemplate("plan-row"),
      update(element, one) {
        const names = (how) => (one.people ?? []).filter((person) => person.how === how).map((person) => person.name || word(`place:${person.municipality}`) || t("iemand zonder naam"));
        setData(element, "id", one.id);
        setText(at(element, "title"), one.title);
        setText(at(element, "ideas"), [one.kind === "deep_dive" ? t("Verdiepingssessie") : t("Werkgroep"), one.when, one.place].filter(Boolean).join(" · "));
        setText(at(element, "joins"), tn("%(n)s doet mee", "%(n)s doen mee", one.joins));
        const leads = names("lead");
        setText(at(element, "people"), leads.length ? t("Kan trekken: %(names)s", { names: leads.join(", ") }) : t("Nog niemand kan trekken"));
      },
    });
  }

  function drawEvaluation(state) {
    const results = state.evaluation?.results ?? [];
    const answers = Math.max(0, ...results.map((one) => one.answers));
    show(role("evaluation-part"), Boolean(state.evaluation?.open) || answers > 0);
    setText(role("evaluation-count"), answers);
    syncList(role("evaluation-list"), results, {
      key: (one) => one.id,
      make: () => fromTemplate("evaluation-row"),
      update(element, one) {
        setText(at(element, "title"), one.title);
        setText(at(element, "number"), one.shown ? tn("%(n)s antwoord", "%(n)s antwoorden", one.shown) : t("Vanaf drie antwoorden zie je hier de uitslag"));
        const scores = one.scores && one.shown ? Object.entries(one.scores) : [];
        syncList(at(element, "scores"), scores, {
          key: ([score]) => score,
          make: () => fromTemplate("score-row"),
          update(item, [score, number]) {
            setText(at(item, "score"), score);
            setText(at(item, "number"), number);
            at(item, "bar").max = Math.max(1, ...Object.values(one.scores));
            at(item, "bar").value = number;
          },
        });
        syncList(
          at(element, "texts"),
          one.texts.map((text, i) => ({ text, i })),
          { key: (item) => `${item.i}`, make: () => document.createElement("li"), update: (item, { text }) => setText(item, text) },
        );
      },
    });
  }

  return function draw() {
    const { state } = room;
    if (!state) return;
    drawPrevious(state);
    drawPlans(state);
    drawEvaluation(state);
  };
}
