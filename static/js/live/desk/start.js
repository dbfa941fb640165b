import { t, tn } from "../../text.js";
import { toast } from "../../toast.js";
import { fromTemplate, setText, show, syncList } from "../page.js";
import { OPS } from "../protocol.js";
import { shortened } from "./cards.js";
import { ask } from "./dialogs.js";
import { methodsFor } from "./overview.js";

const ALL = "all";

/** Starting a method: find one, see how it goes, say for whom, about which case and in how many minutes. */
export function connectStart({ room, role, actions, following, signal }) {
  const dialog = role("start-dialog");
  const form = role("start-form");
  const field = (name) => form.elements.namedItem(name);
  let methods = null;
  let chosen = null;

  async function bring() {
    if (methods) return;
    const answer = await room.http(room.boot.urls.methods);
    if (answer.kind === "ok") methods = answer.body.methods;
    else setText(role("start-count"), t("De werkvormen zijn er nu niet. Kijk of er verbinding is en probeer het nog eens."));
  }

  const number = (name) => Number(field(name).value) || null;
  const minutesText = ({ min, usual, max }) => (min === max ? t("%(usual)s minuten", { usual }) : t("%(usual)s minuten (kan in %(min)s tot %(max)s)", { usual, min, max }));
  const peopleText = ({ min, max }) => t("%(min)s tot %(max)s mensen", { min, max });

  function drawList() {
    const found = methodsFor(methods ?? [], { words: field("words").value, people: number("people"), minutes: number("minutes") });
    setText(role("start-count"), methods ? tn("%(n)s werkvorm past", "%(n)s werkvormen passen", found.length) : t("De werkvormen worden opgehaald …"));
    syncList(role("start-list"), found, {
      key: (method) => method.key,
      make: () => fromTemplate("method-choice"),
      update(element, method) {
        const radio = element.querySelector("input");
        radio.value = method.key;
        radio.checked = method.key === chosen;
        setText(element.querySelector('[data-role="name"]'), method.name);
        setText(element.querySelector('[data-role="facts"]'), t("%(minutes)s min · %(min)s–%(max)s mensen", { minutes: method.minutes.usual, min: method.people.min, max: method.people.max }));
        setText(element.querySelector('[data-role="summary"]'), method.summary);
      },
    });
  }

  function drawSheet(method) {
    const fill = (element, piece, facts) => {
      setText(element.querySelector('[data-role="title"]'), piece.title);
      setText(element.querySelector('[data-role="facts"]'), facts);
      setText(element.querySelector('[data-role="instruction"]'), piece.instruction);
    };
    const spoken = (piece) => [t("%(minutes)s min", { minutes: piece.minutes }), t("aan het woord: %(who)s", { who: piece.speaking }), ...(piece.silent.length ? [t("luistert: %(who)s", { who: piece.silent.join(", ") })] : [])];
    syncList(role("start-sheet"), method.steps.map((step, index) => ({ ...step, key: `${method.key}:${index}` })), {
      key: (step) => step.key,
      make: () => fromTemplate("sheet-step"),
      update(element, step) {
        fill(element, step, [...spoken(step), step.mode, t("telefoon: %(input)s", { input: step.input }), step.scale].filter(Boolean).join(" · "));
        syncList(element.querySelector('[data-role="parts"]'), step.parts.map((part, index) => ({ ...part, key: String(index) })), {
          key: (part) => part.key,
          make: () => fromTemplate("sheet-step"),
          update: (item, part) => fill(item, part, spoken(part).join(" · ")),
        });
      },
    });
  }

  function drawCases() {
    const group = field("group").value || null;
    const select = field("case");
    const before = select.value;
    while (select.options.length > 1) select.remove(1);
    const method = methods?.find((one) => one.key === chosen);
    const cases = Object.values(room.state.cases ?? {}).filter((one) => one.group === group && (one.state === "pitched" || one.state === "chosen"));
    for (const one of cases) select.add(new Option(t("%(name)s: %(text)s", { name: one.owner_name || t("Zonder naam"), text: shortened(one.text) }), one.id));
    select.value = [...select.options].some((option) => option.value === before) ? before : "";
    show(role("start-case"), Boolean(method?.case) && group !== ALL && cases.length > 0);
  }

  function drawAbout() {
    const method = methods?.find((one) => one.key === chosen) ?? null;
    show(role("start-about"), Boolean(method));
    show(role("start-none"), !method);
    if (!method) return;
    setText(role("start-name"), method.name);
    setText(role("start-summary"), method.summary);
    setText(role("start-when"), method.use_when);
    setText(role("start-facts"), `${method.family} · ${peopleText(method.people)} · ${minutesText(method.minutes)}`);
    setText(role("start-fit-hint"), t("Leeg: zoals bedoeld. Kan van %(min)s tot %(max)s.", { min: method.minutes.min, max: method.minutes.max }));
    field("fit").min = Math.ceil(method.minutes.min);
    field("fit").max = Math.floor(method.minutes.max);
    drawSheet(method);
    drawCases();
    const group = field("group").value;
    setText(role("start-verb"), group === ALL ? t("Starten in alle groepen") : group ? t("Starten in deze groep") : t("Starten met iedereen"));
  }

  form.addEventListener(
    "input",
    (event) => {
      if (event.target.name === "method") chosen = event.target.value;
      else if (event.target.name === "minutes" && !field("fit").dataset.own) field("fit").value = field("minutes").value;
      else if (event.target.name === "fit") field("fit").dataset.own = "";
      drawList();
      drawAbout();
    },
    { signal },
  );

  function fillGroups(group) {
    const select = field("group");
    while (select.options.length > 1) select.remove(1);
    const groups = Object.values(room.state.groups).sort((a, b) => a.name.localeCompare(b.name, "nl", { numeric: true }));
    if (groups.length > 1) select.add(new Option(t("Alle groepen, elk voor zich"), ALL));
    for (const one of groups) select.add(new Option(one.name, one.id));
    select.value = group ?? (groups.length > 1 ? ALL : (groups[0]?.id ?? ""));
    const size = group ? room.state.groups[group]?.people : groups.length ? Math.round(groups.reduce((sum, one) => sum + (one.people ?? 0), 0) / groups.length) : Object.keys(room.state.people).length;
    field("people").value = size || "";
  }

  async function open(group = null) {
    if (!room.state) return;
    fillGroups(group ?? following.group);
    field("words").value = "";
    delete field("fit").dataset.own;
    drawList();
    drawAbout();
    bring().then(() => {
      drawList();
      drawAbout();
    });
    if ((await ask(dialog)) !== "start" || !chosen) return;
    begin();
  }

  function begin() {
    const method = methods.find((one) => one.key === chosen);
    const where = field("group").value;
    const busy = new Set(Object.values(room.state.runs ?? {}).filter((run) => run.state === "running").map((run) => run.group));
    const groups = where === ALL ? Object.keys(room.state.groups).filter((group) => !busy.has(group)) : [where || null];
    const fit = number("fit");
    const about = role("start-case").hidden ? null : field("case").value || null;
    for (const group of groups) room.act(OPS.run_start, { method: method.key, ...(group ? { group } : {}), ...(fit ? { minutes: fit } : {}), ...(about ? { case: about } : {}) });
    toast(where === ALL ? t("%(method)s begint in alle groepen", { method: method.name }) : t("%(method)s begint", { method: method.name }));
    if (where === ALL) following.look("groups");
    else following.follow(where || null);
  }

  actions.on("start-method", () => open());
  return { open };
}
