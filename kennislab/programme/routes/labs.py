"""Pages of a lab: planning, changing, its state, its QR, and the page where everything of it comes together."""

from __future__ import annotations

import io
from functools import lru_cache

import segno
from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from kennislab.accounts.signin import base_url, current_actor
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.errors import Conflict, Invalid, NotFound, require
from kennislab.core.transaction import transaction
from kennislab.programme import after, links, operations, policies, queries, states
from kennislab.programme import agenda as agendas
from kennislab.programme.forms import LabForm
from kennislab.programme.models import Lab, LabState, Programme
from kennislab.programme.routes import Answer, bp, the_lab, the_programme


@bp.route("/programmas/<int:programme_id>/kennislabs/nieuw", methods=["GET", "POST"])
def plan_lab(programme_id: int) -> Answer:
    """Plans a lab, from a template or (``?van=<lab>``) with the agenda of an earlier one."""
    require(policies.may_manage_programme(current_actor(), programme_id))
    programme = the_programme(programme_id)
    source = _source(programme_id)
    labs = queries.labs_of(db.session(), programme_id)
    today = clock.now().astimezone(clock.LOCAL).date()
    form = LabForm(data=LabForm.proposal(today, source or (labs[0] if labs else None)))
    if form.validate_on_submit():
        try:
            with transaction() as tx:
                if source is not None:
                    lab = operations.clone_lab(tx, tx.session.get_one(Lab, source.id), form.data_of_lab())
                else:
                    template = form.template.data if form.template.data in agendas.TEMPLATES else "empty"
                    lab = operations.plan_lab(tx, tx.session.get_one(Programme, programme_id), form.data_of_lab(), template)
        except Invalid as error:
            form.add_error(error)
        else:
            flash(_("Het lab is gepland. Kijk nu de agenda na."), "ok")
            return redirect(url_for("programme.edit_agenda", lab_id=lab.id), 303)
    page = render_template(
        "programme/plan_lab.html", programme=programme, form=form, source=source, labs=labs[:12], templates=agendas.TEMPLATES
    )
    return (page, 422) if request.method == "POST" else page


def _source(programme_id: int) -> Lab | None:
    """The lab to clone, named in the address."""
    wish = request.args.get("van")
    if not wish:
        return None
    lab = queries.lab(db.session(), int(wish)) if wish.isdecimal() and len(wish) < 10 else None
    if lab is None or lab.programme_id != programme_id:
        raise NotFound()
    return lab


