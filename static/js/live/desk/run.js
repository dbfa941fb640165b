import { t } from "../../text.js";
import { toast } from "../../toast.js";
import { timeLeft } from "../clock.js";
import { fromTemplate, setData, setText, show, syncList } from "../page.js";
import { OPS } from "../protocol.js";
import { both, countOf, nextText, progressOf, ROLES, roleName, roundText, secondsOver, whoSpeaks } from "../runs.js";
import { showTimer } from "../timer.js";
import { listActions } from "./actions.js";
import { ask, confirmed } from "./dialogs.js";

/** Leading a run, whoever's it is: used by the panel of the followed run, by the cards of all groups and by the keys. */
export function createLeading({ room, role, signal }) {
  const underway = (run) => room.outbox.entries.some((entry) => entry.op.type === OPS.run_go && entry.op.run === run.id && entry.op.rev >= run.rev && entry.state !== "refused");
  const nameOf = (run) => room.state.groups[run.group]?.name ?? t("Iedereen");

  const leading = {
    go(run, to, { say = true } = {}) {
      if (!run || underway(run)) return;
      const there = to === "next" ? nextText(run) : null;
      if (to === "next" && there === null) {
        leading.end(run);
        return;
      }
      room.act(OPS.run_go, { run: run.id, rev: run.rev, to });
      if (say && there) toast(t("%(group)s gaat naar: %(title)s", { group: nameOf(run), title: there }), { undo: () => leading.go(room.state.runs[run.id], "previous", { say: false }) });
    },
    extend(run, seconds = 60) {
      if (!run) return;
      room.act(OPS.run_timer, { run: run.id, change: "extend", seconds });
      if (seconds > 0) toast(t("%(group)s: één minuut erbij", { group: nameOf(run) }), { undo: () => leading.extend(run, -seconds) });
    },
    pause: (run) => run && room.act(OPS.run_timer, { run: run.id, change: "pause" }),
    resume: (run) => run && room.act(OPS.run_timer, { run: run.id, change: "resume" }),
    reveal: (run) => run && room.act(OPS.run_reveal, { run: run.id }),
    async end(run) {
      if (!run) return;
      const sure = await confirmed(role("confirm-dialog"), {
        title: t("%(method)s beëindigen?", { method: both(run.method.name) }),
        text: t("Wat nog verborgen was, wordt zichtbaar voor de groep. Verder gaan in deze werkvorm kan niet meer."),
        verb: t("Werkvorm beëindigen"),
      });
      if (sure) room.act(OPS.run_end, { run: run.id });
    },
    people(run) {
      if (!run) return;
      drawPeople(run);
      leading.shown = run.id;
      ask(role("people-dialog")).then(() => {
        leading.shown = null;
      });
    },
    shown: null,
    draw() {
      const run = leading.shown && room.state?.runs?.[leading.shown];
      if (run) drawPeople(run);
    },
  };

  role("people-roles").addEventListener("change", (event) => {
    const run = room.state?.runs?.[leading.shown];
    const { person } = event.target.dataset;
    if (!run || !person) return;
    const before = run.roles?.[person] ?? null;
    const given = event.target.value || null;
    room.act(OPS.run_role, { run: run.id, participant: person, role: given });
    toast(given ? t("Nieuwe rol: %(role)s", { role: roleName(given) }) : t("Rol weggehaald"), { undo: () => room.act(OPS.run_role, { run: run.id, participant: person, role: before }) });
  });

  listActions(
    role("people-cases-list"),
    {
      choose(id) {
        room.act(OPS.case_choose, { case: id });
        toast(t("Deze casus is gekozen"));
      },
    },
    signal,
  );

  /** The cases of this group that the facilitator may know; a confidential one is chosen by the group itself. */
  function drawCases(run) {
    const cases = Object.values(room.state.cases ?? {}).filter((one) => one.group === run.group && (one.state === "pitched" || one.state === "chosen"));
    show(role("people-cases"), cases.length > 0);
    syncList(role("people-cases-list"), cases, {
      key: (one) => one.id,
      make: () => fromTemplate("run-case"),
      update(element, one) {
        setData(element, "id", one.id);
        setText(element.querySelector('[data-role="owner"]'), one.owner_name || t("Zonder naam"));
        setText(element.querySelector('[data-role="text"]'), one.text);
        show(element.querySelector('[data-action="choose"]'), run.case?.id !== one.id);
        show(element.querySelector('[data-role="chosen"]'), run.case?.id === one.id);
      },
    });
  }

  function personRow() {
    const element = fromTemplate("run-person");
    const select = element.querySelector("select");
    select.add(new Option(t("geen vaste rol"), ""));
    for (const one of ROLES) if (!["participant", "consultant", "client", "coach"].includes(one)) select.add(new Option(roleName(one), one));
    return element;
  }

  function drawPeople(run) {
    const tables = run.tables ?? [];
    drawCases(run);
    setText(role("people-dialog-title"), t("Rollen, tafels en casus: %(group)s", { group: nameOf(run) }));
    show(role("people-nobody"), tables.every((table) => table.people.length === 0));
    syncList(role("people-roles"), tables, {
      key: (table) => table.id,
      make: () => fromTemplate("run-table"),
      update(element, table) {
        const title = element.querySelector('[data-role="title"]');
        setText(title, table.station ? t("Station %(station)s", { station: table.station }) : t("Tafel %(table)s", { table: table.id }));
        show(title, tables.length > 1 || Boolean(table.station));
        syncList(element.querySelector('[data-role="people"]'), table.people, {
          key: (person) => person.id,
          make: personRow,
          update(row, person) {
            const select = row.querySelector("select");
            const given = run.roles?.[person.id] ?? "";
            select.dataset.person = person.id;
            setText(row.querySelector('[data-role="name"]'), person.name || t("Zonder naam"));
            const value = [...select.options].some((option) => option.value === given) ? given : "";
            if (select.value !== value && document.activeElement !== select) select.value = value;
          },
        });
      },
    });
  }

  return leading;
}

