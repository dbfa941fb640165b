"""How long the files of a report take: ``kennislab bench report``. 500 items with themes, votes and answers; the PDF may take 2 s.

Time on the clock and of the processor, the median of five; reading it from the database is apart (``tests/archive`` holds what is in it).
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

# The packages come after the path, which they need.
from flask import Flask

from kennislab.archive.models import ActionStatus
from kennislab.archive.queries import Outcomes
from kennislab.archive.reporting import docx, odt, pdf, plain, sheets
from kennislab.archive.reporting.shapes import Agreement, Asked, Entry, Report
from kennislab.core import templating

ITEMS = 500
MOST_SECONDS = 2.0
WORDS = "bewoners wijk subsidie warmte huis corporatie gemeente vertrouwen buurt energie budget samen klacht proef straat".split()
THEMES = ("Geld", "Draagvlak", "Regie en samenwerking", "Techniek en warmte", "Taal", "Koppelkansen", "Jongeren", "Regels")


def a_report(seed: int = 0, items: int = ITEMS) -> Report:
    """A third bottlenecks with their solutions, the rest lessons, insights, actions and questions; other words for each seed."""
    dice = random.Random(seed)

    def text() -> str:
        return " ".join(dice.choice(WORDS) for _ in range(dice.randint(8, 40))).capitalize() + "."

    def entry(kind: str, number: int, answers: tuple[Entry, ...] = ()) -> Entry:
        themes = tuple(dice.sample(THEMES, dice.randint(0, 3)))
        outcomes = Outcomes(tried=2, worked=1, failed=1) if kind == "solution" else Outcomes()
        return Entry(f"{kind}{number}", kind, text(), "Tilburg", f"Groep {number % 6}", themes, dice.randint(0, 9), outcomes, answers)

    third = items // 3
    left = items - 2 * third
    at = datetime(2026, 11, 19, 9, tzinfo=UTC)
    return Report(
        lab_id=1, programme="Warme wijken", title="Een groot lab", kind="knowledge_lab", quarter="2026-Q4", starts_at=at, ends_at=at,
        place="Tilburg", description=text(), sealed_at=at, sealed_by="Noor", head="a1" * 32,
        totals={"bottleneck": third, "solution": third},
        people=90, kept_in_groups=3, inside=9,
        themes=[(theme, dice.randint(5, 90)) for theme in THEMES],
        bottlenecks=[entry("bottleneck", number, (entry("solution", number),)) for number in range(third)],
        questions=[entry("question", number) for number in range(left // 4)],
        lessons=[entry("lesson", number) for number in range(left // 4)],
        insights=[entry("insight", number) for number in range(left // 4)],
        actions=[Agreement(f"a{number}", text(), "Pia", date(2027, 1, 15), ActionStatus.OPEN) for number in range(left - 3 * (left // 4))],
        asked=[Asked(text(), "Tilburg", text(), text(), "Geld", 2) for _ in range(left // 4)],
        participation=[(f"Gemeente {number}", 18 - number) for number in range(18)],
    )  # fmt: skip


def measured(write: Callable[[Report], bytes], times: int = 5) -> tuple[float, float, int]:
    """(seconds on the clock, of the processor, bytes). Another report each time: typst remembers what it has set before."""
    clocks, processors, size = [], [], 0
    for seed in range(times):
        report = a_report(seed)
        start, cpu = time.perf_counter(), time.process_time()
        size = len(write(report))
        clocks.append(time.perf_counter() - start)
        processors.append(time.process_time() - cpu)
    return median(clocks), median(processors), size


def main() -> None:
    """Prints a table, and says when the PDF is too slow."""
    app = Flask(__name__)
    templating.init(app)
    slow = False
    with app.app_context():
        writers = {
            "pdf": pdf.write,
            "docx": docx.write,
            "odt": odt.write,
            "xlsx": sheets.write,
            "csv": sheets.write_csv,
            "json": plain.write,
        }
        for name, write in writers.items():
            write(a_report(99, 6))  # a process pays for its imports once
            clock, processor, size = measured(write)
            late = name == "pdf" and processor > MOST_SECONDS
            slow = slow or late
            told = "   TOO SLOW" if late else ""
            print(f"{name:<5} {ITEMS} items  {clock:6.2f} s  processor {processor:6.2f} s  {size / 1024:7.0f} KB{told}")
    raise SystemExit(slow)


if __name__ == "__main__":
    main()
