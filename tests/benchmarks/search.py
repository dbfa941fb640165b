"""How well and how fast the text index answers, on SQLite and on PostgreSQL; what it costs.

    kennislab bench search [--documents 100000] [--only sqlite|postgresql] [--judged]

**How well**: sixty questions over the example archive, judged by hand (``data/queries.yaml``): ours, beside all words with a plain LIKE and
beside PostgreSQL's own Dutch configuration with ts_rank, which see the same words (title, text, theme, place).

**How fast**: a believable mix of questions over 100 000 documents of two programmes, made from the programme's own words by frequency,
compounds included, so that common words are as common as in life. *After a change*: nothing is remembered of what was looked up. *work* is
what this process and the database's server computed for an answer (it says more on a busy machine); *clock* is what somebody waits. Beside
it, in the same run, LIKE and PostgreSQL's Dutch.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import sqlalchemy as sa
import yaml
from flask import Flask

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kennislab.archive import meaning
from kennislab.core import language, search
from kennislab.core.db import db, engine_options
from kennislab.core.search import columns, remembering
from kennislab.core.transaction import transaction
from kennislab.live import recall_meaning
from tests.support.services import postgres

DATA = Path(__file__).with_name("data")
MINE = {"programme:1"}
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
    "bewonersavnd", "team", "jeugdzorg budget", "regisseur", "wijk raad", "groen-plan", "subsidieregeling woning", "huiskaart",
    "samen energie besparen in de wijk", "isolatiebudget -corporatie", '"wijkbudget"', "schuldenaanpak gemeente kosten tijd",
    "zorgcoach", "waterpln",
]  # fmt: skip
CHOICES: list[dict[str, list[str]]] = [
    {"kind": ["lesson", "solution"], "theme": ["energie"]},
    {"municipality": ["GM0003", "GM0007", "GM0012"]},
    {"kind": ["solution"], "outcome": [search.NONE]},
    {"quarter": ["2019-Q1"], "theme": ["groen", "water"]},
]


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


# --- how well -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Judged:
    """A question with the documents that answer it (gain 2) and those that are worth a look (gain 1), by their line in the archive."""

    ask: str
    gains: dict[int, int]


@dataclass(frozen=True)
class Quality:
    """Means over the questions: how many of the wanted ones are among the first ten (of ten at most), their order, a good first one."""

    recall: float
    ndcg: float
    success: float
    empty: int

    def __str__(self) -> str:
        return f"recall@10 {self.recall:.3f}   nDCG@10 {self.ndcg:.3f}   success@1 {self.success:.3f}   without any answer {self.empty}"


def judged() -> list[Judged]:
    """The questions."""
    rows = yaml.safe_load((DATA / "queries.yaml").read_text(encoding="utf-8"))
    return [Judged(row["ask"], {**dict.fromkeys(row["touches"], 1), **dict.fromkeys(row["answers"], 2)}) for row in rows]


def archive() -> list[search.Document]:
    """The archive that they are asked of, as one audience sees it; a key is a line's number."""
    rows = [json.loads(line) for line in (DATA / "archive.jsonl").read_text(encoding="utf-8").splitlines()]
    return [
        search.Document(
            row["kind"], str(i), row["title"], row["text"], "programme:1", f"/archief/{i}", datetime.fromisoformat(row["at"]), row["facets"]
        )
        for i, row in enumerate(rows)
    ]


def quality(questions: Sequence[Judged], answer: Callable[[str], Sequence[int]]) -> Quality:
    """``answer``: the first ten documents for a question."""
    recall, ndcg, success, empty = 0.0, 0.0, 0, 0
    for question in questions:
        found = list(answer(question.ask))[:10]
        gains = [question.gains.get(number, 0) for number in found]
        best = sorted(question.gains.values(), reverse=True)[:10]
        recall += sum(gain > 0 for gain in gains) / len(best)
        ndcg += _gained(gains) / _gained(best)
        success += bool(gains) and gains[0] == 2
        empty += not found
    return Quality(recall / len(questions), ndcg / len(questions), success / len(questions), empty)


