"""Waves of mails about a lab: preparing, reading, letting go, and the reminders that are planned."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from kennislab.accounts.signin import current_actor
from kennislab.core import clock, mail
from kennislab.core.db import db
from kennislab.core.errors import Invalid, NotFound, require
from kennislab.core.transaction import transaction
from kennislab.invitations import kinds, overview, policies, queries, waves, words
from kennislab.invitations.calendar import start_in
from kennislab.invitations.forms import SendAtForm
from kennislab.invitations.models import Wave
from kennislab.invitations.routes import Answer, bp
from kennislab.programme import mails
from kennislab.programme.models import Lab
from kennislab.programme.routes import the_lab


@bp.post("/kennislabs/<int:lab_id>/uitnodigingen/mails")
def prepare(lab_id: int) -> Answer:
    """Prepares a wave of the kind ``soort``."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_invite(actor, lab))
    kind = request.form.get("soort", "")
    if kinds.kind(kind) is None:
        raise NotFound()
    with transaction() as tx:
        made = waves.prepare_wave(tx, tx.session.get_one(Lab, lab_id), kind, actor.name)
    flash(_("De mails staan klaar. Lees er een, pas aan wat beter kan, en laat ze dan gaan."), "ok")
    return redirect(url_for("invitations.wave", lab_id=lab_id, public_id=made.public_id), 303)


def _wave(lab: Lab, public_id: str) -> Wave:
    found = queries.wave(db.session(), public_id)
    if found is None or found.lab_id != lab.id:
        raise NotFound()
    return found


@bp.get("/kennislabs/<int:lab_id>/uitnodigingen/mails/<public_id>")
def wave(lab_id: int, public_id: str) -> Answer:
    """The mails of a wave: one to read (``?mail=<public id>``), what became of each, and what can be done."""
    lab = the_lab(lab_id)
    require(policies.may_see_invitations(current_actor(), lab))
    return _page(_wave(lab, public_id), SendAtForm(formdata=None))


def _page(wave: Wave, form: SendAtForm) -> str:
    read = db.session()
    sent = queries.mails_of_wave(read, wave.id)
    told: dict[str, int] = {}
    for one in sent:
        told[one.state] = told.get(one.state, 0) + 1
    wish = request.args.get("mail")
    shown = next((one for one in sent if one.public_id == wish), sent[0] if sent else None)
    names = {row.person.id: row for row in overview.rows(read, wave.lab)}
    return render_template(
        "invitations/wave.html",
        wave=wave,
        lab=wave.lab,
        kind=mails.KINDS[wave.kind],
        mails=sent,
        shown=shown,
        in_calendar=start_in(shown.calendar) if shown else None,
        people=names,
        told=told,
        standing=overview.standing(wave, told),
        stale=waves.is_stale(wave) and any(one.state in queries.UNSENT for one in sent),
        form=form,
        may=bool(policies.may_invite(current_actor(), wave.lab)),
        inv_words=words,
        secret=_secret_in(shown.body if shown else ""),
        tomorrow=f"{clock.now().astimezone(clock.LOCAL).date() + timedelta(days=1)}T09:00",
    )


def _secret_in(body: str) -> str:
    """The placeholder in this text that is a link of one's own once the mail leaves."""
    placeholders = [f"[{name}]" for name in sorted(mail.secret_names())]
    return next((one for one in placeholders if one in body), f"[{mails.SECRET}]")


@bp.post("/kennislabs/<int:lab_id>/uitnodigingen/mails/<public_id>")
def change_wave(lab_id: int, public_id: str) -> Answer:
    """``do``: send (now, or at ``send_at``), take_back, again (written anew), or drop."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_invite(actor, lab))
    found = _wave(lab, public_id)
    do = request.form.get("do", "")
    here = url_for("invitations.wave", lab_id=lab_id, public_id=public_id)
    if do == "send" or do == "send_later":
        form = SendAtForm()
        moment = form.moment() if form.validate_on_submit() and do == "send_later" else None
        if form.errors or (do == "send_later" and moment is None):
            form.send_at.errors = [_("Kies een dag en een tijd.")]
            return _page(found, form), 422
        try:
            with transaction() as tx:
                count = waves.release_wave(tx, tx.session.get_one(Wave, found.id), actor.name, moment)
        except Invalid as error:
            form.add_error(error)
            return _page(_wave(lab, public_id), form), 422
        if moment is None:
            flash(ngettext("%(num)s mail gaat nu weg.", "%(num)s mails gaan nu weg.", count), "ok")
        else:
            flash(ngettext("%(num)s mail gaat op tijd weg.", "%(num)s mails gaan op tijd weg.", count), "ok")
        return redirect(here, 303)
    if do not in ("take_back", "again", "drop"):
        raise NotFound()
    with transaction() as tx:
        fresh = tx.session.get_one(Wave, found.id)
        if do == "take_back":
            waves.take_back(tx, fresh)
        elif do == "drop":
            waves.drop_wave(tx, fresh)
        else:
            here = url_for("invitations.wave", lab_id=lab_id, public_id=waves.prepare_again(tx, fresh, actor.name).public_id)
    said = {
        "take_back": _("De mails die nog niet weg waren, wachten nu weer op jou."),
        "drop": _("De mails die nog niet weg waren, zijn weggegooid."),
        "again": _("De mails zijn opnieuw gemaakt, met de gegevens van nu."),
    }
    flash(said[do], "ok")
    return redirect(url_for("invitations.overview_page", lab_id=lab_id) if do == "drop" else here, 303)


@bp.post("/kennislabs/<int:lab_id>/uitnodigingen/herinneringen")
def plan(lab_id: int) -> Answer:
    """Which reminders are prepared by themselves (``dagen``, more than once), and whether they leave unread (``vanzelf``)."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_invite(actor, lab))
    days = {int(text) for text in request.form.getlist("dagen") if text.isdecimal() and len(text) < 4}
    there = {one.days_before: one.released_at is not None for one in waves.planned(db.session(), lab_id)}
    asked = request.form.get("vanzelf") == "1"
    if asked and any(not there.get(one) for one in days):
        require(policies.may_send_unread(actor, lab))
    with transaction() as tx:
        planned = waves.plan_reminders(tx, tx.session.get_one(Lab, lab_id), dict.fromkeys(days, asked), actor.name)
    if planned:
        flash(ngettext("%(num)s herinnering is gepland.", "%(num)s herinneringen zijn gepland.", len(planned)), "ok")
    else:
        flash(_("Er zijn geen herinneringen gepland."), "ok")
    return redirect(url_for("invitations.overview_page", lab_id=lab_id) + "#herinneringen", 303)
