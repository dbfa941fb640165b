"""How long the server takes for a page when there are twenty years of archive: ``kennislab bench pages``.

    kennislab bench pages [--kept FOLDER] [--only sqlite|postgresql] [--rounds 30] [--page inzicht] [--queries]

80 sealed labs, 100 000 items, their ledger, actions, questions and products (see :mod:`.years`); a coordinator asks, or a participant
where a page is theirs. The app is called as the server calls it, templates, checks and compression included. *work*: what this process
and the database's server computed, which says more than the clock on a busy machine. *first*: the first time in a process, when statements
and templates are compiled. ``--kept``: keep the filled database there for the next run.

Measured on SQLite, on two cores that others used too: median of work in ms. First with sixty actions a lab and questions that were carried
on from lab to lab for twenty years; then with thirty and questions that were carried on three times, as it stands here now:

==========================  =======  ======
page                        first    now
==========================  =======  ======
programma                     1 030      63
acties / all of them    1 150/1 880  53/257
vorige keer                   1 330     175
herkomst: question              160      64
lab's herkomst                3 730     390
jaar                            257      28
bewaren                         318      44
verslag, 1 250 items            464     225
lab's archive, 1 250 items      202     161
mijn gegevens, in 16 labs       804     376
==========================  =======  ======

Searching, items, products and people took 15 to 80 before and after. Over 150 still: what is so above, *oogst* with 500 cards (285; what
waits to be judged 165; both are the drawing of the cards) and *inzicht* (280 to 400; all twenty years 1 000).
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kennislab.accounts import operations as accounts
from kennislab.accounts.models import Person
from kennislab.archive import searches
from kennislab.archive.models import ArchiveItem, Consent, Evidence, ItemLink, SavedSearch, Status
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from tests.benchmarks import years
from tests.support import databases
from tests.support.services import postgres

MOST_MS = 150
COORDINATOR, PARTICIPANT = 1, 9


@dataclass(frozen=True)
class Page:
    """Something to ask: by whom, and where."""

    name: str
    path: str
    who: int = COORDINATOR


@dataclass
class Taken:
    """Seconds of one request: what it cost, and by the clock; and how many statements the database got."""

    work: float
    clock: float
    statements: int


class Meter:
    """What an answer costs: this process, and the PostgreSQL processes that work for it."""

    def __init__(self) -> None:
        self.servers: set[int] = set()
        self.statements: list[str] = []
        sa.event.listen(db.engine, "before_cursor_execute", self._asked)
        if db.engine.dialect.name == "postgresql":
            sa.event.listen(db.engine, "checkout", lambda connection, *_: self.servers.add(connection.info.backend_pid))

    def _asked(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        self.statements.append(statement)

    def _worked(self) -> float:
        theirs = (int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) for pid in self.servers)
        return time.process_time() + sum(theirs) / 1e9

    def timed(self, ask: Callable[[], object]) -> Taken:
        """Asks once."""
        self.statements.clear()
        known = len(self.servers)
        worked, begin = self._worked(), time.perf_counter()
        ask()
        clock_ = time.perf_counter() - begin
        worked = self._worked() - worked if len(self.servers) == known else clock_  # a new process came: what it did before is not ours
        return Taken(worked, clock_, len(self.statements))


def pages(size: years.Size) -> list[Page]:
    """What is asked, of the database at hand."""
    read, last, A = db.session(), size.labs, ArchiveItem
    linked = sa.select(ItemLink.to_id, sa.func.count().label("ties")).group_by(ItemLink.to_id).subquery()
    seen = (A.status == Status.CONFIRMED, A.consent == Consent.PUBLIC_CITY, A.lab_id == last)
    tied = sa.select(A.id).join(linked, linked.c.to_id == A.id).where(*seen).order_by(linked.c.ties.desc(), A.id).limit(1)
    question = read.scalars(tied.where(A.kind == "question")).one()
    told = sa.select(A.id).join(Evidence, Evidence.item_id == A.id).where(A.answers_id.is_not(None), *seen[:2]).group_by(A.id)
    solution = read.scalars(told.order_by(sa.func.count().desc(), A.id).limit(1)).one()
    action = read.scalars(sa.select(A.id).where(A.kind == "action", *seen).order_by(A.id).limit(1)).one()
    db.session.rollback()
    return [
        Page("archief", "/archief"),
        Page("archief, words", "/archief?q=bewoners+wijkbudget"),
        Page("archief, a common word", "/archief?q=bewoners"),
        Page("archief, facets", "/archief?q=energie&thema=Geld&soort=solution&soort=lesson"),
        Page("archief, period", "/archief?van=2015-Q1&tot=2018-Q4&volgorde=nieuw"),
        Page("archief, page 100", "/archief?q=wijk&bladzijde=100"),
        Page("archief, a participant", "/archief?q=samen+plan", PARTICIPANT),
        Page("item: question", f"/archief/{question}"),
        Page("item: solution", f"/archief/{solution}"),
        Page("item: action", f"/archief/{action}"),
        Page("herkomst: question", f"/archief/{question}/herkomst"),
        Page("herkomst: solution", f"/archief/{solution}/herkomst"),
        Page("lijkt op", f"/archief/lijkt-op/solution/{solution}"),
        Page("lab's archive", f"/kennislabs/{last}/archief"),
        Page("lab's herkomst", f"/kennislabs/{last}/herkomst"),
        Page("lab's page", f"/kennislabs/{last}"),
        Page("verslag", f"/kennislabs/{last}/verslag"),
        Page("archiefpakket", f"/kennislabs/{last}/archiefpakket"),
        Page("oogst, 500 cards", f"/kennislabs/{last + 1}/oogst?toon=alles"),
        Page("oogst, to judge", f"/kennislabs/{last + 1}/oogst"),
        Page("oogst, one's own", f"/kennislabs/{last + 1}/oogst", PARTICIPANT),
        Page("vorige keer", f"/kennislabs/{last + 2}/vorige-keer"),
        Page("vragen, next lab", f"/kennislabs/{last + 2}/vragen"),
        Page("programma", "/programmas/1"),
        Page("programma, a participant", "/programmas/1", PARTICIPANT),
        Page("acties", "/programmas/1/acties"),
        Page("acties, all", "/programmas/1/acties?stand=alle"),
        Page("mensen", "/programmas/1/mensen"),
        Page("jaar", f"/programmas/1/jaar/{clock.now().year - 1}"),
        Page("inzicht", "/programmas/1/inzicht"),
        Page("inzicht, 20 years", f"/programmas/1/inzicht?van={_first_quarter()}"),
        Page("inzicht, items", f"/programmas/1/inzicht?van={_first_quarter()}&tel=bijdragen"),
        Page("inzicht, a participant", "/programmas/1/inzicht", PARTICIPANT),
        Page("bewaren", "/programmas/1/bewaren"),
        Page("kennisproducten", "/kennisproducten"),
        Page("kennisproduct", f"/kennisproducten/product{last - 4:09d}"),
        Page("kennisproduct, herkomst", f"/kennisproducten/product{last - 4:09d}/herkomst"),
        Page("zoekopdrachten", "/archief/zoekopdrachten"),
        Page("mijn gegevens", "/mijn/gegevens", PARTICIPANT),
    ]


def _first_quarter() -> str:
    return str(db.session.scalar(sa.text("SELECT min(quarter) FROM lab")))


def signed_in(app: Flask, person_id: int) -> FlaskClient:
    """A browser in which this person is signed in."""
    client = app.test_client()
    with transaction() as tx:
        _record, secret = accounts.start_sign_in(tx, tx.session.get_one(Person, person_id), life=accounts.PERSONAL_SIGN_IN_LIFE)
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = secret, True
    return client


def asking(client: FlaskClient, path: str) -> Callable[[], object]:
    """Asks for this page as a browser does."""

    def ask() -> None:
        answer = client.get(path, headers={"Accept-Encoding": "gzip", "Accept-Language": "nl"})
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
        answer.get_data()

    return ask


def spread(seconds: Sequence[float]) -> str:
    """Median and 95 in 100, in milliseconds."""
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]
    return f"{statistics.median(ordered) * 1000:7.1f} {p95 * 1000:7.1f}"


def measure(app: Flask, size: years.Size, rounds: int, wanted: str = "", queries: bool = False) -> dict[str, float]:
    """Prints a line per page; returns the p95 of the work of each, in milliseconds."""
    found: dict[str, float] = {}
    with app.app_context():
        asked = pages(size)
        clients = {who: signed_in(app, who) for who in (COORDINATOR, PARTICIPANT)}
        meter = Meter()
        gc.collect()
        gc.freeze()  # as the server does when it starts
        print("  ms                            first |  work p50     p95 |  clock p50    p95 | statements")

        def show(name: str, ask: Callable[[], object], times: int) -> None:
            first = meter.timed(ask)
            if queries:
                print(json.dumps(meter.statements, indent=1))
            taken = [meter.timed(ask) for _ in range(times)]
            found[name] = float(spread([one.work for one in taken]).split()[1])
            late = "   TOO SLOW" if found[name] > MOST_MS and not name.startswith("job") else ""
            works, clocks = (spread([getattr(one, what) for one in taken]) for what in ("work", "clock"))
            print(f"  {name:26} {first.work * 1000:8.1f} |   {works} |  {clocks} | {taken[-1].statements:4}{late}", flush=True)

    for page in asked:  # outside an app context: each request makes its own, as in the server
        if any(part in page.name for part in wanted.split(",")):
            show(page.name, asking(clients[page.who], page.path), rounds)
    if any(part in "job: saved searches of 50" for part in wanted.split(",")):
        with app.app_context():
            show("job: saved searches of 50", _tell, 3)
    return found


def _tell() -> None:
    """What the job does in the morning, as if it had not run for three days."""
    with transaction() as tx:
        tx.session.execute(sa.update(SavedSearch).values(looked_at=clock.now() - timedelta(days=3)))
    for person in range(1, 51):
        searches._tell(person, clock.now())


@contextmanager
def filled(kind: str, folder: Path, size: years.Size) -> Iterator[Flask]:
    """An app on a database of this kind with twenty years in it, from ``folder`` when it was filled before."""
    place = years.kept(folder, size, kind)
    if kind == "sqlite":
        place.mkdir(parents=True, exist_ok=True)
        app = databases.create_app(databases.settings(place, f"sqlite:///{place / 'years.sqlite3'}"))
        if not (place / "whole").exists():
            (place / "years.sqlite3").unlink(missing_ok=True)
            _fill(app, size)
            (place / "whole").touch()
        yield app
        return
    with postgres() as server, tempfile.TemporaryDirectory() as data:
        address = server.create_database("years")
        app = databases.create_app(databases.settings(Path(data), address))
        plain = address.replace("postgresql+psycopg", "postgresql")
        if (place / "whole").exists():
            with app.app_context():
                db.create_all()
            years.copied_in(plain, place)
        else:
            _fill(app, size)
            years.copied_out(plain, place)
        with app.app_context():
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM ANALYZE")  # as autovacuum will have done
            db.engine.dispose()
        try:
            yield app
        finally:
            databases.dispose(app)


def _fill(app: Flask, size: years.Size) -> None:
    begin = time.perf_counter()
    with app.app_context():
        db.create_all()
    years.fill(app, size)
    print(f"  filled {size.items} items in {time.perf_counter() - begin:.0f} s", flush=True)


def main() -> None:
    """Prints a table per database, and says which pages are too slow."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--kept", type=Path, help="folder to keep the filled databases in")
    arguments.add_argument("--only", choices=["sqlite", "postgresql"])
    arguments.add_argument("--rounds", type=int, default=30)
    arguments.add_argument("--items", type=int, default=years.ITEMS)
    arguments.add_argument("--labs", type=int, default=years.LABS)
    arguments.add_argument("--page", default="", help="only pages with this, or one of these (a,b), in their name")
    arguments.add_argument("--queries", action="store_true", help="print the statements of the first request too")
    chosen = arguments.parse_args()
    size = years.Size(chosen.labs, chosen.items)
    late = False
    with tempfile.TemporaryDirectory() as scratch:
        for kind in ("sqlite", "postgresql"):
            if chosen.only in (None, kind):
                print(f"{kind}: {size.labs} labs, {size.items} items")
                with filled(kind, chosen.kept or Path(scratch), size) as app:
                    found = measure(app, size, chosen.rounds, chosen.page, chosen.queries)
                late = late or any(one > MOST_MS for name, one in found.items() if not name.startswith("job"))
    raise SystemExit(late)


if __name__ == "__main__":
    main()
