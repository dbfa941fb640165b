"""The room over a socket: come in, say from where, hear the rest. Nothing is written here (see routes: ops)."""

from __future__ import annotations

from typing import Any

from flask import current_app, g, request
from flask_babel import gettext
from flask_socketio import ConnectionRefusedError as Refuse

from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.errors import DomainError
from kennislab.core.sockets import NAMESPACE, socketio
from kennislab.live import auth, broadcast
from kennislab.live.broadcast import Client
from kennislab.live.following import still_there
from kennislab.live.policies import NOT_OPEN, REMOVED

_askers: dict[str, auth.Asker] = {}
"""Who is behind each open socket of this process."""


def _problem(error: DomainError) -> dict[str, Any]:
    return {
        "type": f"/problems/{error.type}",
        "title": gettext(error.title, **error.params),
        "detail": gettext(error.detail, **error.params),
        "status": error.status,
    }


@socketio.on("connect", namespace=NAMESPACE)
def connect(data: Any = None) -> None:
    """Lets in who may see the room; others hear why not."""
    sid: str = request.sid  # type: ignore[attr-defined]
    g.pop("actor", None)
    try:
        if not isinstance(data, dict) or not isinstance(data.get("lab"), int) or isinstance(data.get("lab"), bool):
            raise auth.NOT_HERE
        lab_id, token, wish = data["lab"], data.get("token"), data.get("as")
        wish = wish if isinstance(wish, str) else ""
        asker = auth.by_token(lab_id, token, wish) if isinstance(token, str) and token else auth.by_cookie(lab_id, wish)
        room = broadcast.of(current_app).room(lab_id, db.session())
        if room is None:
            raise NOT_OPEN
        broadcast.of(current_app).catch_up(room, db.session())
        person = room.tail.state.people.get(asker.actor.key)
        if person is not None and person.gone:
            raise REMOVED
        still_there(room, asker)
    except DomainError as error:
        raise Refuse(_problem(error)) from error
    finally:
        db.session.remove()
    _askers[sid] = asker


@socketio.on("follow", namespace=NAMESPACE)
def follow(data: Any = None) -> dict[str, Any]:
    """``{"since": n}``: from now on every frame; what was missed comes at once.

    ``away`` (the page is hidden) and ``typing`` (at a desk) say how it looks at this end; a page that follows already says it again
    with those alone changed. The answer carries the time, as one more sample for the phone's clock.
    """
    sid: str = request.sid  # type: ignore[attr-defined]
    asker = _askers.get(sid)
    since = data.get("since") if isinstance(data, dict) else None
    if asker is None or not isinstance(since, int) or isinstance(since, bool) or since < 0:
        return {"problem": _problem(auth.NOT_HERE)}
    broadcaster = broadcast.of(current_app)
    try:
        room = broadcaster.room(asker.actor.lab_id, db.session())
        if room is None:
            return {"problem": _problem(NOT_OPEN)}
        if room.tail.seq < since:
            broadcaster.catch_up(room, db.session())
    finally:
        db.session.remove()
    audience = asker.audience
    client = Client(sid, audience.kind, audience.id, asker.actor.name)
    room.here(client, data.get("away") is True, data.get("typing") is True)
    if sid not in room.clients:
        broadcaster.follow(room, client, since)
    return {"ok": True, "head": room.tail.seq, "epoch": room.tail.epoch, "now": clock.iso(clock.now())}


@socketio.on("disconnect", namespace=NAMESPACE)
def disconnect(reason: Any = None) -> None:
    """Gone; the journal waits."""
    sid: str = request.sid  # type: ignore[attr-defined]
    _askers.pop(sid, None)
    broadcast.of(current_app).leave(sid)
