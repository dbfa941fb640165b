"""How fast the text index answers in 100 000 documents, on SQLite and on PostgreSQL.

    .venv/bin/python tests/benchmarks/search.py [--documents 100000] [--only sqlite|postgresql]

Beside it, in the same run: a plain LIKE over the same rows (SQLite) and PostgreSQL's own Dutch configuration with ts_rank. The texts are
made from the programme's own questions: words by frequency, compounds included, so that common words are as common as in life.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kennislab.core import search
from kennislab.core.db import db, engine_options
from kennislab.core.transaction import transaction
from tests.support.services import postgres

HEADS = (
    "wijk buurt bewoner huurder energie warmte gemeente corporatie wonen woning isolatie schuld armoede groen water straat jeugd zorg"
    " werk budget subsidie regie plan team huis keten data beheer opgave project"
).split()
TAILS = (
    "budget plan team raad visie aanpak net kosten coach loket avond gesprek regeling fonds beheer project proces partner opgave kaart"
    " toets monitor akkoord pact tafel makelaar regisseur lasten label besparing"
).split()
COMMON = (
    "bewoners wijk gemeente samen plan vertrouwen aanpak woning huurders draagvlak buurt kosten tijd gesprek corporatie energie".split()
)
QUESTIONS = [
    "bewoners", "wijk", "draagvlak bewoners", "wijkbudget", "budget", "warmtent", "vertrouwen huurders gemeente", '"samen plan"',
    "energie -wijk", "corporatie schuldenregeling", "koppelkansen", "warmtecoach",
    "hoe betrek je bewoners bij een plan voor de buurt", "isolatieloket kosten", "", "energiearmoede",
    "bewonersavnd", "team", "jeugdzorg budget", "regisseur",
]  # fmt: skip


def texts(number: int) -> list[str]:
    """Texts of 8 to 40 words: a third common words, the rest from 20 000 made ones by Zipf's law."""
    chance = random.Random(20261122)
    rare = [f"{chance.choice(HEADS)}{chance.choice(TAILS)}" for _ in range(600)]
    for _ in range(19_400):
        rare.append("".join(chance.choice("bdfghklmnprstvwz") + chance.choice("aeiou") for _ in range(chance.randint(2, 5))) + "n")
    chance.shuffle(rare)
    weights = [1 / (rank + 8) for rank in range(len(rare))]
    drawn = chance.choices(rare, weights, k=number * 16)
    made = []
    for i in range(number):
        words = chance.choices(COMMON, k=chance.randint(2, 14)) + drawn[i * 16 : i * 16 + chance.randint(6, 16)]
        chance.shuffle(words)
        made.append(" ".join(words))
    return made


def documents(number: int) -> list[search.Document]:
    """As the archive would have them after twenty years."""
    chance = random.Random(1)
    start = datetime(2006, 1, 1, tzinfo=UTC)
    kinds = ["bottleneck", "solution", "insight", "lesson", "linking_opportunity", "advice", "action", "question"]
    return [
        search.Document(
            chance.choice(kinds), str(i), "", text, f"programme:{1 + i % 2}", f"/archief/{i}", start + timedelta(minutes=i * 100),
            {
                "theme": chance.sample(HEADS, chance.randint(0, 3)), "municipality": [f"GM{chance.randint(1, 40):04d}"],
                "quarter": [f"{2006 + i * 20 // number}-Q{1 + i % 4}"],
                "outcome": [chance.choice(["tried", "worked", "partly", "failed"])] if i % 5 == 0 else [],
            },
        )
        for i, text in enumerate(texts(number))
    ]  # fmt: skip


def spread(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    return "   ".join(f"p{part} {ordered[min(len(ordered) - 1, len(ordered) * part // 100)] * 1000:6.1f} ms" for part in (50, 95, 99))


def timed(rounds: int, ask: Callable[[str], object], detail: bool = False) -> list[float]:
    taken = []
    for turn in range(rounds):
        for question in QUESTIONS:
            begin = time.perf_counter()
            ask(question)
            taken.append(time.perf_counter() - begin)
            db.session.rollback()
            if detail and turn == rounds - 1:
                print(f"      {question!r:60} {taken[-1] * 1000:6.1f} ms")
    return taken


def measure(url: str, made: list[search.Document]) -> None:
    app = Flask("benchmark")
    app.config.update(SQLALCHEMY_DATABASE_URI=url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(url))
    db.init_app(app)
    with app.app_context():
        db.create_all()
        begin = time.perf_counter()
        for start in range(0, len(made), 5000):
            with transaction() as tx:
                search.index_all(tx, made[start : start + 5000])
        print(f"  indexed {len(made)} in {time.perf_counter() - begin:.0f} s")
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM ANALYZE")  # as autovacuum will have done
        begin = time.perf_counter()
        search.search(db.session(), "", {"programme:1"})
        print(f"  first question of a process: {time.perf_counter() - begin:.2f} s")
        timed(1, lambda q: search.search(db.session(), q, {"programme:1"}))
        mine, choice, kinds = {"programme:1"}, {"kind": ["lesson", "solution"], "theme": ["energie"]}, ["solution", "bottleneck"]
        print("  search         ", spread(timed(6, lambda q: search.search(db.session(), q, mine), detail=True)))
        print("  with facets    ", spread(timed(3, lambda q: search.search(db.session(), q, mine, choice))))
        print("  half typed     ", spread(timed(3, lambda q: search.search(db.session(), q, mine, half_typed=True, limit=5))))
        print("  recall         ", spread(timed(3, lambda q: search.similar(db.session(), q, kinds, mine, half_typed=True))))
        if db.engine.dialect.name == "sqlite":
            like = sa.text("SELECT id FROM search_document WHERE audience = 'programme:1' AND text LIKE :q ORDER BY at DESC LIMIT 20")
            print("  (plain LIKE    ", spread(timed(1, lambda q: db.session.execute(like, {"q": f"%{q}%"}).all())), ")")
        else:
            own = sa.text(
                "SELECT id FROM search_document WHERE audience = 'programme:1'"
                " AND to_tsvector('dutch', text) @@ plainto_tsquery('dutch', :q)"
                " ORDER BY ts_rank(to_tsvector('dutch', text), plainto_tsquery('dutch', :q)) DESC LIMIT 20"
            )
            with transaction() as tx:
                tx.session.execute(sa.text("CREATE INDEX own_dutch ON search_document USING gin (to_tsvector('dutch', text))"))
            print("  (its own Dutch ", spread(timed(1, lambda q: db.session.execute(own, {"q": q}).all())), "without counts )")
        db.session.remove()
        db.engine.dispose()


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--documents", type=int, default=100_000)
    arguments.add_argument("--only", choices=["sqlite", "postgresql"])
    chosen = arguments.parse_args()
    made = documents(chosen.documents)
    if chosen.only != "postgresql":
        print("SQLite")
        with tempfile.TemporaryDirectory() as folder:
            measure(f"sqlite:///{folder}/bench.sqlite3", made)
    if chosen.only != "sqlite":
        print("PostgreSQL")
        with postgres() as server:
            measure(server.create_database("bench"), made)


if __name__ == "__main__":
    main()
