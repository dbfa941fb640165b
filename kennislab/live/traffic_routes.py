"""Reading and writing over HTTP: snapshot, events, presence and ops."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import Response, current_app, request

from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.errors import N_, Forbidden, Invalid, TooMany
from kennislab.core.security import check_csrf, csrf
from kennislab.core.transaction import share
from kennislab.live import auth, broadcast, operations, wire
from kennislab.live.broadcast import FollowedRoom
from kennislab.live.following import audience_for, followed, json_answer
from kennislab.live.limits import wait_for
from kennislab.live.models import stream
from kennislab.live.policies import FACILITATOR_ONLY
from kennislab.live.room.tail import dumps
from kennislab.live.routes import bp


@bp.get("/live/<int:lab_id>/snapshot")
def snapshot(lab_id: int) -> Response:
    """All that the one who asks may see, now."""
    asker = auth.asker(lab_id)
    room = followed(lab_id)
    broadcast.of(current_app).catch_up(room, db.session())
    audience = audience_for(room, asker)
    return json_answer(room.tail.snapshot(audience, asker.who(), clock.now()))


@bp.get("/live/<int:lab_id>/events")
def events(lab_id: int) -> Response:
    """What came after number ``since``; with ``wait`` (seconds, at most 25) it waits for something to come."""
    asker = auth.asker(lab_id)
    room = followed(lab_id)
    since = request.args.get("since", type=int)
    wait = request.args.get("wait", default=0.0, type=float)
    if since is None or since < 0:
        raise Invalid("since", N_("Dit kunnen we niet lezen"), N_("Zeg met since vanaf welk nummer je wilt lezen."))
    follower = broadcast.of(current_app)
    follower.catch_up(room, db.session())
    audience_for(room, asker)
    if wait > 0 and room.tail.seq <= since:
        db.session.remove()
        with _polling(room, asker):
            follower.wait(room, since, min(wait, 25.0))
        follower.catch_up(room, db.session())
    elif wait > 0:
        with _polling(room, asker):
            pass
    until = room.tail.seq
    lines = room.tail.lines(audience_for(room, asker), since, until)
    body = room.tail.reset() if lines is None else room.tail.frame(since, max(since, until), lines)
    return json_answer(f'{body[:-1]},"now":"{clock.iso(clock.now())}"}}')


@contextmanager
def _polling(room: FollowedRoom, asker: auth.Asker) -> Iterator[None]:
    """As long as a phone without socket waits for news, it is here; ``away=1``: its page is hidden."""
    if asker.view != "participant":
        yield
        return
    room.presence.lines.poll_began(asker.actor.key, request.args.get("away") == "1")
    try:
        yield
    finally:
        room.presence.lines.poll_ended(asker.actor.key)


@bp.get("/live/<int:lab_id>/presence")
def presence(lab_id: int) -> Response:
    """Who is connected, for who leads: numbers, and names of one ``group`` (empty: none) or ``state`` unless they are too many."""
    asker = auth.asker(lab_id)
    if asker.view != "facilitator":
        raise Forbidden(FACILITATOR_ONLY.type, FACILITATOR_ONLY.title, FACILITATOR_ONLY.detail)
    room = followed(lab_id)
    broadcast.of(current_app).catch_up(room, db.session())
    told = room.presence.whole(room.tail.state, request.args.get("group"), request.args.get("state"))
    return json_answer(dumps({**told, "now": clock.iso(clock.now())}))


@bp.post("/live/<int:lab_id>/ops")
@csrf.exempt
def ops(lab_id: int) -> Response:
    """Takes ops; an answer of *accepted* means that it is on disk."""
    asker = auth.asker(lab_id)
    if asker.by_cookie:
        check_csrf()
    asked = wire.read_ops()
    if wait := wait_for(lab_id, asker.actor.key, len(asked)):
        raise TooMany(wait)
    if asker.view == "projector":
        raise Forbidden("projector", N_("Dit scherm stuurt niets"), N_("Gebruik het scherm van de begeleider."))
    late = timedelta(hours=current_app.config["LATE_HOURS"])
    db.session.remove()
    answer = share(lambda tx: operations.apply_ops(tx, asker.actor, asked, late), stream(lab_id))
    room = broadcast.of(current_app).room(lab_id, db.session())
    epoch = room.tail.epoch if room else None
    return json_answer(dumps({"epoch": epoch, "head": answer.head, "results": [wire.told(result) for result in answer.results]}))
