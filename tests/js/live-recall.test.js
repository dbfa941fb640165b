import assert from "node:assert/strict";
import { test } from "node:test";
import { askOf, bestOf, evidenceOf, referenceTo, saidOf, whereOf } from "../../static/js/live/recall.js";

const hit = (more) => ({ id: "a", kind: "bottleneck", text: "Geld komt te laat", quarter: "2e kwartaal 2024", place: "Delft", url: "/archief/a", tried: 0, worked: 0, partly: 0, failed: 0, worked_in: [], contact: "", solutions: [], ...more });

test("a link is to the solution that did best, unless it failed more often than it helped", () => {
  const good = hit({ id: "s", kind: "solution", tried: 2, worked: 1, failed: 1, worked_in: ["Tilburg"] });
  const bad = hit({ id: "f", kind: "solution", tried: 1, failed: 1 });
  const untried = hit({ id: "u", kind: "solution" });
  assert.equal(bestOf(hit({ solutions: [good, bad] })).id, "s");
  assert.equal(bestOf(hit({ solutions: [bad] })).id, "a");
  assert.equal(bestOf(hit({ solutions: [untried] })).id, "u");
  assert.equal(bestOf(hit({})).id, "a");
  assert.deepEqual(referenceTo(good), { id: "s", text: "Geld komt te laat", place: "Tilburg", worked: true });
});

test("what a card says of it, also when it is anonymous or only just linked", () => {
  assert.equal(saidOf({ id: "s", text: "x", place: "Tilburg", worked: true }), "Dit hielp in Tilburg");
  assert.equal(saidOf({ id: "s", text: "x", place: "", worked: true }), "Dit hielp eerder");
  assert.equal(saidOf({ id: "s", text: "x", place: "Delft", worked: false }), "Eerder in Delft");
  assert.equal(saidOf({ id: "s", text: "x", place: "", worked: false }), "Kwam eerder langs");
  assert.equal(saidOf({ id: "s" }), "Gekoppeld aan het archief");
});

test("where, whether it worked, and whom to ask", () => {
  assert.equal(whereOf(hit({})), "Delft · 2e kwartaal 2024");
  assert.equal(whereOf(hit({ place: "" })), "2e kwartaal 2024");
  assert.equal(evidenceOf(hit({})), "");
  assert.equal(evidenceOf(hit({ tried: 2, worked: 1 })), "2 keer geprobeerd, 1 keer gewerkt");
  assert.equal(evidenceOf(hit({ tried: 3, worked: 1, partly: 2 })), "3 keer geprobeerd, 1 keer gewerkt, 2 keer half");
  assert.equal(askOf(hit({ contact: "Jan de Vries" })), "Vraag het aan: Jan de Vries");
  assert.equal(askOf(hit({})), "Vraag het aan de gemeente Delft");
  assert.equal(askOf(hit({ place: "" })), "");
});
