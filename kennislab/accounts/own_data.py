"""What accounts itself knows of somebody."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts import forgetting
from kennislab.accounts.forgetting import Known
from kennislab.accounts.models import AccessToken, MagicLink, Person, PersonalLink, SignIn
from kennislab.core.errors import N_
from kennislab.core.mail import Mail

LANGUAGES = {"nl": "Nederlands", "en": "English"}
"""By their own names."""


def _knows(session: Session, person_id: int) -> Iterator[Known]:
    person = session.get_one(Person, person_id)
    yield Known(N_("Naam"), person.name, person.created_at)
    for what, value in (
        (N_("E-mailadres"), person.email),
        (N_("Organisatie"), person.organisation),
        (N_("Taal"), LANGUAGES.get(person.language, person.language)),
    ):
        if value:
            yield Known(what, value)
    if person.password_hash:
        yield Known(N_("Wachtwoord"), "•••", None, "/mijn/aanmeldingen")


def _ways_in(session: Session, person_id: int) -> Iterator[Known]:
    for sign_in in session.scalars(sa.select(SignIn).where(SignIn.person_id == person_id).order_by(SignIn.created_at.desc())):
        yield Known(N_("Aangemeld op een apparaat"), sign_in.user_agent, sign_in.last_seen_at, "/mijn/aanmeldingen")
    for token in session.scalars(sa.select(AccessToken).where(AccessToken.person_id == person_id)):
        yield Known(N_("Sleutel voor een programma"), token.name, token.created_at, "/mijn/aanmeldingen")
    for link in session.scalars(sa.select(PersonalLink).where(PersonalLink.person_id == person_id)):
        yield Known(N_("Persoonlijke link"), "", link.created_at)
    for magic in session.scalars(sa.select(MagicLink).where(MagicLink.person_id == person_id)):
        yield Known(N_("Link om je aan te melden"), "", magic.created_at)


def _mails(session: Session, person_id: int) -> Iterator[Known]:
    person = session.get_one(Person, person_id)
    mine = sa.or_(Mail.person_id == person_id, Mail.to == person.email) if person.email else Mail.person_id == person_id
    for mail in session.scalars(sa.select(Mail).where(mine).order_by(Mail.created_at.desc())):
        yield Known(N_("Mail aan jou"), mail.subject, mail.sent_at or mail.created_at)


forgetting.register(N_("Wie je bent"), _knows)
forgetting.register(N_("Hoe je binnenkomt"), _ways_in, tables=("sign_in", "access_token", "personal_link", "magic_link"))
forgetting.register(N_("Post"), _mails)
