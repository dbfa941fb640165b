"""People and their roles in a programme."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from kennislab.accounts import operations as accounts
from kennislab.accounts import queries as people
from kennislab.accounts.models import Membership, Person, Role
from kennislab.accounts.signin import base_url, current_actor
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.errors import N_, Conflict, Invalid, NotFound, require
from kennislab.core.transaction import Tx, transaction
from kennislab.programme import policies, queries
from kennislab.programme.forms import PersonForm
from kennislab.programme.models import Municipality, Programme
from kennislab.programme.routes import Answer, bp, the_programme


@bp.get("/programmas/<int:programme_id>/mensen")
def members(programme_id: int) -> Answer:
    """Everybody in the programme, with roles."""
    require(policies.may_see_people(current_actor(), programme_id))
    return _page(the_programme(programme_id))


def _municipalities(programme_id: int) -> list[Municipality]:
    read = db.session()
    today = clock.now().astimezone(clock.LOCAL).date()
    taking_part = list(queries.participating(read, programme_id, today.year))
    return taking_part or list(queries.municipalities_on(read, today))


def _page(programme: Programme, form: PersonForm | None = None, link: tuple[Person, str] | None = None) -> str:
    rows = people.people_of(db.session(), programme.id)
    wish = request.args.get("rol")
    shown = [(person, role) for person, role in rows if wish not in set(Role) or role.value == wish]
    manages = bool(policies.may_manage_programme(current_actor(), programme.id))
    return render_template(
        "programme/members.html",
        programme=programme,
        rows=shown,
        all_rows=rows,
        wish=wish if wish in set(Role) else None,
        names=queries.municipality_names(db.session(), [person.municipality_code for person, _role in shown]),
        form=form or (PersonForm(_municipalities(programme.id), data={"role": Role.PARTICIPANT.value}) if manages else None),
        manages=manages,
        link=link,
    )


@bp.post("/programmas/<int:programme_id>/mensen")
def add_member(programme_id: int) -> Answer:
    """Adds somebody: a new person, or one who is known by the address."""
    require(policies.may_manage_programme(current_actor(), programme_id))
    programme = the_programme(programme_id)
    form = PersonForm(_municipalities(programme_id))
    if form.validate_on_submit():
        try:
            with transaction() as tx:
                person = _known_or_new(tx, form)
                if people.membership(tx.session, person.id, programme_id) is not None:
                    raise Invalid(fields={"email": N_("Deze persoon hoort al bij het programma. Verander de rol in de lijst.")})
                accounts.set_role(tx, person, programme_id, form.role_value())
        except (Invalid, Conflict) as error:
            form.add_error(error)
        else:
            flash(_("%(name)s hoort nu bij het programma.", name=form.name.data), "ok")
            return redirect(url_for("programme.members", programme_id=programme_id), 303)
    return _page(programme, form), 422


def _known_or_new(tx: Tx, form: PersonForm) -> Person:
    if form.email.data and (known := people.person_by_email(tx.session, form.email.data)):
        return known
    return accounts.create_person(
        tx,
        name=form.name.data,
        email=form.email.data or None,
        organisation=form.organisation.data or "",
        municipality_code=form.municipality_code.data or None,
    )


def _place(tx: Tx, programme_id: int, person_id: int) -> Membership:
    found = people.membership(tx.session, person_id, programme_id)
    if found is None:
        raise NotFound()
    return found


@bp.post("/programmas/<int:programme_id>/mensen/<int:person_id>/rol")
def change_role(programme_id: int, person_id: int) -> Answer:
    """Another role for somebody."""
    require(policies.may_manage_programme(current_actor(), programme_id))
    wish = request.form.get("role", "")
    if wish not in set(Role):
        raise NotFound()
    with transaction() as tx:
        place = _place(tx, programme_id, person_id)
        accounts.set_role(tx, place.person, programme_id, Role(wish))
    flash(_("De rol is veranderd."), "ok")
    return redirect(url_for("programme.members", programme_id=programme_id), 303)


@bp.post("/programmas/<int:programme_id>/mensen/<int:person_id>/weghalen")
def remove_member(programme_id: int, person_id: int) -> Answer:
    """Takes somebody out of the programme."""
    require(policies.may_manage_programme(current_actor(), programme_id))
    with transaction() as tx:
        place = _place(tx, programme_id, person_id)
        name = place.person.name
        accounts.remove_from_programme(tx, place)
    flash(_("%(name)s hoort niet meer bij het programma.", name=name), "ok")
    return redirect(url_for("programme.members", programme_id=programme_id), 303)


@bp.post("/programmas/<int:programme_id>/mensen/<int:person_id>/link")
def make_link(programme_id: int, person_id: int) -> Answer:
    """A personal link for a participant, shown once, to be put in a mail."""
    require(policies.may_manage_programme(current_actor(), programme_id))
    programme = the_programme(programme_id)
    with transaction() as tx:
        person = _place(tx, programme_id, person_id).person
        token = accounts.make_personal_link(tx, person, programme_id)
    return _page(programme, link=(person, f"{base_url()}/uitnodiging/{token}")), 201
