import { t, tn } from "../../text.js";
import { fromTemplate, setData, setText, show, syncList } from "../page.js";
import { previousOf, standings, takenPart, tiedAtTop, wholeBar } from "../results.js";
import { fitSmaller } from "./fit.js";

/** The vote: its choices while it is secret; when it is done the most first, beside the first round when it was held twice. */
export function connectBallot({ room, role }) {
  /** Who took part, and whether somebody won: equal is said as equal. */
  function said(state, ballot, rows) {
    const { all, hands } = takenPart(state, ballot);
    setText(role("ballot-voters"), hands ? t("%(all)s mensen hebben gestemd, van wie %(hands)s met de hand", { all, hands }) : tn("%(n)s mens heeft gestemd", "%(n)s mensen hebben gestemd", all));
    const tied = tiedAtTop(rows);
    show(role("ballot-tie"), tied > 0);
    setText(role("ballot-tie"), tied ? t("Gelijk aan kop: %(n)s keuzes hebben evenveel.", { n: tied }) : "");
  }

  function drawRow(element, row, whole) {
    const at = (name) => element.querySelector(`[data-role="${name}"]`);
    const told = row.value !== null;
    setData(element, "choice", row.id);
    setData(element, "place", told ? row.place : null);
    setText(at("text"), row.text);
    for (const name of ["total", "bar"]) show(at(name), told);
    setText(at("total"), row.told);
    at("bar").max = whole;
    at("bar").value = row.value ?? 0;
    const twice = told && row.before !== null;
    show(at("bar-before"), twice);
    at("bar-before").max = whole;
    at("bar-before").value = row.before?.value ?? 0;
    setText(at("before"), twice ? t("eerste ronde: %(number)s", { number: row.before.told }) : "");
    setText(at("hands"), told && row.hands ? t("waarvan %(n)s met de hand", { n: row.hands }) : "");
    show(at("more"), told && (twice || row.hands > 0));
  }

  return function draw(visible) {
    const { state } = room;
    const ballot = state.ballots[state.projector.ballot] ?? Object.values(state.ballots).at(-1);
    if (!visible || !ballot) return;
    const rows = standings(ballot, previousOf(state, ballot));
    const whole = wholeBar(ballot, rows);
    const list = role("ballot-list");
    setText(role("ballot-title"), ballot.title);
    show(role("ballot-round"), Boolean(ballot.previous));
    setData(list, "secret", ballot.result ? null : "");
    setData(list, "twice", ballot.result && rows.some((row) => row.before) ? "" : null);
    said(state, ballot, rows);
    syncList(list, rows, { key: (row) => `${ballot.id}:${row.id}`, make: () => fromTemplate("ballot-row"), update: (element, row) => drawRow(element, row, whole) });
    fitSmaller(list, (left) => {
      show(role("ballot-more"), left > 0);
      setText(role("ballot-more"), left ? t("en nog %(n)s op je telefoon", { n: left }) : "");
    });
  };
}
