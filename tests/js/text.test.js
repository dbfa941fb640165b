import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { formatNumber, setCatalogue, t, tn } from "../../static/js/text.js";

// The catalogue has the shape that kennislab/core/catalogue.py makes: a text, or [one, other] under the singular.
const ENGLISH = {
  locale: "en",
  messages: { "Hand op": "Raise your hand", "%(n)s bijdrage": ["%(n)s contribution", "%(n)s contributions"], "Kaart: %(title)s": "Card: %(title)s" },
};

afterEach(() => setCatalogue(null));

test("without a catalogue everything is Dutch", () => {
  assert.equal(t("Hand op"), "Hand op");
  assert.equal(tn("%(n)s bijdrage", "%(n)s bijdragen", 1), "1 bijdrage");
  assert.equal(tn("%(n)s bijdrage", "%(n)s bijdragen", 1200), "1.200 bijdragen");
});

test("a text and its values in English", () => {
  setCatalogue(ENGLISH);
  assert.equal(t("Hand op"), "Raise your hand");
  assert.equal(t("Kaart: %(title)s", { title: "100 %" }), "Card: 100 %");
  assert.equal(formatNumber(1200), "1,200");
});

test("one and many in English", () => {
  setCatalogue(ENGLISH);
  assert.equal(tn("%(n)s bijdrage", "%(n)s bijdragen", 0), "0 contributions");
  assert.equal(tn("%(n)s bijdrage", "%(n)s bijdragen", 1), "1 contribution");
  assert.equal(tn("%(n)s bijdrage", "%(n)s bijdragen", 1200), "1,200 contributions");
});

test("what the catalogue does not have stays Dutch", () => {
  setCatalogue(ENGLISH);
  assert.equal(t("Nog niets"), "Nog niets");
  assert.equal(tn("%(n)s stip", "%(n)s stippen", 2), "2 stippen");
});
