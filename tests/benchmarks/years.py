"""Twenty years of a programme in a database: 80 sealed labs, 100 000 items with all that hangs on them, one harvest, one lab ahead.

Rows go in as rows, as fast as the database takes them; what they say is made up by lot, the same each time. :func:`kept` keeps a filled
database in a folder, so that only the first run waits: the SQLite file itself, and for PostgreSQL what COPY makes of each table.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import psycopg
import sqlalchemy as sa
from flask import Flask
from psycopg import sql

from kennislab.accounts.models import Membership, Person, Role
from kennislab.archive import findable, queries
from kennislab.archive.models import (
    ActionStatus,
    ActionUpdate,
    ArchiveItem,
    Consent,
    Evidence,
    EvidencePrompt,
    HarvestCheck,
    ItemLink,
    LinkKind,
    Outcome,
    SavedSearch,
    Seal,
    SealedPart,
    SeatedIn,
    Status,
)
from kennislab.core import clock, journal, search
from kennislab.core.db import Base, db
from kennislab.core.search import SearchDocument
from kennislab.core.transaction import Tx, transaction
from kennislab.live.models import LiveRoom, Participant
from kennislab.products.models import Product, ProductSource, ProductStep
from kennislab.programme import findable as labs_found
from kennislab.programme.models import (
    AgendaItem,
    Block,
    Lab,
    LabKind,
    LabState,
    Municipality,
    Participation,
    ParticipationStatus,
    Programme,
)
from kennislab.questions.models import KnowledgeQuestion, Lineage, QuestionStatus
from tests.benchmarks.search import COMMON, HEADS, TAILS, texts

LABS, ITEMS, CARDS = 80, 100_000, 500
PEOPLE, AT_A_LAB, GROUPS = 300, 60, 8
PLACES = 40
THEMES = ("Geld", "Draagvlak", "Regie en samenwerking", "Techniek en warmte", "Taal", "Jongeren", "Regels", "Wonen", "Groen", "Zorg")
SHARES = {
    "question": 40, "bottleneck": 350, "solution": 340, "insight": 200, "lesson": 80, "linking_opportunity": 60, "advice": 60,
    "action": 30, "association": 60, "success_factor": 30,
}  # fmt: skip
"""Of each kind so many in 1 250 items of a lab."""
FORMAT = 4
"""Grows when what is filled in changes, so that an older folder is not used."""


@dataclass(frozen=True)
class Size:
    """How much to fill in."""

    labs: int = LABS
    items: int = ITEMS
    cards: int = CARDS

    @property
    def name(self) -> str:
        """For its folder."""
        return f"{self.labs}-{self.items}-{self.cards}-v{FORMAT}"


class _Filling:
    """The rows, lab by lab."""

    def __init__(self, tx: Tx, size: Size) -> None:
        self.tx, self.session, self.size, self.dice = tx, tx.session, size, random.Random(20061119)
        self.words = iter(texts(size.items + size.cards))
        self.now = clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
        self.places = [f"GM9{number:03d}" for number in range(PLACES)]

    def put(self, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.session.execute(sa.insert(cast(sa.Table, model.__table__)), rows)

    def id(self) -> str:
        return "".join(self.dice.choices("abcdefghijkmnpqrstuvwxyz23456789", k=16))

    def all(self) -> None:
        first = self.now - timedelta(days=20 * 366)
        self.put(Municipality, [{"code": code, "name": f"Voorbeeldstad {code[3:]}", "province": "", "tooi": ""} for code in self.places])
        self.put(Programme, [{"id": 1, "name": "Twintig jaar warme wijken", "retention_months": 36, "created_at": first}])
        self.put(Person, [self._person(number, first) for number in range(1, PEOPLE + 1)])
        self.put(
            Membership,
            [
                {
                    "person_id": number,
                    "programme_id": 1,
                    "role": Role.COORDINATOR if number == 1 else Role.FACILITATOR if number < 6 else Role.PARTICIPANT,
                }
                for number in range(1, PEOPLE + 1)
            ],
        )
        years = range(first.year, self.now.year + 1)
        self.put(
            Participation,
            [
                {"programme_id": 1, "municipality_code": code, "year": year, "status": ParticipationStatus.CONTINUES}
                for code in self.places
                for year in years
            ],
        )
        before: list[dict[str, Any]] = []
        for number in range(1, self.size.labs + 1):
            at = self.now - timedelta(days=round(91.3 * (self.size.labs - number) + 60))
            before = self._lab(number, at, LabState.ARCHIVED, self.size.items // self.size.labs, before)
        self._lab(self.size.labs + 1, self.now - timedelta(days=2), LabState.HARVESTING, self.size.cards, before)
        self._lab(self.size.labs + 2, self.now + timedelta(days=30), LabState.COLLECTING, 0, before)
        self._searches()

    def _person(self, number: int, first: datetime) -> dict[str, Any]:
        name = f"{self.dice.choice(HEADS).title()} van {self.dice.choice(TAILS).title()} {number}"
        place = self.places[number % PLACES]
        return {"id": number, "name": name, "email": f"mens{number}@voorbeeld.example", "municipality_code": place, "created_at": first}

    def _lab(self, number: int, at: datetime, state: LabState, many: int, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
        quarter = f"{at.year}-Q{(at.month - 1) // 3 + 1}"
        title = f"Kennislab {self.dice.choice(HEADS)}{self.dice.choice(TAILS)} {quarter}"
        self.put(
            Lab,
            [
                {
                    "id": number, "programme_id": 1, "kind": LabKind.KNOWLEDGE_LAB, "quarter": quarter, "title": title, "starts_at": at,
                    "ends_at": at + timedelta(hours=5), "place": "Tilburg", "state": state, "state_since": at, "question_deadline": at,
                    "join_code": f"L{number:07d}", "join_token": f"lab-{number}", "calendar_id": f"calendar{number:08d}",
                }
            ],
        )  # fmt: skip
        blocks = [Block.WELCOME, Block.BOTTLENECKS, Block.DEEP_DIVE, Block.HARVEST]
        self.put(AgendaItem, [{"lab_id": number, "position": i, "block": block, "title": block.value} for i, block in enumerate(blocks)])
        there = self.dice.sample(range(6, PEOPLE + 1), AT_A_LAB) if many else []
        guests = [
            {
                "id": self.id(),
                "lab_id": number,
                "person_id": one,
                "name": f"Mens {one}",
                "municipality_code": self.places[one % PLACES],
                "joined_at": at,
            }
            for one in there
        ]
        self.put(Participant, guests)
        groups = {one: f"Groep {place % GROUPS + 1}" for place, one in enumerate(there)}
        self.put(SeatedIn, [{"lab_id": number, "group_name": group, "person_id": one} for one, group in groups.items()])
        asked = self._questions(number, at, max(many * SHARES["question"] // 1250, 3), before)
        items = self._items(number, at, quarter, state, many, guests, groups, asked)
        self.put(ArchiveItem, items)
        self._ties(items)
        if many:
            self._room(number, title, quarter, at, items, guests)
        if state is LabState.ARCHIVED:
            self._after(number, at, items)
        elif state is LabState.HARVESTING:
            self.put(HarvestCheck, [{"lab_id": number, "opened_at": at, "until": self.now + timedelta(days=1)}])
        return asked

    def _questions(self, lab: int, at: datetime, many: int, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Of which some go on from the lab before."""
        rows = []
        for number in range(many):
            asker = self.dice.randint(6, PEOPLE)
            rows.append(
                {
                    "id": lab * 1000 + number, "public_id": self.id(), "lab_id": lab, "asker_id": asker, "asker_name": f"Mens {asker}",
                    "municipality_code": self.places[asker % PLACES], "text": f"Hoe krijgen we {' '.join(self.dice.choices(COMMON, k=7))}?",
                    "context": " ".join(self.dice.choices(COMMON, k=20)), "status": QuestionStatus.SUBMITTED, "created_at": at,
                    "updated_at": at, "submitted_at": at,
                }
            )  # fmt: skip
        self.put(KnowledgeQuestion, rows)
        carried = list(zip(rows[:3], before[1:4], strict=False))
        self.put(Lineage, [{"question_id": new["id"], "from_id": old["id"], "how": "carried", "at": at} for new, old in carried])
        return rows

    def _items(
        self, lab: int, at: datetime, quarter: str, state: LabState, many: int, guests: list[dict[str, Any]],
        groups: dict[int, str], asked: list[dict[str, Any]],
    ) -> list[dict[str, Any]]:  # fmt: skip
        kinds = ["question"] * len(asked) if many else []
        shares = {kind: share for kind, share in SHARES.items() if kind != "question"}
        kinds += self.dice.choices(list(shares), list(shares.values()), k=max(many - len(asked), 0))
        kinds = kinds[:many]
        sealed = state is LabState.ARCHIVED
        rows: list[dict[str, Any]] = []
        bottlenecks: list[str] = []
        for position, kind in enumerate(kinds):
            who = self.dice.choice(guests)
            consent = self.dice.choices(list(Consent), (6, 50, 14, 30))[0]
            anonymous = consent is Consent.PUBLIC_ANONYMOUS
            question = asked[position] if kind == "question" else None
            text = question["text"] if question else next(self.words)
            group = groups[who["person_id"]]
            status = (
                self.dice.choices((Status.CONFIRMED, Status.DROPPED, Status.MERGED), (93, 4, 3))[0]
                if sealed and not question
                else Status.CONFIRMED
            )
            if not sealed:
                status = Status.DRAFT if position % 2 else Status.CONFIRMED
            id_ = self.id()
            rows.append(
                {
                    "id": id_, "programme_id": 1, "lab_id": lab, "kind": kind, "text": text, "original_text": text,
                    "municipality_code": None if anonymous else who["municipality_code"], "quarter": quarter,
                    "themes": self.dice.sample(THEMES, self.dice.choices((0, 1, 2, 3), (1, 5, 3, 1))[0]), "consent": consent,
                    "reach_given": consent, "status": status,
                    "answers_id": self.dice.choice(bottlenecks) if kind == "solution" and bottlenecks and position % 5 else None,
                    "merged_into_id": self.dice.choice(bottlenecks) if status is Status.MERGED and bottlenecks else None,
                    "source_kind": "question" if question else "contribution",
                    "source_id": None if anonymous and sealed else question["public_id"] if question else self.id(),
                    "person_id": None if anonymous else who["person_id"], "participant_id": None if anonymous else who["id"],
                    "group_name": group, "step_title": "Knelpunten", "position": position, "votes": self.dice.randint(0, 9),
                    "owner": who["name"] if kind == "action" and not anonymous else "",
                    "due": (at + timedelta(days=90)).date() if kind == "action" and self.dice.random() < 0.8 else None,
                    "action_status": self._went(at) if kind == "action" else None, "created_at": at,
                }
            )  # fmt: skip
            if kind == "bottleneck":
                bottlenecks.append(id_)
        return sorted(rows, key=lambda row: row["merged_into_id"] is not None or row["answers_id"] is not None)

    def _went(self, at: datetime) -> ActionStatus:
        """How an action stands now: of the last year some are open, of before nearly none."""
        recent = at > self.now - timedelta(days=400)
        return self.dice.choices(list(ActionStatus), (3, 3, 1, 1) if recent else (1, 80, 15, 2))[0]

    def _ties(self, items: list[dict[str, Any]]) -> None:
        """Half of the bottlenecks came up with a question, and lessons were drawn from solutions."""
        of: dict[str, list[str]] = {}
        for row in items:
            of.setdefault(row["kind"], []).append(row["id"])
        rows = []
        for one in of.get("bottleneck", []) if of.get("question") else []:
            if self.dice.random() < 0.5:
                rows.append({"from_id": one, "to_id": self.dice.choice(of["question"]), "kind": LinkKind.QUESTION})
        for one in [*of.get("lesson", []), *of.get("action", [])] if of.get("solution") else []:
            rows.append({"from_id": one, "to_id": self.dice.choice(of["solution"]), "kind": LinkKind.ORIGIN})
        self.put(ItemLink, rows)

    def _room(self, lab: int, title: str, quarter: str, at: datetime, items: list[dict[str, Any]], guests: list[dict[str, Any]]) -> None:
        self.put(LiveRoom, [{"lab_id": lab, "state": "closed", "opened_at": at, "closed_at": at + timedelta(hours=5)}])
        groups = [{"id": str(number), "name": f"Groep {number}"} for number in range(1, GROUPS + 1)]
        facts = [
            (
                "lab.opened",
                {"lab": lab, "title": title, "quarter": quarter, "agenda": [], "groups": groups, "join": {"code": "", "path": ""}},
            )
        ]
        for guest in guests:
            who = {"participant": guest["id"], "name": guest["name"], "municipality": guest["municipality_code"], "group": None}
            facts.append(("participant.joined", who))
        for row in items:
            if row["source_kind"] == "contribution":
                said = {
                    "id": row["source_id"] or self.id(), "kind": row["kind"], "text": row["text"], "author": self.dice.choice(guests)["id"],
                    "step": None, "group": str(self.dice.randint(1, GROUPS)), "municipality": row["municipality_code"], "late": False,
                    "pending": False, "unrevealed": False, "quarantined": False, "answers": None, "themes": row["themes"],
                    "consent": row["consent"].value, "on_behalf_of": None, "recalls": None,
                }  # fmt: skip
                facts.append(("contribution.added", said))
        facts.append(("lab.closed", {}))
        entries = [journal.Entry(type_, data, None, at + timedelta(seconds=number)) for number, (type_, data) in enumerate(facts)]
        journal.append(self.tx, f"live:{lab}", entries)

    def _after(self, lab: int, at: datetime, items: list[dict[str, Any]]) -> None:
        """The seal, the ledger, how actions went, and a product."""
        head = f"{self.dice.getrandbits(256):064x}"
        self.put(
            Seal,
            [
                {
                    "lab_id": lab,
                    "sealed_at": at + timedelta(days=10),
                    "sealed_by": "Noor",
                    "items": len(items),
                    "head": head,
                    "version": 2,
                    "manifest": {},
                }
            ],
        )
        self.put(
            SealedPart,
            [
                {
                    "lab_id": lab,
                    "seq": seq,
                    "part": "item",
                    "ref": row["id"],
                    "salt": head,
                    "aside_salt": head,
                    "aside": head,
                    "commitment": head,
                    "head": head,
                }
                for seq, row in enumerate(items)
            ],
        )
        lines, said, prompts = [], [], []
        for row in items:
            if row["kind"] == "solution" and row["status"] is Status.CONFIRMED and self.dice.random() < 0.35:
                for place in self.dice.sample(self.places, self.dice.randint(1, 5)):
                    when = at + timedelta(days=self.dice.randint(30, 700))
                    status = self.dice.choice(list(Outcome))
                    if when < self.now:
                        lines.append(
                            {
                                "item_id": row["id"], "municipality_code": place, "status": status,
                                "note": " ".join(self.dice.choices(COMMON, k=8)),
                                "at": when.date(), "reporter_id": self.dice.randint(6, PEOPLE), "reporter": "Mens", "created_at": when,
                            }
                        )  # fmt: skip
                        quarter = f"{when.year}-Q{(when.month - 1) // 3 + 1}"
                        prompts.append({"item_id": row["id"], "municipality_code": place, "quarter": quarter, "at": when})
            if row["kind"] == "action" and row["status"] is Status.CONFIRMED:
                for number in range(self.dice.randint(1, 3)):
                    now = row["action_status"] if number == 0 else ActionStatus.OPEN
                    said.append({"item_id": row["id"], "status": now, "by": "Mens", "at": at + timedelta(days=200 - 30 * number)})
        self.put(Evidence, lines)
        self.put(EvidencePrompt, prompts)
        self.put(ActionUpdate, said)
        self._product(lab, at, [row["id"] for row in items if row["kind"] == "solution" and row["status"] is Status.CONFIRMED])

    def _product(self, lab: int, at: datetime, solutions: list[str]) -> None:
        public = at + timedelta(days=180)
        self.put(
            Product,
            [
                {
                    "id": lab, "public_id": f"product{lab:09d}", "programme_id": 1, "title": f"Stappenplan {lab}", "summary": "In stappen.",
                    "early_access_at": at + timedelta(days=20), "public_on": public.date(), "announced_public": public < self.now,
                    "created_at": at, "changed_at": at,
                }
            ],
        )  # fmt: skip
        steps = [{"id": lab * 10 + number, "product_id": lab, "position": number, "title": f"Stap {number + 1}"} for number in range(5)]
        self.put(ProductStep, steps)
        sources = [
            {"step_id": step["id"], "item_id": item} for step in steps for item in self.dice.sample(solutions, min(3, len(solutions)))
        ]
        self.put(ProductSource, sources)

    def _searches(self) -> None:
        self.put(
            SavedSearch,
            [
                {
                    "id": self.id(), "person_id": person, "name": f"Zoekopdracht {number}", "every": "day",
                    "looked_at": self.now - timedelta(days=3),
                    "query": {"q": [f"{self.dice.choice(COMMON)} {self.dice.choice(HEADS)}"]}
                    if number
                    else {"thema": [self.dice.choice(THEMES)]},
                }
                for person in range(1, 51)
                for number in range(3)
            ],
        )  # fmt: skip


