import { t, tn } from "../../text.js";
import { fromTemplate, setData, setText, show, syncList } from "../page.js";
import { fitSmaller } from "./fit.js";

/** The vote: its choices while it is secret, most dots first when it is done. */
export function connectBallot({ room, role }) {
  return function draw(visible) {
    const { state } = room;
    const ballot = state.ballots[state.projector.ballot] ?? Object.values(state.ballots).at(-1);
    if (!visible || !ballot) return;
    const total = (choice) => ballot.result?.[choice.id] ?? 0;
    const most = Math.max(1, ...ballot.choices.map(total));
    const choices = ballot.result ? [...ballot.choices].sort((a, b) => total(b) - total(a)) : ballot.choices;
    const list = role("ballot-list");
    setText(role("ballot-title"), ballot.title);
    setData(list, "secret", ballot.result ? null : "");
    syncList(list, choices, {
      key: (choice) => `${ballot.id}:${choice.id}`,
      make: () => fromTemplate("ballot-row"),
      update(element, choice) {
        const number = element.querySelector('[data-role="total"]');
        const bar = element.querySelector('[data-role="bar"]');
        setData(element, "choice", choice.id);
        setText(element.querySelector('[data-role="text"]'), choice.text);
        show(number, Boolean(ballot.result));
        show(bar, Boolean(ballot.result));
        setText(number, ballot.result ? total(choice) : "");
        bar.max = most;
        bar.value = total(choice);
      },
    });
    setText(role("ballot-voters"), tn("%(n)s mens heeft gestemd", "%(n)s mensen hebben gestemd", state.counts.voters?.[ballot.id] ?? 0));
    fitSmaller(list, (left) => {
      show(role("ballot-more"), left > 0);
      setText(role("ballot-more"), left ? t("en nog %(n)s op je telefoon", { n: left }) : "");
    });
  };
}
