"""People and their roles in a programme: the list, and a page about each of them."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from kennislab.accounts import operations as accounts
from kennislab.accounts import queries as accounts_read
from kennislab.accounts.models import Membership, Role
from kennislab.accounts.signin import base_url, current_actor
from kennislab.core import clock, mail, mail_words, sheets
from kennislab.core.db import db
from kennislab.core.errors import Conflict, Invalid, NotFound, require
from kennislab.core.transaction import Tx, transaction
from kennislab.programme import people, policies, queries, words
from kennislab.programme.forms import NewPersonForm, PersonForm
from kennislab.programme.models import LabState, Municipality, Programme
from kennislab.programme.routes import Answer, bp, the_programme


@bp.get("/programmas/<int:programme_id>/mensen")
def members(programme_id: int) -> Answer:
    """Everybody in the programme, with roles."""
    require(policies.may_see_people(current_actor(), programme_id))
    return _list(the_programme(programme_id))


def _municipalities(programme_id: int, also: str | None = None) -> list[Municipality]:
    """What a form offers: who takes part this year (all that exist when nobody does yet), and the one that somebody has already."""
    read = db.session()
    today = clock.now().astimezone(clock.LOCAL).date()
    offered = list(queries.participating(read, programme_id, today.year)) or list(queries.municipalities_on(read, today))
    own = queries.municipality(read, also) if also else None
    return offered if own is None or own in offered else [*offered, own]


def _list(programme: Programme, form: NewPersonForm | None = None) -> str:
    read = db.session()
    rows = accounts_read.people_of(read, programme.id)
    asked, typed = request.args.get("rol"), " ".join(request.args.get("zoek", "").split())[:80]
    role = Role(asked) if asked in set(Role) else None
    names = queries.municipality_names(read, [person.municipality_code for person, _role in rows])
    shown = [
        (person, its)
        for person, its in rows
        if role in (None, its)
        and all(
            word
            in " ".join((person.name, person.email or "", person.organisation, names.get(person.municipality_code or "", ""))).casefold()
            for word in typed.casefold().split()
        )
    ]
    manages = bool(policies.may_manage_programme(current_actor(), programme.id))
    if form is None and manages:
        form = NewPersonForm(_municipalities(programme.id), data={"role": Role.PARTICIPANT.value, "language": "nl"})
    return render_template(
        "programme/members.html",
        programme=programme,
        rows=shown,
        total=len(rows),
        counts={its: sum(one is its for _person, one in rows) for its in Role},
        role=role,
        typed=typed,
        names=names,
        trouble=mail.trouble(read, [person.email for person, _role in shown]),
        form=form,
        manages=manages,
    )


@bp.post("/programmas/<int:programme_id>/mensen")
def add_member(programme_id: int) -> Answer:
    """Adds somebody: a new person, or one who is known by the address."""
    require(policies.may_manage_programme(current_actor(), programme_id))
    programme = the_programme(programme_id)
    form = NewPersonForm(_municipalities(programme_id))
    if form.validate_on_submit():
        try:
            with transaction() as tx:
                people.add(tx, programme_id, form.data_of_person(), form.role_value())
        except (Invalid, Conflict) as error:
            form.add_error(error)
        else:
            flash(_("%(name)s hoort nu bij het programma.", name=form.name.data), "ok")
            return redirect(url_for("programme.members", programme_id=programme_id), 303)
    return _list(programme, form), 422


def _place(tx: Tx, programme_id: int, person_id: int) -> Membership:
    found = accounts_read.membership(tx.session, person_id, programme_id)
    if found is None:
        raise NotFound()
    return found


@bp.get("/programmas/<int:programme_id>/mensen/<int:person_id>")
def person(programme_id: int, person_id: int) -> Answer:
    """One person: what is known, the labs, and every mail with what became of it."""
    require(policies.may_see_people(current_actor(), programme_id))
    return _person(the_programme(programme_id), person_id)


def _person(programme: Programme, person_id: int, form: PersonForm | None = None, link: str = "") -> str:
    read = db.session()
    place = accounts_read.membership(read, person_id, programme.id)
    if place is None:
        raise NotFound()
    manages = bool(policies.may_manage_programme(current_actor(), programme.id))
    if form is None and manages:
        form = PersonForm(_municipalities(programme.id, place.person.municipality_code), data=PersonForm.values(place.person))
    labs = queries.labs_of(read, programme.id)
    told = people.told(read, person_id, [lab.id for lab in labs])
    return render_template(
        "programme/person.html",
        programme=programme,
        person=place.person,
        role=place.role,
        place_name=queries.municipality_names(read, [place.person.municipality_code]).get(place.person.municipality_code or ""),
        labs=[lab for lab in labs if lab.id in told or lab.state is not LabState.ARCHIVED],
        lab_titles={lab.id: lab.title for lab in labs},
        told=told,
        mails=[(one, mail.reason(one)) for one in mail.of_person(read, person_id, programme.id)],
        trouble=mail.trouble(read, [place.person.email]).get(place.person.email or ""),
        address_fixed=manages and not people.may_change_address(read, person_id, current_actor()),
        form=form,
        manages=manages,
        link=link,
        languages_of_mail=people.LANGUAGES,
        mail_states=mail_words.STATES,
    )


@bp.post("/programmas/<int:programme_id>/mensen/<int:person_id>/gegevens")
def change_person(programme_id: int, person_id: int) -> Answer:
    """Changes what is known of somebody."""
    actor = current_actor()
    require(policies.may_manage_programme(actor, programme_id))
    programme = the_programme(programme_id)
    known = accounts_read.membership(db.session(), person_id, programme_id)
    if known is None:
        raise NotFound()
    form = PersonForm(_municipalities(programme_id, known.person.municipality_code))
    if form.validate_on_submit():
        try:
            with transaction() as tx:
                people.change(tx, _place(tx, programme_id, person_id), form.data_of_person(), actor)
        except (Invalid, Conflict) as error:
            form.add_error(error)
        else:
            flash(_("Opgeslagen."), "ok")
            return redirect(url_for("programme.person", programme_id=programme_id, person_id=person_id), 303)
    return _person(programme, person_id, form), 422


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
    return redirect(url_for("programme.person", programme_id=programme_id, person_id=person_id), 303)


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
        member = _place(tx, programme_id, person_id).person
        token = accounts.make_personal_link(tx, member, programme_id)
    return _person(programme, person_id, link=f"{base_url()}/uitnodiging/{token}"), 201


@bp.get("/programmas/<int:programme_id>/mensen/lijst.<any(csv,xlsx):kind>")
def export_members(programme_id: int, kind: str) -> Answer:
    """Everybody in the programme as a table, that can be read in again."""
    require(policies.may_see_people(current_actor(), programme_id))
    programme = the_programme(programme_id)
    rows = people.rows_to_export(db.session(), programme, {role: _(text) for role, text in words.ROLES.items()})
    return table_answer(_("mensen"), kind, [_(column) for column in people.COLUMNS], rows)


def table_answer(name: str, kind: str, columns: list[str], rows: object) -> Response:
    """A table to download, as ``csv`` or ``xlsx``. Not kept by any cache: there are names and addresses in it."""
    data = sheets.write_xlsx(columns, rows, name) if kind == "xlsx" else sheets.write_csv(columns, rows)  # type: ignore[arg-type]
    answer = Response(data, content_type=sheets.XLSX_TYPE if kind == "xlsx" else sheets.CSV_TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