def _gained(gains: Sequence[int]) -> float:
    return sum((2**gain - 1) / math.log2(place + 2) for place, gain in enumerate(gains))


def ours(ask: str) -> list[int]:
    """Our first ten."""
    return [int(hit.key) for hit in search.search(db.session(), ask, MINE, limit=10, widen=True).hits]


def in_meaning(ask: str) -> list[int]:
    """The same, as the archive's page asks where the encoder is there: what means about the same, too."""
    return [int(hit.key) for hit in search.search(db.session(), ask, MINE, limit=10, widen=True, means=_means).hits]


def _means(text: str) -> search.Meaning:
    return search.Meaning(recall_meaning.NAME, recall_meaning.vectors([text])[0])


def store_meanings() -> None:
    """Vectors of what has them in an archive."""
    missing = search.without_vector(db.session(), recall_meaning.NAME, meaning.KINDS, meaning.SEALED_AT, 100_000)
    made = recall_meaning.vectors([title for _, title in missing])
    with transaction() as tx:
        search.store_vectors(tx, recall_meaning.NAME, {number: row for (number, _), row in zip(missing, made, strict=True)})


_ALL = "lower(title || ' ' || text || ' ' || facets)"


def like(ask: str) -> list[int]:
    """A plain LIKE for every word that is not a stop word, newest first."""
    words = [token.word for token in language.tokens(ask) if token.stem] or [ask]
    where = " AND ".join(f"{_ALL} LIKE :w{i}" for i in range(len(words)))
    statement = sa.text(
        f"SELECT CAST(key AS integer) FROM search_document WHERE audience = 'programme:1' AND {where} ORDER BY at DESC LIMIT 10"
    )
    return list(db.session.scalars(statement, {f"w{i}": f"%{word}%" for i, word in enumerate(words)}))


DUTCH = "to_tsvector('dutch', title || ' ' || text || ' ' || replace(facets, '_', ' '))"


def prepare_dutch() -> None:
    """The same documents as PostgreSQL itself would keep them, with its index."""
    with transaction() as tx:
        tx.session.execute(sa.text(f"CREATE TABLE own_dutch AS SELECT key, audience, at, {DUTCH} AS stems FROM search_document"))
        tx.session.execute(sa.text("CREATE INDEX own_dutch_stems ON own_dutch USING gin (stems)"))
        tx.session.execute(sa.text("ANALYZE own_dutch"))


def dutch(ask: str, some: bool = False) -> list[int]:
    """PostgreSQL's own Dutch with ts_rank; its web syntax knows phrases and -excluded too. ``some``: some of the words will do."""
    question = "websearch_to_tsquery('dutch', :q)"
    if some:
        question = f"CAST(replace(CAST({question} AS text), '&', '|') AS tsquery)"
    statement = sa.text(
        f"SELECT CAST(key AS integer) FROM own_dutch, {question} AS asked"
        " WHERE audience = 'programme:1' AND stems @@ asked ORDER BY ts_rank(stems, asked) DESC, at DESC LIMIT 10"
    )
    return list(db.session.scalars(statement, {"q": ask}))


def all_else_some(ask: str) -> list[int]:
    """The same: all words, and some of them where nothing holds all."""
    return dutch(ask) or dutch(ask, some=True)


@contextmanager
def database(url: str, made: Sequence[search.Document]) -> Iterator[float]:
    """A database with these documents; gives the seconds that putting them in took."""
    app = Flask("benchmark")
    app.config.update(SQLALCHEMY_DATABASE_URI=url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(url))
    db.init_app(app)
    with app.app_context():
        db.create_all()
        begin = time.perf_counter()
        for start in range(0, len(made), 5000):
            with transaction() as tx:
                search.index_all(tx, made[start : start + 5000])
        seconds = time.perf_counter() - begin
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM ANALYZE")  # as autovacuum will have done
        try:
            yield seconds
        finally:
            db.session.remove()
            db.engine.dispose()


