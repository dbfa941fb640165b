"""What a card of the harvest could be tied to: the quick finder. Best first, with what it is tied to already in front."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from kennislab.archive import queries
from kennislab.archive.models import ArchiveItem, LinkKind, Status
from kennislab.core import language
from kennislab.programme.models import Lab

FITTING: Mapping[str, Sequence[str]] = {
    "question": ("question",),
    "bottleneck": ("question", "bottleneck"),
    "lesson": ("solution", "bottleneck", "question", "insight"),
    "action": ("lesson", "solution", "bottleneck", "question"),
}
"""Kind → what it can be tied to, most fitting first; see :data:`OTHERWISE`."""
OTHERWISE = ("bottleneck", "question", "solution")
MOST = 8


@dataclass(frozen=True, slots=True)
class Found:
    """Something to tie to, and whether it is tied already."""

    item: ArchiveItem
    tied: bool


def candidates(session: Session, lab: Lab, of: ArchiveItem, query: str) -> list[Found]:
    """At most eight of the same lab that hold every typed word (its beginning will do); with nothing typed, those most like the card.

    What was left out is not in it, save what it is tied to: that can be undone.
    """
    fitting = FITTING.get(of.kind, OTHERWISE)
    tied = {of.answers_id, *queries.linked(session, of.id, LinkKind.QUESTION), *queries.linked(session, of.id, LinkKind.ORIGIN)}
    stays = (Status.DRAFT, Status.CONFIRMED)
    every = [one for one in queries.items_of(session, lab.id) if one.id in tied or (one.status in stays and one.kind in fitting)]
    alive = [one for one in every if one.id != of.id]
    typed = language.fold(query).split()
    if typed:
        alive = [one for one in alive if all(word in language.fold(one.text) for word in typed)]
    own = set(language.stems(of.text)) | {language.fold(theme) for theme in of.themes}

    def order(one: ArchiveItem) -> tuple[bool, int, int, int]:
        shared = len(own & (set(language.stems(one.text)) | {language.fold(theme) for theme in one.themes}))
        return one.id not in tied, -shared, fitting.index(one.kind) if one.kind in fitting else len(fitting), one.position

    return [Found(one, one.id in tied) for one in sorted(alive, key=order)[:MOST]]
