import { t } from "../../text.js";
import { setText, show } from "../page.js";
import { OPS } from "../protocol.js";

/** A card that is handed round: a mark from 1 to 5, and pass it on. Nobody sees whose card it is. */
export function connectScore({ room, role, signal }) {
  const form = role("score");
  const radios = [...form.querySelectorAll("input[name=score]")];
  let shown = null;

  /** The card on this phone: `{ballot, choice, text}`. */
  function now() {
    const turn = room.state?.me.turn;
    const ballot = turn?.card && room.state.ballots[turn.vote];
    const choice = ballot?.choices.find((one) => one.contribution === turn.card || one.id === turn.card);
    return choice ? { ballot, choice, text: choice.text } : null;
  }

  const entryOf = (card) => room.outbox.entries.findLast((entry) => entry.op.type === OPS.vote_cast && entry.op.ballot === card.ballot.id && card.choice.id in entry.op.choices && entry.state !== "refused") ?? null;
  const given = (card) => entryOf(card)?.op.choices[card.choice.id] ?? room.state.me.votes[card.ballot.id]?.[card.choice.id] ?? null;

  form.addEventListener(
    "submit",
    (event) => {
      event.preventDefault();
      const card = now();
      const mark = Number(radios.find((radio) => radio.checked)?.value);
      if (card && mark) room.act(OPS.vote_cast, { ballot: card.ballot.id, choices: { [card.choice.id]: mark } });
    },
    { signal },
  );

  return function draw() {
    const card = now();
    const key = card ? `${card.ballot.id}:${card.choice.id}` : null;
    if (!card) {
      shown = null;
      return;
    }
    const mark = given(card);
    if (key !== shown) for (const radio of radios) radio.checked = Number(radio.value) === mark;
    shown = key;
    setText(role("score-text"), card.text);
    const waiting = entryOf(card);
    let says = "";
    if (waiting) says = room.offline ? t("Je cijfer wacht op verbinding.") : t("Je cijfer is onderweg.");
    else if (mark) says = t("Doorgegeven. Straks krijg je een andere kaart. Aanpassen kan nog.");
    setText(role("score-state"), says);
    setText(role("pass-text"), mark ? t("Aanpassen") : t("Geef door"));
    show(role("score-state"), says !== "");
  };
}
