import { t } from "../../text.js";
import { toast } from "../../toast.js";
import { connectBeside, connectPanel, createRecall } from "../recall.js";

const LOOKED_UP = new Set(["bottleneck", "question"]);
const MOST = 3;

/** On the phone: a quiet list above the big button, over the page. `draft()`, `link(reference)`: see the panel. */
export function connectRecall({ room, role, signal, draft, link }) {
  const open = connectBeside({ role, signal });
  const asking = createRecall(room);
  const panel = connectPanel({ room, role, signal, most: MOST, link, open, before: makeRoom, draft: () => ({ ...draft(), looked: LOOKED_UP.has(draft().kind) }) });

  /** As high as what is free between the text and the foot; one row at the least, the others by scrolling in it. */
  function makeRoom(element) {
    const foot = element.parentElement.getBoundingClientRect();
    element.style.setProperty("--recall-room", `${Math.round(foot.top - draft().area.getBoundingClientRect().bottom - 4)}px`);
  }

  return {
    changed: () => panel.changed(),
    clear: () => panel.clear(),
    draw: () => panel.draw(),
    /** What a card refers to, beside. */
    async show(id) {
      const found = await asking.one(id);
      if (found) open(found);
      else toast(t("Dit is nu niet te openen. Probeer het zo nog eens."));
    },
  };
}
