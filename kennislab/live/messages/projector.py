"""The screen that all look at."""

from __future__ import annotations

from typing import Literal

from kennislab.live.messages.base import Id, Op, Scene


class ProjectorShow(Op):
    """Facilitator: what the projector shows, and whether it follows the session by itself."""

    type: Literal["projector.show"]
    scene: Scene
    ballot: Id | None = None
    follow: bool | None = None


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
