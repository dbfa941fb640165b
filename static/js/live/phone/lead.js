import { t } from "../../text.js";
import { toast } from "../../toast.js";
import { fromTemplate, setText, show, syncList } from "../page.js";
import { OPS } from "../protocol.js";
import { both, nextText, progressOf, ROLES, roleName } from "../runs.js";
import { turnOf } from "./turn.js";

/** Leading a group from the phone. A step is a compare-and-swap on the run's `rev`: when somebody else was first, the group is where they went. */
export function connectLead({ room, root, role, cases, signal }) {
  const sheet = role("lead-sheet");
  const roles = role("roles-dialog");
  const ending = role("end-dialog");
  const now = () => (room.state ? turnOf(room.state) : null);
  const underway = (run) => room.outbox.entries.some((entry) => entry.op.type === OPS.run_go && entry.op.run === run.id && entry.op.rev >= run.rev && entry.state !== "refused");

  function go(to, { say = true } = {}) {
    const on = now();
    if (!on?.turn.leads || underway(on.run)) return;
    const { run } = on;
    const there = to === "next" ? nextText(run) : null;
    room.act(OPS.run_go, { run: run.id, rev: run.rev, to });
    if (say && there) toast(t("Je groep gaat naar: %(title)s", { title: there }), { undo: () => go("previous", { say: false }) });
  }

  const timer = (change, seconds) => {
    const on = now();
    if (on) room.act(OPS.run_timer, { run: on.run.id, change, ...(seconds ? { seconds } : {}) });
  };

  const act = {
    "lead-previous": () => go("previous"),
    "lead-next"() {
      const on = now();
      if (on && nextText(on.run) === null) act["lead-end"]();
      else go("next");
    },
    "lead-extend"() {
      timer("extend", 60);
      toast(t("Eén minuut erbij"), { undo: () => timer("extend", -60) });
    },
    "lead-more": () => sheet.showModal(),
    "lead-pause"() {
      timer("pause");
      sheet.close();
    },
    "lead-resume"() {
      timer("resume");
      sheet.close();
    },
    "lead-reveal"() {
      const on = now();
      if (on) room.act(OPS.run_reveal, { run: on.run.id });
      sheet.close();
    },
    "lead-roles"() {
      sheet.close();
      drawRoles(now());
      roles.showModal();
    },
    "lead-cases"() {
      sheet.close();
      cases.open();
    },
    "lead-end"() {
      if (sheet.open) sheet.close();
      ending.returnValue = "";
      ending.showModal();
    },
  };

  root.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest('[data-action^="lead-"]');
      if (button && button.getAttribute("aria-disabled") !== "true") act[button.dataset.action]?.();
    },
    { signal },
  );

  ending.addEventListener(
    "close",
    () => {
      const on = now();
      if (ending.returnValue === "yes" && on) room.act(OPS.run_end, { run: on.run.id });
    },
    { signal },
  );

  roles.addEventListener(
    "change",
    (event) => {
      const on = now();
      const person = event.target.dataset.person;
      if (!on || !person) return;
      const before = on.run.roles?.[person] ?? null;
      const given = event.target.value || null;
      room.act(OPS.run_role, { run: on.run.id, participant: person, role: given });
      toast(given ? t("Nieuwe rol: %(role)s", { role: roleName(given) }) : t("Rol weggehaald"), { undo: () => room.act(OPS.run_role, { run: on.run.id, participant: person, role: before }) });
    },
    { signal },
  );

  room.on("answer", ({ entry, result }) => {
    if (result.status === "refused" && entry.op.type.startsWith("run.")) toast([result.problem.title, result.problem.detail].filter(Boolean).join(". "), { seconds: 8 });
  });

  function drawRoles(on) {
    const people = [...new Map((on?.run.tables ?? []).flatMap((table) => table.people).map((person) => [person.id, person])).values()];
    syncList(role("roles-list"), people, {
      key: (person) => person.id,
      make() {
        const element = fromTemplate("role-row");
        const select = element.querySelector("select");
        select.add(new Option(t("geen vaste rol"), ""));
        for (const one of ROLES) if (one !== "participant" && one !== "consultant") select.add(new Option(roleName(one), one));
        return element;
      },
      update(element, person) {
        const select = element.querySelector("select");
        select.dataset.person = person.id;
        setText(element.querySelector('[data-role="name"]'), person.name || t("Zonder naam"));
        const given = on.run.roles?.[person.id] ?? "";
        const value = [...select.options].some((option) => option.value === given) ? given : "";
        if (select.value !== value && document.activeElement !== select) select.value = value;
      },
    });
  }

  return function draw(state, on) {
    const leads = Boolean(on?.turn.leads);
    show(role("lead"), leads);
    if (!leads) {
      for (const dialog of [sheet, roles]) if (dialog.open) dialog.close();
      return;
    }
    const { run } = on;
    const next = nextText(run);
    setText(role("lead-next-text"), next ?? t("Afronden"));
    const first = run.step === 0 && run.unit === 0 && run.part === 0;
    root.querySelector('[data-action="lead-previous"]').setAttribute("aria-disabled", String(first));
    root.querySelector('[data-action="lead-next"]').setAttribute("aria-busy", String(underway(run)));
    show(root.querySelector('[data-action="lead-pause"]'), !run.paused_at);
    show(root.querySelector('[data-action="lead-resume"]'), Boolean(run.paused_at));
    const { hidden } = progressOf(state, run);
    show(root.querySelector('[data-action="lead-reveal"]'), hidden > 0);
    setText(role("lead-hidden"), hidden);
    show(root.querySelector('[data-action="lead-cases"]'), cases.any());
    setText(role("lead-title"), t("Jij leidt: %(method)s", { method: both(run.method.name) }));
    if (roles.open) drawRoles(on);
  };
}
