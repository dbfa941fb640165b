"""Hands on a keyboard and nothing else. After every key the focus is somewhere, and it can be seen where."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

# "" when all is well, within some frames. An input that is itself not drawn (a chip, a star) shows its focus on its label
# or on what stands beside it.
_SEEN = """async () => {
 const wrong = () => {
  const active = document.activeElement;
  if (!active || active === document.body || active === document.documentElement) return "the focus is nowhere";
  const drawn = (element) => {
    if (!element) return false;
    const style = getComputedStyle(element);
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    return outlined || (style.boxShadow !== "none" && element.matches(":focus-visible, :focus-within"));
  };
  const name = `${active.tagName.toLowerCase()}.${active.className} “${(active.textContent || active.value || "").trim().slice(0, 40)}”`;
  if (!active.matches(":focus-visible")) return `the focus is not visible on ${name}`;
  if (![active, active.nextElementSibling, active.closest("label"), active.parentElement].some(drawn)) return `no outline on ${name}`;
  const box = active.getBoundingClientRect();
  if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) return `off the screen: ${name}`;
  return "";
 };
 for (let frames = 0; frames < 20 && wrong(); frames += 1) await new Promise((drawn) => requestAnimationFrame(drawn));
 return wrong();
}"""


def seen(page: Page) -> None:
    """The focus is on something, drawn, and on the screen."""
    wrong = page.evaluate(_SEEN)
    assert wrong == "", wrong


def press(page: Page, *keys: str) -> None:
    """One key after the other; after each the focus can be seen."""
    for key in keys:
        page.keyboard.press(key)
        seen(page)


def tab_to(page: Page, target: Locator, key: str = "Tab", most: int = 80) -> None:
    """Tab until ``target`` has the focus. Fails when it is not reached: then it cannot be by keyboard."""
    for _ in range(most):
        page.keyboard.press(key)
        seen(page)
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"not reached in {most} presses of {key}: {target}")
