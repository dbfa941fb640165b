import { t } from "../../text.js";
import { toast } from "../../toast.js";
import { fromTemplate, setData, setText, show, syncList } from "../page.js";
import { OPS } from "../protocol.js";
import { casesNow, turnOf } from "./turn.js";

/** The cases of my group: bringing one in, changing or withdrawing my own, choosing (who leads), and saying whether a confidential one may go along. */
export function connectCases({ room, root, role, signal }) {
  const dialog = role("pitch-dialog");
  const form = role("pitch-form");
  const list = role("cases-list");
  const text = form.elements.namedItem("text");
  const confidential = form.elements.namedItem("confidential");
  const question = form.elements.namedItem("question");
  let editing = null;
  let opened = null;

  const mine = (one) => one.owner === room.state.me.id;
  const known = () => Object.values(room.state?.cases ?? {}).filter((one) => one.state !== "withdrawn");
  const questions = () => room.state?.me.questions ?? [];

  function fillQuestions() {
    show(role("pitch-question"), !editing && questions().length > 0);
    while (question.options.length > 1) question.remove(1);
    for (const each of questions()) question.add(new Option(each.text, each.id));
  }

  function ask(one) {
    editing = one?.id ?? null;
    text.value = one?.text ?? "";
    confidential.checked = Boolean(one?.confidential);
    show(confidential.closest("label"), !one);
    fillQuestions();
    setText(role("pitch-verb"), one ? t("Opslaan") : t("Inbrengen"));
    dialog.returnValue = "";
    dialog.showModal();
  }

  question.addEventListener(
    "change",
    () => {
      const chosen = questions().find((one) => one.id === question.value);
      if (chosen) text.value = chosen.text;
    },
    { signal },
  );

  dialog.addEventListener(
    "close",
    () => {
      const words = text.value.trim();
      if (dialog.returnValue === "save" && words) {
        if (editing) room.act(OPS.case_edit, { case: editing, text: words });
        else {
          room.act(OPS.case_pitch, { text: words, confidential: confidential.checked, ...(question.value ? { question: question.value } : {}) });
          toast(t("Je casus is ingebracht"));
        }
      }
      editing = null;
    },
    { signal },
  );

  const act = {
    pitch: () => ask(null),
    edit: (one) => ask(one),
    choose(one) {
      room.act(OPS.case_choose, { case: one.id });
      toast(t("Deze casus is gekozen"));
    },
    withdraw(one) {
      room.act(OPS.case_withdraw, { case: one.id });
      toast(t("Casus ingetrokken"), { undo: () => room.act(OPS.case_pitch, { text: one.text, confidential: one.confidential, ...(one.question ? { question: one.question } : {}) }) });
    },
  };

  role("cases").addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("[data-action]");
      const id = button?.closest("[data-id]")?.dataset.id;
      if (button) act[button.dataset.action]?.(id ? room.state.cases[id] : null);
    },
    { signal },
  );

  /** The case of mine that is done and of which nobody but I may say whether it leaves the group. */
  const asked = () => known().find((one) => mine(one) && one.confidential && one.state === "done" && (one.harvest === null || one.harvest === undefined)) ?? null;

  for (const [name, yes] of [
    ["harvest-yes", true],
    ["harvest-no", false],
  ]) {
    root.querySelector(`[data-action="${name}"]`)?.addEventListener(
      "click",
      () => {
        const one = asked();
        if (!one) return;
        room.act(OPS.case_harvest, { case: one.id, yes });
        toast(yes ? t("Je casus gaat mee in de oogst") : t("Je casus blijft in de groep"), { undo: () => room.act(OPS.case_harvest, { case: one.id, yes: !yes }) });
      },
      { signal },
    );
  }

  return {
    open() {
      role("cases").open = true;
      role("cases").scrollIntoView({ block: "center" });
      role("cases").querySelector("summary").focus({ preventScroll: true });
    },
    any: () => known().length > 0,
    draw(state, on) {
      const open = state.lab.state === "open";
      const cases = known();
      const harvest = open ? asked() : null;
      const answered = harvest && room.outbox.entries.some((entry) => entry.op.type === OPS.case_harvest && entry.op.case === harvest.id && entry.state !== "refused");
      show(role("harvest"), Boolean(harvest && !answered));
      setText(role("harvest-text"), harvest?.text ?? "");
      const now = casesNow(on, cases, Boolean(state.me.group));
      show(role("cases"), open && Boolean(OPS.case_pitch) && now.show);
      if (now.ask && now.ask !== opened) role("cases").open = true; // once: who closes it again keeps it closed
      else if (opened && !now.ask) role("cases").open = false;
      opened = now.ask;
      show(role("cases-lacking"), now.text !== "");
      setText(role("cases-lacking"), now.text);
      setText(role("cases-count"), cases.length);
      show(role("cases-empty"), cases.length === 0 && now.text === "");
      syncList(list, cases, {
        key: (one) => one.id,
        make: () => fromTemplate("case"),
        update(element, one) {
          const at = (name) => element.querySelector(`[data-role="${name}"]`);
          const button = (name) => element.querySelector(`[data-action="${name}"]`);
          setData(element, "id", one.id);
          setText(at("owner"), mine(one) ? t("Jouw casus") : (one.owner_name ?? t("Zonder naam")));
          setText(at("text"), one.text);
          show(at("chosen"), one.state === "chosen");
          show(at("done"), one.state === "done");
          show(at("confidential"), one.confidential);
          show(button("choose"), Boolean(turnOf(state)?.turn.leads && one.state === "pitched"));
          show(button("edit"), mine(one) && one.state !== "done");
          show(button("withdraw"), mine(one) && one.state === "pitched");
        },
      });
    },
  };
}
