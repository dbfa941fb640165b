"""Recall over HTTP. Asked by POST, so that a half-typed sentence stands in no address and in no log."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app

from kennislab.core.db import db
from kennislab.core.errors import N_, Invalid, TooMany, require
from kennislab.core.security import check_csrf, csrf
from kennislab.core.templating import quarter_text
from kennislab.core.text import tidy
from kennislab.live import auth, broadcast, recall, wire
from kennislab.live.following import audience_for, followed, json_answer
from kennislab.live.limits import wait_for
from kennislab.live.room.tail import dumps
from kennislab.live.routes import bp
from kennislab.programme.models import Lab


def _may_look(lab_id: int) -> auth.Asker:
    asker = auth.asker(lab_id)
    room = followed(lab_id)
    broadcast.of(current_app).catch_up(room, db.session())
    audience_for(room, asker)
    require(recall.may_recall(room.tail.state, asker.actor))
    if wait := wait_for(lab_id, f"recall:{asker.actor.key}", recall.COST):
        raise TooMany(wait)
    return asker


def _told(one: recall.Earlier) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "text": one.text,
        "quarter": quarter_text(one.quarter),
        "place": one.place,
        "url": one.url,
        "tried": one.tried,
        "worked": one.worked,
        "partly": one.partly,
        "failed": one.failed,
        "worked_in": list(one.worked_in),
        "contact": one.contact,
        "solutions": [_told(solution) for solution in one.solutions],
    }


@bp.post("/live/<int:lab_id>/recall")
@csrf.exempt
def recall_like(lab_id: int) -> Response:
    """``{"q": what is being typed}`` → ``{"hits": [earlier things like it, best first, at most five]}``."""
    asker = _may_look(lab_id)
    if asker.by_cookie:
        check_csrf()
    body = wire.read_json()
    typed = body.get("q")
    if set(body) != {"q"} or not isinstance(typed, str):
        raise Invalid("invalid-recall", N_("Dit kunnen we niet lezen"), N_("Stuur q: de tekst die getypt wordt."))
    hits = recall.earlier_like(db.session(), db.session.get_one(Lab, lab_id), tidy(typed))
    return json_answer(dumps({"hits": [_told(hit) for hit in hits]}))


@bp.get("/live/<int:lab_id>/recall/<item_id>")
def recall_one(lab_id: int, item_id: str) -> Response:
    """One of them, for a card that refers to it."""
    _may_look(lab_id)
    return json_answer(dumps(_told(recall.earlier(db.session(), lab_id, item_id))))
