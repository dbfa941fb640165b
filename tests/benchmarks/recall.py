"""How often recall finds what it should while somebody types, and how fast it answers in 100 000 items, on SQLite and PostgreSQL.

    .venv/bin/python tests/benchmarks/recall.py [--speed] [--documents 100000] [--only sqlite|postgresql]

Found: for each close pair of ``tests/grouping/data/paraphrases.tsv`` of which one question stands in ``kennisvragen.tsv``, the other is
typed; the one must be among the first five of all of them. *half*: the first half of its words; *cut*: the same with the last word half
typed; *whole*: all of it. The distant pairs ask the same in other words. *amended*: texts of which one word in six was left out, one in
six replaced and one in eight added. Each by words and letters alone, and with meaning (the sentence encoder) mixed in.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from flask import Flask

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kennislab.core import language, search
from kennislab.core.db import db, engine_options
from kennislab.core.transaction import transaction
from kennislab.live import recall_meaning
from tests.benchmarks.search import documents, spread, texts
from tests.support.services import postgres

DATA = Path(__file__).resolve().parents[1] / "grouping" / "data"


def lines(name: str) -> list[list[str]]:
    """The rows of a set."""
    return [line.split("\t") for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def asked_before() -> list[str]:
    """The questions among which one is to be found."""
    return [row[1] for row in lines("kennisvragen.tsv")]


def close_pairs(known: Sequence[str], kind: str = "dichtbij") -> list[tuple[str, str]]:
    """(to be found, typed). ``kind``: ``dichtbij`` (close) or ``ver`` (distant)."""
    pairs = [(a, b) for label, a, b in lines("paraphrases.tsv") if label == kind]
    return [*((a, b) for a, b in pairs if a in known), *((b, a) for a, b in pairs if b in known)]


def amended_pairs(known: Sequence[str]) -> list[tuple[str, str]]:
    """(to be found, typed): what happens to a text that is put to a meeting twice. The same each time."""
    chance = random.Random(1)
    words = [word for text in known for word in text.split()]
    pairs = []
    for text in known:
        if len(text.split()) < 7:
            continue
        typed: list[str] = []
        for word in text.split():
            lot = chance.random()
            typed += [] if lot < 1 / 6 else [chance.choice(words)] if lot < 1 / 3 else [word]
            typed += [chance.choice(words)] if chance.random() < 1 / 8 else []
        pairs.append((text, " ".join(typed)))
    return pairs


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


def store_meanings() -> None:
    """Gives every document without one its vector."""
    missing = search.without_vector(db.session(), recall_meaning.NAME, ["question"], "/", 100_000)
    made = recall_meaning.vectors([title for _, title in missing])
    db.session.rollback()
    with transaction() as tx:
        search.store_vectors(tx, recall_meaning.NAME, {number: row for (number, _), row in zip(missing, made, strict=True)})


def found_share(pairs: Sequence[tuple[str, str]], way: Callable[[str], str], meaning: bool = False) -> float:
    """How many of the pairs are found among the first five, 0 to 1."""
    found = 0
    for wanted, typed in pairs:
        told = search.Meaning(recall_meaning.NAME, recall_meaning.vectors([way(typed)])[0]) if meaning else None
        hits = search.similar(db.session(), way(typed), ["question"], {"programme:1"}, 5, half_typed=True, least=0.08, meaning=told)
        found += wanted in [hit.title for hit in hits]
    return found / len(pairs)


def telling(text: str, number: int = 3) -> str:
    """What somebody would type to search for it: its longest words, in their order."""
    words = [token for token in language.tokens(text) if token.stem]
    longest = sorted(words, key=lambda token: -len(token.word))[:number]
    return " ".join(token.word for token in sorted(longest, key=lambda token: token.start))


def widened_share(known: Sequence[str], meaning: bool = False, number: int = 3) -> float:
    """Of all pairs, close and distant: how many are among the first ten that search gives for the longest words of the other."""

    def means(text: str) -> search.Meaning:
        return search.Meaning(recall_meaning.NAME, recall_meaning.vectors([text])[0])

    pairs = [*close_pairs(known), *close_pairs(known, "ver")]
    found = 0
    for wanted, typed in pairs:
        asked, way = telling(typed, number), means if meaning else None
        hits = search.search(db.session(), asked, {"programme:1"}, limit=10, widen=True, means=way).hits
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
            store_meanings()
            for name, some in (("close", pairs), ("distant", close_pairs(known, "ver")), ("amended", amended_pairs(known))):
                for meaning in (False, True):
                    shares = "   ".join(f"{way} {found_share(some, cut_off, meaning):.2f}" for way, cut_off in WAYS.items())
                    print(f"  {name}, {'with meaning' if meaning else 'words and letters'}: {shares}")
            for meaning in (False, True):
                shares = "   ".join(f"{number} {widened_share(known, meaning, number):.2f}" for number in (1, 2, 3, 4))
                print(f"  searched for by so many words, {'with meaning' if meaning else 'words alone'}: {shares}")
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
    with transaction() as tx:  # made-up vectors: how fast they are compared does not depend on what they say
        numbers = list(tx.session.scalars(sa.select(search.SearchDocument.id)))
        rows = np.random.default_rng(1).standard_normal((len(numbers), 512), np.float32)
        for start in range(0, len(numbers), 5000):
            part = dict(zip(numbers[start : start + 5000], rows[start : start + 5000], strict=True))
            search.store_vectors(tx, recall_meaning.NAME, part)
    kinds = ["bottleneck", "solution", "question", "lesson"]
    recall_meaning.vectors(["een vraag om warm te worden"])
    before = resident()
    while not search.refresh(db.session(), recall_meaning.NAME):
        pass
    print(f"  vectors in memory: {resident() - before} MB")
    for meaning in (False, True):
        _told(sentences, kinds, meaning, len(made))


def _told(sentences: Sequence[str], kinds: list[str], meaning: bool, items: int) -> None:
    search.similar(db.session(), "een vraag om warm te worden", kinds, {"programme:1"})
    taken, worked, longest = [], [], (0.0, "")
    for sentence in sentences:
        for typed in growing(sentence):
            begin, work = time.perf_counter(), time.process_time()
            told = search.Meaning(recall_meaning.NAME, recall_meaning.vectors([typed])[0]) if meaning else None
            search.similar(db.session(), typed, kinds, {"programme:1"}, half_typed=True, meaning=told)
            taken.append(time.perf_counter() - begin)
            worked.append(time.process_time() - work)
            longest = max(longest, (taken[-1], typed))
            db.session.rollback()
    print(f"  {len(taken)} answers in {items} items, {'with meaning' if meaning else 'words and letters'}:", spread(taken))
    print("    of which this process worked:", spread(worked), "  longest:", longest[1])


def resident() -> int:
    """Megabytes that this process has in memory."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4 // 1024


def main() -> None:
    """Runs on one database or both."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--speed", action="store_true", help="how fast, instead of how well")
    arguments.add_argument("--documents", type=int, default=100_000)
    arguments.add_argument("--only", choices=["sqlite", "postgresql"])
    chosen = arguments.parse_args()
    sets = [documents(chosen.documents)] if chosen.speed else [[]]
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
