"""How often recall finds what it should while somebody types, and how fast it answers in 100 000 items, on SQLite and PostgreSQL.

    .venv/bin/python tests/benchmarks/recall.py [--speed] [--documents 100000] [--only sqlite|postgresql]

Found: for each close pair of ``tests/grouping/data/paraphrases.tsv`` of which one question stands in ``kennisvragen.tsv``, the other is
typed; the one must be among the first five of all of them. *half*: the first half of its words; *cut*: the same with the last word half
typed; *whole*: all of it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kennislab.core import search
from kennislab.core.db import db, engine_options
from kennislab.core.transaction import transaction
from tests.benchmarks.search import documents, spread, texts
from tests.support.services import postgres

DATA = Path(__file__).resolve().parents[1] / "grouping" / "data"


def lines(name: str) -> list[list[str]]:
    """The rows of a set."""
    return [line.split("\t") for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def asked_before() -> list[str]:
    """The questions among which one is to be found."""
    return [row[1] for row in lines("kennisvragen.tsv")]


def close_pairs(known: Sequence[str]) -> list[tuple[str, str]]:
    """(to be found, typed)."""
    pairs = [(a, b) for label, a, b in lines("paraphrases.tsv") if label == "dichtbij"]
    return [*((a, b) for a, b in pairs if a in known), *((b, a) for a, b in pairs if b in known)]


def half(text: str) -> str:
    """The first half of its words."""
    words = text.split()
    return " ".join(words[: (len(words) + 1) // 2])


def cut(text: str) -> str:
    """The same, the last word half typed."""
    *words, last = half(text).split()
    return " ".join([*words, last[: max(2, (len(last) + 1) // 2)]])


WAYS: dict[str, Callable[[str], str]] = {"half": half, "cut": cut, "whole": str}


def index_questions(known: Sequence[str]) -> None:
    """Puts them in, as questions that the programme may see."""
    at = datetime(2024, 1, 1, tzinfo=UTC)
    with transaction() as tx:
        search.index_all(tx, [search.Document("question", str(i), text, "", "programme:1", "/", at) for i, text in enumerate(known)])


def found_share(pairs: Sequence[tuple[str, str]], way: Callable[[str], str]) -> float:
    """How many of the pairs are found among the first five, 0 to 1."""
    found = 0
    for wanted, typed in pairs:
        hits = search.similar(db.session(), way(typed), ["question"], {"programme:1"}, 5, half_typed=True)
        found += wanted in [hit.title for hit in hits]
    return found / len(pairs)


def growing(sentence: str) -> list[str]:
    """What is asked while a sentence is typed: from the third word on, in the middle of each word and at its end."""
    words = sentence.split()
    asked = []
    for number in range(2, len(words)):
        begun = " ".join(words[:number])
        asked += [f"{begun} {words[number][: len(words[number]) // 2 + 1]}", f"{begun} {words[number]}"]
    return asked


def measure(url: str, made: list[search.Document]) -> None:
    """Prints what is found, and how fast it is with ``made`` (nothing when empty)."""
    app = Flask("benchmark")
    app.config.update(SQLALCHEMY_DATABASE_URI=url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(url))
    db.init_app(app)
    with app.app_context():
        db.create_all()
        known = asked_before()
        pairs = close_pairs(known)
        if not made:
            index_questions(known)
            print("  found among the first five:", "   ".join(f"{name} {found_share(pairs, way):.2f}" for name, way in WAYS.items()))
        else:
            _speed(made, [typed for _, typed in pairs[:8]] + texts(4))
        db.session.remove()
        db.engine.dispose()


def _speed(made: list[search.Document], sentences: Sequence[str]) -> None:
    for start in range(0, len(made), 5000):
        with transaction() as tx:
            search.index_all(tx, made[start : start + 5000])
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")  # as autovacuum will have done
    kinds = ["bottleneck", "solution", "question", "lesson"]
    search.similar(db.session(), "een vraag om warm te worden", kinds, {"programme:1"})
    taken = []
    for sentence in sentences:
        for typed in growing(sentence):
            begin = time.perf_counter()
            search.similar(db.session(), typed, kinds, {"programme:1"}, half_typed=True)
            taken.append(time.perf_counter() - begin)
            db.session.rollback()
    print(f"  {len(taken)} answers in {len(made)} items:", spread(taken))


def main() -> None:
    """Runs on one database or both."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--speed", action="store_true", help="how fast, too")
    arguments.add_argument("--documents", type=int, default=100_000)
    arguments.add_argument("--only", choices=["sqlite", "postgresql"])
    chosen = arguments.parse_args()
    sets = [[], documents(chosen.documents)] if chosen.speed else [[]]
    if chosen.only != "postgresql":
        print("SQLite")
        with tempfile.TemporaryDirectory() as folder:
            for number, made in enumerate(sets):
                measure(f"sqlite:///{folder}/bench{number}.sqlite3", made)
    if chosen.only != "sqlite":
        print("PostgreSQL")
        with postgres() as server:
            for number, made in enumerate(sets):
                measure(server.create_database(f"bench{number}"), made)


if __name__ == "__main__":
    main()
