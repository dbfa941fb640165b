"""What the archive tells the page about oneself: what became of a question, and how much of one's own there is to look over.

The archive comes later in the house, so it makes itself known here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from kennislab.programme.models import Lab


@dataclass(frozen=True, slots=True)
class Became:
    """What a sealed lab made of a question. ``url``: where it stands; ``solutions``: what was found for it; ``worked``: how many of
    those worked somewhere."""

    url: str
    solutions: int
    worked: int


BecameOf = Callable[[Session, Lab, Collection[str]], Mapping[str, Became]]
"""``(session, lab, public ids of questions)``: by public id, as far as every participant may see it."""

ToCheck = Callable[[Session, int, int], int]
"""``(session, lab id, person id)``: how many contributions stand under somebody's name, to look over before the seal."""

_became: list[BecameOf] = []
_to_check: list[ToCheck] = []


def told_by(became_of: BecameOf, own: ToCheck) -> None:
    """The archive makes itself known. There is one."""
    _became[:], _to_check[:] = [became_of], [own]


def became(session: Session, lab: Lab, public_ids: Collection[str]) -> Mapping[str, Became]:
    """Public id → what became of that question; those of which nothing is known are left out."""
    return _became[0](session, lab, public_ids) if _became and public_ids else {}


def to_check(session: Session, lab_id: int, person_id: int) -> int:
    """How many contributions somebody can look over."""
    return _to_check[0](session, lab_id, person_id) if _to_check else 0
