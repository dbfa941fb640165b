"""How smooth a card is dragged over a board: what each frame costs, measured in the browser itself.

``work``: milliseconds from the first movement of the pointer in a frame until the page is drawn anew (our script, Sortable's, style,
layout and painting). ``apart``: milliseconds between two frames; at sixty a second they are 16.7 apart, more means that one was missed.
Both are time on the clock, and grow on a machine that does more. ``processor``, milliseconds of the page's own thread, does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Any

from flask import Flask

from kennislab.core import clock
from kennislab.core.transaction import transaction
from kennislab.grouping import operations, queries
from kennislab.programme.models import Lab
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus
from tests.factories.world import World
from tests.grouping.boards import person, rows, with_questions

_BEGIN = """() => {
  const frames = { work: [], apart: [], on: true };
  window.measuredFrames = frames;
  let last = performance.now();
  let began = 0;
  const channel = new MessageChannel();
  channel.port1.onmessage = () => { if (began) frames.work.push(performance.now() - began); began = 0; };
  const moved = () => { began ||= performance.now(); };
  for (const kind of ["pointermove", "mousemove", "touchmove"]) addEventListener(kind, moved, { capture: true, passive: true });
  const frame = (now) => {
    if (!frames.on) return;
    frames.apart.push(now - last);
    last = now;
    channel.port2.postMessage(0);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}"""


@dataclass(frozen=True, slots=True)
class Frames:
    """Lists in milliseconds, one number per frame; ``processor`` is their mean."""

    work: list[float]
    apart: list[float]
    processor: float

    @staticmethod
    def _line(times: list[float]) -> str:
        return f"median {median(times):.1f}, 95% under {percentile(times, 0.95):.1f}, longest {max(times):.1f} ms"

    def __str__(self) -> str:
        return (
            f"{len(self.work)} frames: processor {self.processor:.1f} ms each; work {self._line(self.work)}; apart {self._line(self.apart)}"
        )


def percentile(times: list[float], part: float) -> float:
    """The time under which this part of them lies."""
    return sorted(times)[min(len(times) - 1, int(part * len(times)))]


def full_board(app: Flask, cards: int = 500) -> tuple[World, list[int]]:
    """A board with ``cards`` questions: two in five on the pile, the others in ten themes."""
    world, _ = with_questions(app, 1)
    by = person(world, "coordinator")
    texts = [text for _, text in rows()]
    pile = cards * 2 // 5
    each = (cards - pile) // 10
    with app.app_context(), transaction() as tx:
        lab = tx.session.get_one(Lab, world.lab_id)
        written = {"lab_id": lab.id, "status": QuestionStatus.SUBMITTED, "submitted_at": clock.now(), "asker_name": "Sam"}
        tx.session.add_all(KnowledgeQuestion(text=f"{texts[place % len(texts)]} ({place})", **written) for place in range(cards - 1))
        tx.session.flush()
        ids = [card.question.id for card in queries.cards_of(tx.session, lab.id)]
        for number in range(10):
            operations.create_theme(tx, lab, by, f"Thema {number + 1}", ids[pile + number * each : pile + (number + 1) * each])
    return world, ids


def drag_about(page: Any, card: int, *, steps: int = 120) -> Frames:
    """Picks a card up, carries it over the columns and past the cards in them, and puts it down on the second column."""
    box = page.locator(f"#card-{card}").bounding_box()
    assert box
    x, y = box["x"] + box["width"] - 8, box["y"] + 8
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 6, y + 6)
    page.evaluate(_BEGIN)
    before = _processor(page)
    size = page.viewport_size
    for step in range(steps):
        across, down = step / steps, abs((step * 4 / steps) % 2 - 1)
        page.mouse.move(60 + across * (size["width"] - 120), 120 + down * (size["height"] - 200))
        page.wait_for_timeout(6)
    found = page.evaluate("() => { window.measuredFrames.on = false; return window.measuredFrames; }")
    used = _processor(page) - before
    page.mouse.up()
    return Frames([float(time) for time in found["work"]], [float(time) for time in found["apart"][2:]], used / len(found["apart"]))


def _processor(page: Any) -> float:
    """Milliseconds of processor time that the page's thread has used since the first time that this was asked."""
    session = getattr(page, "_performance", None)
    if session is None:
        session = page._performance = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration") * 1000)
