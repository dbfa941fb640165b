import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const STATIC = new URL("../../static/", import.meta.url);

/** Every file that a module needs, itself included, as paths under static/. */
function needs(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  if (file.startsWith("vendor/")) return found;
  const source = readFileSync(new URL(file, STATIC), "utf8");
  for (const [, path] of source.matchAll(/from "(\.[^"]+)"/g)) needs(new URL(path, new URL(file, STATIC)).pathname.slice(STATIC.pathname.length), found);
  return found;
}

test("the phone asks for all its scripts at once, and for no others", () => {
  const page = readFileSync(new URL("../../templates/live/phone.html", import.meta.url), "utf8");
  const head = page.slice(page.indexOf("{% block head %}"), page.indexOf("modulepreload"));
  const asked = [...head.matchAll(/"((?:js|vendor)\/[^"]+)"/g)].map(([, file]) => file);
  const needed = new Set([...needs("js/controllers/phone-controller.js"), ...needs("js/controllers/keyboard-controller.js")]);
  assert.deepEqual([...asked].sort(), [...needed].sort());
});
