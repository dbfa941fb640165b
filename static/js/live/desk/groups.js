import { t, tn } from "../../text.js";
import { toast } from "../../toast.js";
import { minutesAndSeconds } from "../clock.js";
import { fromTemplate, setData, setText, show, syncList } from "../page.js";
import { OPS } from "../protocol.js";
import { listActions } from "./actions.js";
import { ask, confirmed } from "./dialogs.js";
import { density, lateComers, overview } from "./overview.js";

/** All groups in one view: how far, how long still, how much is said, who asks for help; and what can be done to one or to all. */
export function connectGroups({ room, root, role, actions, following, leading, start, moveByMenu, signal }) {
  const board = role("groups-board");
  const list = role("board-list");
  const seen = new Map();
  const button = (name) => root.querySelector(`button[data-action="${name}"]`);
  const runOf = (id) => Object.values(room.state.runs ?? {}).find((run) => run.group === id && run.state === "running") ?? null;
  const running = () => Object.values(room.state?.runs ?? {}).filter((run) => run.group !== null && run.state === "running");
  const nameOf = (id) => room.state.groups[id]?.name ?? "";

  async function say(id) {
    const form = role("say-form");
    const text = form.elements.namedItem("text");
    setText(role("say-title"), id ? t("Bericht aan %(group)s", { group: nameOf(id) }) : t("Bericht aan iedereen"));
    text.value = (id && room.state.groups[id].message?.text) || "";
    if ((await ask(role("say-dialog"))) !== "say") return;
    const words = text.value.trim();
    room.act(OPS.group_say, { text: words, ...(id ? { group: id } : {}) });
    toast(words ? t("Bericht verstuurd") : t("Bericht weggehaald"));
  }

  async function name(title, before, then) {
    const form = role("name-form");
    const field = form.elements.namedItem("name");
    setText(role("name-title"), title);
    field.value = before;
    if ((await ask(role("name-dialog"))) === "save" && field.value.trim()) then(field.value.trim());
  }

  listActions(
    list,
    {
      follow: (id) => following.follow(id),
      next: (id) => leading.go(runOf(id), "next"),
      extend: (id) => leading.extend(runOf(id)),
      pause: (id) => leading.pause(runOf(id)),
      resume: (id) => leading.resume(runOf(id)),
      reveal: (id) => leading.reveal(runOf(id)),
      leader: (id) => leading.people(runOf(id)),
      end: (id) => leading.end(runOf(id)),
      start: (id) => start.open(id),
      say,
      rename: (id) =>
        name(t("Naam van de groep"), nameOf(id), (text) => {
          const before = nameOf(id);
          room.act(OPS.group_rename, { group: id, name: text });
          toast(t("De groep heet nu: %(name)s", { name: text }), { undo: () => room.act(OPS.group_rename, { group: id, name: before }) });
        }),
      async remove(id) {
        const sure = await confirmed(role("confirm-dialog"), {
          title: t("%(group)s opheffen?", { group: nameOf(id) }),
          text: t("De mensen zijn dan weer plenair. Wat de groep maakte, blijft bewaard."),
          verb: t("Groep opheffen"),
        });
        if (sure) room.act(OPS.group_remove, { group: id });
      },
    },
    signal,
  );

  function lessAgain(runs) {
    for (const run of runs) room.act(OPS.run_timer, { run: run.id, change: "extend", seconds: -60 });
  }

  listActions(role("late-list"), { move: moveByMenu }, signal);

  /** Who comes late is placed by the room; here it is seen, and put right in two presses. */
  function drawLate(state) {
    const now = Date.now();
    const first = seen.size === 0;
    for (const id of Object.keys(state.people)) if (!seen.has(id)) seen.set(id, first ? 0 : now);
    const late = Object.keys(state.groups).length ? lateComers(state, seen, now) : [];
    show(role("late"), late.length > 0);
    syncList(role("late-list"), late.slice(0, 6), {
      key: (one) => one.person.id,
      make: () => fromTemplate("late"),
      update(element, one) {
        setData(element, "id", one.person.id);
        setText(element.querySelector('[data-role="name"]'), one.person.name || t("Zonder naam"));
        setText(element.querySelector('[data-role="group"]'), one.group || t("nog in geen groep"));
      },
    });
  }

  actions.on("say-all", () => say(null));
  actions.on("extend-all", () => {
    const runs = running();
    for (const run of runs) room.act(OPS.run_timer, { run: run.id, change: "extend", seconds: 60 });
    if (runs.length) toast(t("Alle groepen: één minuut erbij"), { undo: () => lessAgain(runs) });
  });
  for (const change of ["pause", "resume"]) {
    actions.on(`${change}-all`, () => {
      for (const run of running()) if (Boolean(run.paused_at) === (change === "resume")) room.act(OPS.run_timer, { run: run.id, change });
    });
  }
  actions.on("gather", () => {
    room.act(OPS.group_gather, { on: true });
    toast(t("Iedereen komt terug naar plenair. De klokken van de groepen staan stil."), { undo: () => room.act(OPS.group_gather, { on: false }) });
  });
  actions.on("apart", () => {
    room.act(OPS.group_gather, { on: false });
    toast(t("De groepen gaan verder waar ze waren"), { undo: () => room.act(OPS.group_gather, { on: true }) });
  });
  actions.on("add-group", () => name(t("Groep erbij"), "", (text) => room.act(OPS.group_add, { name: text })));

  function make() {
    const form = role("make-form");
    const number = form.elements.namedItem("number");
    const people = Object.keys(room.state.people).length;
    const note = () => {
      const groups = Math.max(1, Number(number.value) || 1);
      const [least, most] = [Math.floor(people / groups), Math.ceil(people / groups)];
      const by = form.elements.namedItem("how").value;
      if (by === "by_hand") setText(role("make-note"), tn("%(n)s lege groep", "%(n)s lege groepen", groups));
      else setText(role("make-note"), least === most ? t("%(people)s mensen: %(size)s per groep", { people, size: least }) : t("%(people)s mensen: %(least)s of %(most)s per groep", { people, least, most }));
    };
    form.oninput = note;
    number.value = Object.keys(room.state.groups).length || Math.min(18, Math.max(2, Math.round(people / 6)));
    show(role("make-warning"), Object.keys(room.state.groups).length > 0);
    note();
    return ask(role("make-dialog"));
  }

  actions.on("make-groups", async () => {
    if (!room.state) return;
    if ((await make()) !== "make") return;
    const form = role("make-form");
    const how = form.elements.namedItem("how").value;
    const number = Math.min(40, Math.max(1, Number(form.elements.namedItem("number").value) || 1));
    room.act(OPS.group_make, { how, number });
    if (how === "by_hand") actions.run("seats");
    else following.look("groups");
  });

  function drawCard(element, line) {
    const at = (part) => element.querySelector(`[data-role="${part}"]`);
    const act = (part) => element.querySelector(`[data-action="${part}"]`);
    const on = line.run !== null;
    setData(element, "id", line.id);
    setData(element, "late", line.over > 0 ? "" : null);
    setData(element, "help", line.hands > 0 ? "" : null);
    setText(at("name"), line.name);
    show(at("help"), line.hands > 0);
    setText(at("help-count"), line.hands > 1 ? line.hands : "");
    setData(at("time"), "state", line.left.state);
    const late = line.over > 0 ? t("%(time)s over tijd", { time: minutesAndSeconds(line.over) }) : null;
    setText(at("time"), on ? (late ?? (line.left.state === "none" ? "" : minutesAndSeconds(line.left.seconds))) : "");
    setText(at("title"), on ? line.title : t("Nog geen werkvorm"));
    setText(at("method"), line.method);
    const place = on ? t("stap %(number)s van %(total)s", { number: line.number, total: line.steps }) : "";
    setText(at("step"), [place, line.round, line.paused ? t("gepauzeerd") : "", line.lacking ? t("nog geen casusinbrenger") : ""].filter(Boolean).join(" · "));
    setText(at("people"), tn("%(n)s mens", "%(n)s mensen", line.people));
    setText(at("activity"), on ? t("%(sent)s ingestuurd door %(writers)s", { sent: line.sent, writers: line.writers }) : "");
    show(at("activity"), on && line.sent > 0);
    show(at("quiet"), line.quiet > 0);
    setText(at("quiet"), t("%(minutes)s min stil", { minutes: line.quiet }));
    show(at("message"), line.message !== "");
    setText(at("message"), line.message ? t("Jij: %(text)s", { text: line.message }) : "");
    setText(at("leader"), on ? t("Gespreksleider: %(name)s", { name: line.leaderName || t("nog niemand") }) : "");
    show(at("leader"), on);
    for (const part of ["next", "extend", "leader", "end"]) show(act(part), on);
    show(act("start"), !on);
    show(act("pause"), on && !line.paused);
    show(act("resume"), on && line.paused);
    show(act("reveal"), on && line.hidden > 0);
  }

  return function draw() {
    const { state } = room;
    if (!state) return;
    const looked = following.view === "groups";
    show(board, looked);
    drawLate(state);
    const lines = overview(state, room.clock.now());
    const help = lines.filter((line) => line.hands > 0).length;
    setText(role("groups-count"), lines.length);
    show(role("groups-help"), help > 0);
    setText(role("groups-help-count"), help || "");
    const gathered = Boolean(state.lab.gathered);
    show(button("gather"), lines.length > 0 && !gathered && running().length > 0);
    show(button("apart"), gathered);
    show(role("gathered-tag"), gathered);
    for (const part of ["extend-all", "pause-all", "resume-all"]) show(button(part), running().length > 0);
    show(button("seats"), lines.length > 0);
    if (!looked || list.querySelector("details[open]")) return;
    show(role("groups-empty"), lines.length === 0);
    setData(list, "density", density(lines.length));
    syncList(list, lines, { key: (line) => line.id, make: () => fromTemplate("group-card"), update: drawCard });
  };
}
