import { t, tn } from "../../text.js";
import { joined } from "../day.js";
import { fromTemplate, press, setData, setText, show, syncList, word } from "../page.js";
import { OPS } from "../protocol.js";

const at = (element, name) => element.querySelector(`[data-role="${name}"]`);

/** What the room goes on with: I join in, or I can lead. A second tap takes it back. */
export function connectPlans({ room, role, signal }) {
  const now = (id) => joined(room.state, room.outbox.entries, OPS.plan_join, id);
  role("plans-list").addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("[data-how]");
      if (!button) return;
      const { id } = button.closest("[data-id]").dataset;
      const { how } = button.dataset;
      room.act(OPS.plan_join, { plan: id, how: now(id) === how ? (how === "lead" ? "join" : null) : how });
    },
    { signal },
  );

  return function draw() {
    const { state } = room;
    const plans = Object.values(state.plans);
    const asked = state.agenda[state.step.id]?.input === "plan";
    show(role("plans"), state.lab.state === "open" && (asked || plans.length > 0));
    show(role("plans-empty"), plans.length === 0);
    syncList(role("plans-list"), plans, {
      key: (one) => one.id,
      make: () => fromTemplate("plan"),
      update(element, one) {
        const how = now(one.id);
        setData(element, "id", one.id);
        setText(at(element, "title"), one.title);
        setText(at(element, "ideas"), [one.kind === "deep_dive" ? t("Verdiepingssessie") : t("Werkgroep"), one.when, one.place].filter(Boolean).join(" · "));
        const places = one.leaders.map((code) => word(`place:${code}`)).filter(Boolean).join(", ");
        const joins = one.joins ? tn("%(n)s doet mee", "%(n)s doen mee", one.joins) : t("Nog niemand doet mee");
        setText(at(element, "joins"), places ? t("%(joins)s · kan trekken: %(places)s", { joins, places }) : joins);
        at(element, "choices").setAttribute("aria-label", one.title);
        press(element.querySelector('[data-how="join"]'), how === "join" || how === "lead");
        press(element.querySelector('[data-how="lead"]'), how === "lead");
      },
    });
  };
}
