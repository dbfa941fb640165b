"""The methods that a programme can choose from: those that Kennislab brings along, and those that it made or adapted itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.core import clock
from kennislab.core.errors import N_, Conflict, Invalid, NotFound
from kennislab.core.text import tidy
from kennislab.core.transaction import Tx
from kennislab.live import findable
from kennislab.live.methods.schema import BUILT_IN, Method, definition, from_definition
from kennislab.live.models import MethodVersion

RESERVED = ("nieuw", "inlezen")
"""Words that are pages of the library, so no key of a method."""
MOST = 200
"""How many methods of its own a programme may have."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A method in the library. ``version`` 0: it came with Kennislab."""

    method: Method
    version: int = 0
    made_by: str = ""
    made_at: datetime | None = None
    retired: bool = False

    @property
    def own(self) -> bool:
        """Whether the programme made it."""
        return self.version > 0


def _newest(session: Session, programme_id: int, key: str | None = None) -> list[MethodVersion]:
    """The newest version of every method of the programme's own, or of one."""
    latest = (
        sa.select(MethodVersion.key, sa.func.max(MethodVersion.version).label("version"))
        .where(MethodVersion.programme_id == programme_id)
        .group_by(MethodVersion.key)
        .subquery()
    )
    wanted = (
        sa.select(MethodVersion)
        .join(latest, sa.and_(MethodVersion.key == latest.c.key, MethodVersion.version == latest.c.version))
        .where(MethodVersion.programme_id == programme_id)
    )
    return list(session.scalars(wanted if key is None else wanted.where(MethodVersion.key == key)))


def _entry(row: MethodVersion) -> Entry:
    return Entry(from_definition(row.definition), row.version, row.made_by_name, row.made_at, row.retired_at is not None)


def entries(session: Session, programme_id: int) -> list[Entry]:
    """Everything in the library, what was put away too: the programme's own by name, then Kennislab's."""
    own = sorted((_entry(row) for row in _newest(session, programme_id)), key=lambda entry: entry.method.name_nl.casefold())
    return [*own, *(Entry(method) for method in BUILT_IN.values())]


def entry(session: Session, programme_id: int, key: str) -> Entry | None:
    """One of them, in its newest version, put away or not; None when there is none."""
    if key in BUILT_IN:
        return Entry(BUILT_IN[key])
    rows = _newest(session, programme_id, key)
    return _entry(rows[0]) if rows else None


def methods_of(session: Session, programme_id: int) -> list[Method]:
    """What can be chosen now: the programme's own methods by name, then Kennislab's."""
    return [one.method for one in entries(session, programme_id) if not one.retired]


def method(session: Session, programme_id: int, key: str) -> Method | None:
    """The newest version of a method. One that was put away is still found: what was planned with it runs."""
    found = entry(session, programme_id, key)
    return found.method if found is not None else None


def free_key(session: Session, programme_id: int, name: str) -> str:
    """A key for a method of this name that nobody has yet."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:50].strip("_") or "werkvorm"
    taken = {*BUILT_IN, *RESERVED, *session.scalars(sa.select(MethodVersion.key).where(MethodVersion.programme_id == programme_id))}
    return next(key for key in (stem, *(f"{stem}_{number}" for number in range(2, len(taken) + 3))) if key not in taken)


def keep(tx: Tx, programme_id: int, actor: Actor, wanted: Method, version: int | None = None) -> MethodVersion:
    """Keeps a method as the newest version under its id; what was put away comes back. The same content again makes no new version.

    ``version``: the one that was changed (0: a new method), None: whatever it is. Raises Conflict when there is another by now, Invalid
    for an id that is Kennislab's own and for a library that is full.
    """
    if wanted.id in BUILT_IN or wanted.id in RESERVED:
        raise Invalid(
            "built-in-method",
            N_("Deze werkvorm hoort bij Kennislab"),
            N_("Maak een kopie en pas die aan."),
            fields={"id": N_("Deze sleutel is van Kennislab zelf. Kies een andere.")},
        )
    last = next(iter(_newest(tx.session, programme_id, wanted.id)), None)
    if version is not None and (last.version if last is not None else 0) != version:
        raise Conflict(
            "method-changed",
            N_("Iemand anders heeft deze werkvorm intussen veranderd"),
            N_("Je tekst staat hieronder nog. Open de werkvorm in een tweede venster en neem de verschillen over."),
        )
    data = _tidied(definition(wanted))
    if last is not None and last.definition == data:
        last.retired_at = None
        findable.index(tx, last)
        return last
    if last is None and _own(tx, programme_id) >= MOST:
        raise Invalid(
            "library-full", N_("De bibliotheek is vol"), N_("Er passen %(most)s eigen werkvormen in. Pas een bestaande aan."), most=MOST
        )
    made = MethodVersion(
        programme_id=programme_id,
        key=wanted.id,
        version=(last.version if last is not None else 0) + 1,
        definition=data,
        made_by_id=actor.person_id,
        made_by_name=actor.name,
        made_at=clock.now(),
    )
    tx.session.add(made)
    findable.index(tx, made)
    return made


def _tidied(value: Any) -> Any:
    """Texts as they may be shown to a room."""
    if isinstance(value, dict):
        return {key: _tidied(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_tidied(one) for one in value]
    return tidy(value) if isinstance(value, str) else value


def _own(tx: Tx, programme_id: int) -> int:
    found = tx.session.scalar(sa.select(sa.func.count(MethodVersion.key.distinct())).where(MethodVersion.programme_id == programme_id))
    return found or 0


def keep_all(tx: Tx, programme_id: int, actor: Actor, wanted: Sequence[Method]) -> list[MethodVersion]:
    """Keeps several, all or none. One with an id of Kennislab's own becomes a copy beside it; one that is the same is left alone."""
    kept = []
    for one in wanted:
        if one.id in BUILT_IN or one.id in RESERVED:
            if BUILT_IN.get(one.id) == one:
                continue
            one = one.model_copy(update={"id": free_key(tx.session, programme_id, one.name_nl)})
        kept.append(keep(tx, programme_id, actor, one))
    return kept


def fate(session: Session, programme_id: int, wanted: Method) -> str:
    """What :func:`keep_all` would do: ``known`` (nothing), ``copy`` (beside Kennislab's), ``version`` (a newer one) or ``new``."""
    if wanted.id in BUILT_IN or wanted.id in RESERVED:
        return "known" if BUILT_IN.get(wanted.id) == wanted else "copy"
    rows = _newest(session, programme_id, wanted.id)
    if not rows:
        return "new"
    same = rows[0].definition == _tidied(definition(wanted)) and rows[0].retired_at is None
    return "known" if same else "version"


def retire(tx: Tx, programme_id: int, key: str) -> None:
    """Offers it no longer. What was planned with it still runs, and it can be brought back."""
    row = _last(tx, programme_id, key)
    row.retired_at = clock.now()
    findable.index(tx, row)


def restore(tx: Tx, programme_id: int, key: str) -> None:
    """Offers it again."""
    row = _last(tx, programme_id, key)
    row.retired_at = None
    findable.index(tx, row)


def _last(tx: Tx, programme_id: int, key: str) -> MethodVersion:
    found = next(iter(_newest(tx.session, programme_id, key)), None)
    if found is None:
        raise NotFound()
    return found
