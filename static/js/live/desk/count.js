import { t } from "../../text.js";
import { toast } from "../../toast.js";
import { fromTemplate, setText, show } from "../page.js";
import { OPS } from "../protocol.js";
import { ask } from "./dialogs.js";

const whole = (field) => Math.max(0, Math.floor(Number(field.value) || 0));

/**
 * What a count by hand comes to: `{choices, rated, given, most}`. `numbers`: choice → number, or for marks choice → how many gave 1, 2, … 5.
 * `most`: as much as these hands can give (for marks: the most that gave one mark to one choice may be). Pure.
 */
export function countOf(ballot, hands, numbers) {
  if (ballot.kind !== "rating") {
    const choices = Object.fromEntries(Object.entries(numbers).filter(([, number]) => number > 0));
    return { choices, given: Object.values(choices).reduce((a, b) => a + b, 0), most: hands * (ballot.kind === "dots" ? ballot.budget : 1) };
  }
  const rated = {};
  const choices = {};
  for (const [id, marks] of Object.entries(numbers)) {
    const people = marks.reduce((a, b) => a + b, 0);
    if (!people) continue;
    rated[id] = people;
    choices[id] = marks.reduce((sum, number, i) => sum + number * (i + 1), 0);
  }
  return { choices, rated, given: Math.max(0, ...Object.values(rated)), most: hands };
}

/** Counting hands: for people without a phone. Gives a function that opens the window for one vote. */
export function connectCount({ room, role, signal }) {
  const form = role("count-form");
  const rows = role("count-rows");
  const hands = form.elements.namedItem("hands");
  let ballot = null;

  function now() {
    const numbers = {};
    for (const row of rows.children) {
      const fields = [...row.querySelectorAll("input")];
      numbers[row.dataset.choice] = ballot.kind === "rating" ? fields.map(whole) : whole(fields[0]);
    }
    return countOf(ballot, whole(hands), numbers);
  }

  function draw() {
    const { given, most } = now();
    const over = given > most;
    let said = "";
    if (over) said = t("%(given)s is meer dan deze mensen kunnen geven: ten hoogste %(most)s.", { given, most });
    else if (ballot.kind === "dots") said = t("%(given)s van %(most)s stippen geteld.", { given, most });
    else if (ballot.kind === "choice") said = t("%(given)s van %(most)s handen geteld.", { given, most });
    setText(role("count-sum"), said);
    hands.setCustomValidity(over ? said : "");
  }
  form.addEventListener("input", draw, { signal });

  function fill() {
    const marks = ballot.kind === "rating";
    for (const head of role("count-head").children) show(head, (head.dataset.for === "marks") === marks);
    setText(role("count-unit"), ballot.kind === "dots" ? t("Stippen") : t("Handen"));
    hands.value = ballot.hands || "";
    rows.replaceChildren(
      ...ballot.choices.map((choice) => {
        const row = fromTemplate(marks ? "count-marks" : "count-row");
        row.dataset.choice = choice.id;
        setText(row.querySelector('[data-role="text"]'), choice.text);
        for (const field of row.querySelectorAll("input")) {
          const { mark } = field.dataset;
          field.setAttribute("aria-label", mark ? t("%(choice)s: hoeveel keer een %(mark)s", { choice: choice.text, mark }) : choice.text);
          if (!marks) field.value = ballot.counted?.[choice.id] ?? 0;
        }
        return row;
      }),
    );
    draw();
  }

  return async function count(which) {
    ballot = which;
    fill();
    if ((await ask(role("count-dialog"))) !== "count") return;
    const before = { hands: which.hands, choices: which.counted ?? {}, ...(which.counted_rated && Object.keys(which.counted_rated).length ? { rated: which.counted_rated } : {}) };
    const { choices, rated } = now();
    room.act(OPS.ballot_count, { ballot: which.id, hands: whole(hands), choices, ...(rated ? { rated } : {}) });
    toast(t("Handen geteld"), { undo: () => room.act(OPS.ballot_count, { ballot: which.id, ...before }) });
  };
}
