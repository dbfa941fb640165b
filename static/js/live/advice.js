/**
 * Whether a question reads as advice in disguise: only to give a hint while somebody writes, never to refuse. The same careful guess as
 * `reads_as_advice` in kennislab/live/methods/rules.py; tests/js/live-advice.test.js holds the two to the same examples.
 */

const BEGINS = "^(?:(?:en|maar|dus|nou|tja|volgens mij)[\\s,]+)*";
const FORMS = [
  "ik zou (?!(?:graag|wel|ook|nog|eerst|eigenlijk|even)?\\s*(?:wel|graag|eens|ook)?\\s*(?:willen )?(?:weten|begrijpen|horen|vragen|snappen)\\b)",
  "als ik jou was\\b",
  "(?:mijn )?(?:tip|advies)\\s*:",
  "mijn (?:tip|advies) (?:is|zou)\\b",
  "waarom [\\p{L}\\d_]+ (?:je|jullie) (?:[\\p{L}\\d_]+ ){0,3}?niet (?:gewoon|eens|liever|beter|toch)\\b",
  "(?:kun|kan) (?:je|jullie) niet (?:gewoon|beter|eens)\\b",
  "heb(?:t|ben)? (?:je|jullie) (?:er )?(?:ook )?(?:al )?(?:eens |wel eens )?(?:aan gedacht|overwogen|geprobeerd) om\\b",
  "(?:is|lijkt) het (?:geen|niet een) (?:goed )?idee om\\b",
  "(?:je|jullie) (?:kunt|kan|kunnen) (?:het )?beter\\b",
  "(?:je|jullie) zou(?:den)? (?:eens|beter|kunnen|moeten|ook|gewoon)\\b",
  "(?:je|jullie) (?:moet|moeten)\\b(?![^?]*\\?\\s*$)",
  "(?:kun|kan|moet) je beter\\b",
  "(?:probeer|doe|ga|vraag|bel|neem) (?:eens|gewoon|het eens|ook eens)\\b",
];
const ADVICE = new RegExp(`${BEGINS}(?:misschien moet(?:en)? (?:je|jullie)\\b|(?:misschien\\s+)?(?:${FORMS.join("|")}))`, "iu");
const EDGES = /^[\s\-–•"'“”‘’]+|[\s\-–•"'“”‘’]+$/gu;

export function readsAsAdvice(text) {
  const sentences = text.replace(/([.!?])\s+/g, "$1\n").split(/\n+/); // without looking behind, which older phones cannot
  return sentences.some((sentence) => ADVICE.test(sentence.replace(EDGES, "")));
}
