import { t, tn } from "../../text.js";
import { asking, questionsOf } from "../day.js";
import { fromTemplate, setText, show, syncList } from "../page.js";
import { saidWords, sumWords } from "../said.js";
import { fit, fitSmaller } from "./fit.js";

/** Only what worked everywhere or nowhere has a colour of its own; the words say it as well. */
function toneOf(sums) {
  const words = Object.keys(sums).filter((name) => sums[name] && name !== "not_yet");
  return words.length === 1 ? { worked: "ok", failed: "danger" }[words[0]] ?? "" : "";
}

function say(element, words, tone) {
  setText(element, words);
  element.dataset.tone = tone;
}

const at = (element, name) => element.querySelector(`[data-role="${name}"]`);

/** The scenes of the day: free text, a picture, last time, and the questions that most people want answered. */
export function connectDay({ room, role }) {
  const files = `${room.boot.urls.snapshot.split("/snapshot")[0]}/bijlagen/`;
  const picture = role("scene-picture");
  picture.addEventListener("load", () => show(picture, true));
  picture.addEventListener("error", () => show(picture, false));

  function drawText({ projector }) {
    const words = role("scene-text");
    setText(words, projector.text ?? "");
    words.dataset.long = (projector.text ?? "").length > 90 ? "yes" : "no";
  }

  function drawPicture({ projector }) {
    const address = projector.picture ? files + projector.picture : "";
    if (address && picture.getAttribute("src") !== address) picture.src = address;
  }

  function drawPrevious(state) {
    const { previous, reports } = state;
    setText(role("previous-lab"), previous.lab?.title ?? "");
    syncList(role("previous-answers"), previous.answers, {
      key: (one) => one.id,
      make: () => fromTemplate("p-answer"),
      update(element, one) {
        setText(at(element, "question"), one.question);
        setText(at(element, "text"), one.text);
        const now = reports[one.id]?.sums ?? {};
        const sums = sumWords(now) ? now : (one.sums ?? {});
        say(at(element, "said"), sumWords(sums), toneOf(sums));
      },
    });
    syncList(role("previous-actions"), previous.actions, {
      key: (one) => one.id,
      make: () => fromTemplate("p-action"),
      update(element, one) {
        const said = reports[one.id]?.said;
        setText(at(element, "text"), one.text);
        say(at(element, "said"), said ? saidWords()[said] : one.overdue ? t("over tijd") : "", said ? "" : "danger");
      },
    });
    const open = previous.open?.questions ?? [];
    show(role("previous-left"), open.length > 0);
    syncList(role("previous-questions"), open, {
      key: (one) => one.id,
      make: () => fromTemplate("p-action"),
      update(element, one) {
        setText(at(element, "text"), one.text);
        say(at(element, "said"), one.again ? t("gaat vandaag verder") : "", "");
      },
    });
    const more = (name) => (left) => {
      show(role(name), left > 0);
      setText(role(name), left ? t("en nog %(n)s op je telefoon", { n: left }) : "");
    };
    fitSmaller(role("previous-answers"), more("previous-more"));
    fit(role("previous-questions"));
    fitSmaller(role("previous-actions"), more("actions-more"));
  }

  function drawQuestions(state) {
    const step = state.agenda[state.step.id];
    const open = questionsOf(state, { open: true });
    setText(role("questions-title"), asking(state) && step.speaker ? t("Vragen aan %(name)s", { name: step.speaker }) : t("Jullie vragen"));
    show(role("questions-empty"), open.length === 0);
    syncList(role("questions-list"), open, {
      key: (one) => one.id,
      make: () => fromTemplate("p-question"),
      update(element, one) {
        setText(at(element, "text"), one.text);
        setText(at(element, "support"), one.support ? `+${one.support}` : "");
        at(element, "support").setAttribute("aria-label", tn("%(n)s steunt dit", "%(n)s steunen dit", one.support ?? 0));
      },
    });
    fit(role("questions-list"), (left) => {
      show(role("questions-more"), left > 0);
      setText(role("questions-more"), left ? t("en nog %(n)s op je telefoon", { n: left }) : "");
    });
  }

  const draws = { text: drawText, picture: drawPicture, previous: drawPrevious, questions: drawQuestions };
  return (scene) => draws[scene]?.(room.state);
}

/**
 * On the desk's preview (`…?voorbeeld=1#scene=wall&by=group`): the room as it would be with what the address asks for on the screen.
 * On the real screen it does nothing.
 */
export function previewed(room, location) {
  if (!new URLSearchParams(location.search).has("voorbeeld")) return;
  let last = {};
  Object.defineProperty(room, "state", {
    get() {
      const now = room.connection.state;
      const wish = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
      if (!now || !wish.scene) return now;
      if (last.now !== now || last.hash !== location.hash) last = { now, hash: location.hash, seen: { ...now, projector: { ...now.projector, follow: false, ...wish } } };
      return last.seen;
    },
  });
}
