"""Earlier things like what is being typed: bottlenecks and questions of sealed labs, with what was done about them and whether it helped.

The archive is a later feature, so it tells the room what stands on its shelf (:func:`keeps_shelf`). It tells only what every participant
of the programme may see, whoever asks: a desk stands in view of the room, and a guest sees what the participants see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.orm import Session

from kennislab.core import search
from kennislab.core.errors import N_, Refused
from kennislab.live import recall_meaning
from kennislab.live.policies import CLOSED, REMOVED, LiveActor
from kennislab.live.room.state import RoomState
from kennislab.programme.models import Lab

KINDS = ("bottleneck", "question", "solution", "lesson")
"""What is worth remembering while somebody types."""

LEAST_WORDS = 2
MOST_TYPED = 1000
"""Characters of the typed text that are compared: of a longer one its end, as that is what is being said now."""

MOST = 5
_ASKED = 24
"""So many are looked up to show :data:`MOST`: of what search knows, questions of labs that are not sealed yet are left out."""
_LEAST = 0.08

COST = 20
"""What one look-up takes of what an actor may send (see :mod:`.limits`): five a second, a hundred at once."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """Something from the archive. ``place``: its municipality; ``worked_in``: where it worked; both empty when it is anonymous.

    ``tried`` … ``failed``: municipalities, by their last word; ``contact``: whom to ask, as given at the harvest; ``solutions``: what
    was done about it, what worked first.
    """

    id: str
    kind: str
    text: str
    quarter: str
    place: str
    url: str
    tried: int = 0
    worked: int = 0
    partly: int = 0
    failed: int = 0
    worked_in: tuple[str, ...] = ()
    contact: str = ""
    solutions: tuple[Earlier, ...] = ()


class Shelf(Protocol):
    """What the archive tells. Every answer holds only what all participants of that programme may see."""

    def found(self, session: Session, programme_id: int, names: Sequence[tuple[str, str]]) -> list[Earlier]:
        """What search found under these (kind, key), in that order; a solution as the bottleneck or question that it answers."""

    def one(self, session: Session, programme_id: int, item_id: str) -> Earlier | None:
        """One item with its solutions; None when it is not there, or not for all participants."""


_shelves: list[Shelf] = []


def keeps_shelf(shelf: Shelf) -> None:
    """The archive makes itself known. There is one."""
    _shelves[:] = [shelf]


NOTHING_THERE = Refused(
    "no-such-item", N_("Dit staat niet in het archief"), N_("Zoek het opnieuw op, of verstuur je tekst zonder koppeling."), status=404
)


def may_recall(state: RoomState, actor: LiveActor) -> bool | Refused:
    """Who leads: always. A participant: in the room, as long as it is open; the way in to a room is no key to the archive afterwards."""
    if actor.leads:
        return True
    person = state.people.get(actor.key)
    if person is None or person.gone:
        return REMOVED
    return True if state.open else CLOSED


def earlier_like(session: Session, lab: Lab, typed: str, most: int = MOST) -> list[Earlier]:
    """What is most like ``typed``, its last word perhaps half typed; best first. Nothing for fewer than two words."""
    typed = typed[-MOST_TYPED:]
    if len(typed.split()) < LEAST_WORDS or not _shelves:
        return []
    programme_id = lab.programme_id
    meaning = recall_meaning.of(session, typed)
    audiences = {f"programme:{programme_id}"}
    hits = search.similar(session, typed, KINDS, audiences, _ASKED, half_typed=True, least=_LEAST, meaning=meaning)
    return _shelves[0].found(session, programme_id, [(hit.kind, hit.key) for hit in hits])[:most]


def earlier(session: Session, lab_id: int, item_id: str) -> Earlier:
    """One thing from the archive of this lab's programme. Raises NotFound-like :data:`NOTHING_THERE`."""
    found = _shelves[0].one(session, session.get_one(Lab, lab_id).programme_id, item_id) if _shelves else None
    if found is None:
        raise NOTHING_THERE
    return found


def with_reference(session: Session, lab_id: int, fact: dict[str, Any]) -> dict[str, Any]:
    """A fact that recalls something gets what the card says of it, as it stands now. Raises :data:`NOTHING_THERE`."""
    if not fact.get("recalls"):
        return fact
    found = earlier(session, lab_id, fact["recalls"]["id"])
    place = found.worked_in[0] if found.worked_in else found.place
    told = {"id": found.id, "text": found.text[:200], "place": place, "quarter": found.quarter, "worked": found.worked > 0}
    return {**fact, "recalls": told}
