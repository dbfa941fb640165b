import { tn } from "../text.js";
import { setData, setText, show, word } from "./page.js";

/** The honest line of every screen: how we are connected, and what has not been sent. `role` finds the page's elements. */
export function drawStatus(room, root, role) {
  const { connection, outbox, state } = room;
  const ended = state?.lab.state === "closed" && connection.status === "connected";
  const status = ended ? "closed" : connection.status;
  setData(root, "connection", status);
  setData(role("connection"), "state", status);
  setText(role("connection-text"), word(`connection:${status}`));
  show(role("unsent"), outbox.unsent > 0);
  const unsent = outbox.durable
    ? tn("%(n)s nog niet verzonden", "%(n)s nog niet verzonden", outbox.unsent)
    : tn("%(n)s nog niet verzonden. Houd deze pagina open.", "%(n)s nog niet verzonden. Houd deze pagina open.", outbox.unsent);
  setText(role("unsent-text"), unsent);
}

/** Steps in their order. */
export function stepsOf(state) {
  return Object.values(state.agenda).sort((a, b) => a.position - b.position);
}
