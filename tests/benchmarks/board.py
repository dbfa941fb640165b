"""How smooth a full board is while a card is dragged: ``python -m tests.benchmarks.board [--cards 500] [--turns 5]``.

Needs Chromium. Prints, per turn, what a frame costs in processor time and on the clock, and how far frames lie apart; and how large the
page is. On a quiet machine a turn stays within a frame (16.7 ms) at the median and for nineteen in twenty.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.grouping.frames import drag_about, full_board, percentile
from tests.programme.served import serving, sign_in_browser
from tests.support import browser, databases


def measure(cards: int, turns: int) -> None:
    with tempfile.TemporaryDirectory(prefix="kennislab-board-") as name:
        folder = Path(name)
        app = databases.create_app(databases.settings(folder, databases.Databases(folder, _none).filled("sqlite", folder)))
        world, ids = full_board(app, cards)
        browser.use_our_node()
        with serving(app) as url, sync_playwright() as playwright:
            chromium = playwright.chromium.launch(**browser.launch_arguments())
            context = chromium.new_context(**browser.LAPTOP, **browser.IN_DUTCH)
            sign_in_browser(context, app, world, "facilitator", url)
            page = context.new_page()
            page.goto(f"{url}/kennislabs/{world.lab_id}/themas")
            page.locator("[data-controller=board][data-bound]").wait_for(timeout=60_000)
            size = page.evaluate("() => [document.documentElement.outerHTML.length, document.querySelectorAll('*').length]")
            print(f"{cards} cards: {size[0] / 1000:.0f} KB of HTML, {size[1]} elements")
            best = float("inf")
            for turn in range(turns):
                page.evaluate("() => document.querySelector('.board').scrollIntoView()")
                frames = drag_about(page, ids[turn])
                best = min(best, percentile(frames.work, 0.95))
                print(f"  {frames}")
            print(f"  best turn: 95% under {best:.1f} ms of work (16.7 is one frame)")
            chromium.close()
        databases.dispose(app)


def _none() -> databases.Postgres:
    raise RuntimeError("this measures on SQLite")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cards", type=int, default=500)
    parser.add_argument("--turns", type=int, default=5)
    arguments = parser.parse_args()
    measure(arguments.cards, arguments.turns)
