"""The people of a programme: changing what is known of them, what a page about one of them tells, and the list to take along."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts import operations as accounts
from kennislab.accounts import queries as accounts_read
from kennislab.accounts.actors import Actor
from kennislab.accounts.models import MagicLink, Membership, Person, Role
from kennislab.core import clock
from kennislab.core.errors import N_, Conflict, Invalid
from kennislab.core.mail import Mail
from kennislab.core.sheets import Cell
from kennislab.core.transaction import Tx
from kennislab.programme import queries
from kennislab.programme.models import Programme

LANGUAGES = {"nl": N_("Nederlands"), "en": N_("Engels")}


@dataclass(frozen=True, slots=True)
class PersonData:
    """What a coordinator says about somebody. ``email`` and ``municipality_code`` may be empty."""

    name: str
    email: str = ""
    organisation: str = ""
    municipality_code: str = ""
    language: str = "nl"


def is_address(text: str) -> bool:
    """Whether this can be an e-mail address. Nobody is asked whether it exists."""
    from email_validator import EmailNotValidError, validate_email  # slow to import, and only needed here

    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return len(text) <= 254


def add(tx: Tx, programme_id: int, data: PersonData, role: Role) -> Person:
    """Puts somebody in the programme: a new person, or who is known by the address (of whom nothing is changed).

    Raises Invalid when the person is in it already.
    """
    known = accounts_read.person_by_email(tx.session, data.email) if data.email else None
    if known is None:
        known = accounts.create_person(
            tx, name=data.name, email=data.email or None, organisation=data.organisation,
            municipality_code=data.municipality_code or None, language=data.language,
        )  # fmt: skip
    elif accounts_read.membership(tx.session, known.id, programme_id) is not None:
        raise Invalid(fields={"email": N_("Deze persoon hoort al bij het programma. Verander de rol op de bladzijde van deze persoon.")})
    accounts.set_role(tx, known, programme_id, role)
    return known


def may_change_address(session: Session, person_id: int, by: Actor) -> bool:
    """Who has an address, has a way in; so it is changed only by who may already do all that the person may."""
    rows = session.execute(sa.select(Membership.programme_id).where(Membership.person_id == person_id)).scalars()
    return all(by.has_role(programme_id, Role.COORDINATOR) for programme_id in rows)


def change(tx: Tx, place: Membership, data: PersonData, by: Actor) -> None:
    """Changes what is known of a member. Mails that have not left yet go to the new address; links mailed to the old one stop working.

    Raises Invalid for an empty name or an address that cannot be; Conflict when the address is somebody else's, or when the person is
    also in programmes where ``by`` has no say.
    """
    person = place.person
    address = accounts_read.fold_email(data.email) or None
    wrong: dict[str, str] = {}
    if not data.name.strip():
        wrong["name"] = N_("Vul een naam in.")
    if address and not is_address(address):
        wrong["email"] = N_("Kijk het e-mailadres na: er klopt iets niet.")
    if data.municipality_code and queries.municipality(tx.session, data.municipality_code) is None:
        wrong["municipality_code"] = N_("Kies een gemeente uit de lijst.")
    if data.language not in LANGUAGES:
        wrong["language"] = N_("Kies een taal uit de lijst.")
    if wrong:
        raise Invalid(fields=wrong)
    if address != person.email:
        if not may_change_address(tx.session, person.id, by):
            raise Conflict(
                "address-elsewhere",
                N_("Je kunt dit adres niet veranderen"),
                N_("%(name)s hoort ook bij een ander programma. Vraag de coördinator daarvan om het adres te veranderen."),
                name=person.name,
            )
        _readdress(tx, person, address)
    person.name, person.organisation = data.name.strip(), data.organisation.strip()
    person.municipality_code, person.language = data.municipality_code or None, data.language
    tx.session.flush()


def _readdress(tx: Tx, person: Person, address: str | None) -> None:
    twin = accounts_read.person_by_email(tx.session, address) if address else None
    if twin is not None and twin.id != person.id:
        raise Conflict("email-taken", N_("Dit e-mailadres is al in gebruik"), N_("Kies de persoon die dit adres al heeft."))
    person.email = address
    now = clock.now()
    tx.session.execute(sa.update(MagicLink).where(MagicLink.person_id == person.id, MagicLink.used_at.is_(None)).values(used_at=now))
    if address:
        waiting = sa.and_(Mail.person_id == person.id, Mail.state.in_(("draft", "held", "released")))
        tx.session.execute(sa.update(Mail).where(waiting).values(to=address, rev=Mail.rev + 1))


# --- what later features tell about somebody ----------------------------------------------------------------------------------

Said = tuple[str, dict[str, Any]]
"""A Dutch message id and what it is filled with."""

Teller = Callable[[Session, int, Collection[int]], dict[int, list[Said]]]
_tellers: list[Teller] = []


def tells(teller: Teller) -> Teller:
    """A later feature says what somebody did in labs: ``teller(session, person id, lab ids) -> lab id → sentences``."""
    if teller not in _tellers:
        _tellers.append(teller)
    return teller


def told(session: Session, person_id: int, lab_ids: Collection[int]) -> dict[int, list[Said]]:
    """Everything that features say about somebody, by lab, in the order in which the features come."""
    found: dict[int, list[Said]] = {}
    for teller in _tellers:
        for lab_id, sentences in teller(session, person_id, lab_ids).items():
            found.setdefault(lab_id, []).extend(sentences)
    return found


# --- the list to take along ---------------------------------------------------------------------------------------------------

COLUMNS = (N_("Naam"), N_("E-mailadres"), N_("Organisatie"), N_("Gemeente"), N_("Gemeentecode"), N_("Taal"), N_("Rol"))
"""The columns of the list: those that can be read in again, and the role."""


def rows_to_export(session: Session, programme: Programme, role_words: dict[Role, str]) -> Sequence[Sequence[Cell]]:
    """Everybody in the programme, a row each. ``role_words``: what the roles are called in the reader's language."""
    people = accounts_read.people_of(session, programme.id)
    names = queries.municipality_names(session, [person.municipality_code for person, _role in people])
    return [
        (
            person.name, person.email or "", person.organisation, names.get(person.municipality_code or "", ""),
            person.municipality_code or "", person.language, role_words[role],
        )
        for person, role in people
    ]  # fmt: skip
