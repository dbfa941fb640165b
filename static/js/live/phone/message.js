import { t } from "../../text.js";
import { setText, show } from "../page.js";
import { recall, remember } from "../remembered.js";

/**
 * What the facilitator says to my group, and that all are called back, over the page until it is read: nothing under it moves. What was read
 * does not come back with a reload.
 */
export function connectMessage({ room, root, role, signal }) {
  const key = `kl-message:${room.boot.lab}`;
  let gathered = false;
  /** What there is to say now: `{mark, title, text}`, or null. */
  function messageOf(state) {
    if (state.lab.state !== "open") return null;
    const said = state.groups[state.me.group]?.message ?? state.lab.message ?? null;
    const unread = said?.text ? { mark: said.at, title: t("Van de begeleider"), text: said.text } : null;
    if (unread && recall(key) !== unread.mark) return unread;
    if (!state.lab.gathered || !state.me.group) gathered = false;
    else if (!gathered) return { mark: null, title: t("Terug naar plenair"), text: t("Iedereen komt nu bij elkaar. Wat je in je groep schreef, blijft bewaard.") };
    return null;
  }

  root.querySelector('[data-action="message-read"]')?.addEventListener(
    "click",
    () => {
      const message = room.state && messageOf(room.state);
      if (message?.mark) remember(key, message.mark);
      else if (message) gathered = true;
      room.changed();
      role("text")?.matches(":focus") || document.getElementById("main")?.focus({ preventScroll: true });
    },
    { signal },
  );

  return function draw(state) {
    const message = messageOf(state);
    setText(role("message-title"), message?.title ?? "");
    setText(role("message-text"), message?.text ?? "");
    show(role("message"), Boolean(message));
  };
}