def how_well(url: str) -> None:
    questions = judged()
    with database(url, archive()):
        print(f"  {len(questions)} judged questions over {len(archive())} documents")
        print("    ours                      ", quality(questions, ours))
        if recall_meaning.present():
            store_meanings()
            print("    ours, with meaning        ", quality(questions, in_meaning))
        print("    LIKE, all words           ", quality(questions, like))
        if db.engine.dialect.name == "postgresql":
            prepare_dutch()
            print("    PostgreSQL Dutch, all     ", quality(questions, dutch))
            print("    PostgreSQL Dutch, all/some", quality(questions, all_else_some))
            print("    PostgreSQL Dutch, some    ", quality(questions, lambda ask: dutch(ask, some=True)))


# --- how fast -----------------------------------------------------------------------------------------------------------------


class Meter:
    """What answers take by the clock, and what they cost: this process and, on PostgreSQL, the server's process that works for it."""

    def __init__(self) -> None:
        self.server: Path | None = None
        if db.engine.dialect.name == "postgresql":
            number = db.session.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
            self.server = Path(f"/proc/{number}/schedstat")
            db.session.rollback()  # the pool gives the same connection again, as nobody else asks

    def _worked(self) -> float:
        theirs = int(self.server.read_text(encoding="ascii").split()[0]) / 1e9 if self.server else 0.0
        return time.process_time() + theirs

    def timed(self, asks: Sequence[Callable[[], object]], rounds: int = 1) -> list[tuple[float, float]]:
        """(clock, work) in seconds of each."""
        taken = []
        for _ in range(rounds):
            for ask in asks:
                worked, begin = self._worked(), time.perf_counter()
                ask()
                clock = time.perf_counter() - begin
                db.session.rollback()
                taken.append((clock, self._worked() - worked))
        return taken


