import { t, tn } from "../../text.js";
import { toast } from "../../toast.js";
import { fitting, lateness, shifts } from "../day.js";
import { clockTime, forInput, nextAt } from "../hours.js";
import { fromTemplate, setText, show, syncList } from "../page.js";
import { OPS } from "../protocol.js";
import { ask } from "./dialogs.js";

/** How late something is, in words; nothing when it is on time. */
export function lateWords(minutes) {
  if (!minutes) return "";
  return minutes > 0 ? tn("%(n)s min later", "%(n)s min later", minutes) : tn("%(n)s min eerder", "%(n)s min eerder", -minutes);
}

/** The rest of the day: how late it is, what it would become, stretched or cut in one gesture, with a way back. */
export function connectFitting({ room, role, actions, signal }) {
  const dialog = role("fit-dialog");
  const form = role("fit-form");
  const rows = role("fit-rows");
  const typed = () => form.elements.namedItem("until").value;
  const until = () => nextAt(typed(), room.clock.now());

  actions.on("fit", async () => {
    if (!room.state) return;
    const late = lateness(room.state, room.clock.now());
    const wish = late ? Math.max(late.plannedEnd, room.clock.now() + 60_000) : room.clock.now() + 3_600_000;
    form.elements.namedItem("until").value = forInput(wish);
    const closed = ask(dialog);
    draw();
    if ((await closed) !== "fit" || !room.state) return;
    const end = until();
    if (end === null) return;
    const before = fitting(room.state, end, room.clock.now()).rows.filter((row) => row.was !== row.will);
    room.act(OPS.agenda_fit, { until: new Date(end).toISOString() });
    toast(t("De rest is verdeeld"), {
      undo() {
        for (const row of before) room.act(OPS.agenda_set, { step: row.step.id, minutes: row.was });
      },
    });
  });

  form.addEventListener("input", (event) => event.target.name === "until" && draw(), { signal });
  rows.addEventListener(
    "change",
    (event) => {
      const id = event.target.closest("[data-id]")?.dataset.id;
      const step = room.state?.agenda[id];
      const minutes = Math.round(Number(event.target.value));
      if (!step || !(minutes >= 1 && minutes <= 480) || minutes === step.minutes) return;
      const was = step.minutes;
      room.act(OPS.agenda_set, { step: id, minutes });
      toast(t("%(title)s duurt nu %(minutes)s minuten", { title: step.title, minutes }), { undo: () => was && room.act(OPS.agenda_set, { step: id, minutes: was }) });
    },
    { signal },
  );

  function draw() {
    const { state } = room;
    const now = room.clock.now();
    const late = lateness(state, now);
    const times = late && { end: clockTime(late.endsAt), planned: clockTime(late.plannedEnd), late: lateWords(late.minutes) };
    if (!late) setText(role("fit-now"), t("Zet per onderdeel hoe lang het mag duren."));
    else if (late.minutes) setText(role("fit-now"), t("Zoals het nu loopt, is het einde om %(end)s: %(late)s dan gepland (%(planned)s).", times));
    else setText(role("fit-now"), t("Jullie lopen op tijd: einde om %(end)s.", times));
    const end = until();
    const plan = fitting(state, end ?? now, now);
    const expected = shifts(state, now);
    syncList(rows, plan.rows, {
      key: (row) => row.step.id,
      make: () => fromTemplate("fit-row"),
      update(element, { step, was, will }) {
        element.dataset.id = step.id;
        const field = element.querySelector("input");
        setText(element.querySelector('[data-role="title"]'), step.title);
        setText(element.querySelector('[data-role="at"]'), expected.get(step.id).expected ? clockTime(expected.get(step.id).expected) : "");
        field.setAttribute("aria-label", t("Minuten voor %(title)s", { title: step.title }));
        if (document.activeElement !== field) field.value = was;
        setText(element.querySelector('[data-role="will"]'), will === was ? "=" : t("%(was)s → %(will)s", { was, will }));
      },
    });
    let says = "";
    if (!plan.rows.length) says = t("Dit is het laatste onderdeel.");
    else if (end === null) says = t("Kies een tijd die vandaag nog komt.");
    else if (plan.fits) says = t("Dan is het einde om %(end)s.", { end: clockTime(plan.endsAt) });
    else says = t("Korter kan niet: dan is het einde om %(end)s.", { end: clockTime(plan.endsAt) });
    setText(role("fit-then"), says);
    show(form.querySelector('button[value="fit"]'), plan.rows.length > 0);
  }

  return function drawDay() {
    const { state } = room;
    if (!state) return;
    const late = lateness(state, room.clock.now());
    const end = role("day-end");
    show(end, late !== null);
    if (late) setText(end, late.minutes ? t("Einde %(end)s · %(late)s", { end: clockTime(late.endsAt), late: lateWords(late.minutes) }) : t("Einde %(end)s · op tijd", { end: clockTime(late.endsAt) }));
    if (late) end.dataset.late = late.minutes > 0 ? "" : "no";
    if (dialog.open) draw();
  };
}
