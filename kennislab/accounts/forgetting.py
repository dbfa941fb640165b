"""What is known of somebody, and forgetting it: the lesson stays, the person goes.

Every feature registers its part: what it knows, and how it forgets what no rule here can see (names in texts, in JSON, in journals). What
follows from the tables themselves happens here, for tables of today and of later: rows that are somebody's own (a foreign key to
``person`` that deletes along) go, other references are emptied, and so are the names that stand beside them.

The row in ``person`` stays, empty: its number is in journals, and must never become somebody else's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts.models import Erasure, Membership, Person, Role
from kennislab.core import clock, search
from kennislab.core.db import Base
from kennislab.core.errors import N_, Conflict, NotFound
from kennislab.core.ids import new_id
from kennislab.core.jobs import Job
from kennislab.core.mail import WAITING, Mail
from kennislab.core.search import Document, SearchDocument
from kennislab.core.sheets import SheetDraft
from kennislab.core.signals import signal
from kennislab.core.transaction import Tx

person_forgotten = signal("person-forgotten", "After somebody was forgotten. person: int, the number that the empty row keeps.")

GONE = "…"
"""What stands in a text where a name was."""


@dataclass(frozen=True, slots=True)
class Known:
    """One thing that is kept about somebody. ``what``: a Dutch message id; ``value``: what is kept; ``path``: where it can be seen."""

    what: str
    value: str
    at: datetime | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Leaving:
    """Who is being forgotten, as they were. ``programmes``: where they belonged; ``twins``: somebody else has the same name.

    ``called``: lab → what they called themselves there (Pia), as far as nobody else was called so there.
    """

    id: int
    name: str
    email: str | None
    programmes: tuple[int, ...]
    twins: bool
    called: dict[int, frozenset[str]] = field(default_factory=dict)

    def is_named(self, text: str | None, lab_id: int | None = None) -> bool:
        """Whether this text is nothing but the name, or (``lab_id``) what they were called there."""
        if text is None or not text.strip():
            return False
        return _plain(text) == _plain(self.name) or _plain(text) in self.called.get(lab_id or 0, ())

    def without(self, text: str) -> str:
        """The text without the name and the address. A name of one word is left alone: it may be a word."""
        if self.email:
            text = re.sub(re.escape(self.email), GONE, text, flags=re.IGNORECASE)
        words = self.name.split()
        if len(words) < 2:
            return text
        return re.sub(r"(?<!\w)" + r"\s+".join(map(re.escape, words)) + r"(?!\w)", GONE, text, flags=re.IGNORECASE)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _called(session: Session, person_id: int) -> dict[int, frozenset[str]]:
    """What somebody was called in each lab, read beside the references to them."""
    own: dict[int, set[str]] = {}
    others: dict[int, set[str]] = {}
    for column in references():
        if "lab_id" in column.table.c:
            for name in names_beside(column):
                rows = session.execute(sa.select(column.table.c.lab_id, name, column == person_id).where(name.is_not(None)).distinct())
                for lab_id, text, mine in rows:
                    (own if mine else others).setdefault(lab_id, set()).add(_plain(text))
    return {lab_id: frozenset(names - others.get(lab_id, set()) - {""}) for lab_id, names in own.items()}


Knows = Callable[[Session, int], Iterable[Known]]
Forgets = Callable[[Tx, Leaving], dict[str, int]]


@dataclass(frozen=True, slots=True)
class Part:
    """What one feature knows and forgets. ``tables``: whose references to a person it tells about; ``texts``: in whose texts it looks for
    the name itself."""

    title: str
    knows: Knows | None
    forget: Forgets | None
    tables: frozenset[str]
    texts: frozenset[str]


_parts: dict[str, Part] = {}


def register(
    title: str, knows: Knows | None = None, forget: Forgets | None = None, tables: Iterable[str] = (), texts: Iterable[str] = ()
) -> None:
    """A feature's part. ``title``: a Dutch message id, over what it knows; ``tables``: those that ``knows`` tells about; ``texts``: those
    in which ``forget`` looks for the name itself, because something else depends on what stands there. In all others it goes by itself."""
    _parts[title] = Part(title, knows, forget, frozenset(tables), frozenset(texts))


# --- what is known ------------------------------------------------------------------------------------------------------------


def known(session: Session, person_id: int) -> dict[str, list[Known]]:
    """Everything that is kept about somebody, by part; at the end the number of rows of tables that no part tells about."""
    found = {part.title: list(part.knows(session, person_id)) for part in _parts.values() if part.knows is not None}
    rest = list(_rest(session, person_id))
    return {title: rows for title, rows in {**found, N_("Verder"): rest}.items() if rows}


def untold() -> set[str]:
    """The tables with a reference to a person that no part tells about."""
    return {column.table.name for column in references()} - {name for part in _parts.values() for name in part.tables}


def _rest(session: Session, person_id: int) -> Iterable[Known]:
    hidden = untold()
    for column in references():
        if column.table.name in hidden:
            number = session.scalar(sa.select(sa.func.count()).select_from(column.table).where(column == person_id))
            if number:
                yield Known(N_("Verwijzing naar jou"), f"{column.table.name}: {number}")


def references() -> list[sa.Column[Any]]:
    """Every column of every table that refers to a person."""
    return [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        for key in column.foreign_keys
        if key.target_fullname == "person.id"
    ]


# --- forgetting ---------------------------------------------------------------------------------------------------------------


def forget(tx: Tx, person_id: int, how: str, again: tuple[str, datetime] | None = None) -> dict[str, int]:
    """Forgets somebody in everything that is kept; returns what went, by Dutch name. Everything happens in this transaction.

    ``how``: self, staff or retention. ``again``: id and moment of an erasure that is done once more, after a restore. Raises NotFound for
    nobody, Conflict when a programme would be left without a coordinator.
    """
    person = tx.session.get(Person, person_id, with_for_update=True)
    if person is None:
        raise NotFound()
    if again is None:
        _keep_coordinators(tx, person)
    mine = tuple(tx.session.scalars(sa.select(Membership.programme_id).where(Membership.person_id == person_id)))
    twins = tx.session.scalar(sa.select(sa.func.count()).where(Person.name == person.name, Person.id != person_id)) or 0
    leaving = Leaving(person_id, person.name, person.email, mine, bool(twins), _called(tx.session, person_id))
    _overwrite_what_goes(tx)
    gone: dict[str, int] = {}
    for part in _parts.values():
        if part.forget is not None:
            for name, number in part.forget(tx, leaving).items():
                gone[name] = gone.get(name, 0) + number
    for name, number in [*_own_mail(tx, leaving).items(), *_by_the_tables(tx, leaving).items(), *_in_texts(tx, leaving).items()]:
        gone[name] = gone.get(name, 0) + number
    person.name = person.organisation = ""
    person.email = person.municipality_code = person.password_hash = None
    person.language = "nl"
    id_, at = again or (new_id(), clock.now())
    tx.session.add(Erasure(public_id=id_, person_id=person_id, how=how, at=at))
    tx.session.flush()
    tx.session.expire_all()
    tx.after_commit(person_forgotten, person=person_id)
    return {name: number for name, number in gone.items() if number}


def _keep_coordinators(tx: Tx, person: Person) -> None:
    for place in person.memberships:
        if place.role is not Role.COORDINATOR:
            continue
        others = sa.select(sa.func.count()).where(
            Membership.programme_id == place.programme_id, Membership.role == Role.COORDINATOR, Membership.person_id != person.id
        )
        if not tx.session.scalar(others):
            raise Conflict(
                "last-coordinator",
                N_("Een programma heeft een coördinator nodig"),
                N_("Maak eerst iemand anders coördinator en probeer het dan opnieuw."),
            )


def _overwrite_what_goes(tx: Tx) -> None:
    """SQLite leaves what was deleted in the file until the room is used again; from here on this connection writes zeros over it."""
    connection = tx.session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")


def _own_mail(tx: Tx, leaving: Leaving) -> dict[str, int]:
    """Own mails go or lose their words; what was mailed to others loses the name; uploads and finished work that name them go."""
    session = tx.session
    own = Mail.person_id == leaving.id
    if leaving.email:
        own = sa.or_(own, Mail.to == leaving.email)
    waiting = len(session.scalars(sa.delete(Mail).where(own, Mail.state.in_(WAITING)).returning(Mail.id)).all())
    emptied = sa.update(Mail).where(own).values(to="", subject="", body="", calendar="", error="", person_id=None, message_id=None)
    number = waiting + len(session.scalars(emptied.returning(Mail.id)).all())
    for mail in session.scalars(sa.select(Mail).where(mentions(leaving, Mail.subject, Mail.body))):
        mail.subject, mail.body = leaving.without(mail.subject), leaving.without(mail.body)
    session.execute(sa.delete(SheetDraft).where(SheetDraft.person_id == leaving.id))
    if leaving.email or len(leaving.name.split()) > 1:
        named = sa.and_(Job.state.in_(("done", "failed")), mentions(leaving, Job.arguments, Job.result, Job.note))
        session.execute(sa.delete(Job).where(named))
    return {N_("mails"): number}


def mentions(leaving: Leaving, *columns: Any) -> Any:
    """Rows in which the name or the address may stand; names of one word are not looked for."""
    wanted = [leaving.email] if leaving.email else []
    wanted += [leaving.name] if len(leaving.name.split()) > 1 else []
    return sa.or_(sa.false(), *(column.icontains(text, autoescape=True) for column in columns for text in wanted))


BY_NAME = re.compile(r"(?:[a-z_]*_)?by(?:_name)?|reporter|asker_name|owner|contact|speaker|leader_name")
"""Columns that hold the name of who did something."""


def _by_the_tables(tx: Tx, leaving: Leaving) -> dict[str, int]:
    """Names beside references, names on their own, then the references themselves."""
    number = 0
    paired = set()
    for column in references():
        for name in names_beside(column):
            empty = sa.null() if name.nullable else ""
            tx.session.execute(sa.update(column.table).where(column == leaving.id).values({name.name: empty}))
            paired.add((column.table.name, name.name))
    if leaving.name.strip():
        for table in Base.metadata.sorted_tables:
            for name in table.columns:
                if isinstance(name.type, sa.String) and BY_NAME.fullmatch(name.name) and not name.foreign_keys:
                    if (table.name, name.name) not in paired or not leaving.twins:
                        tx.session.execute(sa.update(table).where(name == leaving.name, *_scope(table, leaving)).values({name.name: ""}))
    for column in references():
        deletes = next(iter(column.foreign_keys)).ondelete == "CASCADE"
        found = tx.session.execute(
            sa.delete(column.table).where(column == leaving.id)
            if deletes
            else sa.update(column.table).where(column == leaving.id).values({column.name: None})
        )
        number += found.rowcount if found.rowcount > 0 else 0  # type: ignore[attr-defined]  # a CursorResult
    return {N_("verwijzingen"): number}


NOT_LOOKED_IN = frozenset(
    ("person", "municipality", "district", "journal_entry", "journal_stream", "job", "search_document", "search_word")
)
"""Tables in whose texts nobody is looked for here: lists of places, what :func:`kennislab.core.journal.rewrite` and the search do
themselves, and work in progress."""


def _in_texts(tx: Tx, leaving: Leaving) -> dict[str, int]:
    """The full name and the address in whatever anybody wrote, in every table of today and of later; then what can be found of it."""
    if leaving.twins:  # in a text it may be the other's name; the address is theirs alone
        leaving = replace(leaving, name="")
    if not leaving.email and len(leaving.name.split()) < 2:
        return {}
    number, mine = 0, NOT_LOOKED_IN.union(*(part.texts for part in _parts.values()))
    for table in Base.metadata.sorted_tables:
        columns = [one for one in table.columns if _holds_text(one)]
        if table.name in mine or not columns:
            continue
        keys = list(table.primary_key.columns)
        wanted = sa.or_(*(_may_name(leaving, column) for column in columns))
        for row in tx.session.execute(sa.select(*keys, *columns).where(wanted)).all():
            was = {column.name: row[len(keys) + n] for n, column in enumerate(columns)}
            now = {name: _without(value, leaving) for name, value in was.items()}
            if changed := {name: value for name, value in now.items() if value != was[name]}:
                itself = (key == row[n] for n, key in enumerate(keys))
                tx.session.execute(sa.update(table).where(*itself).values(changed))
                number += 1
    tx.session.expire_all()
    _found_anew(tx, leaving)
    return {N_("teksten met de naam"): number}


def _holds_text(column: sa.Column[Any]) -> bool:
    text = isinstance(column.type, sa.String | sa.JSON) and not isinstance(column.type, sa.Enum)
    return text and not column.primary_key and not column.foreign_keys


def _may_name(leaving: Leaving, column: sa.Column[Any]) -> Any:
    """Whether the name or the address may stand there; in JSON also as it is written there."""
    if not isinstance(column.type, sa.JSON):
        return mentions(leaving, column)
    text = sa.cast(column, sa.Text)
    wanted = [one for one in (leaving.email, leaving.name) if one]
    return sa.or_(*(text.icontains(form, autoescape=True) for one in wanted for form in (one, json.dumps(one)[1:-1])))


def _without(value: Any, leaving: Leaving) -> Any:
    if isinstance(value, dict):
        return {key: _without(one, leaving) for key, one in value.items()}
    if isinstance(value, list):
        return [_without(one, leaving) for one in value]
    return leaving.without(value) if isinstance(value, str) else value


def _found_anew(tx: Tx, leaving: Leaving) -> None:
    """What can be found is put in again without the name."""
    D = Base.metadata.tables[SearchDocument.__tablename__].c
    rows = tx.session.execute(sa.select(*D).where(mentions(leaving, D.title, D.text, D.facets))).all()
    documents = [
        Document(
            row.kind, row.key, leaving.without(row.title), leaving.without(row.text), row.audience, row.url, row.at,
            _without(json.loads(row.facets), leaving),
        )
        for row in rows
    ]  # fmt: skip
    if documents:
        search.index_all(tx, documents)


def names_beside(column: sa.Column[Any]) -> list[sa.Column[Any]]:
    """The columns of the same table that hold the name of who this reference is about: ``asker_name`` beside ``asker_id``."""
    base = column.name.removesuffix("_id")
    wanted = {f"{base}_name", base} - {column.name} | (
        {"name"} if base == "person" and column.table.name in ("participant", "co_asker") else set()
    )
    return [one for name, one in column.table.columns.items() if name in wanted and isinstance(one.type, sa.String)]


def _scope(table: sa.Table, leaving: Leaving) -> list[Any]:
    """When somebody else has the same name: only in the programmes that this one belonged to, as far as the table says."""
    if not leaving.twins:
        return []
    if "programme_id" in table.c:
        return [table.c.programme_id.in_(leaving.programmes)]
    if "lab_id" in table.c:
        lab = Base.metadata.tables["lab"]
        return [table.c.lab_id.in_(sa.select(lab.c.id).where(lab.c.programme_id.in_(leaving.programmes)))]
    return [sa.false()]
