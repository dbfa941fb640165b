"""The working groups: who sits where, made by hand or from the themes."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from kennislab.accounts.signin import current_actor
from kennislab.core.db import db
from kennislab.core.errors import Invalid, NotFound, require
from kennislab.core.transaction import Tx
from kennislab.grouping import placing, policies, queries
from kennislab.grouping.forms import GroupForm
from kennislab.grouping.routes import bp, seating
from kennislab.grouping.routes.answering import GROUPS, Answer, change, follow, sent_ids, sent_target
from kennislab.programme.models import Lab
from kennislab.programme.routes import the_lab


@bp.get("/kennislabs/<int:lab_id>/groepen")
def groups(lab_id: int) -> Answer:
    """Who sits where. Staff place people here; a participant sees their own group first."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_see_groups(actor, lab))
    session = db.session()
    head, stamp = queries.version(session, lab_id)
    editable = bool(policies.may_make_groups(actor, lab))
    order, column = seating.group_columns(session, lab, editable)
    own = queries.group_of(session, lab_id, actor.person_id) if actor.person_id is not None else None
    return render_template(
        "grouping/groups.html",
        lab=lab,
        head=head,
        stamp=stamp,
        order=order,
        column=column,
        editable=editable,
        staff=actor.is_staff(lab.programme_id),
        own=own,
        tools=seating.tools(session, actor, lab),
        groups=queries.groups_of(session, lab_id),
        has_groups=any(key != "pile" for key in order),
        without_group=_without_group(session, lab_id),
    )


def _without_group(session: Session, lab_id: int) -> Sequence[str]:
    """Titles of themes that no group works on yet."""
    with_group = {group.theme_id for group in queries.groups_of(session, lab_id)}
    return [theme.title for theme in queries.themes_of(session, lab_id) if theme.id not in with_group]


@bp.get("/kennislabs/<int:lab_id>/groepen/gebeurtenissen")
def group_events(lab_id: int) -> Answer:
    """News of the groups after ``since``; waits up to ``wait`` seconds for it."""
    return follow(lab_id, GROUPS, policies.may_see_groups)


@bp.post("/kennislabs/<int:lab_id>/groepen/maken")
def make_groups(lab_id: int) -> Answer:
    """A group for each theme that has none."""
    actor = current_actor()
    return change(lab_id, GROUPS, lambda tx, lab: placing.make_groups(tx, lab, actor), _("De groepen zijn gemaakt."))


@bp.post("/kennislabs/<int:lab_id>/groepen/nieuw")
def add_group(lab_id: int) -> Answer:
    """One more group, by ``name``."""
    actor = current_actor()
    return change(lab_id, GROUPS, lambda tx, lab: placing.add_group(tx, lab, actor, request.form.get("name", "")))


@bp.post("/kennislabs/<int:lab_id>/groepen/<int:group_id>")
def change_group(lab_id: int, group_id: int) -> Answer:
    """Name, room, leader and size of a group."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_make_groups(actor, lab))
    form = GroupForm()
    form.leader.choices = [("", ""), *((one.id, one.name) for one in queries.leaders_to_choose(db.session(), lab.programme_id))]
    if queries.group(db.session(), lab_id, group_id) is None:
        raise NotFound()
    return change(
        lab_id,
        GROUPS,
        lambda tx, lab: placing.change_group(tx, lab, actor, group_id, form.data_of_group()),
        _("De groep is opgeslagen."),
        form,
    )


@bp.post("/kennislabs/<int:lab_id>/groepen/<int:group_id>/weghalen")
def remove_group(lab_id: int, group_id: int) -> Answer:
    """Takes a group away."""
    actor = current_actor()
    return change(lab_id, GROUPS, lambda tx, lab: placing.remove_group(tx, lab, actor, group_id), _("De groep is weg."))


@bp.post("/kennislabs/<int:lab_id>/groepen/indelen")
def place(lab_id: int) -> Answer:
    """Puts people (``cards``) in group ``to``, or in none."""
    actor = current_actor()
    return change(lab_id, GROUPS, lambda tx, lab: placing.place_people(tx, lab, actor, sent_ids("cards"), sent_target()))


@bp.post("/kennislabs/<int:lab_id>/groepen/bij-eigen-vraag")
def place_by_question(lab_id: int) -> Answer:
    """Puts who has no group in that of their own question."""
    actor = current_actor()

    def verb(tx: Tx, lab: Lab) -> None:
        if not placing.place_by_question(tx, lab, actor):
            raise Invalid(
                "nobody-to-place",
                _("Er is niemand om in te delen"),
                _("Iedereen met een vraag in een thema heeft al een groep. Deel de anderen met de hand in."),
            )

    return change(lab_id, GROUPS, verb, _("Ingedeeld bij hun eigen vraag. Wie geen vraag had, deel je met de hand in."))
