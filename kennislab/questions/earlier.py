"""Earlier answers from the archive, while somebody types a question. The archive comes later in the house, so it makes itself known here.

What is told is only what every participant of the programme may see.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from sqlalchemy.orm import Session

from kennislab.programme.models import Lab


class Earlier(Protocol):
    """Something of a sealed lab. ``tried`` … ``failed``: municipalities, by their last word; ``solutions``: what was done about it."""

    @property
    def kind(self) -> str:
        """The kind of card: bottleneck, question, solution, lesson."""

    @property
    def text(self) -> str:
        """Its words."""

    @property
    def quarter(self) -> str:
        """As ``2026-Q4``."""

    @property
    def place(self) -> str:
        """Its municipality; empty when it is anonymous."""

    @property
    def url(self) -> str:
        """Where it stands, below the root of the site."""

    @property
    def tried(self) -> int:
        """In how many municipalities it was tried, without a word on how it went."""

    @property
    def worked(self) -> int:
        """In how many it worked."""

    @property
    def partly(self) -> int:
        """In how many it worked in part."""

    @property
    def failed(self) -> int:
        """In how many it did not work."""

    @property
    def worked_in(self) -> Sequence[str]:
        """Where it worked, by name."""

    @property
    def solutions(self) -> Sequence[Earlier]:
        """What was done about it, what worked first."""


Tells = Callable[[Session, Lab, str, int], Sequence[Earlier]]
_tells: list[Tells] = []


def told_by(tells: Tells) -> None:
    """The archive makes itself known: ``tells(session, lab, what is typed, at most)``, best first. There is one."""
    _tells[:] = [tells]


def like(session: Session, lab: Lab, typed: str, most: int = 3) -> Sequence[Earlier]:
    """What was asked or solved before and looks like ``typed``, of which the last word may be half typed."""
    return _tells[0](session, lab, typed, most) if _tells else ()
