"""Pages of one archived item: where it came from, what came of it, and what is added to it."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from kennislab.accounts.signin import current_actor
from kennislab.archive import actions, findable, following, ledger, places, policies, queries, sealing
from kennislab.archive.forms import CorrectionForm
from kennislab.archive.ledger_forms import ActionForm, OutcomeForm
from kennislab.archive.models import ActionStatus, ArchiveItem, Outcome
from kennislab.archive.routes import Answer, bp, chains, the_item
from kennislab.core.db import db
from kennislab.core.errors import DomainError, require
from kennislab.core.transaction import transaction
from kennislab.programme import queries as programme_queries
from kennislab.programme.models import LabState

Forms = tuple[CorrectionForm | None, OutcomeForm | None, ActionForm | None]


def _groups(item: ArchiveItem) -> frozenset[str]:
    return queries.groups_of(db.session(), item.lab_id, current_actor().person_id)


def _page(
    item: ArchiveItem, correction: CorrectionForm | None = None, outcome: OutcomeForm | None = None, action: ActionForm | None = None
) -> str:
    actor, read, groups = current_actor(), db.session(), _groups(item)
    may_add = policies.may_report_outcome(actor, item, groups) is True
    named = policies.may_read_places(actor, item) is True
    lines = item.evidence if named else [line for line in item.evidence if line.reporter_id and line.reporter_id == actor.person_id]
    return render_template(
        "archive/item.html",
        item=item,
        lab=item.lab,
        told=chains.of_item(actor, item),
        like=findable.name(item) if item.lab.state is LabState.ARCHIVED and findable.findable(item) else None,
        outcomes=queries.outcomes(item.evidence),
        summary=ledger.summary(item.evidence, places=named),
        lives=ledger.story(lines),
        named=named,
        as_said=policies.may_read_as_said(actor, item) is True,
        may_withdraw={one.id for one in lines if one.stands and policies.may_withdraw_outcome(actor, item, one, groups) is True},
        action=actions.of_item(read, item) if item.kind == "action" else None,
        staff=actor.is_staff(item.programme_id),
        correction_form=(correction or CorrectionForm(prefix="c")) if policies.may_correct(actor, item) is True else None,
        outcome_form=(outcome or _outcome_form(item)) if may_add and item.kind != "action" else None,
        action_form=(action or ActionForm(prefix="a", data={"status": item.action_status})) if may_add and item.kind == "action" else None,
    )


def _outcome_form(item: ArchiveItem) -> OutcomeForm:
    read, own = db.session(), current_actor().municipality
    districts = programme_queries.districts_of(read, item.programme_id)
    return OutcomeForm(places.of_item(read, item, districts, own), districts, prefix="b", data={"municipality_code": own})


@bp.get("/archief/<item_id>")
def item(item_id: str) -> Answer:
    """One item with everything that belongs to it."""
    found = the_item(item_id)
    require(policies.may_see_item(current_actor(), found, _groups(found)))
    return _page(found)


@bp.post("/archief/<item_id>/verbetering")
def add_correction(item_id: str) -> Answer:
    """Adds a signed correction."""
    actor, found = current_actor(), the_item(item_id)
    require(policies.may_correct(actor, found))
    form = CorrectionForm(prefix="c")
    if form.validate_on_submit():
        try:
            with transaction() as tx:
                sealing.correct(tx, _again(tx.session, item_id), form.text.data or "", actor)
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Je verbetering staat erbij, met je naam en de datum."), "ok")
            return redirect(url_for("archive.item", item_id=item_id, _anchor="verbeteringen"), 303)
    return _page(the_item(item_id), correction=form), 422


@bp.post("/archief/<item_id>/resultaat")
def report_outcome(item_id: str) -> Answer:
    """Adds what became of it in a municipality."""
    actor, found = current_actor(), the_item(item_id)
    require(policies.may_report_outcome(actor, found, _groups(found)))
    form = _outcome_form(found)
    if form.validate_on_submit():
        try:
            with transaction() as tx:
                fresh = _again(tx.session, item_id)
                status, (code, district, number) = Outcome(form.status.data), form.place()
                following.report_outcome(tx, fresh, code, status, form.note.data or "", form.at.data, actor, district, number)
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Dank je wel. Het staat erbij, zodat anderen ervan leren."), "ok")
            return redirect(url_for("archive.item", item_id=item_id, _anchor="resultaten"), 303)
    return _page(the_item(item_id), outcome=form), 422


@bp.post("/archief/<item_id>/stand")
def update_action(item_id: str) -> Answer:
    """Says how an agreement went."""
    actor, found = current_actor(), the_item(item_id)
    require(policies.may_report_outcome(actor, found, _groups(found)))
    form = ActionForm(prefix="a")
    if form.validate_on_submit():
        try:
            with transaction() as tx:
                fresh, status = _again(tx.session, item_id), ActionStatus(form.status.data)
                following.update_action(tx, fresh, status, form.note.data or "", actor, due=form.due.data, owner=form.owner.data or "")
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("De stand is bijgewerkt."), "ok")
            return redirect(url_for("archive.item", item_id=item_id, _anchor="stand"), 303)
    return _page(the_item(item_id), action=form), 422


def _again(session: Session, item_id: str) -> ArchiveItem:
    """The item as it is inside this transaction."""
    found = queries.item(session, item_id)
    assert found is not None, "it was there a moment ago, and items are never deleted one by one"
    return found
