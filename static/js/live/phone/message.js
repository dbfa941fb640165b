import { setText, show } from "../page.js";
import { recall, remember } from "../remembered.js";

/** What the facilitator says to my group, over the page until it is read. A message that was read does not come back with a reload. */
export function connectMessage({ room, root, role, signal }) {
  const key = `kl-message:${room.boot.lab}`;
  const messageOf = (state) => state.groups[state.me.group]?.message ?? state.lab.message ?? null;

  root.querySelector('[data-action="message-read"]')?.addEventListener(
    "click",
    () => {
      const message = room.state && messageOf(room.state);
      if (message) remember(key, message.at);
      room.changed();
      role("text")?.matches(":focus") || document.getElementById("main")?.focus({ preventScroll: true });
    },
    { signal },
  );

  return function draw(state) {
    const message = messageOf(state);
    const unread = Boolean(message?.text && recall(key) !== message.at && state.lab.state === "open");
    setText(role("message-text"), unread ? message.text : "");
    show(role("message"), unread);
  };
}
