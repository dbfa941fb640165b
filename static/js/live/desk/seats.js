import Sortable from "../../../vendor/sortable.core.esm.js";
import { t } from "../../text.js";
import { toast } from "../../toast.js";
import { fromTemplate, setData, setText, show, syncList, word } from "../page.js";
import { OPS } from "../protocol.js";
import { besides, seatsOf } from "./overview.js";

/** Who sits in which group: by dragging, by Alt with an arrow, or from the menu. Loaded when it is asked for. */
export function connectSeats({ room, role, moveByMenu, signal }) {
  const columns = role("seats-columns");
  let dragging = false;
  const sorted = new Map();

  const nameOf = (id) => room.state.people[id]?.name || t("Zonder naam");
  const groupName = (id) => (id ? (room.state.groups[id]?.name ?? "") : t("Nog in geen groep"));
  const where = (id) => (room.state.groups[room.state.people[id]?.group] ? room.state.people[id].group : "");

  function move(id, group) {
    const before = where(id);
    if (before === group) return;
    room.act(OPS.participant_move, { participant: id, group: group || null });
    const said = t("%(name)s zit nu in: %(group)s", { name: nameOf(id), group: groupName(group) });
    setText(role("seats-spoken"), said);
    toast(said, { undo: () => room.act(OPS.participant_move, { participant: id, group: before || null }) });
  }

  columns.addEventListener(
    "keydown",
    (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      const seat = event.target.closest("[data-id]");
      if (!by || !event.altKey || !seat) return;
      event.preventDefault();
      const to = besides(seatsOf(room.state), seat.closest("[data-group]").dataset.group, by);
      if (to) move(seat.dataset.id, to.id);
    },
    { signal },
  );
  columns.addEventListener(
    "click",
    (event) => {
      const seat = event.target.closest('[data-action="move"]')?.closest("[data-id]");
      if (seat) moveByMenu(seat.dataset.id);
    },
    { signal },
  );
  columns.dataset.ownActions = "";

  function sortable(list) {
    if (sorted.has(list)) return;
    sorted.set(
      list,
      Sortable.create(list, {
        group: "seats",
        sort: false,
        animation: 0,
        delay: 180,
        delayOnTouchOnly: true,
        onStart() {
          dragging = true;
        },
        onEnd(event) {
          dragging = false;
          const id = event.item.dataset.id;
          const to = event.to.closest("[data-group]").dataset.group;
          if (event.from !== event.to) {
            event.from.append(event.item); // the page follows the room, not the hand
            move(id, to);
          }
          room.changed();
        },
      }),
    );
  }

  /** Under way counts: a name that was moved stands where it goes at once. */
  function expected() {
    const people = { ...room.state.people };
    for (const { op, state } of room.outbox.entries) {
      if (op.type === OPS.participant_move && state !== "refused" && people[op.participant]) people[op.participant] = { ...people[op.participant], group: op.group ?? null };
    }
    return { ...room.state, people };
  }

  signal.addEventListener("abort", () => {
    for (const one of sorted.values()) one.destroy();
  });

  return function draw() {
    if (!room.state || dragging) return;
    const active = document.activeElement?.closest?.("[data-role=seats-columns] [data-id]")?.dataset.id;
    syncList(columns, seatsOf(expected()), {
      key: (column) => column.id || "none",
      make: () => fromTemplate("seat-column"),
      update(element, column) {
        const list = element.querySelector('[data-role="list"]');
        setData(element, "group", column.id);
        element.dataset.group = column.id;
        setText(element.querySelector('[data-role="name"]'), groupName(column.id));
        setText(element.querySelector('[data-role="count"]'), column.people.length);
        show(element, column.id !== "" || column.people.length > 0);
        syncList(list, column.people, {
          key: (person) => person.id,
          make: () => fromTemplate("seat"),
          update(seat, person) {
            setData(seat, "id", person.id);
            setText(seat.querySelector('[data-role="name"]'), person.name || t("Zonder naam"));
            setText(seat.querySelector('[data-role="place"]'), word(`place:${person.municipality}`));
          },
        });
        sortable(list);
      },
    });
    if (active && !document.activeElement?.closest?.("[data-role=seats-columns]")) columns.querySelector(`[data-id="${CSS.escape(active)}"] button`)?.focus();
  };
}
