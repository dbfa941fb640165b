import assert from "node:assert/strict";
import { test } from "node:test";
import { leftText } from "../../static/js/questions/countdown.js";
import { choose, fieldsOf, hasWords, same, shelf } from "../../static/js/questions/drafts.js";
import { outcome } from "../../static/js/questions/outcomes.js";

const TEXT = { text: "Hoe bereik je bewoners?", question: "abc" };
const kept = (fields, more = {}) => ({ fields, at: 2000, base: "3", synced: false, ...more });
const page = (fields, more = {}) => ({ fields, base: "3", at: 1000, ...more });

test("which version is shown, so that nothing is lost", () => {
  const longer = { ...TEXT, text: "Hoe bereik je bewoners die wegblijven?" };
  for (const [what, copy, shown] of [
    ["page", null, page(TEXT)],
    ["page", kept({ text: "  ", municipality_code: "GM0855" }), page(TEXT)], // nothing was written
    ["page", kept(TEXT), page(TEXT)],
    ["device", kept(longer), page(TEXT)], // goes on from what the server has
    ["device", kept(longer, { base: "0" }), page({ text: "", question: "" })], // the server has nothing
    ["device-newest", kept(longer, { base: "2" }), page(TEXT)], // both changed, this device last
    ["page-newest", kept(longer, { base: "2" }), page(TEXT, { at: 9000 })],
    ["page", kept(longer, { base: "2", synced: true }), page(TEXT)], // what it holds is on the server already, and was changed there
    ["page-newest", kept({ ...longer, question: "other" }), page(TEXT)], // of another draft, and not yet on the server
    ["page", kept({ ...longer, question: "other" }, { synced: true }), page(TEXT)],
  ])
    assert.equal(choose(copy, shown), what);
});

test("fields of a form: chosen radios only, no secrets, and what counts as written", () => {
  const form = { elements: [
    { name: "csrf_token", type: "hidden", value: "s" },
    { name: "rev", type: "hidden", value: "3" },
    { name: "text", type: "textarea", value: "Hoe" },
    { name: "own_a", type: "radio", value: "yes", checked: false },
    { name: "own_a", type: "radio", value: "no", checked: true },
    { name: "do", type: "submit", value: "send" },
  ] };
  assert.deepEqual(fieldsOf(form), { text: "Hoe", own_a: "no" });
  assert.equal(hasWords({ text: " ", municipality_code: "GM0855", question: "abc" }), false);
  assert.equal(hasWords({ text: "", own_a: "no" }), true);
  assert.equal(same({ text: "a", question: "1", extra: "x" }, { text: "a", question: "2" }), true);
  assert.equal(same({ text: "a" }, { text: "b" }), false);
});

test("a device that keeps nothing takes nothing down", () => {
  const broken = shelf({ getItem: () => "{not json", setItem() { throw new Error("full"); }, removeItem() { throw new Error("no"); } });
  assert.equal(broken.read("k"), null);
  assert.equal(broken.write("k", {}), false);
  broken.clear("k");
});

test("how long still, and what came of it, in words", () => {
  const minute = 60_000;
  assert.deepEqual(
    [3 * 1440 * minute, 5 * 60 * minute, 42 * minute, 2 * minute + 5000, 1000, -5].map(leftText),
    ["Nog 3 dagen", "Nog 5 uur", "Nog 42 minuten", "2:05", "Nog 1 seconde", "Nog 0 seconden"],
  );
  assert.equal(outcome({ worked: 2, worked_in: ["Delft", "Emmen"] }), "Werkte in Delft, Emmen.");
  assert.equal(outcome({ worked: 1, worked_in: [] }), "Werkte in 1 gemeente.");
  assert.equal(outcome({ worked: 0, partly: 0, failed: 3 }), "Werkte niet in 3 gemeenten.");
  assert.equal(outcome({}), "Nog niet bekend of het werkte.");
});
