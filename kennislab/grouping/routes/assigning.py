"""Having the app place people: what it keeps to, who comes, choosing themes open or closed, and what came of it."""

from __future__ import annotations

from datetime import datetime, time

from flask import request
from flask_babel import gettext as _

from kennislab.accounts.signin import current_actor
from kennislab.core import clock
from kennislab.core.errors import DomainError, Invalid, require
from kennislab.core.transaction import Tx, transaction
from kennislab.grouping import assigning, placing, policies, ranking
from kennislab.grouping.forms import PlacingForm, SizesForm, UntilForm
from kennislab.grouping.routes import bp
from kennislab.grouping.routes.answering import GROUPS, Answer, answered, change, refused, sent_ids
from kennislab.programme.models import Lab
from kennislab.programme.routes import the_lab


def _place(lab_id: int, rest_stays: bool, relaxation: int | None = None) -> Answer:
    """Places people and answers with the groups as they are then; with ``relaxation`` after loosening what was offered."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_assign(actor, lab))
    try:
        if relaxation is not None:
            with transaction() as tx:
                fresh = tx.session.get_one(Lab, lab_id)
                require(policies.may_assign(actor, fresh))
                rest_stays = assigning.relax(tx, fresh, actor, relaxation)
        done = assigning.assign(lab_id, actor, rest_stays)
    except DomainError as error:
        return refused(error, lab_id, GROUPS)
    return answered(lab_id, GROUPS, None if done else _("De beste indeling wordt gezocht. Je kunt gewoon verder werken."))


@bp.post("/kennislabs/<int:lab_id>/groepen/automatisch")
def assign(lab_id: int) -> Answer:
    """Everybody who is not pinned; with ``rest`` only who has no group."""
    return _place(lab_id, "rest" in request.form)


@bp.post("/kennislabs/<int:lab_id>/groepen/ruimer")
def relax(lab_id: int) -> Answer:
    """Makes possible what was offered under ``voorstel``, and places people with it."""
    sent = request.form.get("voorstel", "")
    return _place(lab_id, False, int(sent) if sent.isdecimal() and len(sent) < 4 else -1)


@bp.post("/kennislabs/<int:lab_id>/groepen/voorwaarden")
def set_up(lab_id: int) -> Answer:
    """How people are to be placed."""
    actor, form = current_actor(), PlacingForm()

    def verb(tx: Tx, lab: Lab) -> None:
        require(policies.may_assign(actor, lab))
        assigning.set_up(tx, lab, actor, form.settings())

    return change(lab_id, GROUPS, verb, _("De voorwaarden zijn opgeslagen."), form)


@bp.post("/kennislabs/<int:lab_id>/groepen/grootte")
def set_sizes(lab_id: int) -> Answer:
    """One size for all groups."""
    actor, form = current_actor(), SizesForm()
    return change(
        lab_id,
        GROUPS,
        lambda tx, lab: placing.set_sizes(tx, lab, actor, form.least.data, form.most.data),
        _("De groottes zijn opgeslagen."),
        form,
    )


@bp.post("/kennislabs/<int:lab_id>/groepen/vastzetten")
def pin(lab_id: int) -> Answer:
    """Whether people (``cards``) stay where they are; ``vast=0`` lets them go."""
    actor, pinned = current_actor(), request.form.get("vast", "1") == "1"
    return change(lab_id, GROUPS, lambda tx, lab: placing.pin_people(tx, lab, actor, sent_ids("cards"), pinned))


@bp.post("/kennislabs/<int:lab_id>/groepen/wensen")
def wish(lab_id: int) -> Answer:
    """That people (``cards``) sit ``together`` or ``apart``."""
    actor, kind = current_actor(), request.form.get("kind", "")
    done = _("Zij komen bij elkaar te zitten.") if kind == "together" else _("Zij komen uit elkaar te zitten.")
    return change(lab_id, GROUPS, lambda tx, lab: placing.add_wish(tx, lab, actor, kind, sent_ids("cards")), done)


@bp.post("/kennislabs/<int:lab_id>/groepen/wensen/<int:wish_id>/weghalen")
def remove_wish(lab_id: int, wish_id: int) -> Answer:
    """Takes a wish back."""
    actor = current_actor()
    return change(lab_id, GROUPS, lambda tx, lab: placing.remove_wish(tx, lab, actor, wish_id))


@bp.post("/kennislabs/<int:lab_id>/groepen/komt")
def say_coming(lab_id: int) -> Answer:
    """That somebody (``cards``) does not come, or (``komt=1``) does after all."""
    actor, coming = current_actor(), request.form.get("komt") == "1"

    def verb(tx: Tx, lab: Lab) -> None:
        chosen = sent_ids("cards")
        if not chosen:
            raise Invalid("nobody-chosen", _("Je hebt nog niemand gekozen"), _("Kies eerst over wie het gaat."))
        for person_id in chosen:
            placing.say_coming(tx, lab, actor, person_id, coming)

    return change(lab_id, GROUPS, verb)


@bp.post("/kennislabs/<int:lab_id>/groepen/kiezen")
def open_ranking(lab_id: int) -> Answer:
    """Participants may choose themes, until ``day`` and ``time`` when those are given; with ``dicht`` not any more."""
    actor, form, close = current_actor(), UntilForm(), "dicht" in request.form

    def verb(tx: Tx, lab: Lab) -> None:
        require(policies.may_rank_for(actor, lab))
        if close:
            ranking.close_ranking(tx, lab, actor)
        else:
            ranking.open_ranking(tx, lab, _until(form), actor)

    done = _("Mensen kunnen geen thema’s meer kiezen.") if close else _("Mensen kunnen nu thema’s kiezen.")
    return change(lab_id, GROUPS, verb, done, None if close else form)


def _until(form: UntilForm) -> datetime | None:
    if form.day.data is None:
        return None
    return datetime.combine(form.day.data, form.time.data or time(23, 59), tzinfo=clock.LOCAL)
