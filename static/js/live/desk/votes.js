import { t, tn } from "../../text.js";
import { toast } from "../../toast.js";
import { fromTemplate, memory, setData, setText, show, syncList, word } from "../page.js";
import { OPS } from "../protocol.js";
import { previousOf, standings, takenPart, tiedAtTop, wholeBar } from "../results.js";
import { listActions } from "./actions.js";
import { options, shortened } from "./cards.js";
import { connectCount } from "./count.js";
import { ask } from "./dialogs.js";

const USUAL = new Set(["bottleneck", "linking_opportunity"]);

/** How many took part, in a sentence. */
export function partSaid(state, ballot) {
  const { all, hands } = takenPart(state, ballot);
  if (hands) return t("%(all)s mensen hebben gestemd, van wie %(hands)s met de hand", { all, hands });
  return tn("%(n)s mens heeft gestemd", "%(n)s mensen hebben gestemd", all);
}

/** Opening a vote about cards, once or twice; following it, counting hands, closing it, and putting it on the big screen. */
export function connectVotes({ room, root, role, actions, following = null, signal }) {
  const dialog = role("vote-dialog");
  const form = role("vote-form");
  const list = role("vote-choices");
  const which = role("ballot-which");
  const button = (name) => root.querySelector(`button[data-action="${name}"]`);
  const differs = memory();
  let wanted = null;

  /** Votes that the desk is about now: those of everybody, and of the group that is followed. */
  const ballots = () => Object.values(room.state?.ballots ?? {}).filter((ballot) => !ballot.group || !following || ballot.group === following.group);

  /** The vote that the desk shows: the one asked for, the one that runs, else the last one. */
  const present = () => {
    const all = ballots();
    return all.find((ballot) => ballot.id === wanted) ?? all.findLast((ballot) => ballot.state === "open") ?? all.at(-1) ?? null;
  };

  const count = connectCount({ room, role, signal });

  /** Cards that all who vote see: only those can be chosen from. */
  function candidates(group) {
    const all = Object.values(room.state.contributions).filter((one) => one.status === "visible" && !one.confidential && (one.consent !== "group" || one.group === null || one.group === group));
    const own = (one) => Number(Boolean(group) && one.group === group);
    return all.sort((a, b) => own(b) - own(a) || Number(USUAL.has(b.kind)) - Number(USUAL.has(a.kind)) || (a.at < b.at ? -1 : 1));
  }

  const boxes = () => [...list.querySelectorAll("input")];
  const counted = () => setText(role("vote-count"), boxes().filter((box) => box.checked).length);

  function fill(choices) {
    list.replaceChildren(
      ...choices.map(({ id, text, checked }) => {
        const item = fromTemplate("vote-choice");
        const box = item.querySelector("input");
        box.value = id;
        box.checked = checked;
        setText(item.querySelector('[data-role="text"]'), text);
        return item;
      }),
    );
    counted();
  }

  function fillWithCards() {
    const group = form.elements.namedItem("group").value || null;
    const mine = (one) => USUAL.has(one.kind) && (!group || one.group === group);
    fill(candidates(group).map((one) => ({ id: one.id, text: `${word(`kind:${one.kind}`)}: ${shortened(one.text, 160)}`, checked: mine(one) })));
  }

  /** The window as it is for a first or for a second round. */
  function set(again) {
    setText(role("vote-title"), again ? t("Tweede ronde") : t("Stemming openen"));
    setText(role("vote-verb"), again ? t("Tweede ronde openen") : t("Stemming openen"));
    show(role("vote-again"), Boolean(again));
    show(role("vote-how"), !again);
    show(role("vote-budget"), (again?.kind ?? form.elements.namedItem("kind").value) === "dots");
    const groups = Object.values(room.state.groups);
    show(role("vote-group"), !again && groups.length > 0);
    options(form.elements.namedItem("group"), groups.map((group) => [group.id, group.name]), following?.group ?? null);
    form.elements.namedItem("secret").checked = true;
  }

  form.addEventListener(
    "change",
    (event) => {
      if (event.target.name === "kind") show(role("vote-budget"), form.elements.namedItem("kind").value === "dots");
      if (event.target.name === "group") fillWithCards();
      counted();
    },
    { signal },
  );

  async function open(again) {
    if ((await ask(dialog)) !== "open") return;
    const choices = boxes().filter((box) => box.checked).map((box) => box.value);
    if (!choices.length) {
      toast(t("Kies minstens één kaart om over te stemmen."));
      return;
    }
    const value = (name) => form.elements.namedItem(name).value;
    const budget = Math.min(20, Math.max(1, Number(value("budget")) || 3));
    const group = value("group") || null;
    const how = again ? { again: again.id } : { kind: value("kind"), ...(group ? { group } : {}) };
    const every = again && choices.length === again.choices.length;
    wanted = null;
    room.act(OPS.round_open, { ballot: { title: value("title").trim(), ...how, budget, secret: form.elements.namedItem("secret").checked, ...(every ? {} : { choices: choices.slice(0, 200) }) } });
  }

  actions.on("vote", () => {
    if (!room.state) return;
    set(null);
    fillWithCards();
    open(null);
  });

  actions.on("second-round", () => {
    const first = present();
    if (!first || first.state === "open") return;
    set(first);
    form.elements.namedItem("title").value = first.title;
    form.elements.namedItem("budget").value = first.budget;
    fill(first.choices.filter((choice) => choice.contribution).map((choice) => ({ id: choice.contribution, text: shortened(choice.text, 160), checked: true })));
    open(first);
  });

  actions.on("close-vote", () => {
    const ballot = present();
    if (ballot?.state === "open") room.act(OPS.round_close, { ballot: ballot.id });
  });
  actions.on("count-hands", () => present() && count(present()));
  actions.on("show-ballot", () => {
    const ballot = present();
    if (ballot?.group) toast(t("Deze stemming is alleen voor de groep en komt niet op het grote scherm."));
    else if (ballot) room.act(OPS.projector_show, { scene: "ballot", ballot: ballot.id });
  });
  which.addEventListener(
    "change",
    () => {
      wanted = which.value;
      room.changed();
    },
    { signal },
  );

  listActions(
    role("reasons"),
    {
      "hide-reason"(text, item) {
        const ballot = present();
        const on = item.dataset.hidden === undefined;
        room.act(OPS.reason_hide, { ballot: ballot.id, text, on });
        const said = on ? t("Reden van de schermen gehaald") : t("Iedereen kan deze reden lezen");
        toast(said, { undo: () => room.act(OPS.reason_hide, { ballot: ballot.id, text, on: !on }) });
      },
    },
    signal,
  );

  function drawWhich(ballot) {
    const all = ballots();
    show(role("ballot-which-part"), all.length > 1);
    const names = all.map((one) => [one.id, `${one.previous ? t("%(title)s (tweede ronde)", { title: one.title }) : one.title}`]);
    if (which.dataset.names === JSON.stringify(names)) {
      which.value = ballot.id;
      return;
    }
    which.dataset.names = JSON.stringify(names);
    which.replaceChildren(...names.map(([id, name]) => new Option(shortened(name, 50), id)));
    which.value = ballot.id;
  }

  function drawReasons(ballot) {
    show(role("reasons-part"), ballot.reasons.length > 0);
    const texts = new Map(ballot.choices.map((choice) => [choice.id, choice.text]));
    const told = ballot.reasons.map((reason, i) => ({ ...reason, key: `${i}:${reason.text}`, said: reason.choice ? `${reason.text} (${shortened(texts.get(reason.choice) ?? "", 40)})` : reason.text }));
    syncList(role("reasons"), told, {
      key: (reason) => reason.key,
      make: () => fromTemplate("reason"),
      update(element, reason) {
        setData(element, "id", reason.text);
        setData(element, "hidden", reason.hidden ? "" : null);
        setText(element.querySelector('[data-role="text"]'), reason.said);
        setText(element.querySelector('[data-role="verb"]'), reason.hidden ? t("Laten zien") : t("Verbergen"));
      },
    });
  }

  function drawRow(element, row, ballot, whole) {
    const at = (name) => element.querySelector(`[data-role="${name}"]`);
    const told = row.value !== null;
    setData(element, "choice", row.id);
    setText(at("text"), row.text);
    setData(at("text"), "place", told ? row.place : null);
    for (const name of ["total", "bar"]) show(at(name), told);
    setText(at("total"), row.told);
    at("bar").max = whole;
    at("bar").value = row.value ?? 0;
    show(at("before"), told && row.before !== null);
    show(at("bar-before"), told && row.before !== null);
    setText(at("before"), row.before ? t("eerste ronde: %(number)s", { number: row.before.told }) : "");
    at("bar-before").max = whole;
    at("bar-before").value = row.before?.value ?? 0;
    show(at("hands"), row.hands > 0);
    setText(at("hands"), row.hands ? (ballot.result ? t("waarvan %(n)s met de hand", { n: row.hands }) : t("%(n)s met de hand", { n: row.hands })) : "");
  }

  return {
    present,
    draw() {
      const { state } = room;
      const ballot = present();
      show(role("ballot"), Boolean(ballot));
      if (!ballot || !differs(state.ballots, state.counts.voters, ballot.id, following?.group)) return;
      setText(role("ballot-title"), ballot.title);
      setText(role("ballot-voters"), partSaid(state, ballot));
      drawWhich(ballot);
      show(button("close-vote"), ballot.state === "open");
      show(button("second-round"), ballot.state === "closed" && ballot.choices.some((choice) => choice.contribution));
      show(button("count-hands"), state.lab.state === "open");
      show(button("show-ballot"), !ballot.group);
      const rows = standings(ballot, previousOf(state, ballot));
      const whole = wholeBar(ballot, rows);
      const tied = tiedAtTop(rows);
      show(role("ballot-tie"), tied > 0);
      setText(role("ballot-tie"), tied ? t("Gelijk aan kop: %(n)s keuzes hebben evenveel.", { n: tied }) : "");
      syncList(role("ballot-list"), rows, { key: (row) => `${ballot.id}:${row.id}`, make: () => fromTemplate("ballot-row"), update: (element, row) => drawRow(element, row, ballot, whole) });
      drawReasons(ballot);
    },
  };
}
