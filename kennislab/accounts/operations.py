"""Writing people, their roles and their ways in. Secrets are returned once, to whoever must hand them over; only hashes are kept."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from kennislab.accounts import queries
from kennislab.accounts.models import AccessToken, MagicLink, Membership, Person, PersonalLink, Role, SignIn
from kennislab.core import clock
from kennislab.core.errors import N_, Conflict, Gone, Invalid
from kennislab.core.ids import hash_token, new_id, new_token
from kennislab.core.mail import WAITING, Mail
from kennislab.core.transaction import Tx

MAGIC_LINK_LIFE = timedelta(minutes=10)
PERSONAL_LINK_LIFE = timedelta(days=180)
PERSONAL_SIGN_IN_LIFE = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=5)
"""A sign-in's last use is written down at most this often."""


def create_person(
    tx: Tx,
    *,
    name: str,
    email: str | None = None,
    organisation: str = "",
    municipality_code: str | None = None,
    password_hash: str | None = None,
    language: str = "nl",
    example: bool = False,
) -> Person:
    """A new person. Raises Invalid for an empty name, Conflict when the address is somebody's already."""
    if not name.strip():
        raise Invalid(fields={"name": N_("Vul een naam in.")})
    address = queries.fold_email(email) if email else None
    if address and queries.person_by_email(tx.session, address):
        raise Conflict("email-taken", N_("Dit e-mailadres is al in gebruik"), N_("Kies de persoon die dit adres al heeft."))
    found = Person(
        name=name.strip(),
        email=address,
        organisation=organisation.strip(),
        municipality_code=municipality_code,
        password_hash=password_hash,
        language=language,
        example=example,
    )
    tx.session.add(found)
    tx.session.flush()
    return found


def correct_person(tx: Tx, person: Person, name: str, organisation: str, language: str) -> None:
    """What somebody corrects about themselves. Raises Invalid for an empty name."""
    if not name.strip():
        raise Invalid(fields={"name": N_("Vul een naam in.")})
    person.name, person.organisation, person.language = name.strip(), organisation.strip(), language
    tx.session.flush()


def change_address(tx: Tx, person: Person, email: str) -> None:
    """Another address, that was seen to be theirs. Mails that have not left go there; links mailed to the old one stop working.

    Raises Conflict when it is somebody else's by now.
    """
    address = queries.fold_email(email)
    twin = queries.person_by_email(tx.session, address)
    if twin is not None and twin.id != person.id:
        raise Conflict("email-taken", N_("Dit e-mailadres is al in gebruik"), N_("Kies een ander adres."))
    person.email = address
    M = MagicLink
    tx.session.execute(sa.update(M).where(M.person_id == person.id, M.used_at.is_(None)).values(used_at=clock.now()))
    waiting = sa.and_(Mail.person_id == person.id, Mail.state.in_(WAITING))
    tx.session.execute(sa.update(Mail).where(waiting).values(to=address, rev=Mail.rev + 1))
    tx.session.flush()


def set_password(tx: Tx, person: Person, password_hash: str, keep: SignIn | None = None) -> None:
    """A new password; every other sign-in ends, because the old password may have been somebody else's too."""
    person.password_hash = password_hash
    revoke_all(tx, person.id, keep=keep)


def set_role(tx: Tx, person: Person, programme_id: int, role: Role) -> Membership:
    """Gives somebody this role in the programme, instead of another one. The last coordinator stays one."""
    place = queries.membership(tx.session, person.id, programme_id)
    if place is None:
        place = Membership(person_id=person.id, programme_id=programme_id, role=role)
        tx.session.add(place)
    else:
        _keep_a_coordinator(tx, place, role)
        place.role = role
    tx.session.flush()
    return place


def remove_from_programme(tx: Tx, place: Membership) -> None:
    """Takes somebody out of a programme, with the personal links to it."""
    _keep_a_coordinator(tx, place, None)
    revoke_personal_links(tx, place.person_id, place.programme_id)
    tx.session.delete(place)
    tx.session.flush()


def _keep_a_coordinator(tx: Tx, place: Membership, role: Role | None) -> None:
    if (
        place.role is Role.COORDINATOR
        and role is not Role.COORDINATOR
        and queries.count_role(tx.session, place.programme_id, Role.COORDINATOR) <= 1
    ):
        raise Conflict(
            "last-coordinator",
            N_("Een programma heeft een coördinator nodig"),
            N_("Maak eerst iemand anders coördinator en probeer het dan opnieuw."),
        )


