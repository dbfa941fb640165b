"""Mails of accounts. Sent from a job, so that asking for a link takes as long for an unknown address as for a known one."""

from __future__ import annotations

from flask import render_template
from flask_babel import force_locale, gettext

from kennislab.accounts import operations, queries
from kennislab.accounts.models import Person
from kennislab.core import jobs, mail
from kennislab.core.db import db
from kennislab.core.transaction import Tx, transaction


def request_magic_link(tx: Tx, email: str, base: str, then: str | None = None) -> None:
    """Queues a sign-in link for whoever has this address, if anybody has. ``base``: the site's address; ``then``: where to go on to."""
    jobs.enqueue(tx, "mail-magic-link", email=queries.fold_email(email), base=base, then=then)


@jobs.job("mail-magic-link")
def mail_magic_link(progress: jobs.Progress, email: str, base: str, then: str | None = None) -> str:
    """Makes the link and the mail, in the language of the person."""
    person = queries.person_by_email(db.session(), email)
    if person is None or person.email is None:
        return "nobody has this address"
    with transaction() as tx:
        fresh = tx.session.get_one(Person, person.id)
        token = operations.make_magic_link(tx, fresh)
        with force_locale(fresh.language):
            subject = gettext("Aanmelden bij Kennislab")
            body = render_template("accounts/mail_magic_link.txt", person=fresh, base=base, token=token, then=then)
        mail.release(tx, mail.draft(tx, to=email, subject=subject, body=body, purpose="sign-in"))
    return "mailed"
