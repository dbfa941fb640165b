"""One's own contributions before the seal: right so, in other words, taken back, or not so far."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from kennislab.accounts.signin import current_actor
from kennislab.archive import checking, operations, policies, queries, words
from kennislab.archive.models import ArchiveItem, Consent
from kennislab.archive.routes import Answer, bp
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.errors import N_, Invalid, NotFound, require
from kennislab.core.transaction import Tx, transaction
from kennislab.programme.models import Lab, LabState
from kennislab.programme.routes import the_lab


@bp.get("/kennislabs/<int:lab_id>/oogst/eigen")
def own(lab_id: int) -> Answer:
    """What I said under my own name; where the mail leads."""
    actor, lab = current_actor(), the_lab(lab_id)
    if lab.state is LabState.ARCHIVED and policies.may_read_lab(actor, lab) is True:
        return redirect(url_for("archive.lab_archive", lab_id=lab_id))
    return own_page(lab, "archive.own")


def own_page(lab: Lab, back: str, wrong: tuple[str, str, str] | None = None) -> str:
    """The page. ``wrong``: a card, what its author typed, and why that cannot be."""
    actor = current_actor()
    require(policies.may_check_own(actor, lab))
    items = queries.of_person(db.session(), lab.id, actor.person_id or 0)
    check = checking.check_of(db.session(), lab.id)
    return render_template(
        "archive/own.html",
        lab=lab,
        items=items,
        left=sum(checking.to_look_at(item) for item in items),
        to_look_at=checking.to_look_at,
        check=check,
        check_open=check is not None and check.until > clock.now(),
        consents=[(consent.value, _(words.CONSENTS[consent])) for consent in Consent],
        wrong=wrong,
        back=back,
    )


def _the_card(tx: Tx, lab_id: int, item_id: str) -> ArchiveItem:
    found = queries.item(tx.session, item_id)
    if found is None or found.lab_id != lab_id:
        raise NotFound()
    require(policies.may_change_own(current_actor(), found))
    return found


def _back(lab_id: int, item_id: str | None = None) -> Answer:
    anchor = f"kaart-{item_id}" if item_id and item_id.isalnum() else None
    return redirect(url_for("archive.own", lab_id=lab_id, _anchor=anchor), 303)


def _own(lab_id: int, item_id: str, verb: Callable[[Tx, ArchiveItem], object], done: str) -> Answer:
    require(policies.may_check_own(current_actor(), the_lab(lab_id)))
    with transaction() as tx:
        verb(tx, _the_card(tx, lab_id, item_id))
    flash(done, "ok")
    return _back(lab_id, item_id)


@bp.post("/kennislabs/<int:lab_id>/oogst/<item_id>/klopt")
def approve(lab_id: int, item_id: str) -> Answer:
    """Its author says that it is right so."""
    return _own(lab_id, item_id, lambda tx, item: operations.approve_own(tx, [item]), _("Fijn, dat blijft zo staan."))


@bp.post("/kennislabs/<int:lab_id>/oogst/alles-klopt")
def approve_all(lab_id: int) -> Answer:
    """All of one's own is right so."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_check_own(actor, lab))
    with transaction() as tx:
        number = operations.approve_own(tx, queries.of_person(tx.session, lab_id, actor.person_id or 0))
    flash(ngettext("%(num)s bijdrage nagekeken.", "%(num)s bijdragen nagekeken.", number), "ok")
    return _back(lab_id)


@bp.post("/kennislabs/<int:lab_id>/oogst/<item_id>/verwoorden")
def correct_own(lab_id: int, item_id: str) -> Answer:
    """Its author puts it in other words."""
    text = request.form.get("text", "")
    try:
        return _own(
            lab_id,
            item_id,
            lambda tx, item: operations.correct_own(tx, item, text, current_actor()),
            _("Je nieuwe tekst staat erbij. De begeleider ziet wat je veranderde."),
        )
    except Invalid as error:
        return own_page(the_lab(lab_id), "archive.own", (item_id, text, _(error.fields["text"]))), 422


@bp.post("/kennislabs/<int:lab_id>/oogst/<item_id>/intrekken")
def withdraw(lab_id: int, item_id: str) -> Answer:
    """Its author takes it back."""
    return _own(lab_id, item_id, operations.withdraw_own, _("Je bijdrage is ingetrokken."))


@bp.post("/kennislabs/<int:lab_id>/oogst/<item_id>/toch-laten-staan")
def leave_in(lab_id: int, item_id: str) -> Answer:
    """Its author lets it stay after all."""
    return _own(lab_id, item_id, operations.leave_in_own, _("Je bijdrage staat er weer."))


@bp.post("/kennislabs/<int:lab_id>/oogst/<item_id>/toestemming")
def limit(lab_id: int, item_id: str) -> Answer:
    """Its author chooses how far it may go."""
    wish = request.form.get("consent", "")

    def choose(tx: Tx, item: ArchiveItem) -> None:
        if wish not in list(Consent):
            raise Invalid(fields={"consent": N_("Kies uit de lijst.")})
        operations.limit_own(tx, item, Consent(wish))

    return _own(lab_id, item_id, choose, _("Je keuze is opgeslagen."))