/** The panel of the run that the desk leads now. N and + mean this run while there is one, so that one key always brings the room on. */
export function connectRun({ room, root, role, actions, following, leading, signal }) {
  const button = (name) => root.querySelector(`button[data-action="${name}"]`);
  const now = () => following.run;

  for (const [name, act] of [
    ["run-previous", () => leading.go(now(), "previous")],
    ["run-next", () => leading.go(now(), "next")],
    ["run-extend", () => leading.extend(now())],
    ["run-pause", () => leading.pause(now())],
    ["run-resume", () => leading.resume(now())],
    ["run-reveal", () => leading.reveal(now())],
    ["run-end", () => leading.end(now())],
    ["run-people", () => leading.people(now())],
  ]) {
    actions.on(name, act);
  }
  // A key (no button) goes to the run that is led; the buttons of the agenda stay the agenda's.
  for (const [name, act] of [
    ["next", () => leading.go(now(), "next")],
    ["extend", () => leading.extend(now())],
  ]) {
    actions.around(name, (agenda) => (pressed) => (pressed === null && now() ? act() : agenda(pressed)));
  }

  let said = null;

  /** A step of the run that is led is said politely, as a step of the day is. */
  function announce(run) {
    const position = run && `${run.id}:${run.step}/${run.unit}/${run.part}`;
    if (said !== null && position && position !== said) setText(role("announce"), t("Nieuwe stap: %(title)s. %(instruction)s", { title: both(run.slot.title), instruction: both(run.slot.instruction) }));
    said = position ?? "";
  }

  showTimer({ element: role("run-timer"), signal, now: () => room.clock.now(), step: () => now() });

  return function draw() {
    const { state } = room;
    if (!state) return;
    const run = now();
    const group = following.group ? state.groups[following.group] : null;
    show(role("run"), Boolean(run || group) && following.view === "wall");
    show(role("run-unfollow"), Boolean(group));
    setText(role("run-who"), group ? group.name : t("Iedereen samen"));
    for (const name of ["run-previous", "run-next", "run-extend", "run-end", "run-people"]) show(button(name), Boolean(run));
    leading.draw();
    announce(run);
    if (!run) {
      setText(role("run-method"), "");
      setText(role("run-place"), "");
      setText(role("run-title"), group ? t("Deze groep heeft nu geen werkvorm") : "");
      for (const name of ["run-instruction", "run-speaks", "run-silent"]) setText(role(name), "");
      for (const name of ["run-round", "run-case", "run-over"]) show(role(name), false);
      for (const name of ["run-pause", "run-resume", "run-reveal"]) show(button(name), false);
      return;
    }
    const speaks = whoSpeaks(run.slot);
    setText(role("run-method"), both(run.method.name));
    setText(role("run-place"), t("Stap %(number)s van %(total)s", countOf(run)));
    setText(role("run-round"), roundText(run));
    show(role("run-round"), run.units > 1);
    setText(role("run-title"), both(run.slot.title));
    setText(role("run-instruction"), run.nothing ? t("Er is niets om uit te kiezen. Ga door naar de volgende stap.") : both(run.slot.instruction));
    setText(role("run-speaks"), speaks.speaking);
    setText(role("run-silent"), speaks.silent);
    show(role("run-silent"), speaks.silent !== "");
    const about = run.lacks_case ? null : run.case;
    show(role("run-case"), Boolean(about || run.lacks_case));
    setData(role("run-case"), "lacking", run.lacks_case ? "" : null);
    if (run.lacks_case) setText(role("run-case"), t("Nog niemand brengt een casus in. Met Rollen en casus kies je een ingebrachte casus, of geef je iemand de rol."));
    else setText(role("run-case"), about ? (about.text ? t("Casus van %(name)s: %(text)s", { name: about.owner_name || t("een deelnemer"), text: about.text }) : t("Een vertrouwelijke casus. De tekst ziet alleen de groep.")) : "");
    const next = nextText(run);
    setText(role("run-next-text"), next ?? t("afronden"));
    button("run-previous").setAttribute("aria-disabled", String(run.step === 0 && run.unit === 0 && run.part === 0));
    show(button("run-pause"), !run.paused_at);
    show(button("run-resume"), Boolean(run.paused_at));
    const { hidden } = progressOf(state, run);
    show(button("run-reveal"), hidden > 0);
    setText(role("run-hidden"), hidden);
    const over = secondsOver(run, room.clock.now());
    show(role("run-over"), over >= 30);
    setText(role("run-over"), over >= 60 ? t("%(minutes)s min over tijd", { minutes: Math.floor(over / 60) }) : t("over tijd"));
    setData(role("run"), "state", timeLeft(run, room.clock.now()).state);
  };
}
