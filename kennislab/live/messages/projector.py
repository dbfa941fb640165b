"""The screen that all look at."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kennislab.live.messages.base import Id, Op, Scene


class ProjectorShow(Op):
    """Facilitator: what the projector shows, and whether it follows the session by itself.

    ``by``: how the wall is divided; ``text``: what the scene ``text`` says; ``picture``: the uploaded picture of the scene ``picture``.
    """

    type: Literal["projector.show"]
    scene: Scene
    ballot: Id | None = None
    follow: bool | None = None
    by: Literal["kind", "group", "theme"] | None = None
    text: Annotated[str, Field(max_length=400)] | None = None
    picture: Id | None = None


class ProjectorBlank(Op):
    """Facilitator: the projector goes dark at once, or comes back."""

    type: Literal["projector.blank"]
    on: bool = True


OPS: tuple[type[Op], ...] = (
    ProjectorShow,
    ProjectorBlank,
)

FACILITATOR_OPS = (
    "projector.show",
    "projector.blank",
)

EVENTS = {
    "projector.changed": "The projector shows something else.",
}
