import assert from "node:assert/strict";
import test from "node:test";
import { fieldsOf, putBack, typedIn } from "../../static/js/harvest/typed.js";

function storage() {
  const kept = new Map();
  return { kept, getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key) };
}

const form = (...fields) => ({ elements: Object.assign([...fields], Object.fromEntries(fields.map((field) => [field.name, field]))) });

test("what somebody filled in is kept, not what the page needs itself", () => {
  const filled = form(
    { name: "csrf_token", value: "x" },
    { name: "rev", value: "abc.3" },
    { name: "text", value: "Anders" },
    { name: "agreed", type: "checkbox", checked: true, value: "1" },
    { name: "", type: "submit", value: "Opslaan" },
  );
  assert.deepEqual(fieldsOf(filled), { text: "Anders", agreed: true });
  const fresh = form({ name: "text", value: "Zoals het was" }, { name: "agreed", type: "checkbox", checked: false });
  putBack(fresh, { text: "Anders", agreed: true, gone: "x" });
  assert.equal(fresh.elements.text.value, "Anders");
  assert.equal(fresh.elements.agreed.checked, true);
});

test("the last one is gone on with; what was saved or given up is forgotten", (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: 1000 });
  const place = storage();
  const typed = typedIn(place, "kl-oogst:4");
  typed.keep("a", "edit", { fields: { text: "Een" }, rev: "a.1", others: [] });
  context.mock.timers.tick(10);
  typed.keep("b", "merge", { fields: { text: "Twee" }, others: ["c"] });
  assert.deepEqual(typed.last(), { fields: { text: "Twee" }, others: ["c"], item: "b", editor: "merge", at: 1010 });
  assert.equal(typed.of("a", "edit").rev, "a.1");
  assert.equal(typed.of("a", "lesson"), null);
  typed.drop("b", "merge");
  assert.equal(typed.last().item, "a");
  typed.drop("a", "edit");
  assert.equal(typed.last(), null);
  assert.equal(place.kept.size, 0);
});

test("without storage nothing is kept and nothing breaks", () => {
  const typed = typedIn(null, "kl-oogst:4");
  typed.keep("a", "edit", { fields: {} });
  assert.equal(typed.of("a", "edit"), null);
  assert.equal(typed.last(), null);
});
