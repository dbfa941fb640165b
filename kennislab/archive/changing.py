"""What judging, rewording and looking over have in common: how an item of the harvest changes at all. Nothing here asks who may."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.archive.models import REACH, ArchiveItem, Consent, ItemLink, LinkKind
from kennislab.core import clock
from kennislab.core.errors import N_, Invalid, require
from kennislab.core.text import tidy
from kennislab.core.transaction import Tx
from kennislab.programme import states

MOST_TEXT = 2000
MOST_THEMES = 8


def unsealed(item: ArchiveItem) -> None:
    require(states.verdict(item.lab.state, "harvest"))


def changed(item: ArchiveItem, **values: Any) -> None:
    for name, value in values.items():
        setattr(item, name, value)
    item.rev += 1


def reword(tx: Tx, item: ArchiveItem, text: str, by: Actor) -> None:
    """Other words; who said it, or something that was made one with it, looks at them anew. Raises Invalid."""
    clean = tidy(text)
    if not 1 <= len(clean) <= MOST_TEXT:
        raise Invalid(fields={"text": N_("Schrijf 1 tot 2000 tekens.")})
    if clean != item.text:
        changed(item, text=clean, edited_by=by.name, edited_at=clock.now())
        for one in (item, *parts_of(tx.session, item)):
            one.checked_at = None


def line(text: str, most: int) -> str:
    return " ".join(tidy(text).split())[:most]


def tidy_themes(wanted: Collection[str]) -> list[str]:
    """Themes without repeats, whatever their capitals."""
    found: dict[str, str] = {}
    for theme in wanted:
        clean = " ".join(tidy(theme).split())[:80]
        if clean:
            found.setdefault(clean.casefold(), clean)
    return list(found.values())[:MOST_THEMES]


UNORDERED = 1_000_000
"""From this position on it is not the order of the day any more."""


def out_of_order(text: str) -> int:
    """Where something anonymous stands: behind the day, in an order that nobody chose and that tells nothing of when it was said."""
    return UNORDERED + int.from_bytes(hashlib.sha256(text.encode()).digest()[:3])


def cut(item: ArchiveItem) -> None:
    """Nothing leads back to who said it any more."""
    item.position = out_of_order(item.original_text)
    item.person_id = item.participant_id = item.municipality_code = item.district_id = None
    item.contact, item.created_at, item.reach_given = "", item.lab.starts_at, Consent.PUBLIC_ANONYMOUS


def whole_of(session: Session, item: ArchiveItem) -> ArchiveItem | None:
    """What it was made one with; there is only one level, see :func:`kennislab.archive.judging.merge`."""
    return session.get(ArchiveItem, item.merged_into_id) if item.merged_into_id else None


def parts_of(session: Session, item: ArchiveItem) -> Sequence[ArchiveItem]:
    """What was merged into it."""
    return session.scalars(sa.select(ArchiveItem).where(ArchiveItem.merged_into_id == item.id)).all()


def given(session: Session, item: ArchiveItem) -> Consent:
    """How far it may go by its author's own choice: of what was made one, the nearest wish."""
    return min((item.reach_given, *(part.reach_given for part in parts_of(session, item))), key=REACH.__getitem__)


def link(tx: Tx, from_id: str, to_id: str, kind: LinkKind) -> None:
    there = sa.select(ItemLink.id).where(ItemLink.from_id == from_id, ItemLink.to_id == to_id, ItemLink.kind == kind)
    if tx.session.scalar(there) is None:
        tx.session.add(ItemLink(from_id=from_id, to_id=to_id, kind=kind))
        tx.session.flush()
