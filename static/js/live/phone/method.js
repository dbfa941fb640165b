import { t } from "../../text.js";
import { setText, show, word } from "../page.js";
import { positionOf, yourRole } from "../runs.js";
import { connectCases } from "./cases.js";
import { connectLead } from "./lead.js";
import { connectMatrix } from "./matrix.js";
import { connectMessage } from "./message.js";
import { connectScore } from "./score.js";
import { connectSort } from "./sort.js";
import { spokenTurn, turnOf } from "./turn.js";

/**
 * What only methods and groups need on a phone. Loaded behind the page: see the controller. Gives `draw()` and `cell()`, the cell of a matrix
 * that a text is for.
 */
export function connectMethod({ room, root, role, composer, signal }) {
  const parts = { room, root, role, signal };
  const matrix = connectMatrix({ ...parts, composer });
  const cases = connectCases(parts);
  const draws = [matrix.draw, cases.draw, connectLead({ ...parts, cases }), connectMessage(parts), connectScore(parts), connectSort(parts)];
  let before = null;

  /** A new step is said politely, once, and not the one in which somebody comes in. */
  function announce(on) {
    const now = on ? `${on.run.id}:${positionOf(on.run)}` : "";
    if (before !== null && now && now !== before) setText(role("announce"), spokenTurn(on, (code) => word(`place:${code}`)));
    before = now;
  }

  function drawRole(on) {
    const mine = on && yourRole(on.turn.role);
    show(role("role-line"), Boolean(mine));
    setText(role("role-title"), mine?.[0] ?? "");
    setText(role("role-text"), mine?.[1] ?? "");
  }

  function drawCase(on) {
    const about = on?.run.case?.text ? on.run.case : null;
    const mine = about && about.owner === room.state.me.id;
    show(role("case-now"), Boolean(about));
    setText(role("case-now-title"), mine ? t("Jouw casus") : about ? t("De casus van %(name)s", { name: about.owner_name || t("een deelnemer") }) : "");
    setText(role("case-now-text"), about?.text ?? "");
  }

  return {
    cell: () => matrix.cell(),
    draw() {
      const { state } = room;
      if (!state || room.connection.status === "closed") return;
      const on = state.lab.state === "open" ? turnOf(state) : null;
      drawRole(on);
      drawCase(on);
      for (const draw of draws) draw(state, on);
      announce(on);
    },
  };
}
