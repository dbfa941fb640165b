"""The programme's own pages: what stands where, its data, its places, who takes part in which year."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from kennislab.accounts.signin import current_actor
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.errors import Conflict, Invalid, NotFound, require
from kennislab.core.transaction import transaction
from kennislab.programme import links, operations, policies, queries
from kennislab.programme.forms import DistrictForm, ParticipationForm, ProgrammeForm
from kennislab.programme.models import District, LabState, Municipality, Programme
from kennislab.programme.routes import Answer, bp, the_programme


def _today() -> date:
    return clock.now().astimezone(clock.LOCAL).date()


@bp.get("/programmas/<int:programme_id>")
def dashboard(programme_id: int) -> Answer:
    """The labs by where they stand, and what to do next."""
    actor = current_actor()
    require(policies.may_see_programme(actor, programme_id))
    programme = the_programme(programme_id)
    labs = queries.labs_of(db.session(), programme_id)
    coming = sorted((lab for lab in labs if lab.state is not LabState.ARCHIVED), key=lambda lab: (lab.starts_at, lab.id))
    archived = [lab for lab in labs if lab.state is LabState.ARCHIVED]
    staff = actor.is_staff(programme_id)
    return render_template(
        "programme/dashboard.html",
        programme=programme,
        coming=coming,
        archived=archived,
        staff=staff,
        waiting=links.waiting_for(db.session(), coming or labs[:1]) if staff else [],
        manages=bool(policies.may_manage_programme(actor, programme_id)),
    )


@bp.route("/programmas/<int:programme_id>/gegevens", methods=["GET", "POST"])
def edit_programme(programme_id: int) -> Answer:
    """What the programme says about itself."""
    require(policies.may_manage_programme(current_actor(), programme_id))
    programme = the_programme(programme_id)
    form = ProgrammeForm(data=ProgrammeForm.values(programme))
    if form.validate_on_submit():
        try:
            with transaction() as tx:
                operations.edit_programme(
                    tx,
                    tx.session.get_one(Programme, programme_id),
                    name=form.name.data,
                    description=form.description.data or "",
                    starts_on=form.starts_on.data,
                    ends_on=form.ends_on.data,
                    retention_months=form.retention_months.data,
                )
        except Invalid as error:
            form.add_error(error)
        else:
            flash(_("De gegevens van het programma zijn opgeslagen."), "ok")
            return redirect(url_for("programme.dashboard", programme_id=programme_id), 303)
    page = render_template("programme/edit_programme.html", programme=programme, form=form)
    return (page, 422) if request.method == "POST" else page


@bp.get("/programmas/<int:programme_id>/gemeenten")
def places(programme_id: int) -> Answer:
    """The municipalities that take part, with their districts."""
    require(policies.may_see_programme(current_actor(), programme_id))
    return _places_page(the_programme(programme_id))


def _municipalities(programme_id: int, day: date) -> list[Municipality]:
    """What a form offers: all that exist on that day, those that take part in its year first."""
    read = db.session()
    taking_part = [place for place in queries.participating(read, programme_id, day.year) if place.valid_on(day)]
    codes = {place.code for place in taking_part}
    return taking_part + [place for place in queries.municipalities_on(read, day) if place.code not in codes]


def _places_page(programme: Programme, form: DistrictForm | None = None, editing: District | None = None) -> str:
    actor = current_actor()
    read = db.session()
    manages = bool(policies.may_manage_programme(actor, programme.id))
    today = _today()
    if form is None and manages:
        form = DistrictForm(_municipalities(programme.id, today))
    return render_template(
        "programme/places.html",
        programme=programme,
        municipalities=queries.participating(read, programme.id, today.year),
        districts=queries.districts_of(read, programme.id),
        year=today.year,
        form=form,
        editing=editing,
        manages=manages,
    )


@bp.post("/programmas/<int:programme_id>/gemeenten/wijken")
def add_district(programme_id: int) -> Answer:
    """Adds a district."""
    require(policies.may_manage_programme(current_actor(), programme_id))
    programme = the_programme(programme_id)
    form = DistrictForm(_municipalities(programme_id, _today()))
    if form.validate_on_submit():
        try:
            with transaction() as tx:
                operations.add_district(
                    tx, programme, municipality_code=form.municipality_code.data, name=form.name.data, cbs_code=form.cbs_code.data
                )
        except Invalid as error:
            form.add_error(error)
        else:
            flash(_("De wijk staat in de lijst."), "ok")
            return redirect(url_for("programme.places", programme_id=programme_id), 303)
    return _places_page(programme, form), 422


def _district(programme_id: int, district_id: int) -> District:
    found = queries.district(db.session(), district_id)
    if found is None or found.programme_id != programme_id:
        raise NotFound()
    return found


@bp.route("/programmas/<int:programme_id>/gemeenten/wijken/<int:district_id>", methods=["GET", "POST"])
def edit_district(programme_id: int, district_id: int) -> Answer:
    """Changes a district."""
    require(policies.may_manage_programme(current_actor(), programme_id))
    programme, district = the_programme(programme_id), _district(programme_id, district_id)
    form = DistrictForm(_municipalities(programme_id, _today()), data=DistrictForm.values(district))
    if form.validate_on_submit():
        try:
            with transaction() as tx:
                operations.edit_district(
                    tx,
                    tx.session.get_one(District, district_id),
                    municipality_code=form.municipality_code.data,
                    name=form.name.data,
                    cbs_code=form.cbs_code.data,
                )
        except Invalid as error:
            form.add_error(error)
        else:
            flash(_("De wijk is opgeslagen."), "ok")
            return redirect(url_for("programme.places", programme_id=programme_id), 303)
    page = _places_page(programme, form, district)
    return (page, 422) if request.method == "POST" else page


@bp.post("/programmas/<int:programme_id>/gemeenten/wijken/<int:district_id>/weghalen")
def remove_district(programme_id: int, district_id: int) -> Answer:
    """Takes a district off the list."""
    require(policies.may_manage_programme(current_actor(), programme_id))
    _district(programme_id, district_id)
    with transaction() as tx:
        operations.remove_district(tx, tx.session.get_one(District, district_id))
    flash(_("De wijk is van de lijst gehaald."), "ok")
    return redirect(url_for("programme.places", programme_id=programme_id), 303)


@bp.route("/programmas/<int:programme_id>/deelname", methods=["GET", "POST"])
def participation(programme_id: int) -> Answer:
    """Who joins, continues or stops in a year: ``?jaar=2026``."""
    actor = current_actor()
    require(policies.may_see_programme(actor, programme_id))
    programme = the_programme(programme_id)
    manages = policies.may_manage_programme(actor, programme_id)
    year = _year(request.args.get("jaar"))
    form = ParticipationForm(_municipalities_of_year(programme_id, year)) if manages else None
    status = 200
    if request.method == "POST":
        require(manages)
        assert form is not None
        if form.validate_on_submit():
            try:
                with transaction() as tx:
                    operations.set_participation(
                        tx,
                        programme,
                        municipality_code=form.municipality_code.data,
                        year=year,
                        status=form.status_value(),
                        reason=form.reason.data or "",
                        by=actor,
                    )
            except (Invalid, Conflict) as error:
                form.add_error(error)
            else:
                flash(_("Het besluit is opgeschreven."), "ok")
                return redirect(url_for("programme.participation", programme_id=programme_id, jaar=year), 303)
        status = 422
    read = db.session()
    years = sorted({*queries.participation_years(read, programme_id), _today().year, _today().year + 1, year})
    page = render_template(
        "programme/participation.html",
        programme=programme,
        year=year,
        years=years,
        rows=queries.participation_of(read, programme_id, year),
        form=form,
    )
    return page, status


def _year(text: str | None) -> int:
    if text is None:
        return _today().year
    if not text.isdecimal() or not 2000 <= int(text) <= 2100:
        raise NotFound()
    return int(text)


def _municipalities_of_year(programme_id: int, year: int) -> list[Municipality]:
    """Those of last year first, then all others that exist on the first or the last day of the year."""
    read = db.session()
    exist = {place.code: place for day in (date(year, 1, 1), date(year, 12, 31)) for place in queries.municipalities_on(read, day)}
    before = [place for place in queries.participating(read, programme_id, year - 1) if place.code in exist]
    codes = {place.code for place in before}
    return before + [place for code, place in exist.items() if code not in codes]
