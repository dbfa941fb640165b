import { t } from "../../text.js";
import { fromTemplate, press, setData, setText, show, syncList, word } from "../page.js";
import { OPS } from "../protocol.js";
import { both, roundText, stepsOfRun, stepText } from "../runs.js";
import { drawStatus, stepsOf } from "../status.js";
import { listenText, turnOf, whereText } from "./turn.js";
import { placeOf, viewsOf } from "./views.js";

const CLOSED_TEXT = {
  "/bye/revoked": () => [t("Je doet niet meer mee aan dit Kennislab"), t("Vraag de begeleider om je opnieuw toe te laten; je tekst staat nog op deze telefoon.")],
  "/bye/other-place": () => [t("Je doet nu mee op een ander toestel"), t("Wat hier nog niet verzonden is, blijft hier staan.")],
};

/** Where we are: lab, step, connection, notices, and which part of the page is open. */
export function connectHead({ room, root, role, composer }) {
  const sections = new Map([...root.querySelectorAll("[data-view]")].map((section) => [section.dataset.view, section]));

  /** A vote or a result comes above the box, unless somebody is writing there: then below, so that the box stays where it is. */
  function place(name, views) {
    const section = sections.get(name);
    const write = sections.get("write");
    if (!section?.hidden || !views.includes(name)) return;
    const writing = composer.draft.text.trim() || write.contains(document.activeElement);
    if (writing && !write.hidden) write.after(section);
    else write.before(section);
  }

  function open(views) {
    for (const name of ["result", "vote", "score", "sort", "listen"]) place(name, views);
    for (const [name, section] of sections) show(section, views.includes(name));
    show(role("send"), views.includes("write"));
    show(role("vote"), views.includes("vote"));
    show(role("pass"), views.includes("score"));
  }

  function title(heading, text) {
    setText(role("step-title"), heading);
    setText(role("instruction"), text ?? "");
    show(role("instruction"), Boolean(text));
  }

  /** Without a state: loading, not open yet, or not let in. */
  function drawOutside() {
    const { problem, status } = room.connection;
    if (status === "closed" && problem) {
      title(...(CLOSED_TEXT[problem.type]?.() ?? [problem.title || t("Je kunt nu niet meedoen"), problem.detail]));
      open([]);
    } else if (room.waiting) {
      title(room.waiting.title, room.waiting.detail);
      open(["wait"]);
    }
    show(role("hand"), false);
  }

  function drawTrail(state, on) {
    const now = on ? on.run.step : (state.agenda[state.step.id]?.position ?? -1);
    const steps = on ? stepsOfRun(on.run).map((step) => ({ id: `${on.run.id}:${step.id}`, position: step.position })) : stepsOf(state);
    syncList(role("trail"), steps, {
      key: (step) => step.id,
      make: () => fromTemplate("trail"),
      update: (element, step) => setData(element, "state", step.position === now ? "now" : step.position < now ? "done" : "next"),
    });
  }

  /** What to do instead of writing; in a method it says why and who speaks. */
  function drawListen(on, step) {
    const plans = { title: t("Waar doe je aan mee?"), text: t("Kies hieronder waar je mee verder wilt, en wat je zelf kunt trekken."), who: "" };
    const now = on ? listenText(on) : step?.input === "plan" ? plans : { title: t("Je luistert nu."), text: t("In deze stap stuur je niets in. Iets zeggen? Steek je hand op."), who: "" };
    setText(role("listen-title"), now.title);
    setText(role("listen-text"), now.text);
    setText(role("listen-who"), now.who);
    show(role("listen-who"), now.who !== "");
    setData(role("listen-sign"), "silent", now.silent ? "" : null);
  }

  function drawWhere(state, on) {
    const where = on && whereText(on, (code) => word(`place:${code}`));
    show(role("where"), Boolean(where));
    setData(role("where"), "go", where?.go ? "" : null);
    for (const name of ["title", "people", "focus"]) {
      setText(role(`where-${name}`), where?.[name] ?? "");
      show(role(`where-${name}`), Boolean(where?.[name]));
    }
    const group = state.groups[state.me.group];
    setText(role("group"), group?.name ?? "");
    show(role("group"), Boolean(group));
  }

  return function draw() {
    const { state, connection } = room;
    drawStatus(room, root, role);
    show(role("notice-offline"), connection.status === "offline");
    show(role("notice-polling"), connection.status === "polling");
    show(role("notice-other-place"), room.notice === "other-place");
    if (!state || connection.status === "closed") {
      drawOutside();
      return;
    }
    const step = state.agenda[state.step.id];
    const { number, total } = placeOf(state);
    setText(role("lab-title"), state.lab.title);
    const on = state.lab.state === "open" ? turnOf(state) : null;
    setData(root, "run", on ? on.run.id : null);
    role("step-title").classList.toggle("visually-hidden", Boolean(on && !on.slot.part_id)); // the band says it already
    if (on) setText(role("step-number"), stepText(on.run));
    else setText(role("step-number"), step ? t("Stap %(number)s van %(total)s", { number, total }) : t("We beginnen zo"));
    setText(role("round"), on ? roundText(on.run) : "");
    show(role("round"), Boolean(on && on.run.units > 1));
    drawTrail(state, on);
    drawWhere(state, on);
    drawListen(on, step);
    if (state.lab.state === "closed") title(state.lab.title, null);
    else if (on) title(both(on.slot.title), both(on.slot.instruction));
    else title(step ? step.title : t("Welkom, je bent binnen"), step?.instruction);
    const reading = state.lab.moderation === "pre" || state.me.held;
    const input = !on && step?.input === "text" && state.lab.state === "open";
    show(role("notice-held"), Boolean(reading && (input || on?.turn.write.length)));
    show(role("notice-closed"), Boolean(input && !state.step.round_open));
    show(role("notice-hidden"), Boolean(on ? on.slot.hidden : step?.hidden_until_reveal && !state.step.revealed));
    setText(role("notice-hidden-text"), on ? t("Niemand ziet dit tot deze stap klaar is, of tot je groep alles tegelijk laat zien.") : t("Niemand ziet dit tot de begeleider alles tegelijk laat zien."));
    const entry = room.outbox.entries.findLast((one) => one.op.type === OPS.hand_raise && one.state !== "refused");
    const up = entry ? entry.op.up : state.me.hand;
    show(role("hand"), state.lab.state === "open");
    press(role("hand"), up);
    if (on && state.me.group) setText(role("hand-text"), up ? t("Hulp gevraagd") : t("Hulp vragen"));
    else setText(role("hand-text"), up ? t("Hand omlaag") : t("Hand op"));
    open(viewsOf(state, composer.draft));
  };
}
