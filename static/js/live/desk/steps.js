import { t, tn } from "../../text.js";
import { toast } from "../../toast.js";
import { shifts } from "../day.js";
import { clockTime } from "../hours.js";
import { fromTemplate, setData, setText, show, syncList } from "../page.js";
import { OPS } from "../protocol.js";
import { stepsOf } from "../status.js";
import { listActions } from "./actions.js";
import { lateWords } from "./fitting.js";

/** "15 min", and what was planned when that is otherwise. */
function minutesWords(step) {
  if (!step.minutes) return "";
  const other = step.planned_minutes !== undefined && step.planned_minutes !== step.minutes;
  return other ? t("%(minutes)s min (gepland %(planned)s)", { minutes: step.minutes, planned: step.planned_minutes }) : t("%(minutes)s min", { minutes: step.minutes });
}

/** "13.02–13.21, 7 min later": when it was, or will be, against the plan. */
function timesWords(time) {
  if (!time?.expected) return "";
  const when = time.ended ? t("%(from)s–%(to)s", { from: clockTime(time.began), to: clockTime(time.ended) }) : clockTime(time.expected);
  return [when, lateWords(time.late)].filter(Boolean).join(", ");
}

/**
 * The agenda and the clock. A step is a compare-and-swap on `step_rev`: when a colleague was first, the room is where they brought it, and we say so.
 * While a step of ours is on its way, the next press waits for it.
 */
export function connectSteps({ room, root, role, actions, signal }) {
  const button = (name) => root.querySelector(`button[data-action="${name}"]`);
  /** A step of ours that the room has not taken yet; the journal can be quicker than the answer to us. */
  const underway = () => room.outbox.entries.some((entry) => entry.op.type === OPS.step_go && entry.op.step_rev >= room.state.step.rev);

  function around() {
    const steps = stepsOf(room.state);
    const index = steps.findIndex((step) => step.id === room.state.step.id);
    return { previous: steps[index - 1] ?? null, now: steps[index] ?? null, next: steps[index + 1] ?? null };
  }

  function go(step, { say = true } = {}) {
    if (!step || !room.state || underway()) return;
    const back = around().now;
    room.act(OPS.step_go, { to: step.id, step_rev: room.state.step.rev });
    if (say) toast(t("Iedereen gaat naar: %(title)s", { title: step.title }), back ? { undo: () => go(room.state.agenda[back.id], { say: false }) } : {});
  }

  actions.on("next", () => {
    if (!room.state) return;
    const { next } = around();
    if (next) go(next);
    else actions.run("close-lab");
  });
  actions.on("previous", () => room.state && go(around().previous));
  listActions(role("agenda"), { go: (id) => id !== room.state.step.id && go(room.state.agenda[id]) }, signal);

  actions.on("extend", () => {
    room.act(OPS.timer_extend, { seconds: 60 });
    toast(t("Eén minuut erbij"), { undo: () => room.act(OPS.timer_extend, { seconds: -60 }) });
  });
  actions.on("pause", () => room.act(OPS.timer_pause));
  actions.on("resume", () => room.act(OPS.timer_resume));
  actions.on("reveal", () => room.act(OPS.reveal));
  actions.on("round-close", () => {
    room.act(OPS.round_close);
    toast(t("De ronde is gesloten. Wie een zin afmaakt, heeft nog een halve minuut."), { undo: () => room.act(OPS.round_open) });
  });
  actions.on("round-open", () => room.act(OPS.round_open));

  room.on("answer", ({ entry, result }) => {
    if (result.status !== "refused" || entry.op.type !== OPS.step_go) return;
    const there = room.state?.agenda[result.step?.id]?.title;
    toast(there ? t("Een andere begeleider was je voor. Iedereen is nu bij: %(title)s", { title: there }) : result.problem.title, { seconds: 8 });
  });

  return function draw() {
    const { state } = room;
    if (!state) return;
    const { now, next, previous } = around();
    const position = now?.position ?? -1;
    setText(role("step-title"), now ? now.title : t("Nog niet begonnen"));
    setText(role("next-text"), next ? next.title : t("afsluiten"));
    setData(root, "underway", underway() ? "step" : null);
    show(button("previous"), Boolean(previous));
    const paused = Boolean(state.step.paused_at);
    show(button("pause"), !paused);
    show(button("resume"), paused);
    button("pause").setAttribute("aria-disabled", String(!state.step.ends_at));
    show(button("round-close"), state.step.round_open);
    show(button("round-open"), !state.step.round_open);
    const hidden = state.step.revealed ? 0 : state.counts.hidden;
    show(button("reveal"), hidden > 0);
    setText(role("reveal-count"), hidden);
    show(role("unrevealed"), hidden > 0);
    setText(role("unrevealed-text"), tn("%(n)s bijdrage, nog verborgen voor iedereen", "%(n)s bijdragen, nog verborgen voor iedereen", hidden));
    const times = shifts(state, room.clock.now());
    syncList(role("agenda"), stepsOf(state), {
      key: (step) => step.id,
      make: () => fromTemplate("agenda-step"),
      update(element, step) {
        setData(element, "id", step.id);
        setData(element, "state", step.position === position ? "now" : step.position < position ? "done" : "next");
        setText(element.querySelector('[data-role="title"]'), step.title);
        setText(element.querySelector('[data-role="minutes"]'), minutesWords(step));
        setText(element.querySelector('[data-role="times"]'), timesWords(times.get(step.id)));
        const press = element.querySelector("button");
        if (step.position === position) press.setAttribute("aria-current", "step");
        else press.removeAttribute("aria-current");
      },
    });
  };
}
