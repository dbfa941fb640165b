"""Tables of invitations and of the waves in which mails leave."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kennislab.accounts.models import Person
from kennislab.core import clock
from kennislab.core.db import Base, UtcDateTime
from kennislab.core.ids import new_id
from kennislab.programme.models import Lab


class Answer(enum.StrEnum):
    """What somebody said to an invitation."""

    OPEN = "open"
    COMING = "coming"
    NOT_COMING = "not_coming"


class Invitation(Base):
    """That somebody is invited to a lab, and what they answered. One per person and lab.

    ``how``: link (the button behind the personal link), self (signed in), staff. ``link_rev`` is part of the personal link: one higher,
    and earlier links stop working. ``note``: for who organises it, in the invited person's own words.
    """

    __tablename__ = "invitation"
    __table_args__ = (sa.UniqueConstraint("lab_id", "person_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    answer: Mapped[Answer] = mapped_column(
        sa.Enum(Answer, native_enum=False, length=12, values_callable=lambda e: [m.value for m in e]), default=Answer.OPEN
    )
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    how: Mapped[str] = mapped_column(sa.String(8), default="")
    by_name: Mapped[str] = mapped_column(sa.String(120), default="")
    note: Mapped[str] = mapped_column(sa.String(300), default="")
    link_rev: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    lab: Mapped[Lab] = relationship()
    person: Mapped[Person] = relationship()


class Wave(Base):
    """Mails of one kind that are prepared together: now, or (a planned reminder) ``days_before`` the lab.

    ``send_at``: when a planned one is due, or when the mails of a released one leave. ``prepared_at``: since when its mails are
    there, and ``sequence``: which calendar number the lab had then, by which it is seen that they tell another time or place.
    ``released_at``: since when they may leave; of a planned one it means that nobody needs to look at them first.
    """

    __tablename__ = "mail_wave"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_id)
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    by_name: Mapped[str] = mapped_column(sa.String(120), default="")
    days_before: Mapped[int | None]
    prepared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sequence: Mapped[int] = mapped_column(default=0)
    send_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_by_name: Mapped[str] = mapped_column(sa.String(120), default="")

    lab: Mapped[Lab] = relationship()