@bp.get("/kennislabs/<int:lab_id>")
def lab_page(lab_id: int) -> Answer:
    """Everything of one lab in one place, for who looks."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_see_lab(actor, lab))
    ways = [link for link in links.links_for(actor, lab) if _exists(link.href(lab))]
    staff = actor.is_staff(lab.programme_id)
    return render_template(
        "programme/lab.html",
        lab=lab,
        ways=ways,
        counts=links.counts_for(db.session(), lab, ways),
        staff=staff,
        rule=states.STATES[lab.state],
        moves=states.moves(lab.state) if staff else (),
        may_edit=bool(policies.may_edit_lab(actor, lab)),
        may_edit_agenda=bool(policies.may_edit_agenda(actor, lab)),
        may_delete=bool(policies.may_delete_lab(actor, lab)),
        may_plan=bool(policies.may_manage_programme(actor, lab.programme_id)),
        shows_code=bool(policies.may_see_join_code(actor, lab)),
        join_url=join_url(lab),
        starts=_start_times(lab),
        real=links.real_times(db.session(), lab),
        proposals=after.of_lab(db.session(), lab.id) if staff else (),
        places=queries.municipality_names(db.session(), _places_of(lab)) if staff else {},
        may_prepare=bool(policies.may_prepare_day(actor, lab)),
    )


def _places_of(lab: Lab) -> set[str]:
    """Municipalities of who said to go on with something."""
    return {person["municipality"] for one in after.of_lab(db.session(), lab.id) for person in one.people if person["municipality"]}


def _exists(path: str) -> bool:
    """Whether some feature answers at this address."""
    try:
        current_app.url_map.bind("").match(path, "GET")
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True


def _start_times(lab: Lab) -> dict[int, object]:
    """Agenda item id → the moment at which it begins, when all goes as planned."""
    at = lab.starts_at
    moments: dict[int, object] = {}
    for item in lab.agenda:
        moments[item.id] = at
        at += item.duration
    return moments


def join_url(lab: Lab) -> str:
    """The address that the QR carries."""
    return f"{base_url()}/j/{lab.join_token}"


@bp.get("/kennislabs/<int:lab_id>/qr.svg")
def qr(lab_id: int) -> Answer:
    """The way in as a QR code."""
    lab = the_lab(lab_id)
    require(policies.may_see_join_code(current_actor(), lab))
    return Response(_svg(join_url(lab)), mimetype="image/svg+xml", headers={"Cache-Control": "private, max-age=300"})


@lru_cache(maxsize=64)
def _svg(address: str) -> bytes:
    out = io.BytesIO()
    segno.make(address, error="m").save(
        out, kind="svg", border=2, xmldecl=False, svgns=True, omitsize=True, dark="#000", light="#fff", title="QR"
    )
    return out.getvalue()


@bp.route("/kennislabs/<int:lab_id>/gegevens", methods=["GET", "POST"])
def edit_lab(lab_id: int) -> Answer:
    """Changes title, day, place and deadline."""
    lab = the_lab(lab_id)
    require(policies.may_edit_lab(current_actor(), lab))
    form = LabForm(data=LabForm.values(lab))
    rev = _rev(lab)
    if form.validate_on_submit():
        try:
            with transaction() as tx:
                operations.edit_lab(tx, tx.session.get_one(Lab, lab_id), form.data_of_lab(), rev)
        except Conflict as error:
            form.add_error(error)
            rev = lab.rev
        except Invalid as error:
            form.add_error(error)
        else:
            flash(_("De gegevens van het lab zijn opgeslagen."), "ok")
            return redirect(url_for("programme.lab_page", lab_id=lab_id), 303)
    page = render_template("programme/edit_lab.html", lab=lab, form=form, rev=rev)
    return (page, 422) if request.method == "POST" else page


def _rev(lab: Lab) -> int:
    sent = request.form.get("rev", "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else lab.rev


@bp.post("/kennislabs/<int:lab_id>/stand")
def move_lab(lab_id: int) -> Answer:
    """Moves the lab one state on or back (``to``)."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_see_lab(actor, lab))
    try:
        to = LabState(request.form.get("to", ""))
    except ValueError as error:
        raise NotFound() from error
    require(policies.may_move_lab(actor, lab, to))
    with transaction() as tx:
        operations.move_lab(tx, tx.session.get_one(Lab, lab_id), to, actor)
    desk = f"/live/{lab_id}/desk"
    if to is LabState.LIVE and _exists(desk):  # it shows by itself that the room is open, and no messages
        return redirect(request.script_root + desk, 303)
    flash(_("Dit lab staat nu op: %(state)s.", state=_(states.STATES[to].label)), "ok")
    return redirect(url_for("programme.lab_page", lab_id=lab_id), 303)


@bp.post("/kennislabs/<int:lab_id>/weghalen")
def delete_lab(lab_id: int) -> Answer:
    """Takes a lab away that is only planned."""
    lab = the_lab(lab_id)
    require(policies.may_delete_lab(current_actor(), lab))
    programme_id = lab.programme_id
    with transaction() as tx:
        operations.delete_lab(tx, tx.session.get_one(Lab, lab_id))
    flash(_("Het lab is weggehaald."), "ok")
    return redirect(url_for("programme.dashboard", programme_id=programme_id), 303)
