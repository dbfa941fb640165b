import { t } from "../../text.js";
import { toast } from "../../toast.js";
import { setText, show, word } from "../page.js";
import { OPS } from "../protocol.js";
import { saidWords } from "../said.js";
import { listActions } from "./actions.js";
import { ask } from "./dialogs.js";

const WHY = new Set(["partly", "failed"]);

/** What was told of this answer for this municipality already, in words; "" for nothing. */
export function toldOf(report, municipality) {
  const told = (report?.notes ?? []).filter((one) => one.municipality === municipality);
  const words = told.map((one) => (one.note ? t("%(said)s: %(note)s", { said: saidWords()[one.said], note: one.note }) : saidWords()[one.said]));
  return words.length ? t("Al verteld: %(words)s", { words: words.join("; ") }) : "";
}

/** Somebody tells aloud whether an answer of last time helped: the facilitator writes it down for their municipality. */
export function connectEvidence({ room, role, signal }) {
  const form = role("evidence-form");
  const field = (name) => form.elements.namedItem(name);
  let item = null;

  function drawForm() {
    const told = toldOf(room.state?.reports[item], field("municipality").value);
    setText(role("evidence-said"), told);
    show(role("evidence-said"), told !== "");
    field("note").required = WHY.has(field("outcome").value);
  }
  form.addEventListener("change", drawForm, { signal });

  listActions(
    role("previous-answers"),
    {
      async "tell-evidence"(id) {
        item = id;
        form.reset();
        setText(role("evidence-text"), room.state.previous.answers.find((one) => one.id === id)?.text ?? "");
        drawForm();
        if ((await ask(role("evidence-dialog"))) !== "save") return;
        const [municipality, outcome, note] = ["municipality", "outcome", "note"].map((name) => field(name).value.trim());
        room.act(OPS.evidence_report, { item: id, outcome, note, municipality });
        toast(t("Vastgelegd voor %(place)s: %(said)s", { place: word(`place:${municipality}`) || municipality, said: saidWords()[outcome] }));
      },
    },
    signal,
  );
}
