"""The three screens: phone, desk and projector, each with what it shows first already in it."""

from __future__ import annotations

import io
import json
import time
from typing import Any

import segno
from flask import Response, current_app, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response as BaseResponse

from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.errors import DomainError, NotFound
from kennislab.core.security import content_policy
from kennislab.live import auth, broadcast, handover, queries
from kennislab.live.broadcast import FollowedRoom
from kennislab.live.following import audience_for, followed
from kennislab.live.room.audience import Audience
from kennislab.live.routes import bp
from kennislab.programme import queries as programme_queries
from kennislab.programme.models import Lab

PAGE_SECONDS = 2.0
"""A whole room that reloads at once gets one page, made once; what is new since then comes with the events."""
TOKEN_HERE = "the-token-of-this-browser-goes-here"


def _boot(asker: auth.Asker, lab: Lab) -> dict[str, Any]:
    base = {name: f"{url_for(f'live.{name}', lab_id=lab.id)}?as={asker.view}" for name in ("snapshot", "events", "ops")}
    if asker.view == "facilitator":
        base["presence"] = f"{url_for('live.presence', lab_id=lab.id)}?as=facilitator"
    more: dict[str, Any] = {"themes": queries.themes_for(db.session(), lab)} if asker.view == "facilitator" else {}
    if asker.view == "facilitator" and (id_ := request.args.get("overname")):
        more["place"] = handover.place_for(db.session(), id_, lab.id, asker.actor.person_id)
    return {
        **more,
        "lab": lab.id,
        "urls": {
            **base,
            "recall": f"{url_for('live.recall_like', lab_id=lab.id)}?as={asker.view}",
            "methods": url_for("live.methods", lab_id=lab.id),
            "handover": url_for("live.offer_desk", lab_id=lab.id),
            "socket": "/socket.io",
            "join": url_for("live.join"),
        },
        "role": asker.view,
        "as": asker.view,
        "locale": str(get_locale() or "nl"),
    }


def _screen(lab_id: int, template: str, view: str) -> str:
    """One of the three screens, with what it shows first already in it: the scripts only keep it up to date."""
    lab = db.session.get(Lab, lab_id)
    if lab is None:
        raise NotFound()
    asker = auth.participant_here(lab_id) if view == "participant" else auth.staff_here(lab_id, view)
    room = followed(lab_id)
    broadcast.of(current_app).catch_up(room, db.session())
    audience = audience_for(room, asker)
    if view != "participant":
        return _page(template, lab, asker, room, audience)
    kind = (str(get_locale()), request.cookies.get("kl_theme"), audience.seat, room.tail.epoch)
    known = room.pages.get(kind)
    if known is None or known[0] < time.monotonic():
        known = (time.monotonic() + PAGE_SECONDS, _page(template, lab, asker, room, audience.shared))
        room.pages[kind] = known
    return known[1].replace(TOKEN_HERE, generate_csrf())


def _page(template: str, lab: Lab, asker: auth.Asker, room: FollowedRoom, audience: Audience) -> str:
    first = json.loads(room.tail.snapshot(audience, {}, clock.now()))
    municipalities = {one.code: one.name for one in programme_queries.municipalities_for(db.session(), lab)}
    more: dict[str, Any] = {"csrf_token": lambda: TOKEN_HERE} if audience.kind == "everyone" else {}
    return render_template(
        template, lab=lab, boot=_boot(asker, lab), snapshot=first, municipalities=municipalities, join_url=join_url(lab), **more
    )


def join_url(lab: Lab) -> str:
    """What the QR code of a lab carries."""
    base = current_app.config["PUBLIC_URL"] or request.host_url
    return f"{base.rstrip('/')}/j/{lab.join_token}"


@bp.get("/live/<int:lab_id>")
def phone(lab_id: int) -> BaseResponse | str:
    """The participant's screen; who is not in yet goes to the door."""
    try:
        return _screen(lab_id, "live/phone.html", "participant")
    except DomainError as error:
        if error.status in (401, 403):
            return redirect(url_for("live.join"), 303)
        raise


@bp.get("/live/<int:lab_id>/desk")
def desk(lab_id: int) -> Response:
    """The facilitator's desk. It shows beforehand, in a frame, what the projector will show."""
    policy = content_policy(request.host, frames=True)
    return Response(_screen(lab_id, "live/desk.html", "facilitator"), headers={"Content-Security-Policy": policy})


@bp.get("/live/<int:lab_id>/projector")
def projector(lab_id: int) -> Response:
    """What the room sees; or, for the desk, what it would see."""
    headers = {"Content-Security-Policy": content_policy(request.host, framed=True), "X-Frame-Options": "SAMEORIGIN"}
    return Response(_screen(lab_id, "live/projector.html", "projector"), headers=headers)


@bp.get("/live/<int:lab_id>/qr.svg")
def qr(lab_id: int) -> Response:
    """The way in, as a picture, for who leads the room (the picture is the key)."""
    asker = auth.staff_here(lab_id, "projector")
    lab = db.session.get_one(Lab, asker.actor.lab_id)
    picture = io.BytesIO()
    segno.make(join_url(lab), error="m").save(picture, kind="svg", border=2, omitsize=True, xmldecl=False, dark="#14261f", light="#ffffff")
    return Response(picture.getvalue(), mimetype="image/svg+xml", headers={"Cache-Control": "private, max-age=300"})
