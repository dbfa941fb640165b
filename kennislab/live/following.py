"""What every answer out of a room begins with: the room that this process follows, and as whom somebody looks at it."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Response, current_app

from kennislab.core.db import db
from kennislab.core.errors import Conflict, Forbidden
from kennislab.live import auth, broadcast
from kennislab.live.broadcast import FollowedRoom
from kennislab.live.policies import NOT_OPEN, REMOVED, SEALED
from kennislab.live.room.audience import Audience, audience_of
from kennislab.programme.models import Lab, LabState

JSON = "application/json"


def followed(lab_id: int) -> FollowedRoom:
    """The room of a lab, as this process follows it. Raises Conflict when it was never opened."""
    room = broadcast.of(current_app).room(lab_id, db.session())
    if room is None:
        raise Conflict(NOT_OPEN.type, NOT_OPEN.title, NOT_OPEN.detail)
    return room


def audience_for(room: FollowedRoom, asker: auth.Asker) -> Audience:
    """As whom somebody looks, with the group and table of this moment. Raises Forbidden for who was taken out, Gone once it is sealed."""
    audience = asker.audience
    if audience.kind != "participant" or audience.id is None:
        return audience
    still_there(room, asker)
    person = room.tail.state.people.get(audience.id)
    if person is not None and person.gone:
        raise Forbidden(REMOVED.type, REMOVED.title, REMOVED.detail)
    return audience_of(room.tail.state, audience.id)


def still_there(room: FollowedRoom, asker: auth.Asker) -> None:
    """Raises Gone for a participant of a sealed lab: its wall has what was taken out, left out or taken back since, with its times."""
    if asker.view != "participant" or room.tail.state.open:
        return
    if db.session.scalar(sa.select(Lab.state).where(Lab.id == asker.actor.lab_id)) is LabState.ARCHIVED:
        raise SEALED


def json_answer(text: str) -> Response:
    """JSON that is text already, and of this moment only."""
    return Response(text, mimetype=JSON, headers={"Cache-Control": "no-store"})
