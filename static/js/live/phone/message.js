import { setText, show } from "../page.js";
import { recall, remember } from "../remembered.js";

/** What the facilitator says to my group, over the page until it is read. A message that was read does not come back with a reload. */
export function connectMessage({ room, root, role, signal }) {
  const key = `kl-message:${room.boot.lab}`;
  const mark = (group) => `${group.id}:${group.message?.at}`;

  root.querySelector('[data-action="message-read"]')?.addEventListener(
    "click",
    () => {
      const group = room.state?.groups[room.state.me.group];
      if (group?.message) remember(key, mark(group));
      room.changed();
      role("text")?.matches(":focus") || document.getElementById("main")?.focus({ preventScroll: true });
    },
    { signal },
  );

  return function draw(state) {
    const group = state.groups[state.me.group];
    const unread = Boolean(group?.message && recall(key) !== mark(group) && state.lab.state === "open");
    setText(role("message-text"), unread ? group.message.text : "");
    show(role("message"), unread);
  };
}
