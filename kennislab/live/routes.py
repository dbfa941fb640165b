"""The room over HTTP: the door, the three screens, snapshot, events and ops."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import segno
from flask import Blueprint, Flask, Response, current_app, jsonify, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from kennislab.accounts.signin import current_actor
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.error_pages import wants_json
from kennislab.core.errors import N_, Conflict, DomainError, Forbidden, Invalid, NotFound, TooMany
from kennislab.core.security import check_csrf, content_policy, count, csrf
from kennislab.core.text import tidy
from kennislab.core.transaction import share, transaction
from kennislab.core.wakeup import Wakeup
from kennislab.live import auth, broadcast, handover, operations, queries, sockets, wire  # noqa: F401  sockets: its handlers register themselves
from kennislab.live.broadcast import FollowedRoom
from kennislab.live.forms import JoinForm
from kennislab.live.limits import wait_for
from kennislab.live.models import Participant, stream
from kennislab.live.policies import FACILITATOR_ONLY, NOT_OPEN, REMOVED
from kennislab.live.room.audience import Audience, audience_of
from kennislab.live.room.tail import dumps
from kennislab.programme import queries as programme_queries
from kennislab.programme.models import Lab

bp = Blueprint("live", __name__)
JSON = "application/json"


def init(app: Flask) -> None:
    """The broadcaster, and what it is woken by."""
    broadcaster = broadcast.init(app)
    if app.config["REDIS_URL"]:

        def news(name: str, number: int) -> None:
            if (lab_id := broadcast.lab_of(name)) is not None:
                broadcaster.nudge(lab_id)

        wakeup = Wakeup(app.config["REDIS_URL"], news)
        broadcaster.publish = wakeup.publish
        app.extensions["kennislab-background"] += [wakeup.send_loop, wakeup.listen_loop]


# -- the door


def _guess_key() -> str:
    """Wrong codes are counted per device and network together; a room behind one address is many devices."""
    return f"{request.remote_addr}|{request.headers.get('User-Agent', '')[:80]}|{request.cookies.get('kl_device', '')}"


def _joining_lab(typed: str) -> Lab:
    """The open lab behind a code. Raises NotFound, in the same words whatever the cause, and TooMany for who keeps guessing."""
    lab = queries.open_lab_by_code(db.session(), typed) if 6 <= len(typed) <= 60 else None
    if lab is not None:
        return lab
    count("wrong-code", ("30/minute", _guess_key()), ("600/minute", str(request.remote_addr)), ("6000/minute", "all"))
    raise operations.WRONG_CODE


def _municipality(session: Session, code: Any, lab: Lab) -> str | None:
    if code in (None, ""):
        return None
    known = programme_queries.municipality(session, code) if isinstance(code, str) else None
    if known is None or not known.valid_on(lab.day):
        raise Invalid(
            "unknown-municipality",
            N_("Deze gemeente kennen we niet"),
            N_("Kies een gemeente uit de lijst."),
            fields={"municipality": N_("Kies een gemeente uit de lijst.")},
        )
    return code


def _municipality_choices(lab: Lab | None) -> list[tuple[str, str]]:
    """Those of the lab; while it is not known which, those of every room that is open now."""
    session = db.session()
    labs = [lab] if lab is not None else queries.open_labs(session)
    known = {one.code: one.name for each in labs for one in programme_queries.municipalities_for(session, each)}
    return [("", _("Zeg ik liever niet")), *sorted(known.items(), key=lambda one: one[1])]


def _door_form(code: str, lab: Lab | None) -> JoinForm:
    """The form as it is first shown; who is signed in finds the own name and municipality in it."""
    actor = current_actor()
    form = JoinForm(code=code, name=actor.name, municipality=actor.municipality or "")
    form.municipality.choices = _municipality_choices(lab)
    return form


def _name(value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(tidy(value)) > 80:
        raise Invalid(
            "name",
            N_("Deze naam kan niet"),
            N_("Houd je naam korter dan 80 tekens."),
            fields={"name": N_("Houd je naam korter dan 80 tekens.")},
        )
    return " ".join(tidy(value).split()) or None


def _let_in(lab: Lab, name: str | None, municipality: str | None) -> operations.Joined:
    lab_id = lab.id
    actor = current_actor() if not wants_json() else None
    person = (
        actor.person_id
        if actor is not None and actor.known and actor.has_role(lab.programme_id) and not actor.is_staff(lab.programme_id)
        else None
    )
    return share(lambda tx: operations.join(tx, lab_id, name, municipality, person), stream(lab_id))


@bp.post("/join")
@csrf.exempt
def join_post() -> BaseResponse | str | tuple[str, int]:
    """Comes in: as JSON for programs, as a form for people."""
    if request.is_json:
        return _join_json()
    check_csrf()
    form = JoinForm()
    form.municipality.choices = _municipality_choices(None)
    try:
        lab = _joining_lab(form.code.data or "")
    except DomainError as error:
        form.code.errors = [*form.code.errors, f"{_(error.title)}. {_(error.detail, **error.params)}"]
        return render_template("live/join.html", form=form, lab=None, token=None), error.status
    form.municipality.choices = _municipality_choices(lab)
    if not form.validate():
        return render_template("live/join.html", form=form, lab=lab, token=form.code.data), 422
    known = _here_already(lab)
    if known is not None:
        with transaction() as tx:
            operations.change_me(tx, tx.session.get_one(Participant, known.id), _name(form.name.data), form.municipality.data or None)
        auth.forget(lab.id)
        return redirect(url_for("live.phone", lab_id=lab.id), 303)
    joined = _let_in(lab, _name(form.name.data), form.municipality.data or None)
    return _with_cookie(redirect(url_for("live.phone", lab_id=lab.id), 303), lab.id, joined.token)


def _join_json() -> BaseResponse:
    body = wire.read_json()
    if not set(body) <= {"code", "name", "municipality"} or not isinstance(body.get("code"), str):
        raise Invalid("invalid-join", N_("Dit kunnen we niet lezen"), N_("Stuur code, en als je wilt name en municipality."))
    lab = _joining_lab(body["code"])
    joined = _let_in(lab, _name(body.get("name")), _municipality(db.session(), body.get("municipality"), lab))
    base = f"/live/{lab.id}"
    answer = jsonify(
        lab={"id": lab.id, "title": lab.title},
        participant={"id": joined.participant.id},
        token=joined.token,
        snapshot=f"{base}/snapshot",
        events=f"{base}/events",
        ops=f"{base}/ops",
        socket="/socket.io",
    )
    answer.status_code = 201
    answer.headers["Location"] = f"{base}/snapshot"
    return _with_cookie(answer, lab.id, joined.token)


def _with_cookie(answer: BaseResponse, lab_id: int, token: str) -> BaseResponse:
    answer.set_cookie(auth.cookie_name(lab_id), token, max_age=60 * 60 * 24 * 7, httponly=True, samesite="Lax", secure=request.is_secure)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _here_already(lab: Lab) -> Participant | None:
    cookie = request.cookies.get(auth.cookie_name(lab.id))
    participant = queries.participant_by_token(db.session(), cookie) if cookie else None
    return participant if participant is not None and participant.lab_id == lab.id and participant.revoked_at is None else None


@bp.get("/join")
def join() -> str:
    """The door: type the code."""
    return render_template("live/join.html", form=_door_form(request.args.get("code", ""), None), lab=None, token=None)


@bp.get("/j/<token>")
def join_by_token(token: str) -> BaseResponse | str:
    """The door behind the QR code: only name and municipality are left to say."""
    lab = _joining_lab(token)
    if _here_already(lab) is not None:
        return redirect(url_for("live.phone", lab_id=lab.id), 303)
    return render_template("live/join.html", form=_door_form(token, lab), lab=lab, token=token)


# -- the screens


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
    room = _followed(lab_id)
    broadcast.of(current_app).catch_up(room, db.session())
    audience = _audience(room, asker)
    if view != "participant":
        return _page(template, lab, asker, room, audience)
    kind = (str(get_locale()), request.cookies.get("kl_theme"), audience.seat, room.tail.epoch)
    known = room.pages.get(kind)
    if known is None or known[0] < time.monotonic():
        known = (time.monotonic() + PAGE_SECONDS, _page(template, lab, asker, room, audience.shared))
        room.pages[kind] = known
    return known[1].replace(TOKEN_HERE, generate_csrf())


PAGE_SECONDS = 2.0
"""A whole room that reloads at once gets one page, made once; what is new since then comes with the events."""
TOKEN_HERE = "the-token-of-this-browser-goes-here"


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


# -- reading and writing


def _followed(lab_id: int) -> FollowedRoom:
    room = broadcast.of(current_app).room(lab_id, db.session())
    if room is None:
        raise Conflict(NOT_OPEN.type, NOT_OPEN.title, NOT_OPEN.detail)
    return room


def _audience(room: FollowedRoom, asker: auth.Asker) -> Audience:
    audience = asker.audience
    if audience.kind != "participant" or audience.id is None:
        return audience
    person = room.tail.state.people.get(audience.id)
    if person is not None and person.gone:
        raise Forbidden(REMOVED.type, REMOVED.title, REMOVED.detail)
    return audience_of(room.tail.state, audience.id)


def _json(text: str) -> Response:
    return Response(text, mimetype=JSON, headers={"Cache-Control": "no-store"})


@bp.get("/live/<int:lab_id>/snapshot")
def snapshot(lab_id: int) -> Response:
    """All that the one who asks may see, now."""
    asker = auth.asker(lab_id)
    room = _followed(lab_id)
    broadcast.of(current_app).catch_up(room, db.session())
    audience = _audience(room, asker)
    return _json(room.tail.snapshot(audience, asker.who(), clock.now()))


@bp.get("/live/<int:lab_id>/events")
def events(lab_id: int) -> Response:
    """What came after number ``since``; with ``wait`` (seconds, at most 25) it waits for something to come."""
    asker = auth.asker(lab_id)
    room = _followed(lab_id)
    since = request.args.get("since", type=int)
    wait = request.args.get("wait", default=0.0, type=float)
    if since is None or since < 0:
        raise Invalid("since", N_("Dit kunnen we niet lezen"), N_("Zeg met since vanaf welk nummer je wilt lezen."))
    follower = broadcast.of(current_app)
    follower.catch_up(room, db.session())
    _audience(room, asker)
    if wait > 0 and room.tail.seq <= since:
        db.session.remove()
        with _polling(room, asker):
            follower.wait(room, since, min(wait, 25.0))
        follower.catch_up(room, db.session())
    elif wait > 0:
        with _polling(room, asker):
            pass
    until = room.tail.seq
    lines = room.tail.lines(_audience(room, asker), since, until)
    body = room.tail.reset() if lines is None else room.tail.frame(since, max(since, until), lines)
    return _json(f'{body[:-1]},"now":"{clock.iso(clock.now())}"}}')


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
    room = _followed(lab_id)
    broadcast.of(current_app).catch_up(room, db.session())
    told = room.presence.whole(room.tail.state, request.args.get("group"), request.args.get("state"))
    return _json(dumps({**told, "now": clock.iso(clock.now())}))


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
    return _json(dumps({"epoch": epoch, "head": answer.head, "results": [wire.told(result) for result in answer.results]}))


from kennislab.live import desk_routes, file_routes, handover_routes, paper_routes, recall_routes  # noqa: E402, F401  they put their pages on ``bp``
