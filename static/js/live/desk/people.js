import { t } from "../../text.js";
import { toast } from "../../toast.js";
import { fromTemplate, memory, setData, setText, show, syncList, word } from "../page.js";
import { OPS } from "../protocol.js";
import { listActions } from "./actions.js";
import { ask, confirmed } from "./dialogs.js";
import { options } from "./wall.js";

const plain = (text) => text.toLocaleLowerCase("nl").normalize("NFD").replace(/\p{M}/gu, "");

/** Who is in the room, who has a hand up, who is connected; reading somebody's posts first, moving to a group, taking out. */
export function connectPeople({ room, role, signal }) {
  const differs = memory();
  const nameOf = (person) => person.name || t("Zonder naam");

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
      options(form.elements.namedItem("group"), Object.values(room.state.groups).map((group) => [group.id, group.name]), person.group);
      if ((await ask(role("move-dialog"))) !== "move") return;
      const group = form.elements.namedItem("group").value || null;
      if (group === person.group) return;
      room.act(OPS.participant_move, { participant: id, group });
      toast(t("%(name)s zit nu in: %(group)s", { name: nameOf(person), group: room.state.groups[group]?.name ?? t("Met iedereen") }), {
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

  const isConnected = (person) => (room.present?.ids ? room.present.ids.includes(person.id) : true);

  function drawPerson(element, person) {
    const at = (name) => element.querySelector(`[data-role="${name}"]`);
    const connected = isConnected(person);
    setData(element, "id", person.id);
    setData(element, "hand", person.hand ? "" : null);
    setData(element, "held", person.held ? "" : null);
    setData(element, "connected", connected ? "" : null);
    setText(at("name"), nameOf(person));
    const place = word(`place:${person.municipality}`);
    setText(at("place"), connected ? place : [place, t("niet verbonden")].filter(Boolean).join(" · "));
    show(at("hand"), person.hand);
    show(at("held"), person.held);
    setText(element.querySelector('[data-action="hold"] span'), person.held ? t("Weer meteen plaatsen") : t("Eerst lezen wat deze deelnemer instuurt"));
    show(element.querySelector('[data-action="group"]'), Object.keys(room.state.groups).length > 0);
  }

  function drawList(list, people) {
    syncList(list, people, { key: (person) => person.id, make: () => fromTemplate("person"), update: drawPerson });
  }

  return function draw() {
    const { state } = room;
    if (!state) return;
    if (role("people-list").querySelector("details[open]") || role("hands-list").querySelector("details[open]")) {
      setTimeout(() => room.changed(), 500);
      return;
    }
    if (!differs(state.people, state.groups, room.present, role("people-filter").value)) return;
    const people = Object.values(state.people).sort((a, b) => isConnected(b) - isConnected(a) || nameOf(a).localeCompare(nameOf(b), "nl"));
    const words = plain(role("people-filter").value).split(/\s+/).filter(Boolean);
    const text = (person) => plain(`${nameOf(person)} ${word(`place:${person.municipality}`)}`);
    setText(role("people-count"), people.length);
    drawList(role("people-list"), people.filter((person) => words.every((one) => text(person).includes(one))));
    const hands = people.filter((person) => person.hand);
    show(role("hands"), hands.length > 0);
    setText(role("hands-count"), hands.length);
    drawList(role("hands-list"), hands);
    const groups = Object.values(state.groups);
    show(role("groups"), groups.length > 0);
    syncList(role("groups-list"), groups, {
      key: (group) => group.id,
      make: () => fromTemplate("group"),
      update(element, group) {
        setData(element, "id", group.id);
        setText(element.querySelector('[data-role="name"]'), group.name);
        setText(element.querySelector('[data-role="count"]'), people.filter((person) => person.group === group.id).length);
      },
    });
  };
}
