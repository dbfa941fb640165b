import { t, tn } from "../../text.js";
import { fromTemplate, setData, setText, show, syncList } from "../page.js";
import { OPS } from "../protocol.js";
import { forget, recall, remember } from "../remembered.js";
import { openBallot, shownResult } from "./views.js";

const sum = (numbers) => Object.values(numbers).reduce((a, b) => a + b, 0);
const given = (choices) => Object.fromEntries(Object.entries(choices).filter(([, number]) => number > 0));
const same = (a, b) => JSON.stringify(Object.entries(given(a)).sort()) === JSON.stringify(Object.entries(given(b)).sort());

/** Voting with dots or with 1 to 5, and the result. What is chosen but not sent survives a reload. */
export function connectBallot({ room, role, signal }) {
  const form = role("ballot");
  const list = role("choices");
  let listed = null;

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
    const next = { ...chosen(ballot), [choice]: number };
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
      if (ballot && item) choose(ballot, item.dataset.choice, Number(event.target.value));
    },
    { signal },
  );

  form.addEventListener(
    "submit",
    (event) => {
      event.preventDefault();
      const ballot = openBallot(room.state);
      if (!ballot) return;
      room.act(OPS.vote_cast, { ballot: ballot.id, choices: given(chosen(ballot)) });
      forget(draftKey(ballot));
    },
    { signal },
  );

  function drawChoice(element, choice, ballot, now) {
    const number = now[choice.id] ?? 0;
    const at = (name) => element.querySelector(`[data-role="${name}"]`);
    setData(element, "choice", choice.id);
    setText(at("text"), choice.text);
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
      make: () => fromTemplate(ballot.kind === "dots" ? "choice-dots" : "choice-rating"),
      update: (element, choice) => drawChoice(element, choice, ballot, now),
    });
    const unchanged = before !== null && same(before, now);
    let says = "";
    if (unchanged) {
      if (!entry) says = t("Je stem telt mee. Aanpassen kan tot de stemming sluit.");
      else says = room.offline ? t("Je stem wacht op verbinding.") : t("Je stem is onderweg.");
    } else if (before) says = t("Je hebt iets veranderd dat nog niet verstuurd is.");
    setText(role("vote-state"), says);
    setDisabled(role("vote"), unchanged);
  }

  function drawResult(ballot) {
    const most = Math.max(1, ...Object.values(ballot.result ?? {}));
    const voters = room.state.counts.voters?.[ballot.id] ?? 0;
    setText(role("result-title"), ballot.title);
    setText(role("result-voters"), tn("%(n)s mens heeft gestemd", "%(n)s mensen hebben gestemd", voters));
    const sorted = [...ballot.choices].sort((a, b) => (ballot.result?.[b.id] ?? 0) - (ballot.result?.[a.id] ?? 0));
    syncList(role("results"), sorted, {
      key: (choice) => `${ballot.id}:${choice.id}`,
      make: () => fromTemplate("result"),
      update(element, choice) {
        const total = ballot.result?.[choice.id] ?? 0;
        const bar = element.querySelector('[data-role="bar"]');
        setText(element.querySelector('[data-role="text"]'), choice.text);
        setText(element.querySelector('[data-role="total"]'), total);
        bar.max = most;
        bar.value = total;
      },
    });
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
