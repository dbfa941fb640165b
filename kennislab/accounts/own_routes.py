"""What do you know of me: read it, take it along, correct it, have it erased. Only for who signed in fully."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, current_app, flash, redirect, render_template, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_login import logout_user
from itsdangerous import BadData, URLSafeTimedSerializer

from kennislab.accounts import forgetting, operations, queries, signin
from kennislab.accounts.forms import EraseForm, OwnDataForm
from kennislab.accounts.models import Person
from kennislab.accounts.routes import Answer, bp, full_account
from kennislab.core import clock, mail
from kennislab.core.db import db
from kennislab.core.errors import N_, Gone
from kennislab.core.security import limiter
from kennislab.core.transaction import transaction

ADDRESS_LINK_SECONDS = 3600


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="own-address")


@bp.get("/mijn/gegevens")
def own_data() -> Answer:
    """Everything that is kept about who asks, in words, and a form to correct it."""
    person = full_account()
    return _page(person, OwnDataForm(data={"name": person.name, "email": person.email, "organisation": person.organisation,
                                           "language": person.language}))  # fmt: skip


def _page(person: Person, form: OwnDataForm) -> str:
    return render_template("accounts/own_data.html", person=person, form=form, known=forgetting.known(db.session(), person.id))


@bp.get("/mijn/gegevens.json")
@limiter.limit("30 per hour")
def own_data_file() -> Answer:
    """The same as a file to take along."""
    person = full_account()
    known = forgetting.known(db.session(), person.id)
    told: dict[str, Any] = {"gemaakt": clock.iso(clock.now()), "persoon": person.id}
    told["gegevens"] = {
        _(title): [{"wat": _(one.what), "waarde": one.value, "moment": clock.iso(one.at), "adres": one.path} for one in rows]
        for title, rows in known.items()
    }
    answer = Response(json.dumps(told, ensure_ascii=False, indent=1), mimetype="application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="mijn-gegevens.json"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/mijn/gegevens")
@limiter.limit("30 per hour")
def correct_own_data() -> Answer:
    """Name, organisation and language at once; another address only after the link that is mailed there was used."""
    person = full_account()
    form = OwnDataForm()
    if not form.validate_on_submit():
        return _page(person, form), 422
    address = queries.fold_email(form.email.data or "")
    with transaction() as tx:
        mine = tx.session.get_one(Person, person.id)
        operations.correct_person(tx, mine, form.name.data or "", form.organisation.data or "", form.language.data)
        asked = bool(address) and address != mine.email
        if asked and queries.person_by_email(tx.session, address) is None:
            token = address_token(mine, address)
            link = signin.base_url() + url_for("accounts.open_address_link", token=token)
            with force_locale(mine.language):
                subject = _("Is dit je nieuwe adres voor Kennislab?")
                body = render_template("accounts/mail_new_address.txt", person=mine, link=link)
            mail.release(tx, mail.draft(tx, to=address, subject=subject, body=body, purpose="new-address", person_id=mine.id))
    if asked:
        flash(_("Opgeslagen. Voor je nieuwe adres sturen we een mail naar %(address)s: open de link daarin.", address=address), "ok")
    else:
        flash(_("Opgeslagen."), "ok")
    return redirect(url_for("accounts.own_data"), 303)


def address_token(person: Person, address: str) -> str:
    """What stands in the link to a new address. It says the old one too: changed meanwhile, the link is gone."""
    return str(_signer().dumps([person.id, person.email, address]))


def _asked_address(token: str) -> tuple[int, str | None, str]:
    try:
        person_id, old, new = _signer().loads(token, max_age=ADDRESS_LINK_SECONDS)
    except BadData as error:
        raise Gone(
            "link-gone", N_("Deze link werkt niet meer"), N_("Vraag op *Mijn gegevens* opnieuw om het adres te veranderen.")
        ) from error
    return int(person_id), old, str(new)


@bp.get("/mijn/gegevens/adres/<token>")
def open_address_link(token: str) -> Answer:
    """A button and nothing else."""
    person = full_account()
    person_id, _old, new = _asked_address(token)
    if person_id != person.id:
        raise Gone("link-gone", N_("Deze link werkt niet meer"), N_("Meld je aan als wie om het nieuwe adres vroeg."))
    return render_template("accounts/new_address.html", token=token, address=new)


@bp.post("/mijn/gegevens/adres/<token>")
@limiter.limit("30 per hour")
def use_address_link(token: str) -> Answer:
    """The new address, for who asked for it; the old one hears of it."""
    person = full_account()
    person_id, old, new = _asked_address(token)
    with transaction() as tx:
        mine = tx.session.get_one(Person, person.id)
        if person_id != mine.id or old != mine.email:
            raise Gone("link-gone", N_("Deze link werkt niet meer"), N_("Vraag op *Mijn gegevens* opnieuw om het adres te veranderen."))
        operations.change_address(tx, mine, new)
        if old:
            with force_locale(mine.language):
                subject, body = _("Je adres bij Kennislab is veranderd"), render_template("accounts/mail_old_address.txt", person=mine)
            mail.release(tx, mail.draft(tx, to=old, subject=subject, body=body, purpose="new-address", person_id=mine.id))
    flash(_("Je adres is veranderd in %(address)s.", address=new), "ok")
    return redirect(url_for("accounts.own_data"), 303)


@bp.get("/mijn/gegevens/wissen")
def ask_erasure() -> Answer:
    """What goes and what stays; nothing happens yet."""
    return _erase_page(full_account(), EraseForm())


def _erase_page(person: Person, form: EraseForm) -> str:
    known = forgetting.known(db.session(), person.id)
    return render_template("accounts/erase.html", person=person, form=form, numbers=[(title, len(rows)) for title, rows in known.items()])


@bp.post("/mijn/gegevens/wissen")
@limiter.limit("10 per hour")
def erase() -> Answer:
    """Forgets who asks, at once and for good."""
    person = full_account()
    form = EraseForm()
    if not form.validate_on_submit() or " ".join((form.name.data or "").split()).casefold() != " ".join(person.name.split()).casefold():
        if not form.name.errors:
            form.name.errors = [_("Dit is niet je naam zoals hij hier staat. Er is niets gewist.")]
        return _erase_page(person, form), 422
    with transaction() as tx:
        forgetting.forget(tx, person.id, "self")
    logout_user()
    signin.forget_browser()
    flash(_("Je bent gewist. Wat je leerde en deelde, blijft, zonder je naam."), "ok")
    return redirect("/", 303)
