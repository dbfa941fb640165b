import { t, tn } from "../../text.js";
import { fromTemplate, setData, setText, show, syncList } from "../page.js";
import { OPS } from "../protocol.js";
import { forget, recall, remember } from "../remembered.js";
import { previousOf, standings, takenPart, tiedAtTop, wholeBar } from "../results.js";
import { openBallot, shownResult } from "./views.js";

const sum = (numbers) => Object.values(numbers).reduce((a, b) => a + b, 0);
const given = (choices) => Object.fromEntries(Object.entries(choices).filter(([, number]) => number > 0));
const same = (a, b) => JSON.stringify(Object.entries(given(a)).sort()) === JSON.stringify(Object.entries(given(b)).sort());

const TEMPLATES = { dots: "choice-dots", rating: "choice-rating", choice: "choice-one" };

/** Voting with dots, with 1 to 5 or for one with a reason, and the result. What is chosen but not sent survives a reload. */
export function connectBallot({ room, role, signal }) {
  const form = role("ballot");
  const list = role("choices");
  let listed = null;

  const why = form.elements.namedItem("reason");
  let reasonOf = null;

  const reasonKey = (ballot) => `kl-vote-why:${room.boot.lab}:${ballot.id}`;
  const draftKey = (ballot) => `kl-vote:${room.boot.lab}:${ballot.id}`;
  const pending = (ballot) => room.outbox.entries.findLast((entry) => entry.op.type === OPS.vote_cast && entry.op.ballot === ballot.id) ?? null;
  const cast = (ballot) => pending(ballot)?.op.choices ?? room.state.me.votes[ballot.id] ?? null;

  /** What is chosen now: choice → number. */
  function chosen(ballot) {
    const kept = recall(draftKey(ballot)) ?? cast(ballot) ?? {};
    const known = new Set(ballot.choices.map((choice) => choice.id));
    return Object.fromEntries(Object.entries(kept).filter(([id]) => known.has(id)));
  }

  function choose(ballot, choice, number) {
    const next = ballot.kind === "choice" ? { [choice]: 1 } : { ...chosen(ballot), [choice]: number };
    if (ballot.kind === "dots" && sum(next) > ballot.budget) return;
    remember(draftKey(ballot), next);
    room.changed();
  }

  list.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest('[data-action="less"], [data-action="more"]');
      const ballot = openBallot(room.state);
      if (!button || !ballot) return;
      const choice = button.closest("[data-choice]").dataset.choice;
      const number = (chosen(ballot)[choice] ?? 0) + (button.dataset.action === "more" ? 1 : -1);
      if (number >= 0) choose(ballot, choice, number);
    },
    { signal },
  );

  list.addEventListener(
    "change",
    (event) => {
      const ballot = openBallot(room.state);
      const item = event.target.closest("[data-choice]");
      if (ballot && item) choose(ballot, item.dataset.choice, ballot.kind === "choice" ? 1 : Number(event.target.value));
    },
    { signal },
  );

  why.addEventListener(
    "input",
    () => {
      const ballot = openBallot(room.state);
      if (!ballot) return;
      remember(reasonKey(ballot), why.value);
      room.changed();
    },
    { signal },
  );

  form.addEventListener(
    "submit",
    (event) => {
      event.preventDefault();
      const ballot = openBallot(room.state);
      if (!ballot) return;
      const choices = given(chosen(ballot));
      if (ballot.kind === "choice" && !Object.keys(choices).length) {
        list.querySelector("input")?.focus();
        return;
      }
      const reason = ballot.kind === "choice" ? why.value.trim() : "";
      room.act(OPS.vote_cast, { ballot: ballot.id, choices, ...(reason ? { reason } : {}) });
      forget(draftKey(ballot));
      forget(reasonKey(ballot));
    },
    { signal },
  );

  function drawChoice(element, choice, ballot, now) {
    const number = now[choice.id] ?? 0;
    const at = (name) => element.querySelector(`[data-role="${name}"]`);
    setData(element, "choice", choice.id);
    setText(at("text"), choice.text);
    setText(at("mine-before"), firstTime(ballot, choice));
    if (ballot.kind === "choice") {
      element.querySelector("input").checked = number > 0;
      return;
    }
    if (ballot.kind === "rating") {
      for (const radio of element.querySelectorAll("input")) {
        radio.name = `rating-${choice.id}`;
        radio.checked = Number(radio.value) === number;
      }
      return;
    }
    element.querySelector('[role="group"]').setAttribute("aria-label", choice.text);
    setData(at("dots"), "given", number);
    setText(at("dot-number"), number);
    const row = at("dot-row");
    while (row.children.length > number) row.lastElementChild.remove();
    while (row.children.length < number) row.append(fromTemplate("dot"));
    setDisabled(element.querySelector('[data-action="less"]'), number === 0);
    setDisabled(element.querySelector('[data-action="more"]'), sum(now) >= ballot.budget);
  }

  /** In a second round: what I gave this choice in the first. */
  function firstTime(ballot, choice) {
    const first = previousOf(room.state, ballot);
    const number = first && room.state.me.votes[first.id]?.[choice.id];
    if (!number) return "";
    if (ballot.kind === "choice") return t("jouw keuze in de eerste ronde");
    return ballot.kind === "dots" ? tn("eerste ronde: %(n)s stip", "eerste ronde: %(n)s stippen", number) : t("eerste ronde: %(number)s", { number });
  }

  /** Why: kept while it is typed; else what was sent. */
  function drawReason(ballot) {
    show(role("reason-part"), ballot.kind === "choice");
    if (reasonOf === ballot.id) return;
    reasonOf = ballot.id;
    why.value = recall(reasonKey(ballot)) ?? sentReason(ballot);
  }

  const sentReason = (ballot) => pending(ballot)?.op.reason ?? (pending(ballot) ? "" : (room.state.me.reasons?.[ballot.id] ?? ""));

  /** A button that is focused must not become `disabled` under the finger: the focus would be gone. */
  function setDisabled(button, disabled) {
    button.setAttribute("aria-disabled", String(disabled));
  }

  function drawOpen(ballot) {
    const now = chosen(ballot);
    const before = cast(ballot);
    const entry = pending(ballot);
    setText(role("ballot-title"), ballot.title);
    if (listed !== ballot.id) list.replaceChildren();
    listed = ballot.id;
    const left = ballot.budget - sum(now);
    setText(role("ballot-left"), ballot.kind === "dots" ? t("Nog %(left)s van %(budget)s stippen", { left, budget: ballot.budget }) : "");
    syncList(list, ballot.choices, {
      key: (choice) => choice.id,
      make: () => fromTemplate(TEMPLATES[ballot.kind]),
      update: (element, choice) => drawChoice(element, choice, ballot, now),
    });
    drawReason(ballot);
    const unchanged = before !== null && same(before, now) && (ballot.kind !== "choice" || why.value.trim() === sentReason(ballot));
    let says = "";
    if (unchanged) {
      if (!entry) says = t("Je stem telt mee. Aanpassen kan tot de stemming sluit.");
      else says = room.offline ? t("Je stem wacht op verbinding.") : t("Je stem is onderweg.");
    } else if (ballot.kind === "choice" && !Object.keys(given(now)).length) says = t("Kies er één.");
    else if (before) says = t("Je hebt iets veranderd dat nog niet verstuurd is.");
    setText(role("vote-state"), says);
    setDisabled(role("vote"), unchanged);
  }

  function drawResult(ballot) {
    const { state } = room;
    const rows = standings(ballot, previousOf(state, ballot));
    const whole = wholeBar(ballot, rows);
    const { all, hands } = takenPart(state, ballot);
    const tied = tiedAtTop(rows);
    setText(role("result-title"), ballot.title);
    setText(role("result-voters"), hands ? t("%(all)s mensen hebben gestemd, van wie %(hands)s met de hand", { all, hands }) : tn("%(n)s mens heeft gestemd", "%(n)s mensen hebben gestemd", all));
    show(role("result-tie"), tied > 0);
    setText(role("result-tie"), tied ? t("Gelijk aan kop: %(n)s keuzes hebben evenveel.", { n: tied }) : "");
    syncList(role("results"), rows, { key: (row) => `${ballot.id}:${row.id}`, make: () => fromTemplate("result"), update: (element, row) => drawResultRow(element, row, whole) });
    const reasons = ballot.reasons.map((reason) => ({ text: reason.text, choice: ballot.choices.find((one) => one.id === reason.choice)?.text ?? "" }));
    show(role("result-reasons"), reasons.length > 0);
    syncList(
      role("result-reason-list"),
      reasons.map((reason, i) => ({ ...reason, key: `${i}:${reason.text}` })),
      {
        key: (reason) => reason.key,
        make: () => document.createElement("li"),
        update: (element, reason) => setText(element, reason.choice ? `${reason.choice}: ${reason.text}` : reason.text),
      },
    );
  }

  function drawResultRow(element, row, whole) {
    const at = (name) => element.querySelector(`[data-role="${name}"]`);
    setData(element, "choice", row.id);
    setText(at("text"), row.text);
    setText(at("total"), row.told);
    at("bar").max = whole;
    at("bar").value = row.value ?? 0;
    for (const name of ["before", "bar-before"]) show(at(name), row.before !== null);
    setText(at("before"), row.before ? t("eerste ronde: %(number)s", { number: row.before.told }) : "");
    at("bar-before").max = whole;
    at("bar-before").value = row.before?.value ?? 0;
    show(at("hands"), row.hands > 0);
    setText(at("hands"), row.hands ? t("waarvan %(n)s met de hand", { n: row.hands }) : "");
  }

  role("vote")?.addEventListener("click", (event) => event.currentTarget.getAttribute("aria-disabled") === "true" && event.preventDefault(), { signal });

  return function draw() {
    if (!room.state) return;
    const open = openBallot(room.state);
    if (open) drawOpen(open);
    const result = open ? null : shownResult(room.state);
    if (result) drawResult(result);
    show(role("vote-state"), Boolean(open));
  };
}
