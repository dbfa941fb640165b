"""Groups that work apart, each at its own pace."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kennislab.live.messages.base import Id, Op

Name = Annotated[str, Field(min_length=1, max_length=80)]
MOST_GROUPS = 40


class GroupMake(Op):
    """Facilitator: so many new groups instead of those there are.

    ``count_off``: everybody is dealt out; ``by_municipality``: so that each group has people of as many municipalities as can be;
    ``by_hand``: empty groups, to be filled with `participant.move`.
    """

    type: Literal["group.make"]
    how: Literal["count_off", "by_municipality", "by_hand"]
    number: Annotated[int, Field(ge=1, le=MOST_GROUPS)]


class GroupAdd(Op):
    """Facilitator: one more group."""

    type: Literal["group.add"]
    name: Name


class GroupRename(Op):
    """Facilitator: another name for a group."""

    type: Literal["group.rename"]
    group: Id
    name: Name


class GroupRemove(Op):
    """Facilitator: this group is no more; its people are with all again, what it made stays."""

    type: Literal["group.remove"]
    group: Id


class GroupSay(Op):
    """Facilitator: a message on the phones of a group (none: of all groups and of who is in none). Empty text takes it away."""

    type: Literal["group.say"]
    group: Id | None = None
    text: Annotated[str, Field(max_length=300)]


class GroupGather(Op):
    """Facilitator: everybody back to plenary, or out to the groups again. Where the groups were is kept."""

    type: Literal["group.gather"]
    on: bool = True


OPS: tuple[type[Op], ...] = (
    GroupMake,
    GroupAdd,
    GroupRename,
    GroupRemove,
    GroupSay,
    GroupGather,
)

FACILITATOR_OPS = (
    "group.make",
    "group.add",
    "group.rename",
    "group.remove",
    "group.say",
    "group.gather",
)

EVENTS = {
    "groups.made": "There are new groups, with who is in them.",
    "group.added": "One group more.",
    "group.renamed": "A group has another name.",
    "group.removed": "A group is no more.",
    "group.told": "The facilitator said something to a group, or to all.",
    "groups.gathered": "Everybody is called back to plenary, or sent out again.",
}
