"""One's own contributions before the seal: right so, in other words, taken back, or not so far."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.accounts.signin import bearer, current_actor
from kennislab.archive import checking, operations, policies, queries, words
from kennislab.archive.models import ArchiveItem, Consent
from kennislab.archive.routes import Answer, bp
from kennislab.archive.routes.late import too_late
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.errors import N_, DomainError, Invalid, NotFound, require
from kennislab.core.transaction import Tx, transaction
from kennislab.live import auth
from kennislab.live.models import Participant
from kennislab.live.queries import participant_by_token
from kennislab.programme.models import Lab, LabState
from kennislab.programme.routes import the_lab


@dataclass(frozen=True, slots=True)
class Author:
    """Who looks over their own here: a person, and who has no account by the place in the room that this browser kept."""

    actor: Actor
    guest: Participant | None

    def items(self, session: Session, lab_id: int) -> Sequence[ArchiveItem]:
        """What they said under their name."""
        return queries.of_author(session, lab_id, self.actor.person_id, self.guest.id if self.guest is not None else None)

    @property
    def as_actor(self) -> Actor:
        """Who rewords: a guest by the name of the room."""
        return self.actor if self.actor.known or self.guest is None else Actor(name=self.guest.name or "")


def author_here(lab: Lab) -> Author:
    """Who this browser is at this lab. Raises what the policies refuse."""
    actor = current_actor()
    cookie = request.cookies.get(auth.cookie_name(lab.id))
    guest = participant_by_token(db.session(), cookie) if cookie and not bearer() else None
    if guest is not None and (guest.lab_id != lab.id or (actor.known and guest.person_id not in (None, actor.person_id))):
        guest = None
    require(policies.may_check_own(actor, lab, guest))
    return Author(actor, guest)


@bp.get("/kennislabs/<int:lab_id>/oogst/eigen")
def own(lab_id: int) -> Answer:
    """What I said under my own name; where the mail leads, and the page of the room on a phone."""
    actor, lab = current_actor(), the_lab(lab_id)
    if lab.state is LabState.ARCHIVED and policies.may_read_lab(actor, lab) is True:
        return redirect(url_for("archive.lab_archive", lab_id=lab_id))
    return own_page(lab, "archive.own")


def own_page(lab: Lab, back: str, wrong: tuple[str, str, str, str] | None = None) -> str:
    """The page. ``wrong``: the field (text or consent), the card, what its author filled in, and why that cannot be."""
    author = author_here(lab)
    items = author.items(db.session(), lab.id)
    now = {item.id: checking.words_now(db.session(), item) for item in items}
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
        member=author.actor.has_role(lab.programme_id),
        now=now,
        marks={item_id: checking.mark_of(words) for item_id, words in now.items()},
        own_marks={item.id: checking.mark_of(item.text) for item in items},
    )


def _the_card(tx: Tx, lab_id: int, item_id: str, author: Author) -> ArchiveItem:
    found = queries.item(tx.session, item_id)
    if found is None or found.lab_id != lab_id:
        raise NotFound()
    require(policies.may_change_own(author.actor, found, author.guest))
    return found


def _back(lab_id: int, item_id: str | None = None) -> Answer:
    anchor = f"kaart-{item_id}" if item_id and item_id.isalnum() else None
    return redirect(url_for("archive.own", lab_id=lab_id, _anchor=anchor), 303)


def _own(lab_id: int, item_id: str, verb: Callable[[Tx, ArchiveItem], object], done: str) -> Answer:
    author = author_here(the_lab(lab_id))
    with transaction() as tx:
        verb(tx, _the_card(tx, lab_id, item_id, author))
    flash(done, "ok")
    return _back(lab_id, item_id)


@bp.post("/kennislabs/<int:lab_id>/oogst/<item_id>/klopt")
def approve(lab_id: int, item_id: str) -> Answer:
    """Its author says that it is right so."""
    author = author_here(the_lab(lab_id))
    with transaction() as tx:
        item = _the_card(tx, lab_id, item_id, author)
        operations.approve_own(tx, [item], _seen())
        left = checking.to_look_at(item)
    if left:
        flash(_meanwhile(), "warning")
    else:
        flash(_("Fijn, dat blijft zo staan."), "ok")
    return _back(lab_id, item_id)


def _seen() -> dict[str, str] | None:
    """Card → mark of the words that stood on the page: ``gezien=<card>.<mark>``. None when the form does not say."""
    told = [one.partition(".") for one in request.form.getlist("gezien")]
    return {item_id: mark for item_id, _dot, mark in told} or None


def _meanwhile() -> str:
    """Said when somebody agreed with words that were changed before it was sent."""
    return _("De begeleider heeft intussen iets anders verwoord. Lees het nog even na.")


@bp.post("/kennislabs/<int:lab_id>/oogst/alles-klopt")
def approve_all(lab_id: int) -> Answer:
    """All of one's own is right so."""
    author = author_here(the_lab(lab_id))
    with transaction() as tx:
        items = author.items(tx.session, lab_id)
        number = operations.approve_own(tx, items, _seen())
        left = any(checking.to_look_at(item) for item in items)
    flash(ngettext("%(num)s bijdrage nagekeken.", "%(num)s bijdragen nagekeken.", number), "ok")
    if left:
        flash(_meanwhile(), "warning")
    return _back(lab_id)


@bp.post("/kennislabs/<int:lab_id>/oogst/<item_id>/verwoorden")
def correct_own(lab_id: int, item_id: str) -> Answer:
    """Its author puts it in other words."""
    text, seen = request.form.get("text", ""), request.form.get("gezien")
    try:
        by = author_here(the_lab(lab_id)).as_actor
        return _own(
            lab_id,
            item_id,
            lambda tx, item: operations.correct_own(tx, item, text, by, seen),
            _("Je nieuwe tekst staat erbij. De begeleider ziet wat je veranderde."),
        )
    except Invalid as error:
        return own_page(the_lab(lab_id), "archive.own", ("text", item_id, text, _(error.fields["text"]))), 422
    except DomainError as error:
        return too_late(error, [(_("Jouw woorden"), text)])


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

    try:
        return _own(lab_id, item_id, choose, _("Je keuze is opgeslagen."))
    except Invalid as error:
        return own_page(the_lab(lab_id), "archive.own", ("consent", item_id, wish, _(error.fields["consent"]))), 422
