"""Handing a desk over: what the first desk asks for, and the pages of the laptop that takes it over."""

from __future__ import annotations

import secrets
from typing import Any

import segno
from flask import abort, jsonify, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from kennislab.accounts import signin
from kennislab.core.db import db
from kennislab.core.errors import N_, DomainError, Forbidden, require
from kennislab.core.ids import show_code
from kennislab.core.security import count
from kennislab.core.transaction import transaction
from kennislab.live import handover, wire
from kennislab.live.routes import bp
from kennislab.programme import policies
from kennislab.programme.models import Lab

Answer = str | BaseResponse | tuple[str, int]

NOT_A_PERSON = Forbidden(
    "handover-signed-in", N_("Overdragen kan alleen vanaf een werkplek waar je bent aangemeld"), N_("Meld je aan en probeer het opnieuw.")
)


# -- the first desk


def _leader(lab_id: int) -> int:
    """Who is signed in here and leads this lab. A program with a token has no desk to hand over."""
    lab = db.session.get(Lab, lab_id)
    actor = signin.known_actor()
    if lab is None:
        abort(404)
    require(policies.is_staff(actor, lab.programme_id))
    if actor.person_id is None or signin.current_record() is None:
        raise NOT_A_PERSON
    return actor.person_id


@bp.post("/live/<int:lab_id>/overdragen")
def offer_desk(lab_id: int) -> tuple[BaseResponse, int]:
    """A link (with its QR code, as a path of dark squares) and a code for this desk. ``place``: what it has open."""
    person_id = _leader(lab_id)
    body = wire.read_json()
    with transaction() as tx:
        offer = handover.offer(tx, lab_id, person_id, body.get("place", {}))
    url = f"{signin.base_url()}{url_for('live.take_desk', token=offer.token)}"
    answer = jsonify(
        id=offer.id,
        url=url,
        page=f"{signin.base_url()}{url_for('live.take_desk_by_code')}",
        code=show_code(offer.code),
        seconds=int(handover.LIFE.total_seconds()),
        qr=_qr(url),
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer, 201


def _qr(url: str) -> dict[str, Any]:
    """Size in squares, and the dark ones as an SVG path."""
    matrix = segno.make(url, error="m").matrix
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark)
    return {"size": len(matrix), "path": path}


@bp.get("/live/<int:lab_id>/overdragen/<handover_id>")
def offered_desk(lab_id: int, handover_id: str) -> BaseResponse:
    """What became of it: see :func:`kennislab.live.handover.state_of`; who asks, and the number that both screens show."""
    one = handover.of_person(db.session(), handover_id, lab_id, _leader(lab_id))
    state = handover.state_of(one)
    browser, system = handover.describe(one.asked_by)
    name = _("%(browser)s op %(system)s", browser=browser, system=system) if browser and system else browser or system or _("Een toestel")
    answer = jsonify(state=state, asked_by=name if one.asked_hash else None, number=one.number)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/live/<int:lab_id>/overdragen/<handover_id>/<any(ja, nee):word>")
def answer_desk(lab_id: int, handover_id: str, word: str) -> BaseResponse:
    """The first desk says yes or no to who asks."""
    person_id = _leader(lab_id)
    with transaction() as tx:
        handover.confirm(tx, handover.of_person(tx.session, handover_id, lab_id, person_id), word == "ja")
    return jsonify(state="confirmed" if word == "ja" else "over")


# -- the laptop that takes over


@bp.get("/overnemen")
def take_desk_by_code() -> Answer:
    """Type the code of the first desk."""
    return render_template("live/take_desk.html", token=None, problem=None)


@bp.get("/overnemen/<token>")
def take_desk(token: str) -> Answer:
    """A button and nothing else: opening the link uses nothing up."""
    return render_template("live/take_desk.html", token=token, problem=None)


@bp.post("/overnemen")
def taking_desk() -> Answer:
    """Takes the desk over (who leads the programme and is signed in), or asks the first desk whether it may."""
    token, typed = request.form.get("token", ""), request.form.get("code", "")
    device = f"{request.remote_addr}|{request.headers.get('User-Agent', '')[:80]}"
    try:
        one = handover.alive(db.session(), token or typed)
    except DomainError as error:
        count("handover", ("10/minute", device), ("100/minute", str(request.remote_addr)), ("1000/minute", "all"))
        return render_template("live/take_desk.html", token=token or None, problem=error), error.status
    actor = signin.current_actor()
    lab = db.session.get_one(Lab, one.lab_id)
    if actor.person_id is not None and actor.is_staff(lab.programme_id) and signin.current_record() is not None:
        person_id = actor.person_id
        with transaction() as tx:
            one = handover.take_as_oneself(tx, token or typed, person_id)
        return _to_desk(one.lab_id, one.id)
    browser = secrets.token_urlsafe(32)
    try:
        with transaction() as tx:
            one = handover.ask(tx, token or typed, browser, request.user_agent.string)
    except DomainError as error:
        return render_template("live/take_desk.html", token=token or None, problem=error), error.status
    session["kl_handover"] = {"id": one.id, "browser": browser}
    return redirect(url_for("live.waiting_for_desk"), 303)


def _to_desk(lab_id: int, id_: str) -> BaseResponse:
    return redirect(url_for("live.desk", lab_id=lab_id, overname=id_), 303)


@bp.get("/overnemen/wachten")
def waiting_for_desk() -> Answer:
    """Waits for the first desk; as JSON for the page's script: ``{"state"}``."""
    asked = session.get("kl_handover")
    if not asked:
        return redirect(url_for("live.take_desk_by_code"), 303)
    try:
        one = handover.of_browser(db.session(), asked["id"], asked["browser"])
        state, number = handover.state_of(one), one.number
    except DomainError:
        state, number = "over", None
    if request.accept_mimetypes.best == "application/json":
        return jsonify(state=state)
    return render_template("live/take_desk_wait.html", state=state, number=number)


@bp.post("/overnemen/wachten")
def waited_for_desk() -> Answer:
    """The first desk said yes: signs this browser in as the same person and opens the desk. Not yet: the page again."""
    asked = session.get("kl_handover")
    if not asked:
        return redirect(url_for("live.take_desk_by_code"), 303)
    one = handover.of_browser(db.session(), asked["id"], asked["browser"])
    if handover.state_of(one) == "asked":
        return render_template("live/take_desk_wait.html", state="asked", number=one.number), 409
    with transaction() as tx:
        one, person = handover.take_as_same(tx, asked["id"], asked["browser"])
    signin.sign_in(person)
    return _to_desk(one.lab_id, one.id)
