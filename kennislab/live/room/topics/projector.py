"""The screen that all look at."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kennislab.core.errors import N_, Refused
from kennislab.core.journal import Row
from kennislab.live import messages as m
from kennislab.live.policies import LiveActor
from kennislab.live.room import decision as d
from kennislab.live.room.audience import Audience
from kennislab.live.room.state import Key, RoomState


def _show(state: RoomState, actor: LiveActor, op: m.ProjectorShow, now: datetime) -> d.Decision:
    if op.scene == "ballot" and op.ballot not in state.ballots:
        raise d.missing(N_("Deze stemming is er niet"))
    if (op.scene == "text" and not op.text) or (op.scene == "picture" and not op.picture):
        raise Refused("empty", N_("Er is nog niets om te laten zien"), N_("Typ een tekst of kies een plaatje."), status=422)
    more = {name: value for name in ("by", "text", "picture") if (value := getattr(op, name)) is not None}
    return d.fact("projector.changed", actor, scene=op.scene, ballot=op.ballot, follow=op.follow, **more)


def _blank(state: RoomState, actor: LiveActor, op: m.ProjectorBlank, now: datetime) -> d.Decision:
    return d.fact("projector.changed", actor, scene="blank" if op.on else "back", ballot=None, follow=None)


DECIDE: dict[type[m.Op], d.Decide] = {m.ProjectorShow: _show, m.ProjectorBlank: _blank}


def show(state: RoomState, scene: str, ballot: str | None) -> None:
    """The next scene; what is dark stays dark until somebody says otherwise."""
    if state.scene == "blank" and scene != "blank":
        state.scene_before, state.scene_ballot = scene, ballot
        return
    state.scene, state.scene_ballot = scene, ballot


def _changed(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    if data.get("follow") is not None:
        state.follow = data["follow"]
    state.scene_by = data.get("by") or state.scene_by
    state.scene_text = data.get("text") or state.scene_text
    state.scene_picture = data.get("picture") or state.scene_picture
    if data["scene"] == "blank":
        if state.scene != "blank":
            state.scene_before = state.scene
        state.scene = "blank"
    elif data["scene"] == "back":
        state.scene = state.scene_before
    else:
        state.scene, state.scene_ballot = data["scene"], data.get("ballot")


APPLY = {"projector.changed": _changed}


def _itself(state: RoomState, row: Row) -> list[Key]:
    return [("projector", "")]


TOUCHES = {"projector.changed": _itself}


def seen(state: RoomState, audience: Audience, id_: str) -> dict[str, Any] | None:
    """What the screen shows."""
    return {
        "scene": state.scene,
        "follow": state.follow,
        "ballot": state.scene_ballot,
        "by": state.scene_by,
        "text": state.scene_text,
        "picture": state.scene_picture,
    }


VIEWS = {"projector": seen}
