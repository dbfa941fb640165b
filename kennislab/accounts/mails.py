"""Mails of accounts. Sent from a job, so that asking for a link takes as long for an unknown address as for a known one.

The secret of the link is made while the mail is being sent, so that it stands in no table: see ``one_time_code``.
"""

from __future__ import annotations

from datetime import timedelta

from flask import render_template
from flask_babel import force_locale, gettext

from kennislab.accounts import operations, queries
from kennislab.accounts.models import Person
from kennislab.core import jobs, mail
from kennislab.core.db import db
from kennislab.core.errors import N_, NotFound
from kennislab.core.transaction import Tx, transaction

CODE = "eenmalige code"
"""The placeholder in the mail."""


def request_magic_link(tx: Tx, email: str, base: str, then: str | None = None) -> None:
    """Queues a sign-in link for whoever has this address, if anybody has. ``base``: the site's address; ``then``: where to go on to."""
    in_front = timedelta(days=-1)  # somebody is waiting
    jobs.enqueue(tx, "mail-magic-link", delay=in_front, email=queries.fold_email(email), base=base, then=then)


@jobs.job("mail-magic-link")
def mail_magic_link(progress: jobs.Progress, email: str, base: str, then: str | None = None) -> str:
    """Makes the link and the mail, in the language of the person."""
    person = queries.person_by_email(db.session(), email)
    if person is None or person.email is None:
        return "nobody has this address"
    with transaction() as tx:
        fresh = tx.session.get_one(Person, person.id)
        with force_locale(fresh.language):
            subject = gettext("Aanmelden bij Kennislab")
            body = render_template("accounts/mail_magic_link.txt", person=fresh, base=base, code=f"[{CODE}]", then=then)
        made = mail.draft(tx, to=email, subject=subject, body=body, purpose=mail.SIGN_IN, person_id=fresh.id, language=fresh.language)
        mail.release(tx, made)
    return "mailed"


@mail.fill(CODE)
def one_time_code(tx: Tx, row: mail.Mail) -> str:
    """The secret of a sign-in link, good from the moment that the mail leaves."""
    person = tx.session.get(Person, row.person_id) if row.purpose == mail.SIGN_IN else None
    if person is None:
        raise NotFound(title=N_("Deze persoon is er niet meer."))
    return operations.make_magic_link(tx, person)
