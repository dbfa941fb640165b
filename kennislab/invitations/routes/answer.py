"""Answering an invitation: by the personal link, without signing in, or signed in. Opening a link changes nothing: mail programs do."""

from __future__ import annotations

from flask import Response, redirect, render_template, request, url_for
from flask_babel import get_locale

from kennislab.accounts.signin import current_actor, known_actor
from kennislab.core.db import db
from kennislab.core.errors import N_, Gone, NotFound, require
from kennislab.core.security import limiter
from kennislab.core.transaction import transaction
from kennislab.invitations import links, operations, policies, queries
from kennislab.invitations import models as tables
from kennislab.invitations.forms import AnswerForm
from kennislab.invitations.models import Invitation
from kennislab.invitations.routes import Answer, bp, calendar_file
from kennislab.programme.models import Lab
from kennislab.programme.routes import the_lab

SAID = {"ja": tables.Answer.COMING, "nee": tables.Answer.NOT_COMING}


def _failed(response: Response) -> bool:
    return response.status_code == 410


def _this_link() -> str:
    return str((request.view_args or {}).get("token", ""))[:200]


def _found(token: str, invitation: Invitation | None) -> Invitation:
    if invitation is None:
        raise Gone(
            "invitation-link-gone",
            N_("Deze link werkt niet meer"),
            N_("Er is een nieuwe link, of de uitnodiging is ingetrokken. Kijk of je een nieuwere mail hebt, of vraag de coördinator."),
        )
    return invitation


def _page(invitation: Invitation, form: AnswerForm, to: str, calendar: str) -> str:
    lab = invitation.lab
    verdict = policies.may_answer(lab)
    return render_template(
        "invitations/answer.html",
        invitation=invitation,
        lab=lab,
        form=form,
        refusal=None if verdict is True else verdict,
        said=next((word for word, answer in SAID.items() if answer is invitation.answer), None),
        to=to,
        calendar=calendar,
        by_link=calendar.startswith(request.script_root + "/antwoord/"),
        most_note=operations.LONGEST_NOTE,
    )


def _said(form: AnswerForm) -> tables.Answer | None:
    """Which button was pressed, when the rest can be taken too."""
    answer = SAID.get(request.form.get("antwoord", ""))
    if answer is None:
        raise NotFound()
    return answer if form.validate_on_submit() else None


def _note(form: AnswerForm) -> str | None:
    """What was typed beside the answer; None (leave it as it is) when the page had no place for it."""
    return (form.note.data or "") if "note" in request.form else None


# --- by the link ------------------------------------------------------------------------------------------------------------


@bp.get("/antwoord/<token>")
@limiter.limit("300 per 15 minutes", deduct_when=_failed)
def open_invitation(token: str) -> Answer:
    """Which lab, for whom, and two buttons."""
    invitation = _found(token, links.invitation_by(db.session(), token))
    return _link_page(token, invitation, AnswerForm(formdata=None, data={"note": invitation.note}))


def _link_page(token: str, invitation: Invitation, form: AnswerForm) -> str:
    to = url_for("invitations.answer_invitation", token=token)
    return _page(invitation, form, to, url_for("invitations.calendar_by_link", token=token))


@bp.post("/antwoord/<token>")
@limiter.limit("300 per 15 minutes", deduct_when=_failed)
@limiter.limit("30 per 15 minutes", key_func=_this_link)
def answer_invitation(token: str) -> Answer:
    """Writes the answer down. Nobody is signed in by it."""
    invitation = _found(token, links.invitation_by(db.session(), token))
    require(policies.may_answer(invitation.lab))
    form = AnswerForm()
    said = _said(form)
    if said is None:
        return _link_page(token, invitation, form), 422
    with transaction() as tx:
        fresh = _found(token, links.invitation_by(tx.session, token))
        operations.answer(tx, fresh, said, "link", note=_note(form))
    return redirect(url_for("invitations.open_invitation", token=token), 303)


@bp.get("/antwoord/<token>/kalender.ics")
@limiter.limit("300 per 15 minutes", deduct_when=_failed)
def calendar_by_link(token: str) -> Answer:
    """What the mail held too: the lab for one's calendar."""
    invitation = _found(token, links.invitation_by(db.session(), token))
    return calendar_file(invitation.lab, str(get_locale() or "nl"))


# --- signed in --------------------------------------------------------------------------------------------------------------


def _own(lab_id: int) -> tuple[Lab, Invitation]:
    actor = known_actor()
    lab = the_lab(lab_id)
    invitation = queries.invitation_of(db.session(), lab_id, actor.person_id) if actor.person_id is not None else None
    require(policies.may_see_own(actor, lab, invitation))
    assert invitation is not None
    return lab, invitation


@bp.get("/kennislabs/<int:lab_id>/antwoord")
def own_answer(lab_id: int) -> Answer:
    """One's own invitation, signed in."""
    _lab, invitation = _own(lab_id)
    return _own_page(invitation, AnswerForm(formdata=None, data={"note": invitation.note}))


def _own_page(invitation: Invitation, form: AnswerForm) -> str:
    to = url_for("invitations.give_own_answer", lab_id=invitation.lab_id)
    return _page(invitation, form, to, url_for("invitations.calendar", lab_id=invitation.lab_id))


@bp.post("/kennislabs/<int:lab_id>/antwoord")
def give_own_answer(lab_id: int) -> Answer:
    """Writes one's own answer down."""
    lab, invitation = _own(lab_id)
    require(policies.may_answer(lab))
    form = AnswerForm()
    said = _said(form)
    if said is None:
        return _own_page(invitation, form), 422
    with transaction() as tx:
        operations.answer(tx, tx.session.get_one(Invitation, invitation.id), said, "self", note=_note(form))
    return redirect(url_for("invitations.own_answer", lab_id=lab_id), 303)


@bp.get("/kennislabs/<int:lab_id>/kalender.ics")
def calendar(lab_id: int) -> Answer:
    """The lab for one's calendar, for everybody in the programme."""
    lab = the_lab(lab_id)
    require(policies.may_see_calendar(current_actor(), lab))
    return calendar_file(lab, str(get_locale() or "nl"))