def start_sign_in(
    tx: Tx, person: Person, *, life: timedelta, user_agent: str = "", only_programme_id: int | None = None
) -> tuple[SignIn, str]:
    """A new sign-in record and the secret for its cookie. ``life``: how long it lasts without activity."""
    secret = new_token()
    now = clock.now()
    record = SignIn(
        token_hash=hash_token(secret),
        public_id=new_id(),
        person_id=person.id,
        only_programme_id=only_programme_id,
        created_at=now,
        last_seen_at=now,
        expires_at=now + life,
        user_agent=user_agent[:200],
    )
    tx.session.add(record)
    tx.session.flush()
    return record, secret


def touch_sign_in(tx: Tx, token_hash: str, life: timedelta) -> None:
    """Writes down that a sign-in is in use and lets it last ``life`` from now (never shorter than it already did)."""
    now = clock.now()
    record = tx.session.get(SignIn, token_hash)
    if record is not None and record.revoked_at is None:
        record.last_seen_at, record.expires_at = now, max(record.expires_at, now + life)


def revoke_sign_in(tx: Tx, record: SignIn) -> None:
    """Ends a sign-in, wherever it is."""
    record.revoked_at = record.revoked_at or clock.now()


def revoke_all(tx: Tx, person_id: int, keep: SignIn | None = None) -> int:
    """Ends all sign-ins of a person but ``keep``; returns how many."""
    records = [record for record in queries.sign_ins_of(tx.session, person_id) if keep is None or record.token_hash != keep.token_hash]
    for record in records:
        revoke_sign_in(tx, record)
    return len(records)


def make_magic_link(tx: Tx, person: Person, purpose: str = "sign-in") -> str:
    """A secret for a mailed link: one use, ten minutes. Earlier unused links of the person stop working."""
    token = new_token()
    now = clock.now()
    M = MagicLink
    tx.session.execute(sa.update(M).where(M.person_id == person.id, M.purpose == purpose, M.used_at.is_(None)).values(used_at=now))
    tx.session.add(
        MagicLink(token_hash=hash_token(token), person_id=person.id, purpose=purpose, created_at=now, expires_at=now + MAGIC_LINK_LIFE)
    )
    tx.session.flush()
    return token


def use_magic_link(tx: Tx, token: str, purpose: str = "sign-in") -> Person:
    """Consumes the link and returns whose it is. Raises Gone when it is unknown, used or too old: one answer for all three."""
    M = MagicLink
    now = clock.now()
    taken = tx.session.execute(
        sa.update(M)
        .where(M.token_hash == hash_token(token), M.purpose == purpose, M.used_at.is_(None), M.expires_at > now)
        .values(used_at=now)
        .returning(M.person_id)
    ).scalar()
    person = None if taken is None else tx.session.get(Person, taken)
    if person is None:
        raise Gone(
            "link-gone", N_("Deze link werkt niet meer"), N_("Een link werkt één keer, tien minuten lang. Vraag een nieuwe link aan.")
        )
    return person


def make_access_token(tx: Tx, person: Person, name: str, expires_at: datetime | None = None) -> str:
    """A Bearer token for programs, to be shown once."""
    if not name.strip():
        raise Invalid(fields={"name": N_("Geef de sleutel een naam, zodat je hem later herkent.")})
    token = new_token()
    tx.session.add(AccessToken(token_hash=hash_token(token), person_id=person.id, name=name.strip()[:80], expires_at=expires_at))
    tx.session.flush()
    return token


def revoke_access_token(tx: Tx, record: AccessToken) -> None:
    """Ends a Bearer token."""
    record.revoked_at = record.revoked_at or clock.now()


def make_personal_link(tx: Tx, person: Person, programme_id: int, lab_id: int | None = None, life: timedelta = PERSONAL_LINK_LIFE) -> str:
    """A participant's own way in to a programme (and one lab), for in a mail. Earlier ones go on working: mails get lost and found."""
    if queries.membership(tx.session, person.id, programme_id) is None:
        raise Conflict("not-a-member", N_("Deze persoon hoort niet bij het programma"), N_("Voeg de persoon eerst toe aan het programma."))
    token = new_token()
    now = clock.now()
    tx.session.add(
        PersonalLink(
            token_hash=hash_token(token),
            person_id=person.id,
            programme_id=programme_id,
            lab_id=lab_id,
            created_at=now,
            expires_at=now + life,
        )
    )
    tx.session.flush()
    return token


def revoke_personal_links(tx: Tx, person_id: int, programme_id: int) -> None:
    """Ends somebody's personal links to a programme, and the sign-ins that began with one."""
    now = clock.now()
    P, S = PersonalLink, SignIn
    tx.session.execute(
        sa.update(P).where(P.person_id == person_id, P.programme_id == programme_id, P.revoked_at.is_(None)).values(revoked_at=now)
    )
    tx.session.execute(
        sa.update(S).where(S.person_id == person_id, S.only_programme_id == programme_id, S.revoked_at.is_(None)).values(revoked_at=now)
    )