def fill(app: Flask, size: Size) -> None:
    """Fills an empty database with tables."""
    with app.app_context():
        with transaction() as tx:
            _Filling(tx, size).all()
        for lab_id in range(1, size.labs + 1):
            with transaction() as tx:
                lab = tx.session.get_one(Lab, lab_id)
                items = [item for item in queries.items_of(tx.session, lab_id, Status.CONFIRMED) if findable.findable(item)]
                search.index_all(tx, [labs_found.document_of(lab), *(findable.document_of(tx.session, item) for item in items)])
                tx.session.expunge_all()
        with transaction() as tx:  # as if each came in when its lab was sealed; only the last one is news
            seen = {SearchDocument.indexed_at: SearchDocument.at}
            lately = sa.select(Lab.starts_at).where(Lab.id == size.labs).scalar_subquery()
            tx.session.execute(sa.update(SearchDocument).where(SearchDocument.at < lately).values(seen))
            tx.session.execute(
                sa.update(SearchDocument).where(SearchDocument.at >= lately).values(indexed_at=clock.now() - timedelta(hours=1))
            )
        db.session.remove()


# --- keeping it ---------------------------------------------------------------------------------------------------------------------


def kept(folder: Path, size: Size, kind: str) -> Path:
    """Where a filled database of this kind is kept. Whether it is there yet says ``(… / "whole").exists()``."""
    return folder / f"kennislab-years-{size.name}-{kind}"


