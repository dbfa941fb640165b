"""Bringing the whole index up to date: after an upgrade that finds more than before, after forgetting somebody, or by hand.

Every change puts itself in the index, in its own transaction. What that cannot reach is what was there before a version that indexes it,
so every feature says here what all its documents are. Only what differs is written, a few at a time, so that a room goes on meanwhile; what
nobody vouches for any more is taken out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from kennislab.accounts import forgetting
from kennislab.accounts.forgetting import Leaving
from kennislab.archive import findable, queries
from kennislab.archive import forgetting as _own  # noqa: F401  what they take out of the texts must be out before the index is written
from kennislab.archive.models import ArchiveItem, Consent, Status
from kennislab.core import clock, jobs, search
from kennislab.core.db import db
from kennislab.core.errors import N_
from kennislab.core.search import Document, SearchDocument
from kennislab.core.transaction import Tx, transaction
from kennislab.live import findable as methods
from kennislab.live import forgetting as _live  # noqa: F401  the same
from kennislab.live.models import MethodVersion
from kennislab.programme import findable as labs
from kennislab.programme.models import Lab, LabState
from kennislab.questions import forgetting as _questions  # noqa: F401  the same
from kennislab.questions import operations as questions
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus

SHAPE = 2
"""Grows when what is found changes: a server of a newer version then does this once by itself."""
REINDEX = "search-reindex"
CALM = timedelta(seconds=60)
"""Not in the first minute of a process: whoever started it is waiting for other things."""
_AT_ONCE = 50
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

Names = Callable[[Session], Sequence[Any]]
Makes = Callable[[Session, Sequence[Any]], Iterable[Document]]


@dataclass(frozen=True, slots=True)
class Source:
    """``names``: of everything that can be found, by what it is called in its table; ``documents``: those of some of them."""

    names: Names
    documents: Makes


_sources: dict[str, Source] = {}


def source(name: str, names: Names, documents: Makes) -> None:
    """A feature says what all its documents are, as they should be found now."""
    _sources[name] = Source(names, documents)


@dataclass(frozen=True, slots=True)
class Done:
    """How many documents there are, how many were put in or changed, and how many went."""

    documents: int
    written: int
    removed: int


def reindex() -> Done:
    """Does it, in many short transactions; what is there already as it should be is left alone.

    New in the index is not new in the world: what was there before it was found makes nobody a mail.
    """
    read = db.session()
    newest = int(read.scalar(sa.select(sa.func.max(SearchDocument.id))) or 0)
    wanted = {name: list(one.names(read)) for name, one in _sources.items()}
    db.session.rollback()  # reading only: no transaction stays open meanwhile
    begun = clock.now()
    vouched: set[tuple[str, str]] = set()
    D = SearchDocument
    for name, names in wanted.items():
        for start in range(0, len(names), _AT_ONCE):
            with transaction() as tx:
                last = int(tx.session.scalar(sa.select(sa.func.max(D.id))) or 0)
                made = list(_sources[name].documents(tx.session, names[start : start + _AT_ONCE]))
                search.index_all(tx, made)
                mine = sa.tuple_(D.kind, D.key).in_([(one.kind, one.key) for one in made])
                tx.session.execute(sa.update(D).where(D.id > last, D.indexed_at >= begun, mine).values(indexed_at=LONG_AGO))
                vouched.update((one.kind, one.key) for one in made)
    removed = _sweep(newest, vouched)
    written = db.session().scalar(sa.select(sa.func.count()).where(D.id > newest)) or 0
    return Done(len(vouched), written, removed)


def _sweep(newest: int, vouched: set[tuple[str, str]]) -> int:
    """Takes out what was there before and nobody vouches for any more."""
    D = SearchDocument
    there = db.session().execute(sa.select(D.kind, D.key).where(D.id <= newest).order_by(D.id)).all()
    db.session.rollback()
    gone = [(kind, key) for kind, key in there if (kind, key) not in vouched]
    for start in range(0, len(gone), _AT_ONCE):
        with transaction() as tx:
            for kind, key in gone[start : start + _AT_ONCE]:
                if tx.session.scalar(sa.select(D.id).where(D.kind == kind, D.key == key, D.id <= newest)) is not None:
                    search.remove(tx, kind, key)
    return len(gone)


# --- what can be found, as far as this feature and those before it go -------------------------------------------------------------


def _items(session: Session, ids: Sequence[str]) -> list[Document]:
    found = queries.some(session, ids).values()
    return [findable.document_of(session, item) for item in found if findable.findable(item) and item.lab.state is LabState.ARCHIVED]


def _sealed_items(session: Session) -> Sequence[str]:
    A = ArchiveItem
    sealed = sa.select(A.id).join(Lab).where(A.status == Status.CONFIRMED, A.consent != Consent.GROUP, Lab.state == LabState.ARCHIVED)
    return session.scalars(sealed.order_by(A.id)).all()


Q = KnowledgeQuestion
_ASKED = (Q.status == QuestionStatus.SUBMITTED, Lab.state != LabState.ARCHIVED)


def _asked(session: Session, ids: Sequence[int]) -> list[Document]:
    chosen = sa.select(Q).join(Lab).where(Q.id.in_(ids), *_ASKED).options(joinedload(Q.lab))
    return [questions.document_of(session, one) for one in session.scalars(chosen)]


source(
    "labs",
    lambda session: session.scalars(sa.select(Lab.id)).all(),
    lambda session, ids: [labs.document_of(lab) for lab in session.scalars(sa.select(Lab).where(Lab.id.in_(ids)))],
)
source("questions", lambda session: session.scalars(sa.select(Q.id).join(Lab).where(*_ASKED)).all(), _asked)
source("items", _sealed_items, _items)
source("built-in methods", lambda session: [""], lambda session, _names: methods.built_in())
source(
    "methods",
    lambda session: [row.id for row in methods.own(session)],
    lambda session, ids: [methods.document_of(row) for row in session.scalars(sa.select(MethodVersion).where(MethodVersion.id.in_(ids)))],
)


# --- when -----------------------------------------------------------------------------------------------------------------------


@jobs.job(REINDEX)
def _reindex(progress: jobs.Progress, shape: int) -> dict[str, int]:
    done = reindex()
    return {"documents": done.documents, "written": done.written, "removed": done.removed}


@jobs.every(3600, "search-shape")
def look(progress: jobs.Progress) -> bool:
    """Sees to it that the index is made anew once after an upgrade that finds more. Returns whether that had to be asked for."""
    J = jobs.Job
    asked = sa.exists().where(J.name == REINDEX, J.arguments == json.dumps({"shape": SHAPE}), J.state != "failed")
    with transaction() as tx:
        if tx.session.scalar(sa.select(asked)):
            return False
        jobs.enqueue(tx, REINDEX, delay=CALM, shape=SHAPE)
    return True


# --- somebody is forgotten --------------------------------------------------------------------------------------------------------


def _without(tx: Tx, leaving: Leaving) -> dict[str, int]:
    """What stood under a name in the index is made anew, now that the name is out of the texts."""
    D = SearchDocument
    names = [word for word in (leaving.name, leaving.email) if word and word.strip()]
    holds = sa.or_(*(column.icontains(word, autoescape=True) for word in names for column in (D.title, D.text)))
    theirs = [f"programme:{number}" for number in leaving.programmes]
    if not names:
        return {}
    tx.session.flush()
    tx.session.expire_all()
    rows = tx.session.execute(sa.select(D.kind, D.key, D.url).where(D.audience.in_(theirs), holds)).all()
    items = [row.url.removeprefix("/archief/") for row in rows if row.url.startswith("/archief/")]
    asked = tx.session.scalars(sa.select(Q.id).where(Q.public_id.in_([row.key for row in rows if row.kind == "question"]))).all()
    search.index_all(tx, [*_items(tx.session, items), *_asked(tx.session, asked)])
    return {}


forgetting.register(N_("Zoeken"), None, _without)
