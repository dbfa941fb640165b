"""What the room keeps beside its journal: who may come in, whether it is open, and every answer ever given to an op."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kennislab.core import clock
from kennislab.core.db import Base, UtcDateTime
from kennislab.core.ids import new_id


class LiveRoom(Base):
    """The room of one lab. ``epoch`` changes when a backup is restored: then phones offer again what they still have."""

    __tablename__ = "live_room"
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), primary_key=True)
    epoch: Mapped[str] = mapped_column(sa.String(16), default=new_id)
    state: Mapped[str] = mapped_column(sa.String(8), default="open")
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Participant(Base):
    """Somebody who joined a room, by code or by personal link. ``token_hash`` opens the room for this one only."""

    __tablename__ = "participant"
    id: Mapped[str] = mapped_column(sa.String(16), primary_key=True, default=new_id)
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"), index=True)
    name: Mapped[str | None] = mapped_column(sa.String(80))
    municipality_code: Mapped[str | None] = mapped_column(sa.String(6))
    token_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LiveOp(Base):
    """The answer to one op: the same op gets it again, at any time in the lab's life."""

    __tablename__ = "live_op"
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), primary_key=True)
    actor: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    op_id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    body_hash: Mapped[str] = mapped_column(sa.String(64))
    result: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class MethodVersion(Base):
    """One version of a method that a programme made or adapted; never changed after it was kept. The newest version counts.

    ``definition``: as :func:`kennislab.live.methods.schema.definition` makes it. ``retired_at``: no longer offered; what was planned
    with it still runs.
    """

    __tablename__ = "method_version"
    __table_args__ = (sa.UniqueConstraint("programme_id", "key", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(sa.String(60))
    version: Mapped[int]
    definition: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    made_by_name: Mapped[str] = mapped_column(sa.String(120), default="")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LivePresence(Base):
    """What one serving process knows of its own lines into a room, for the other processes. Nothing here is lasting (decision 0009).

    ``told``: JSON ``{"people": {id: [state, since]}, "leaders": {key: [name, desks, typing until]}}``; ``at``: when it was last true.
    """

    __tablename__ = "live_presence"
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), primary_key=True)
    worker: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    told: Mapped[str] = mapped_column(sa.Text)


class Handover(Base):
    """A desk that may be opened on another laptop, for two minutes, once. Of its link, its code and the browser that asks, only hashes.

    ``place``: JSON of what the first desk had open, emptied when it is over; ``asked_hash``: the browser that asks to become the same
    person, with what it said of itself and the number that both screens show; ``taken_by``: who opened the desk.
    """

    __tablename__ = "handover"
    id: Mapped[str] = mapped_column(sa.String(16), primary_key=True, default=new_id)
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    place: Mapped[str] = mapped_column(sa.Text, default="{}")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_hash: Mapped[str | None] = mapped_column(sa.String(64))
    asked_by: Mapped[str] = mapped_column(sa.String(200), default="")
    number: Mapped[int | None]
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))


def stream(lab_id: int) -> str:
    """Name of the journal stream of a lab's room."""
    return f"live:{lab_id}"
