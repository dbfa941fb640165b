"""Which cards went into which, and which answers which. Pure."""

from __future__ import annotations

from kennislab.live.room.state import Contribution, RoomState


def chain(state: RoomState, id_: str | None) -> list[str]:
    """This card, what it answers, what that answers, and so on."""
    found: list[str] = []
    while id_ is not None and id_ not in found and id_ in state.contributions:
        found.append(id_)
        id_ = state.contributions[id_].answers
    return found


def directly_under(state: RoomState, one: Contribution) -> list[Contribution]:
    """What was merged into this one and not taken back."""
    found = (state.contributions[id_] for merge in one.merges for id_ in merge["from"])
    return [other for other in found if other.merged == one.id and not other.retracted]


def under(state: RoomState, one: Contribution) -> list[Contribution]:
    """All that this card stands for besides itself."""
    return [deeper for other in directly_under(state, one) for deeper in (other, *under(state, other))]


def stands_for(state: RoomState, id_: str) -> str:
    """The card on the wall that this one went into, or itself."""
    seen_already = {id_}
    while (one := state.contributions.get(id_)) is not None and one.merged is not None and one.merged not in seen_already:
        id_ = one.merged
        seen_already.add(id_)
    return id_
