"""Choosing themes: one's own order on the phone, and for staff who chose and filling it in for somebody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Person
from kennislab.accounts.signin import current_actor
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.errors import DomainError, Invalid, NotFound, require
from kennislab.core.transaction import transaction
from kennislab.grouping import owning, policies, queries
from kennislab.grouping import ranking as rankings
from kennislab.grouping.models import Theme
from kennislab.grouping.routes import bp
from kennislab.grouping.routes.answering import Answer, sent_ids
from kennislab.invitations import queries as invitations
from kennislab.programme import queries as programmes
from kennislab.programme.models import Lab
from kennislab.programme.routes import the_lab
from kennislab.questions.models import KnowledgeQuestion

MOST_SUGGESTED = 3


@dataclass(frozen=True, slots=True)
class Option:
    """A theme to choose. ``place``: 1 is the first wish, 0 not chosen; ``own``: a question of theirs is in it."""

    theme: Theme
    questions: Sequence[KnowledgeQuestion]
    place: int
    solved: bool
    own: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """A choice as it was filled in, right or wrong: theme id → place, themes that were solved before, whether they can lead."""

    places: Mapping[int, int]
    solved: Sequence[int]
    can_lead: bool

    def in_order(self) -> list[int]:
        """The chosen themes, first wish first. Raises Invalid when two stand on the same place."""
        if len(set(self.places.values())) < len(self.places):
            raise Invalid(fields={"choices": _("Twee thema’s staan op dezelfde plaats. Geef elk thema een eigen plaats.")})
        return sorted(self.places, key=lambda one: self.places[one])


def _sent() -> Sent:
    places = {}
    for name, value in request.form.items():
        theme_id = name.removeprefix("plaats-")
        if name != theme_id and theme_id.isdecimal() and len(theme_id) < 10 and value.isdecimal() and 0 < int(value[:4]) < 1000:
            places[int(theme_id)] = int(value[:4])
    return Sent(places, sent_ids("opgelost"), "leiden" in request.form)


def _person(actor: Actor, lab: Lab) -> Person | None:
    """Whose choice it is, by ``voor``; None: one's own. Only staff fill in for somebody, and only for who is in the programme."""
    wanted = request.values.get("voor", "")
    if not wanted:
        return None
    require(policies.may_rank_for(actor, lab))
    people = {str(one.id): one for one in queries.people_to_place(db.session(), lab.programme_id)}
    if wanted not in people:
        raise NotFound()
    return people[wanted]


@bp.get("/kennislabs/<int:lab_id>/themas-kiezen")
def choose_themes(lab_id: int) -> Answer:
    """One's own order of themes; for staff who chose, and with ``voor`` the order of one participant."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_see_ranking(actor, lab))
    person = _person(actor, lab)
    if person is None and actor.is_staff(lab.programme_id):
        return _overview(lab)
    return _page(actor, lab, person)


@bp.post("/kennislabs/<int:lab_id>/themas-kiezen")
def save_choice(lab_id: int) -> Answer:
    """Writes an order down. What cannot be written comes back as it was filled in, with the reason."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_see_ranking(actor, lab))
    person = _person(actor, lab)
    whose = person.id if person is not None else actor.person_id or 0
    sent = _sent()
    try:
        with transaction() as tx:
            fresh = tx.session.get_one(Lab, lab_id)
            if person is not None:
                require(policies.may_rank_for(actor, fresh))
            else:
                require(policies.may_rank(actor, fresh, rankings.is_open(tx.session, lab_id)))
            rankings.save_ranking(tx, fresh, whose, sent.in_order(), sent.solved, sent.can_lead, actor)
    except DomainError as error:
        if error.status not in (409, 422):
            raise
        return _page(actor, lab, person, sent, error), error.status
    if person is not None:
        flash(_("De keuze van %(name)s is opgeslagen.", name=person.name), "ok")
        return redirect(url_for("grouping.choose_themes", lab_id=lab_id), 303)
    flash(_("Je keuze is opgeslagen. Je kunt hem nog veranderen."), "ok")
    return redirect(url_for("grouping.own_page", lab_id=lab_id), 303)


