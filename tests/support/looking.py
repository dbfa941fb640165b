"""A page looked at with axe (WCAG 2.2 A and AA): all rules in light; in dark, which is switched on in the page itself, those about colours.

Colours take axe most of its time, and a list of a hundred alike rows has the colours of its first ones: of neighbours that are built alike
(the same tags, classes and states all the way down) the fourth and later are left out of the rules about colours, of no others.

That dark is the same whether the reader's choice or the device asks for it, is what tests/contracts/test_contrast.py proves.
"""

from __future__ import annotations

import re
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

WORDS: dict[str, Any] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"color-contrast": {"enabled": False}},
    "resultTypes": ["violations"],
}
NAMES: dict[str, Any] = {
    "runOnly": {
        "type": "rule",
        "values": [
            "area-alt", "aria-command-name", "aria-dialog-name", "aria-input-field-name", "aria-meter-name", "aria-progressbar-name",
            "aria-toggle-field-name", "aria-tooltip-name", "aria-treeitem-name", "button-name", "document-title", "empty-heading",
            "empty-table-header", "frame-title", "html-has-lang", "html-lang-valid", "image-alt", "image-redundant-alt",
            "input-button-name", "label", "label-title-only", "landmark-unique", "link-name", "page-has-heading-one", "role-img-alt",
            "select-name", "summary-name", "svg-img-alt", "table-duplicate-name", "valid-lang",
        ],
    },
    "resultTypes": ["violations"],
}  # fmt: skip
"""What another language can get wrong: whether things have names, and names of their own."""
COLOURS: dict[str, Any] = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
SIDE = 320

_AXE = Axe().axe_script

# With reduced motion a colour still takes a moment, and what is nested deeper begins after what it is in.
_LOOK = """async ({ rules, colours, dark }) => {
  const found = [];
  const atRest = async () => {
    const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
    for (let quiet = 0; quiet < 3; quiet = document.getAnimations().length ? 0 : quiet + 1) await frame();
  };
  const look = async (theme, where, options) => {
    await atRest();
    for (const one of (await axe.run(where, options)).violations)
      found.push(`${theme}${one.id}: ${one.nodes.slice(0, 4).map((node) => node.target[0]).join(", ")}`);
  };
  const told = ["href", "src", "id", "for", "value", "name", "title", "action", "alt", "aria-label", "aria-labelledby"];
  const built = (part) => {
    const said = [...part.attributes].filter((one) => !told.includes(one.name));
    const own = said.map((one) => (one.name.startsWith("data-") ? one.name : `${one.name}=${one.value}`)).sort();
    return `${part.tagName} ${own.join(" ")}(${[...part.children].map(built).join()})`;
  };
  const alike = (within, left) => {
    const seen = new Map();
    for (const part of within.children) {
      const way = built(part);
      seen.set(way, (seen.get(way) ?? 0) + 1);
      if (seen.get(way) > 3) left.push(part);
      else alike(part, left);
    }
    return left;
  };
  await look("", document, rules);
  if (colours) {
    const left = alike(document.body, []);
    const where = left.length ? { include: [document], exclude: left } : document;
    await look("", where, colours);
    if (!dark) return found;
    const root = document.documentElement;
    const chosen = root.dataset.theme;
    root.dataset.theme = "dark";
    await look("dark: ", where, colours);
    if (chosen) root.dataset.theme = chosen;
    else delete root.dataset.theme;
  }
  return found;
}"""


def settled(page: Page) -> None:
    """Everything that starts by itself has started."""
    if page.locator("body[data-connection]").count():
        expect(page.locator("body")).to_have_attribute("data-connection", re.compile("^(connected|closed)$"), timeout=15_000)
    expect(page.locator("[data-controller]:not([data-bound])")).to_have_count(0, timeout=15_000)


def violations(page: Page, *, words_only: bool = False, dark: bool = True) -> list[str]:
    """What axe finds on the page as it is: "rule: where", and "dark: rule: where". ``words_only``: of a page that was looked at whole in
    another language only what its words can get wrong."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(_AXE)
    found: list[str] = page.evaluate(
        _LOOK, {"rules": NAMES if words_only else WORDS, "colours": None if words_only else COLOURS, "dark": dark}
    )
    return found


def sticks_out(page: Page, width: int = SIDE) -> list[str]:
    """Makes the window this wide; what does not fit in it."""
    page.set_viewport_size({"width": width, "height": 640})
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [f"{wide} wide at {width}"] if wide > width else []
