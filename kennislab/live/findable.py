"""Methods as search finds them: for those who choose one, as that is who may open the library.

Those that come with Kennislab are there once, for the staff of any programme; a programme's own are for its own staff.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.core import search
from kennislab.core.search import Document
from kennislab.core.transaction import Tx
from kennislab.live.methods.schema import BUILT_IN, Method, from_definition
from kennislab.live.models import MethodVersion

KIND = "method"
STAFF = "facilitators"
"""Audience of who leads in any programme at all."""
_ALWAYS = datetime(2026, 1, 1, tzinfo=UTC)
"""What came with Kennislab has no day of its own."""


def _text(method: Method) -> str:
    steps = [f"{step.title_nl}. {step.instruction_nl}" for step in method.steps]
    return "\n".join(part for part in (method.summary_nl, method.use_when_nl, *steps, method.name_en) if part)


def built_in() -> Iterator[Document]:
    """The methods that come with Kennislab."""
    for key, method in BUILT_IN.items():
        yield Document(KIND, key, method.name_nl, _text(method), STAFF, f"/werkvormen/{key}", _ALWAYS)


def document_of(row: MethodVersion) -> Document:
    """A version of a programme's own method."""
    method = from_definition(row.definition)
    return Document(
        kind=KIND,
        key=f"{row.programme_id}:{row.key}"[:80],
        title=method.name_nl,
        text=_text(method),
        audience=f"facilitators:{row.programme_id}",
        url=f"/programmas/{row.programme_id}/werkvormen/{row.key}",
        at=row.made_at,
    )


def index(tx: Tx, row: MethodVersion) -> None:
    """Puts the newest version of a programme's own method in the index, or takes out what was put away."""
    tx.session.flush()
    if row.retired_at is None:
        search.index(tx, document_of(row))
    else:
        search.remove(tx, KIND, f"{row.programme_id}:{row.key}"[:80])


def own(session: Session) -> list[MethodVersion]:
    """The programmes' own methods that can be chosen, each in its newest version."""
    M = MethodVersion
    latest = sa.select(M.programme_id, M.key, sa.func.max(M.version).label("version")).group_by(M.programme_id, M.key).subquery()
    same = sa.and_(M.programme_id == latest.c.programme_id, M.key == latest.c.key, M.version == latest.c.version)
    return list(session.scalars(sa.select(M).join(latest, same).where(M.retired_at.is_(None)).order_by(M.id)))
