"""Reading people, their roles and their ways in."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from kennislab.accounts.actors import ANONYMOUS, Actor
from kennislab.accounts.models import AccessToken, MagicLink, Membership, Person, PersonalLink, Role, SignIn
from kennislab.core import clock
from kennislab.core.ids import hash_token

_RANK = {Role.COORDINATOR: 0, Role.FACILITATOR: 1, Role.PARTICIPANT: 2}


def fold_email(typed: str) -> str:
    """An address as it is stored and looked up: trimmed and case-folded."""
    return typed.strip().casefold()


def person(session: Session, person_id: int) -> Person | None:
    """One person by id."""
    return session.get(Person, person_id)


def person_by_email(session: Session, email: str) -> Person | None:
    """Who has this address, in whatever case it was typed."""
    return session.scalar(sa.select(Person).where(Person.email == fold_email(email)))


def person_by_token(session: Session, bearer: str) -> Person | None:
    """Whose Bearer token this is; None when it is unknown, expired or revoked."""
    A = AccessToken
    alive = sa.select(A.person_id).where(
        A.token_hash == hash_token(bearer), A.revoked_at.is_(None), sa.or_(A.expires_at.is_(None), A.expires_at > clock.now())
    )
    return session.scalar(sa.select(Person).where(Person.id.in_(alive)))


def actor_of(session: Session, person: Person, only_programme_id: int | None = None) -> Actor:
    """The person as an actor with all roles; or, bound to one programme by a personal link, as a participant there only."""
    rows = session.execute(sa.select(Membership.programme_id, Membership.role).where(Membership.person_id == person.id))
    roles = {programme_id: role for programme_id, role in rows}  # noqa: C416  typed, where dict(rows) is not
    if only_programme_id is not None:
        roles = {only_programme_id: Role.PARTICIPANT} if only_programme_id in roles else {}
    return Actor(person.id, person.name, person.municipality_code, MappingProxyType(roles))


def actor_by_token(session: Session, bearer: str) -> Actor:
    """Who asks with this Bearer token; ANONYMOUS when the token says nothing (any more)."""
    found = person_by_token(session, bearer)
    return ANONYMOUS if found is None else actor_of(session, found)


def sign_in_by_secret(session: Session, secret: str) -> tuple[SignIn, Person] | None:
    """The living sign-in record that a cookie points at, with its person."""
    S = SignIn
    row = session.execute(
        sa.select(S, Person)
        .join(Person, Person.id == S.person_id)
        .where(S.token_hash == hash_token(secret), S.revoked_at.is_(None), S.expires_at > clock.now())
    ).first()
    return None if row is None else (row[0], row[1])


def sign_ins_of(session: Session, person_id: int) -> Sequence[SignIn]:
    """Where somebody is signed in now, last used first."""
    S = SignIn
    alive = sa.select(S).where(S.person_id == person_id, S.revoked_at.is_(None), S.expires_at > clock.now())
    return session.scalars(alive.order_by(S.last_seen_at.desc(), S.public_id)).all()


def sign_in_by_public_id(session: Session, public_id: str) -> SignIn | None:
    """A sign-in record as named on the page that lists them."""
    return session.scalar(sa.select(SignIn).where(SignIn.public_id == public_id))


def tokens_of(session: Session, person_id: int) -> Sequence[AccessToken]:
    """The Bearer tokens of a person that were not revoked, newest first."""
    A = AccessToken
    return session.scalars(sa.select(A).where(A.person_id == person_id, A.revoked_at.is_(None)).order_by(A.id.desc())).all()


def access_token(session: Session, token_id: int) -> AccessToken | None:
    """One Bearer token's record."""
    return session.get(AccessToken, token_id)


def magic_link(session: Session, token: str) -> MagicLink | None:
    """The link's record, used or not."""
    return session.get(MagicLink, hash_token(token))


def personal_link(session: Session, token: str) -> tuple[PersonalLink, Person] | None:
    """A personal link that still works, with whose it is."""
    P = PersonalLink
    row = session.execute(
        sa.select(P, Person)
        .join(Person, Person.id == P.person_id)
        .where(P.token_hash == hash_token(token), P.revoked_at.is_(None), P.expires_at > clock.now())
    ).first()
    return None if row is None else (row[0], row[1])


def people_of(session: Session, programme_id: int) -> list[tuple[Person, Role]]:
    """Everybody in a programme: coordinators first, then facilitators, then participants; by name."""
    members = session.scalars(
        sa.select(Membership).where(Membership.programme_id == programme_id).options(joinedload(Membership.person))
    ).all()
    return sorted(((m.person, m.role) for m in members), key=lambda one: (_RANK[one[1]], one[0].name.casefold(), one[0].id))


def membership(session: Session, person_id: int, programme_id: int) -> Membership | None:
    """Somebody's place in a programme."""
    return session.scalar(sa.select(Membership).where(Membership.person_id == person_id, Membership.programme_id == programme_id))


def count_role(session: Session, programme_id: int, role: Role) -> int:
    """How many people have this role in the programme."""
    M = Membership
    return int(session.scalar(sa.select(sa.func.count()).where(M.programme_id == programme_id, M.role == role)) or 0)


def examples(session: Session) -> Sequence[Person]:
    """The demo's invented people who run a programme, for the sign-in page of a demo."""
    staff = sa.select(Membership.person_id).where(Membership.role.in_((Role.COORDINATOR, Role.FACILITATOR)))
    return session.scalars(
        sa.select(Person)
        .where(Person.example, Person.email.is_not(None), Person.id.in_(staff))
        .options(selectinload(Person.memberships))
        .order_by(Person.id)
        .limit(4)
    ).all()
