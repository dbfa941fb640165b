"""The door: coming in with a code or a QR code, for people and for programs."""

from __future__ import annotations

from typing import Any

from flask import jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from kennislab.accounts.signin import current_actor
from kennislab.core.db import db
from kennislab.core.error_pages import wants_json
from kennislab.core.errors import N_, DomainError, Invalid
from kennislab.core.security import check_csrf, count, csrf
from kennislab.core.text import tidy
from kennislab.core.transaction import share, transaction
from kennislab.live import auth, operations, queries, wire
from kennislab.live.forms import JoinForm
from kennislab.live.models import Participant, stream
from kennislab.live.routes import bp
from kennislab.programme import queries as programme_queries
from kennislab.programme.models import Lab


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
