import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readsAsAdvice } from "../../static/js/live/advice.js";

/** The sentences that the server's own guess is tested with, so that the two do not drift apart. */
function examples(name) {
  const source = readFileSync(new URL("../live/methods/test_rules.py", import.meta.url), "utf8");
  const list = source.slice(0, source.indexOf(`def ${name}`));
  const block = list.slice(list.lastIndexOf("@pytest.mark.parametrize"));
  return [...block.matchAll(/^ {8}"(.*)",$/gm)].map(([, text]) => text);
}

test("advice is recognised in its usual dress, as on the server", () => {
  const texts = examples("test_advice_is_recognised_in_its_usual_dress");
  assert.ok(texts.length > 10);
  assert.deepEqual(texts.filter((text) => !readsAsAdvice(text)), []);
});

test("a real question is no advice, as on the server", () => {
  const texts = examples("test_a_real_question_is_no_advice");
  assert.ok(texts.length > 10);
  assert.deepEqual(texts.filter((text) => readsAsAdvice(text)), []);
});
