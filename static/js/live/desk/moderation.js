import { t } from "../../text.js";
import { toast } from "../../toast.js";
import { fromTemplate, setData, setKind, setText, show, syncList, word } from "../page.js";
import { OPS } from "../protocol.js";
import { listActions } from "./actions.js";
import { confirmed } from "./dialogs.js";

/**
 * What waits for the facilitator: posts to be read first, what came after closing, and own words that the server refused (with the reason).
 * Also whether posts are read before or after, and opening and closing the lab.
 */
export function connectModeration({ room, role, actions, signal }) {
  const waits = (card) => card.entry?.state === "refused" || card.status === "pending" || card.status === "quarantined";

  function again(card) {
    const { id: _id, type, ...fields } = card.entry.op;
    room.outbox.discard(card.entry.id);
    if (type === OPS.contribution_edit) {
      const now = room.state.contributions[fields.contribution];
      if (now) room.act(type, { ...fields, base_rev: now.rev });
    } else room.act(type, fields);
  }

  const act = {
    approve(id) {
      const card = room.cards.get(id);
      if (!card) return;
      if (card.entry?.state === "refused") again(card);
      else room.act(card.status === "quarantined" ? OPS.quarantine_accept : OPS.contribution_show, { contribution: id });
    },
    reject(id) {
      const card = room.cards.get(id);
      if (!card) return;
      if (card.entry?.state === "refused") room.outbox.discard(card.entry.id);
      else if (card.status === "quarantined") room.act(OPS.quarantine_reject, { contribution: id });
      else {
        room.act(OPS.contribution_hide, { contribution: id });
        toast(t("Niet geplaatst"), { undo: () => room.act(OPS.contribution_show, { contribution: id }), undoText: t("Toch plaatsen") });
      }
    },
  };
  listActions(role("tray-list"), act, signal);

  /** With the keyboard: arrows (or J and K) along what waits, P places, X does not. The next one comes under the fingers by itself. */
  const tray = role("tray-list");
  const cardsOf = () => [...tray.children];
  function judge(how, item) {
    const all = cardsOf();
    const next = all[all.indexOf(item) + 1] ?? all[all.indexOf(item) - 1];
    act[how](item.dataset.id);
    if (next) next.focus();
    else (role("wall") ?? tray).focus({ preventScroll: true });
  }
  actions.on("tray", () => {
    const first = cardsOf()[0];
    if (first) first.focus();
    else toast(t("Er wacht niets op jou"));
  });
  tray.addEventListener(
    "keydown",
    (event) => {
      const item = event.target.closest("li");
      if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
      const key = event.key.toLowerCase();
      const step = { arrowright: 1, arrowdown: 1, j: 1, arrowleft: -1, arrowup: -1, k: -1 }[key];
      if (step) {
        const all = cardsOf();
        all[all.indexOf(item) + step]?.focus();
      } else if (key === "p" || (key === "enter" && event.target === item)) judge("approve", item);
      else if (key === "x" || key === "delete") judge("reject", item);
      else return;
      event.preventDefault();
    },
    { signal },
  );

  actions.on("moderation", () => {
    const mode = room.state?.lab.moderation === "pre" ? "post" : "pre";
    room.act(OPS.moderation_set, { mode });
    const said = mode === "pre" ? t("Nieuwe bijdragen wachten nu op jou") : t("Nieuwe bijdragen staan meteen op het bord");
    toast(said, { undo: () => room.act(OPS.moderation_set, { mode: mode === "pre" ? "post" : "pre" }) });
  });

  actions.on("close-lab", async () => {
    const sure = await confirmed(role("confirm-dialog"), {
      title: t("Lab sluiten?"),
      text: t("Telefoons kunnen dan niets meer insturen. Wat nog onderweg is, komt hier bij “Wacht op jou”."),
      verb: t("Lab sluiten"),
    });
    if (sure) room.act(OPS.lab_close);
  });
  actions.on("open-lab", () => room.act(OPS.lab_open));

  /** A name that could be taken for another one says so. */
  function named(author) {
    const like = room.state.people[author?.id]?.looks_like;
    return like ? t("%(name)s (lijkt op %(like)s)", { name: author.name, like }) : (author?.name ?? "");
  }

  function note(card) {
    if (card.entry?.state === "refused") return [card.entry.problem?.title, card.entry.problem?.detail].filter(Boolean).join(". ");
    if (card.status === "quarantined") return t("na sluiting ontvangen");
    return word(`place:${card.municipality}`);
  }

  return function draw() {
    if (!room.state) return;
    const cards = [...room.cards.values()].filter(waits).sort((a, b) => (a.at < b.at ? -1 : 1));
    show(role("tray"), cards.length > 0);
    setText(role("tray-count"), cards.length);
    syncList(role("tray-list"), cards, {
      key: (card) => card.key,
      make: () => fromTemplate("tray-card"),
      update(element, card) {
        const refused = card.entry?.state === "refused";
        setData(element, "id", card.id);
        setData(element, "status", refused ? "refused" : card.status);
        setKind(element, card.kind);
        setText(element.querySelector('[data-role="text"]'), card.text);
        setText(element.querySelector('[data-role="place"]'), note(card));
        setText(element.querySelector('[data-role="author"]'), named(card.author));
        setText(element.querySelector('[data-action="approve"] span'), refused ? t("Opnieuw") : t("Plaatsen"));
        setText(element.querySelector('[data-action="reject"] span'), refused ? t("Weggooien") : t("Niet plaatsen"));
      },
    });
  };
}
