import { t } from "../../text.js";
import { toast } from "../../toast.js";
import { fromTemplate, setText, show, syncList } from "../page.js";
import { OPS } from "../protocol.js";
import { forget, recall, remember } from "../remembered.js";

/** Three questions about the day. What is half-typed survives a reload; what was sent cannot be seen again, by nobody. */
export function connectEvaluation({ room, role, signal }) {
  const form = role("evaluation-form");
  const fields = role("evaluation-fields");
  const key = `kl-evaluation:${room.boot.lab}`;
  const kept = () => recall(key) ?? {};

  const given = (element) => element.querySelector("input:checked")?.value ?? element.querySelector("textarea")?.value.trim() ?? "";

  form.addEventListener(
    "input",
    () => {
      remember(key, { ...kept(), draft: Object.fromEntries([...fields.children].map((element) => [element.dataset.id, given(element)])) });
    },
    { signal },
  );
  form.addEventListener(
    "submit",
    (event) => {
      event.preventDefault();
      const answers = room.state.evaluation.questions
        .map((question) => ({ question, value: given([...fields.children].find((element) => element.dataset.id === question.id)) }))
        .filter((one) => one.value);
      if (!answers.length) {
        toast(t("Vul minstens één antwoord in."));
        fields.querySelector("textarea, input")?.focus();
        return;
      }
      for (const { question, value } of answers) room.act(OPS.evaluation_answer, question.kind === "score" ? { question: question.id, score: Number(value) } : { question: question.id, text: value });
      remember(key, { sent: true });
      room.changed();
    },
    { signal },
  );
  room.on("answer", ({ entry, result }) => {
    if (entry.op.type !== OPS.evaluation_answer || result.status !== "refused") return;
    if (result.problem.type !== "/problems/enough") forget(key);
    toast([result.problem.title, result.problem.detail].filter(Boolean).join(". "), { seconds: 8 });
    room.outbox.discard(entry.id);
  });

  return function draw() {
    const { evaluation } = room.state;
    const on = Boolean(evaluation?.open);
    show(role("evaluation"), on);
    if (!on) return;
    const { sent, draft = {} } = kept();
    show(form, !sent);
    show(role("evaluation-done"), Boolean(sent));
    syncList(fields, evaluation.questions, {
      key: (one) => `${one.id}:${one.kind}`,
      make(one) {
        const element = fromTemplate(one.kind === "score" ? "ask-score" : "ask-text");
        const area = element.querySelector("textarea");
        if (area) {
          area.id = `evaluation-${one.id}`;
          area.value = draft[one.id] ?? "";
          element.querySelector("label").htmlFor = area.id;
        }
        for (const radio of element.querySelectorAll("input")) {
          radio.name = `evaluation-${one.id}`;
          radio.checked = radio.value === draft[one.id];
        }
        return element;
      },
      update(element, one) {
        element.dataset.id = one.id;
        setText(element.querySelector('[data-role="title"]'), one.title);
      },
    });
  };
}
