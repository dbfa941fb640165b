import { t, tn } from "../../text.js";
import { toast } from "../../toast.js";
import { fromTemplate, setData, setText, show, syncList, word } from "../page.js";
import { OPS } from "../protocol.js";
import { ask } from "./dialogs.js";
import { shortened } from "./wall.js";

const USUAL = new Set(["bottleneck", "linking_opportunity"]);

/** Opening a vote about cards, following it, closing it, and putting it on the big screen. */
export function connectVotes({ room, root, role, actions, signal }) {
  const dialog = role("vote-dialog");
  const form = role("vote-form");
  const list = role("vote-choices");
  const button = (name) => root.querySelector(`button[data-action="${name}"]`);

  /** The vote that the desk shows: the one that runs, else the last one. */
  const present = () => {
    const ballots = Object.values(room.state?.ballots ?? {});
    return ballots.findLast((ballot) => ballot.state === "open") ?? ballots.at(-1) ?? null;
  };

  /** Cards that everybody sees: only those can be chosen from. */
  function candidates() {
    const all = Object.values(room.state.contributions).filter((one) => one.status === "visible" && (one.consent !== "group" || one.group === null));
    return all.sort((a, b) => Number(USUAL.has(b.kind)) - Number(USUAL.has(a.kind)) || (a.at < b.at ? -1 : 1));
  }

  const boxes = () => [...list.querySelectorAll("input")];
  const count = () => setText(role("vote-count"), boxes().filter((box) => box.checked).length);

  function fill() {
    list.replaceChildren();
    for (const one of candidates()) {
      const item = fromTemplate("vote-choice");
      const box = item.querySelector("input");
      box.value = one.id;
      box.checked = USUAL.has(one.kind);
      setText(item.querySelector('[data-role="text"]'), `${word(`kind:${one.kind}`)}: ${shortened(one.text, 160)}`);
      list.append(item);
    }
    count();
  }

  form.addEventListener(
    "change",
    (event) => {
      if (event.target.name === "kind") show(role("vote-budget"), form.elements.namedItem("kind").value === "dots");
      count();
    },
    { signal },
  );

  actions.on("vote", async () => {
    if (!room.state) return;
    fill();
    if ((await ask(dialog)) !== "open") return;
    const choices = boxes().filter((box) => box.checked).map((box) => box.value);
    if (!choices.length) {
      toast(t("Kies minstens één kaart om over te stemmen."));
      return;
    }
    const kind = form.elements.namedItem("kind").value;
    const budget = Math.min(20, Math.max(1, Number(form.elements.namedItem("budget").value) || 3));
    room.act(OPS.round_open, { ballot: { title: form.elements.namedItem("title").value.trim(), kind, budget, choices: choices.slice(0, 200) } });
  });

  actions.on("close-vote", () => {
    const ballot = present();
    if (ballot?.state === "open") room.act(OPS.round_close, { ballot: ballot.id });
  });
  actions.on("show-ballot", () => {
    const ballot = present();
    if (ballot) room.act(OPS.projector_show, { scene: "ballot", ballot: ballot.id });
  });

  return {
    present,
    draw() {
      const ballot = present();
      show(role("ballot"), Boolean(ballot));
      if (!ballot) return;
      const voters = room.state.counts.voters?.[ballot.id] ?? 0;
      setText(role("ballot-title"), ballot.title);
      setText(role("ballot-voters"), tn("%(n)s mens heeft gestemd", "%(n)s mensen hebben gestemd", voters));
      show(button("close-vote"), ballot.state === "open");
      const total = (choice) => ballot.result?.[choice.id] ?? 0;
      const most = Math.max(1, ...ballot.choices.map(total));
      const choices = ballot.result ? [...ballot.choices].sort((a, b) => total(b) - total(a)) : ballot.choices;
      syncList(role("ballot-list"), choices, {
        key: (choice) => `${ballot.id}:${choice.id}`,
        make: () => fromTemplate("ballot-row"),
        update(element, choice) {
          const bar = element.querySelector('[data-role="bar"]');
          const number = element.querySelector('[data-role="total"]');
          setData(element, "choice", choice.id);
          setText(element.querySelector('[data-role="text"]'), choice.text);
          show(number, Boolean(ballot.result));
          show(bar, Boolean(ballot.result));
          setText(number, ballot.result ? total(choice) : "");
          bar.max = most;
          bar.value = total(choice);
        },
      });
    },
  };
}