def copied_out(address: str, to: Path) -> None:
    """Writes every table of a PostgreSQL database in a folder."""
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True)
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        for name in _tables(cursor):
            with (
                cursor.copy(sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(name))) as copy,
                (to / name).open("wb") as file,
            ):
                for part in copy:
                    file.write(part)
    (to / "whole").touch()


def copied_in(address: str, folder: Path) -> None:
    """Reads them back into a database that has the tables, and nothing in them."""
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no checking of what was checked before
        for name in _tables(cursor):
            with (
                cursor.copy(sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(name))) as copy,
                (folder / name).open("rb") as file,
            ):
                while part := file.read(1 << 20):
                    copy.write(part)
        cursor.execute(
            "SELECT table_name, column_name, pg_get_serial_sequence(quote_ident(table_name), column_name) FROM information_schema.columns"
            " WHERE table_schema = 'public' AND pg_get_serial_sequence(quote_ident(table_name), column_name) IS NOT NULL"
        )
        for table, column, sequence in cursor.fetchall():
            newest = sql.SQL("SELECT setval({}, coalesce((SELECT max({}) FROM {}), 1))")
            cursor.execute(newest.format(sql.Literal(sequence), sql.Identifier(column), sql.Identifier(table)))


def _tables(cursor: psycopg.Cursor[Any]) -> Iterator[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    return iter([str(name) for (name,) in cursor.fetchall()])