def _page(actor: Actor, lab: Lab, person: Person | None, sent: Sent | None = None, error: DomainError | None = None) -> str:
    session = db.session()
    whose = person.id if person is not None else actor.person_id or 0
    saved = rankings.ranking_of(session, lab.id, whose)
    opened = rankings.is_open(session, lab.id)
    suggested = owning.themes_to_suggest(session, lab.id, whose)
    options = _options(session, lab, saved, sent, suggested)
    row = queries.board_row(session, lab.id)
    can_lead = sent.can_lead if sent is not None else saved.can_lead if saved is not None else False
    return render_template(
        "grouping/ranking.html",
        lab=lab,
        person=person,
        saved=saved,
        opened=opened,
        until=row.ranking_until if row is not None and opened else None,
        chosen=sorted((one for one in options if one.place), key=lambda one: one.place),
        others=[one for one in options if not one.place],
        suggested=bool(suggested) and saved is None and sent is None,
        can_lead=can_lead,
        least=1 if person is not None else rankings.least_choices(len(options)),
        refusal=_said(error) if error is not None else None,
        refused=policies.may_rank(actor, lab, opened) if person is None else True,
    )


def _said(error: DomainError) -> str:
    """A refusal as one text: what is wrong in the fields, else what it is and what to do."""
    fields = getattr(error, "fields", {})
    sentences = [_(text) for text in fields.values()] or [f"{_(error.title, **error.params)}."]
    if error.detail and not fields:
        sentences.append(_(error.detail, **error.params))
    return " ".join(sentences)


def _options(session: Session, lab: Lab, saved: rankings.Chosen | None, sent: Sent | None, suggested: Sequence[int]) -> list[Option]:
    if sent is not None:
        places, solved = dict(sent.places), set(sent.solved)
    elif saved is not None:
        places, solved = {one: place for place, one in enumerate(saved.choices, 1)}, set(saved.solved)
    else:
        places, solved = {one: place for place, one in enumerate(suggested[:MOST_SUGGESTED], 1)}, set()
    inside: dict[int, list[KnowledgeQuestion]] = {}
    for card in queries.cards_of(session, lab.id):
        if card.theme_id is not None:
            inside.setdefault(card.theme_id, []).append(card.question)
    return [
        Option(theme, inside.get(theme.id, []), places.get(theme.id, 0), theme.id in solved, theme.id in suggested)
        for theme in queries.themes_of(session, lab.id)
    ]


def _overview(lab: Lab) -> str:
    """Who chose what, for staff."""
    session = db.session()
    people = queries.people_to_place(session, lab.programme_id)
    away = invitations.not_coming(session, lab.id)
    chosen = rankings.rankings_of(session, lab.id)
    themes = queries.themes_of(session, lab.id)
    firsts = {theme.id: sum(one.choices[:1] == (theme.id,) for one in chosen.values()) for theme in themes}
    named = {theme.id: sum(theme.id in one.choices for one in chosen.values()) for theme in themes}
    row = queries.board_row(session, lab.id)
    coming = [one for one in people if one.id not in away]
    return render_template(
        "grouping/rankings.html",
        lab=lab,
        opened=rankings.is_open(session, lab.id),
        until=row.ranking_until if row is not None else None,
        people=sorted(coming, key=lambda one: one.id in chosen and bool(chosen[one.id].choices)),
        done=sum(one.id in chosen for one in coming),
        chosen=chosen,
        themes=themes,
        titles={theme.id: theme.title for theme in themes},
        firsts=firsts,
        named=named,
        names=programmes.municipality_names(session, [one.municipality_code for one in people]),
        now=clock.now(),
    )
