"""Tables: people, their roles, and every way in. Of secrets only a hash is kept."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kennislab.core import clock
from kennislab.core.db import Base, UtcDateTime


class Role(enum.StrEnum):
    """What somebody is in one programme. A coordinator may all that a facilitator may, a facilitator all that a participant may."""

    COORDINATOR = "coordinator"
    FACILITATOR = "facilitator"
    PARTICIPANT = "participant"


class Person(Base):
    """Somebody known by name. ``email`` is case-folded; without one (or without a password) other ways in remain."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    email: Mapped[str | None] = mapped_column(sa.String(254), unique=True)
    organisation: Mapped[str] = mapped_column(sa.String(160), default="")
    municipality_code: Mapped[str | None] = mapped_column(sa.String(6), index=True)
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    language: Mapped[str] = mapped_column(sa.String(2), default="nl")
    example: Mapped[bool] = mapped_column(default=False)  # invented, for the demo
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    memberships: Mapped[list[Membership]] = relationship(back_populates="person", cascade="all, delete-orphan")


class Membership(Base):
    """One person's role in one programme. The programme is a later feature, so it is known here by its key only."""

    __tablename__ = "membership"
    __table_args__ = (sa.UniqueConstraint("person_id", "programme_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(sa.Enum(Role, native_enum=False, length=16, values_callable=lambda e: [m.value for m in e]))

    person: Mapped[Person] = relationship(back_populates="memberships")


class SignIn(Base):
    """A signed-in browser. The cookie carries a secret; revoking the row ends it everywhere at once.

    With ``only_programme_id`` (signed in by a personal link) it gives a participant's rights in that programme and no more,
    whoever the person is elsewhere.
    """

    __tablename__ = "sign_in"
    token_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    only_programme_id: Mapped[int | None] = mapped_column(sa.ForeignKey("programme.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    user_agent: Mapped[str] = mapped_column(sa.String(200), default="")


class MagicLink(Base):
    """A link in a mail, good for one use within ten minutes."""

    __tablename__ = "magic_link"
    token_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(sa.String(20), default="sign-in")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AccessToken(Base):
    """A Bearer token for programs: the live addresses and the API."""

    __tablename__ = "access_token"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PersonalLink(Base):
    """A participant's own way in to one programme (and, when given, for one lab), sent by mail. It carries no other right."""

    __tablename__ = "personal_link"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="CASCADE"), index=True)
    lab_id: Mapped[int | None] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(sa.String(20), default="take-part")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Erasure(Base):
    """That somebody was forgotten. The person's row is gone or empty; this stays, so that a restored backup can be made to forget again.

    ``person_id`` is the number that the row had. ``how``: self (asked by themselves), staff, retention. The same lines stand in a file
    beside the database, which a restore does not turn back.
    """

    __tablename__ = "erasure"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True)
    person_id: Mapped[int] = mapped_column(index=True)
    how: Mapped[str] = mapped_column(sa.String(12))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
