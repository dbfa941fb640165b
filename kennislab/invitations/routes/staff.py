"""Who is invited to a lab and what they said, for who organises it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from kennislab.accounts import queries as people
from kennislab.accounts.models import Person
from kennislab.accounts.signin import current_actor
from kennislab.core import clock, mail
from kennislab.core.db import db
from kennislab.core.errors import Invalid, NotFound, require
from kennislab.core.transaction import transaction
from kennislab.invitations import kinds, operations, overview, policies, queries, waves, words
from kennislab.invitations import models as tables
from kennislab.invitations.forms import FillInForm
from kennislab.invitations.models import Invitation
from kennislab.invitations.routes import Answer, bp
from kennislab.programme.models import Lab
from kennislab.programme.routes import the_lab

REMINDERS = (14, 7, 3, 2, 1)
"""Days before a lab that the page offers for a reminder."""


@bp.get("/kennislabs/<int:lab_id>/uitnodigingen")
def overview_page(lab_id: int) -> Answer:
    """Everybody with their answer (``?toon=komt``), the mails about it, and the reminders that are planned."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_see_invitations(actor, lab))
    read = db.session()
    found = overview.rows(read, lab)
    wish = request.args.get("toon", "alles")
    wish = wish if wish in overview.SHOW else "alles"
    may = policies.may_invite(actor, lab)
    told = queries.counts_of_waves(read, lab_id)
    rounds = queries.waves_of(read, lab_id)
    plan = {one.days_before: one for one in rounds if one.prepared_at is None and one.days_before is not None}
    return render_template(
        "invitations/overview.html",
        lab=lab,
        rows=[row for row in found if row.shows(wish)],
        wish=wish,
        show=overview.SHOW,
        counts=overview.counts(found),
        everybody=len(found),
        places=overview.by_place(found),
        offered=overview.offered(read, lab) if may else [],
        behind=waves.needs(read, lab, kinds.LAB_CHANGED).reachable if may else [],
        rounds=[(one, overview.standing(one, told.get(one.id, {})), told.get(one.id, {})) for one in rounds],
        titles={kind.key: kind.title for kind in kinds.every()},
        may=bool(may),
        refusal=None if may is True else may,
        may_unread=bool(policies.may_send_unread(actor, lab)),
        plan=plan,
        days=[(days, waves.due(lab, days)) for days in sorted({*REMINDERS, *plan}, reverse=True) if days in plan or _ahead(lab, days)],
        inv_words=words,
    )


def _ahead(lab: Lab, days: int) -> bool:
    return waves.due(lab, days) > clock.now()


@bp.post("/kennislabs/<int:lab_id>/uitnodigingen")
def invite(lab_id: int) -> Answer:
    """Invites everybody (``wie=alle``) or the chosen (``persoon``, more than once). No mail leaves by it."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_invite(actor, lab))
    wished = {int(text) for text in request.form.getlist("persoon") if text.isdecimal() and len(text) < 10}
    with transaction() as tx:
        everybody = [person for person, _role in people.people_of(tx.session, lab.programme_id)]
        chosen = everybody if request.form.get("wie") == "alle" else [person for person in everybody if person.id in wished]
        fresh = operations.invite(tx, tx.session.get_one(Lab, lab_id), chosen, actor.name)
    if fresh:
        text = ngettext(
            "%(num)s persoon is uitgenodigd. Zet nu de mail klaar.", "%(num)s mensen zijn uitgenodigd. Zet nu de mails klaar.", len(fresh)
        )
        flash(text, "ok")
    else:
        flash(_("Kies eerst wie je wilt uitnodigen."), "warn")
    return redirect(url_for("invitations.overview_page", lab_id=lab_id), 303)


def _person(lab: Lab, person_id: int) -> Person:
    found = people.membership(db.session(), person_id, lab.programme_id)
    if found is None:
        raise NotFound()
    return found.person


@bp.get("/kennislabs/<int:lab_id>/uitnodigingen/<int:person_id>")
def one_invitation(lab_id: int, person_id: int) -> Answer:
    """One person's invitation: the answer, the note, and what was mailed."""
    lab = the_lab(lab_id)
    require(policies.may_see_invitations(current_actor(), lab))
    return _one(lab, _person(lab, person_id))


def _one(lab: Lab, person: Person, form: FillInForm | None = None) -> str:
    invitation = queries.invitation_of(db.session(), lab.id, person.id)
    may = policies.may_invite(current_actor(), lab)
    mailed = [one for one in mail.of_person(db.session(), person.id, lab.programme_id) if one.lab_id == lab.id]
    return render_template(
        "invitations/one.html",
        lab=lab,
        person=person,
        invitation=invitation,
        form=form or (FillInForm(formdata=None, data=FillInForm.values(invitation)) if invitation else None),
        mailed=mailed,
        may=bool(may),
        may_withdraw=invitation is not None
        and invitation.answer is tables.Answer.OPEN
        and not any(one.state in ("sent", "sending") for one in mailed),
        inv_words=words,
        most_note=operations.LONGEST_NOTE,
    )


@bp.post("/kennislabs/<int:lab_id>/uitnodigingen/<int:person_id>")
def change_invitation(lab_id: int, person_id: int) -> Answer:
    """``do``: answer (fill in for them), link (end the earlier links), withdraw, or invite."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_invite(actor, lab))
    person = _person(lab, person_id)
    invitation = queries.invitation_of(db.session(), lab_id, person_id)
    do = request.form.get("do", "")
    here = redirect(url_for("invitations.one_invitation", lab_id=lab_id, person_id=person_id), 303)
    if do == "invite":
        with transaction() as tx:
            operations.invite(tx, tx.session.get_one(Lab, lab_id), [tx.session.get_one(Person, person_id)], actor.name)
        flash(_("%(name)s is uitgenodigd.", name=person.name), "ok")
        return here
    if invitation is None or do not in ("answer", "link", "withdraw"):
        raise NotFound()
    if do == "answer":
        form = FillInForm()
        if not form.validate_on_submit():
            return _one(lab, person, form), 422
        try:
            with transaction() as tx:
                fresh = tx.session.get_one(Invitation, invitation.id)
                operations.answer(tx, fresh, tables.Answer(form.answer.data), "staff", actor.name, form.note.data or "")
        except Invalid as error:
            form.add_error(error)
            return _one(lab, person, form), 422
        flash(_("Het antwoord van %(name)s is opgeschreven.", name=person.name), "ok")
        return redirect(url_for("invitations.overview_page", lab_id=lab_id), 303)
    with transaction() as tx:
        fresh = tx.session.get_one(Invitation, invitation.id)
        if do == "link":
            operations.renew_link(tx, fresh)
        else:
            operations.withdraw(tx, fresh)
    if do == "link":
        flash(_("De oude links van %(name)s werken niet meer. In de volgende mail staat een nieuwe.", name=person.name), "ok")
        return here
    flash(_("De uitnodiging van %(name)s is teruggehaald.", name=person.name), "ok")
    return redirect(url_for("invitations.overview_page", lab_id=lab_id), 303)