def spread(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    return "   ".join(f"p{part} {ordered[min(len(ordered) - 1, len(ordered) * part // 100)] * 1000:6.1f} ms" for part in (50, 95, 99))


def told(taken: Sequence[tuple[float, float]]) -> str:
    return f"work {spread([work for _, work in taken])}   |   clock {spread([clock for clock, _ in taken])}"


def resident() -> int:
    """Megabytes that this process has in memory."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4 // 1024


def typed(question: str) -> list[str]:
    """What stands in the box while this is typed: each second letter, from the second on."""
    return [question[:length] for length in range(2, len(question) + 1, 2) if question[length - 1].strip()]


def growing(sentences: Sequence[str]) -> list[str]:
    """What is asked while these are typed: from the second word to the ninth, in the middle of each word and at its end."""
    asked = []
    for words in (sentence.split() for sentence in sentences):
        for number in range(1, min(len(words), 9)):
            begun = " ".join(words[:number])
            asked += [f"{begun} {words[number][: len(words[number]) // 2 + 1]}", f"{begun} {words[number]}"]
    return asked


def how_fast(url: str, number: int, vectors: bool = True) -> None:
    """Prints what answers take in so many documents."""
    made = documents(number)
    with database(url, made) as seconds:
        read = db.session()
        print(f"  indexed {len(made)} in {seconds:.0f} s", flush=True)
        meter, before = Meter(), resident()
        ask = partial(search.search, read, audiences=MINE, widen=True)

        def show(name: str, taken: Sequence[tuple[float, float]], asked: Sequence[str] = ()) -> None:
            slow = sorted(zip(taken[-len(asked) :], asked, strict=True), key=lambda pair: -pair[0][1])[:3] if asked else []
            print(f"  {name:28}", told(taken), flush=True)
            if slow:
                print("      slowest:", ", ".join(f"{question[:50]!r} {work * 1000:.0f}" for (_, work), question in slow))

        show("first question of a process", meter.timed([partial(ask, "bewoners wijkbudget")]))
        taken = []
        for question in QUESTIONS * 2:
            columns._of_database[db.engine].memory = remembering.Memory()  # as when a transaction changed the index meanwhile
            taken += meter.timed([partial(ask, question)])
        show("questions, after a change", taken, QUESTIONS)
        show("questions", meter.timed([partial(ask, question) for question in QUESTIONS], 6), QUESTIONS)
        show("with facets", meter.timed([partial(ask, question, facets=some) for question in QUESTIONS for some in CHOICES]))
        show("nothing but facets", meter.timed([partial(ask, "", facets=some, order="date") for some in CHOICES], 5))
        show("half typed", meter.timed([partial(ask, question, half_typed=True, limit=5) for question in QUESTIONS], 3))
        boxes = sorted({begun for question in QUESTIONS for begun in typed(question)})
        show("suggestions", meter.timed([partial(search.suggest, read, box, MINE) for box in boxes]), boxes)
        since = datetime.now(UTC) - timedelta(hours=1)
        show("newer (all of it is)", meter.timed([partial(search.newer, read, question, MINE, {}, since) for question in QUESTIONS]))
        similar = partial(search.similar, read, kinds=["solution", "bottleneck"], audiences=MINE, half_typed=True)
        sentences = growing(texts(6))
        show("similar, while typing", meter.timed([partial(similar, sentence) for sentence in sentences]), sentences)
        show("similar, a long text at once", meter.timed([partial(similar, text) for text in texts(18)[6:]]))
        print(f"  memory that it took: {resident() - before} MB")
        if vectors:
            by_lot = _vectors()
            show("similar, with meaning", meter.timed([partial(similar, sentence, meaning=by_lot) for sentence in sentences], 2))
            show("questions, with meaning", meter.timed([partial(ask, text, means=lambda _: by_lot) for text in QUESTIONS], 2), QUESTIONS)
        if db.engine.dialect.name == "sqlite":
            show("(plain LIKE)", meter.timed([partial(like, question) for question in QUESTIONS]))
        else:
            prepare_dutch()
            show("(PostgreSQL Dutch, no counts)", meter.timed([partial(dutch, question) for question in QUESTIONS]))


def _vectors() -> search.Meaning:
    """Vectors made by lot, in memory, and one to compare with: how fast they are compared does not depend on what they say."""
    chance = np.random.default_rng(1)
    with transaction() as tx:
        numbers = list(tx.session.scalars(sa.select(search.SearchDocument.id)))
        rows = chance.standard_normal((len(numbers), 512), np.float32)
        for start in range(0, len(numbers), 5000):
            part = dict(zip(numbers[start : start + 5000], rows[start : start + 5000], strict=True))
            search.store_vectors(tx, "by-lot", part)
    before, begin = resident(), time.perf_counter()
    while not search.refresh(db.session(), "by-lot"):
        pass
    print(f"  vectors: read in {time.perf_counter() - begin:.1f} s, {resident() - before} MB")
    return search.Meaning("by-lot", chance.standard_normal(512).astype(np.float32))


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--documents", type=int, default=100_000)
    arguments.add_argument("--only", choices=["sqlite", "postgresql"])
    arguments.add_argument("--judged", action="store_true", help="how well only")
    chosen = arguments.parse_args()

    def both(name: str, address: Callable[[str], str]) -> None:
        print(name)
        how_well(address("judged"))
        if not chosen.judged:
            how_fast(address("bench"), chosen.documents)

    if chosen.only != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            both("SQLite", lambda name: f"sqlite:///{folder}/{name}.sqlite3")
    if chosen.only != "sqlite":
        with postgres() as server:
            both("PostgreSQL", lambda name: str(server.create_database(name)))


if __name__ == "__main__":
    main()
