import { toast } from "../../toast.js";
import { setText, show, syncList } from "../page.js";
import { OPS } from "../protocol.js";
import { connectEvaluation } from "./evaluation.js";
import { connectPlans } from "./plans.js";
import { connectPrevious } from "./previous.js";
import { connectQuestions } from "./questions.js";

const OURS = new Set([OPS.support_give, OPS.action_report, OPS.evidence_report, OPS.plan_join]);

/** What the day asks for besides contributions: looking along, last time, questions, what to go on with, looking back. */
export function connectDay(parts) {
  const { room, role } = parts;
  const draws = [connectPrevious(parts), connectQuestions(parts), connectPlans(parts), connectEvaluation(parts)];
  const files = `${room.boot.urls.snapshot.split("/snapshot")[0]}/bijlagen/`;

  room.on("answer", ({ entry, result }) => {
    if (result.status !== "refused" || !OURS.has(entry.op.type)) return;
    toast([result.problem.title, result.problem.detail].filter(Boolean).join(". "), { seconds: 10 });
    room.outbox.discard(entry.id);
  });

  function drawLinks(state) {
    const links = state.lab.state === "open" ? (state.agenda[state.step.id]?.links ?? []) : [];
    show(role("links"), links.length > 0);
    syncList(role("links-list"), links, {
      key: (link) => link.id ?? link.url,
      make() {
        const item = document.createElement("li");
        item.append(Object.assign(document.createElement("a"), { target: "_blank", rel: "noopener noreferrer" }));
        return item;
      },
      update(item, link) {
        const address = link.url ?? files + link.id;
        if (item.firstChild.getAttribute("href") !== address) item.firstChild.setAttribute("href", address);
        setText(item.firstChild, link.title);
      },
    });
  }

  return function draw() {
    if (!room.state) return;
    drawLinks(room.state);
    for (const one of draws) one();
  };
}
