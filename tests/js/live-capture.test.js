import assert from "node:assert/strict";
import { test } from "node:test";
import { bare, isList, linesOf, rowsOf } from "../../static/js/live/lines.js";
import { standings, takenPart, tiedAtTop, wholeBar } from "../../static/js/live/results.js";

const NAMES = [["Knelpunt", "bottleneck"], ["Knelpunten", "bottleneck"], ["Oplossing", "solution"], ["Oplossingen", "solution"], ["K", "bottleneck"], ["O", "solution"]];
const read = (text, kind = "insight") => linesOf(text, NAMES, kind).map((one) => `${one.kind}|${one.text}`);

test("what made a line an item of a list goes, what was said stays", () => {
  const kept = ["Drie loketten", "3.5 miljoen euro", "2026 is het jaar", "- 5 graden is koud".slice(2), "A4 is te klein", "Wie? Wij."];
  for (const text of kept) assert.equal(bare(text), text);
  for (const mark of ["- ", "* ", "• ", "– ", "1. ", "1) ", "(12) ", "1.2. ", "a) ", "iv. ", "[ ] ", "[x] ", "☐ ", "  - ", "• 1. ", "## ", "- [ ] "]) {
    assert.equal(bare(`${mark}Drie  loketten `), "Drie loketten", mark);
  }
});

test("lines become cards of the chosen kind; empty lines do not", () => {
  assert.deepEqual(read("- één\r\n\r\n-  twee\n3. drie\n"), ["insight|één", "insight|twee", "insight|drie"]);
  assert.equal(isList("één\n\n"), false);
  assert.equal(isList("één\ntwee"), true);
});

test("a heading, a word before a colon and a column say the kind", () => {
  assert.deepEqual(read("Knelpunten:\n- a\n- b\n\n## Oplossingen\n- c"), ["bottleneck|a", "bottleneck|b", "solution|c"]);
  assert.deepEqual(read("K: te duur\nOplossing: iemand erbij\nLet op: de trap"), ["bottleneck|te duur", "solution|iemand erbij", "insight|Let op: de trap"]);
  assert.deepEqual(read("knelpunt\tte duur\nOPLOSSING\tiemand erbij"), ["bottleneck|te duur", "solution|iemand erbij"]);
});

test("a column of a spreadsheet: quoted cells with line ends and quotes in them", () => {
  assert.deepEqual(rowsOf('"eerste\nregel"\ttwee\n"hij zei ""nee"""\t'), [["eerste\nregel", "twee"], ['hij zei "nee"', ""]]);
  assert.deepEqual(read('"eerste\nregel"\nlos'), ["insight|eerste\nregel", "insight|los"]);
  assert.deepEqual(read('"Nee" zei hij\n"Ja"'), ['insight|"Nee" zei hij', "insight|Ja"]);
  assert.deepEqual(read("Tilburg\tte duur\nDelft\tte traag"), ["insight|Tilburg · te duur", "insight|Delft · te traag"]);
});

test("a list has an end", () => {
  assert.equal(linesOf("x\n".repeat(500), NAMES, "insight").length, 200);
});

const choices = ["a", "b", "c"].map((id) => ({ id, text: id.toUpperCase(), contribution: id }));
const vote = (more) => ({ id: "v", kind: "dots", choices, result: { a: 2, b: 5, c: 2 }, counted: {}, rated: {}, hands: 0, voters: 3, ...more });

test("most first, equal is equal, and nothing given is no tie", () => {
  const rows = standings(vote());
  assert.deepEqual(rows.map((row) => [row.id, row.told, row.place, row.shared]), [["b", "5", 1, false], ["a", "2", 2, true], ["c", "2", 2, true]]);
  assert.equal(tiedAtTop(rows), 0);
  assert.equal(tiedAtTop(standings(vote({ result: { a: 3, b: 3, c: 0 } }))), 2);
  const none = standings(vote({ result: { a: 0, b: 0, c: 0 } }));
  assert.deepEqual([tiedAtTop(none), none[0].shared, wholeBar(vote(), none)], [0, false, 1]);
});

test("a secret vote has no places and no numbers", () => {
  const rows = standings(vote({ result: null, rated: null, counted: null }));
  assert.deepEqual(rows.map((row) => [row.id, row.told, row.place, row.hands]), [["a", "", null, 0], ["b", "", null, 0], ["c", "", null, 0]]);
});

test("marks are means, of who gave one", () => {
  const ballot = vote({ kind: "rating", result: { a: 14, b: 5, c: 0 }, rated: { a: 3, b: 1, c: 0 } });
  const rows = standings(ballot);
  assert.deepEqual(rows.map((row) => [row.id, row.told]), [["b", "5,0"], ["a", "4,7"], ["c", "0,0"]]);
  assert.equal(wholeBar(ballot, rows), 5);
});

test("two rounds stand beside each other; what was not in the first has nothing before it", () => {
  const first = vote({ choices: choices.slice(0, 2), result: { a: 6, b: 1 } });
  const second = vote({ counted: { b: 2 }, hands: 2 });
  const rows = standings(second, first);
  assert.deepEqual(rows.map((row) => [row.id, row.told, row.before?.told ?? null, row.hands]), [["b", "5", "1", 2], ["a", "2", "6", 0], ["c", "2", null, 0]]);
  assert.equal(wholeBar(second, rows), 6);
  assert.deepEqual(takenPart({ counts: {} }, second), { phones: 3, hands: 2, all: 5 });
  assert.deepEqual(takenPart({ counts: { voters: { v: 4 } } }, vote({ voters: null })), { phones: 4, hands: 0, all: 4 });
});
