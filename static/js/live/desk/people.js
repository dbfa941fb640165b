import { t, tn } from "../../text.js";
import { toast } from "../../toast.js";
import { fromTemplate, memory, press, setData, setText, show, syncList, word } from "../page.js";
import { inOrder, municipalitiesOf, othersOf, readiness, rowOf } from "../present.js";
import { OPS } from "../protocol.js";
import { recall, remember } from "../remembered.js";
import { listActions } from "./actions.js";
import { ask, confirmed } from "./dialogs.js";
import { options } from "./wall.js";

const plain = (text) => text.toLocaleLowerCase("nl").normalize("NFD").replace(/\p{M}/gu, "");
const ALL = "*";
const ASK_AGAIN = 5000;
const TYPED_AGAIN = 3000;
const STOPPED = 4000;

/**
 * Who is in the room: how connected, who is silent, who is ready, in which group; reading somebody's posts first, moving to a group, taking out.
 * And who else leads: said above the box for capturing. Hooks: templates/live/_desk_people.html and _desk_others.html.
 */
export function connectPeople({ room, root, role, signal }) {
  const differs = memory();
  const nameOf = (person) => person.name || t("Zonder naam");
  const placeName = (code) => (code ? word(`place:${code}`) || code : t("Zonder gemeente"));
  let group = ALL;
  let limit = Number(recall("kl-desk-silent")) || 10;
  let order = recall("kl-desk-people-order") ?? "name";
  role("people-sort").value = order;
  role("silent-minutes").value = limit;

  const act = {
    hold(id) {
      const person = room.state.people[id];
      const held = !person.held;
      room.act(OPS.moderation_set, { participant: id, held });
      const said = held ? t("Wat %(name)s instuurt, lees jij eerst", { name: nameOf(person) }) : t("Wat %(name)s instuurt, staat meteen op het bord", { name: nameOf(person) });
      toast(said, { undo: () => room.act(OPS.moderation_set, { participant: id, held: !held }) });
    },
    async group(id) {
      const person = room.state.people[id];
      const form = role("move-form");
      show(role("move-kind"), false);
      show(role("move-answers"), false);
      show(role("move-group"), true);
      options(form.elements.namedItem("group"), Object.values(room.state.groups).map((one) => [one.id, one.name]), person.group);
      if ((await ask(role("move-dialog"))) !== "move") return;
      const to = form.elements.namedItem("group").value || null;
      if (to === person.group) return;
      room.act(OPS.participant_move, { participant: id, group: to });
      toast(t("%(name)s zit nu in: %(group)s", { name: nameOf(person), group: room.state.groups[to]?.name ?? t("Met iedereen") }), {
        undo: () => room.act(OPS.participant_move, { participant: id, group: person.group }),
      });
    },
    async remove(id) {
      const person = room.state.people[id];
      const sure = await confirmed(role("confirm-dialog"), {
        title: t("%(name)s uit het lab zetten?", { name: nameOf(person) }),
        text: t("Deze telefoon doet dan niet meer mee. Wat al op het bord staat, blijft staan. Opnieuw meedoen kan met de code."),
        verb: t("Uit het lab zetten"),
      });
      if (sure) room.act(OPS.participant_remove, { participant: id });
    },
  };
  for (const name of ["people-list", "hands-list"]) listActions(role(name), act, signal);
  role("people-filter").addEventListener("input", () => room.changed(), { signal });
  role("people-sort").addEventListener(
    "change",
    (event) => {
      order = event.target.value;
      remember("kl-desk-people-order", order);
      room.changed();
    },
    { signal },
  );
  role("silent-minutes").addEventListener(
    "change",
    (event) => {
      limit = Math.min(120, Math.max(1, Math.round(Number(event.target.value)) || 10));
      event.target.value = limit;
      remember("kl-desk-silent", limit);
      room.changed();
    },
    { signal },
  );
  role("people-groups").addEventListener(
    "click",
    (event) => {
      const chip = event.target.closest("[data-action=people-group]");
      if (!chip) return;
      group = chip.dataset.id;
      room.changed();
      look();
    },
    { signal },
  );

  // Names that are not told by themselves (more than ninety people, or no socket here) are asked for, as long as somebody may be looking.
  async function look() {
    const { present, connection, boot } = room;
    if (!boot.urls.presence || !room.state || document.visibilityState === "hidden") return;
    if (connection.status !== "polling" && !(present && present.who === null)) return;
    const url = new URL(boot.urls.presence, "http://here");
    if (group !== ALL) url.searchParams.set("group", group);
    else if (order === "gone") url.searchParams.set("state", "gone");
    const answer = await room.http(url.pathname + url.search);
    if (answer.kind === "ok") {
      asked = answer.body.who;
      if (connection.status === "polling") room.present = { ...answer.body };
      room.changed();
    }
  }
  let asked = null;
  const asking = setInterval(look, ASK_AGAIN);
  const ticking = setInterval(() => room.changed(), 15_000); // minutes pass
  signal.addEventListener("abort", () => {
    clearInterval(asking);
    clearInterval(ticking);
  });

  // That something is being typed here is told to who leads with us; what, is not.
  let typed = 0;
  let stopped = null;
  role("capture").addEventListener(
    "input",
    () => {
      const now = Date.now();
      if (now - typed > TYPED_AGAIN) {
        typed = now;
        room.connection.typing(true);
      }
      clearTimeout(stopped);
      stopped = setTimeout(stop, STOPPED);
    },
    { signal },
  );
  role("capture").addEventListener("submit", stop, { signal });
  function stop() {
    typed = 0;
    clearTimeout(stopped);
    room.connection.typing(false);
  }

  function drawPerson(element, row) {
    const { person } = row;
    const at = (name) => element.querySelector(`[data-role="${name}"]`);
    setData(element, "id", person.id);
    setData(element, "hand", person.hand ? "" : null);
    setData(element, "held", person.held ? "" : null);
    setData(element, "line", row.line);
    setData(element, "silent", row.silent === null ? null : "");
    setText(at("name"), nameOf(person));
    setText(at("place"), person.municipality ? placeName(person.municipality) : "");
    setText(at("words"), row.words);
    show(at("words"), Boolean(row.words));
    show(at("ready-tag"), row.ready);
    show(at("hand"), person.hand);
    show(at("held"), person.held);
    show(at("like"), Boolean(person.looks_like));
    setText(at("like"), person.looks_like ? t("lijkt op %(name)s", { name: person.looks_like }) : "");
    setText(element.querySelector('[data-action="hold"] span'), person.held ? t("Weer meteen plaatsen") : t("Eerst lezen wat deze deelnemer instuurt"));
    show(element.querySelector('[data-action="group"]'), Object.keys(room.state.groups).length > 0);
  }

  function drawList(list, rows) {
    syncList(list, rows, { key: (row) => row.id, make: () => fromTemplate("person"), update: drawPerson });
  }

  function drawSums(state, present, people) {
    setText(role("people-count"), people.length);
    const parts = present
      ? [
          tn("%(n)s verbonden", "%(n)s verbonden", present.connected ?? 0),
          present.away ? tn("%(n)s kijkt even weg", "%(n)s kijken even weg", present.away) : "",
          present.gone ? tn("%(n)s niet verbonden", "%(n)s niet verbonden", present.gone) : "",
        ]
      : [];
    setText(role("people-line"), parts.filter(Boolean).join(" · "));
    const sum = readiness(state, present);
    show(role("ready"), sum.asked > 0);
    setText(role("ready-text"), t("%(ready)s van %(asked)s klaar", sum));
    Object.assign(role("ready-bar"), { max: sum.asked || 1, value: sum.ready });
    return sum;
  }

  function drawChips(state, people, sum) {
    const groups = Object.values(state.groups);
    if (group !== ALL && group !== "" && !state.groups[group]) group = ALL;
    show(role("people-groups"), groups.length > 0);
    const without = people.some((person) => !person.group);
    const chips = [{ id: ALL, name: t("Alle") }, ...groups, ...(without ? [{ id: "", name: t("Zonder groep") }] : [])];
    syncList(role("people-groups"), groups.length ? chips : [], {
      key: (one) => one.id,
      make: () => fromTemplate("people-chip"),
      update(element, one) {
        const ready = one.id === ALL ? null : sum.groups[one.id];
        const number = one.id === ALL ? people.length : people.filter((person) => (person.group ?? "") === one.id).length;
        element.dataset.id = one.id;
        press(element, group === one.id);
        setText(element.querySelector('[data-role="text"]'), one.name);
        setText(element.querySelector('[data-role="count"]'), ready ? t("%(ready)s/%(asked)s klaar", ready) : number);
      },
    });
  }

  function drawPlaces(people) {
    const places = municipalitiesOf(people, placeName);
    setText(role("places-count"), places.filter(([code]) => code).length);
    syncList(role("places-list"), places, {
      key: ([code]) => code ?? "",
      make: () => fromTemplate("people-place"),
      update(element, [code, number]) {
        setText(element.querySelector('[data-role="text"]'), placeName(code));
        setText(element.querySelector('[data-role="count"]'), number);
      },
    });
  }

  function drawOthers(state, present) {
    const { here, typing } = othersOf(present, state.me.id);
    setText(role("others"), here);
    show(role("others"), Boolean(here));
    setText(role("others-typing"), typing);
    show(role("others-typing"), Boolean(typing));
  }

  return function draw() {
    const { state, present } = room;
    if (!state) return;
    drawOthers(state, present);
    if (role("people-list").querySelector("details[open]") || role("hands-list").querySelector("details[open]")) {
      setTimeout(() => room.changed(), 500);
      return;
    }
    const now = room.clock.now();
    if (!differs(state.people, state.groups, state.runs, state.step, state.ballots, present, asked, group, order, limit, role("people-filter").value, Math.floor(now / 15_000))) return;
    const known = present?.who === null ? { ...present, who: asked } : present;
    const people = Object.values(state.people);
    const sum = drawSums(state, present, people);
    drawChips(state, people, sum);
    drawPlaces(people);
    const words = plain(role("people-filter").value).split(/\s+/).filter(Boolean);
    const text = (person) => plain(`${nameOf(person)} ${person.municipality ? placeName(person.municipality) : ""}`);
    const rows = new Map(people.map((person) => [person.id, rowOf(state, known, person, now, limit)]));
    const wanted = people.filter((person) => (group === ALL || (person.group ?? "") === group) && words.every((one) => text(person).includes(one)));
    const listed = inOrder(wanted.map((person) => rows.get(person.id)), order, nameOf, (person) => (person.municipality ? placeName(person.municipality) : ""));
    drawList(role("people-list"), listed);
    show(role("people-none"), listed.length === 0 && people.length > 0);
    show(role("people-many"), Boolean(present && present.who === null && asked === null));
    const hands = people.filter((person) => person.hand);
    show(role("hands"), hands.length > 0);
    setText(role("hands-count"), hands.length);
    drawList(role("hands-list"), hands.map((person) => rows.get(person.id)));
    setData(root, "people", people.length);
  };
}
