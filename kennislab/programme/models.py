"""Tables of the programme: what it is, who takes part, and its labs."""

from __future__ import annotations

import enum
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kennislab.core import clock
from kennislab.core.db import Base, UtcDateTime
from kennislab.core.ids import new_code, new_id, new_short_token

E = TypeVar("E", bound=enum.Enum)


def _choice(kind: type[E], length: int = 24) -> sa.Enum:
    """A text column that holds the values of a StrEnum (not a native enum: those are hard to migrate)."""
    return sa.Enum(kind, native_enum=False, length=length, values_callable=lambda e: [m.value for m in e])


class LabKind(enum.StrEnum):
    """What sort of meeting a lab is."""

    KNOWLEDGE_LAB = "knowledge_lab"
    DEEP_DIVE = "deep_dive"
    WORKING_GROUP_MEETING = "working_group_meeting"


class LabState(enum.StrEnum):
    """Where a lab is in its life; :mod:`kennislab.programme.states` says what each state allows."""

    PLANNED = "planned"
    COLLECTING = "collecting"
    GROUPING = "grouping"
    READY = "ready"
    LIVE = "live"
    HARVESTING = "harvesting"
    ARCHIVED = "archived"


class Block(enum.StrEnum):
    """The building blocks of an agenda."""

    ARRIVAL = "arrival"
    WELCOME = "welcome"
    NEWS = "news"
    INSPIRATION = "inspiration"
    PEER_CONSULTATION = "peer_consultation"
    BOTTLENECKS = "bottlenecks"
    WORKING_GROUPS = "working_groups"
    DEEP_DIVE = "deep_dive"
    HARVEST = "harvest"
    CLOSING = "closing"
    BREAK = "break"


class Input(enum.StrEnum):
    """What phones offer during an agenda item."""

    NONE = "none"
    TEXT = "text"
    VOTE = "vote"
    PLAN = "plan"


class ParticipationStatus(enum.StrEnum):
    """What a municipality does in a year."""

    JOINED = "joined"
    CONTINUES = "continues"
    STOPPED = "stopped"


class Programme(Base):
    """A multi-year programme in which municipalities learn together. ``retention_months`` bounds how long personal data is kept."""

    __tablename__ = "programme"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(160))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    retention_months: Mapped[int] = mapped_column(default=36)
    example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class Municipality(Base):
    """A Dutch municipality as officially registered. ``valid_until`` is the last day; open ends are None."""

    __tablename__ = "municipality"
    code: Mapped[str] = mapped_column(sa.String(6), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    province: Mapped[str] = mapped_column(sa.String(40), default="")
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    tooi: Mapped[str] = mapped_column(sa.String(120), default="")

    def valid_on(self, day: date) -> bool:
        """Whether the municipality exists on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_until is None or day <= self.valid_until)


class District(Base):
    """The district that a municipality brings in. ``cbs_code``: WK, four digits of the municipality, two of its own."""

    __tablename__ = "district"
    __table_args__ = (sa.UniqueConstraint("programme_id", "municipality_code", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="CASCADE"), index=True)
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"))
    name: Mapped[str] = mapped_column(sa.String(120))
    cbs_code: Mapped[str | None] = mapped_column(sa.String(10))

    municipality: Mapped[Municipality] = relationship()


class Participation(Base):
    """That a municipality takes part in a year, or stopped: who decided, when and why."""

    __tablename__ = "participation"
    __table_args__ = (sa.UniqueConstraint("programme_id", "municipality_code", "year"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="CASCADE"))
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"))
    year: Mapped[int]
    status: Mapped[ParticipationStatus] = mapped_column(_choice(ParticipationStatus))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    decided_by_name: Mapped[str] = mapped_column(sa.String(120), default="")
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    municipality: Mapped[Municipality] = relationship()


class Lab(Base):
    """One meeting. ``join_code`` is what people type, ``join_token`` what the QR carries; both made when it is planned.

    ``question_deadline``: the last moment at which a knowledge question may be sent, exact to the second. ``quarter``: ``2026-Q4``.
    ``rev`` grows with every change of its data or agenda, so that two people cannot overwrite each other unseen. ``evaluation``: the
    words of the three questions afterwards; empty: the usual ones. ``calendar_id`` names the lab in people's calendars for ever;
    ``calendar_sequence`` grows when what a calendar shows (title, time, place) changes.
    """

    __tablename__ = "lab"
    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="CASCADE"), index=True)
    kind: Mapped[LabKind] = mapped_column(_choice(LabKind), default=LabKind.KNOWLEDGE_LAB)
    quarter: Mapped[str] = mapped_column(sa.String(7))
    title: Mapped[str] = mapped_column(sa.String(160))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    place: Mapped[str] = mapped_column(sa.String(160), default="")
    state: Mapped[LabState] = mapped_column(_choice(LabState), default=LabState.PLANNED, index=True)
    state_since: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    join_code: Mapped[str] = mapped_column(sa.String(8), unique=True, default=new_code)
    join_token: Mapped[str] = mapped_column(sa.String(32), unique=True, default=new_short_token)
    question_deadline: Mapped[datetime] = mapped_column(UtcDateTime)
    cloned_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("lab.id", ondelete="SET NULL"))
    rev: Mapped[int] = mapped_column(default=1)
    calendar_id: Mapped[str] = mapped_column(sa.String(16), unique=True, index=True, default=new_id)
    calendar_sequence: Mapped[int] = mapped_column(default=0)
    evaluation: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    programme: Mapped[Programme] = relationship()
    agenda: Mapped[list[AgendaItem]] = relationship(back_populates="lab", order_by="AgendaItem.position", cascade="all, delete-orphan")

    @property
    def day(self) -> date:
        """The day it is held, in the Netherlands."""
        return self.starts_at.astimezone(clock.LOCAL).date()


class AgendaItem(Base):
    """One step of the day. ``position`` counts from 0 without gaps; ``phone_kinds`` are the kinds that phones may send meanwhile.

    ``hidden_until_reveal``: what is written stays with its author until the facilitator reveals it. ``method``: key of a
    scripted method of consultation, where one is followed. ``speaker``: who tells something; ``link``: what to look at elsewhere;
    ``uploads``: what was given along.
    """

    __tablename__ = "agenda_item"
    id: Mapped[int] = mapped_column(primary_key=True)
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    block: Mapped[Block] = mapped_column(_choice(Block))
    title: Mapped[str] = mapped_column(sa.String(120))
    instruction: Mapped[str] = mapped_column(sa.String(400), default="")
    minutes: Mapped[int] = mapped_column(default=15)
    input: Mapped[Input] = mapped_column(_choice(Input), default=Input.NONE)
    phone_kinds: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    hidden_until_reveal: Mapped[bool] = mapped_column(default=False)
    method: Mapped[str | None] = mapped_column(sa.String(60))
    speaker: Mapped[str] = mapped_column(sa.String(120), default="")
    link: Mapped[str] = mapped_column(sa.String(400), default="")

    lab: Mapped[Lab] = relationship(back_populates="agenda")
    uploads: Mapped[list[Upload]] = relationship(order_by="Upload.at", passive_deletes=True)

    @property
    def duration(self) -> timedelta:
        """``minutes`` as a length of time."""
        return timedelta(minutes=self.minutes)


class Upload(Base):
    """A file that goes with a lab: slides of a speaker, a picture for the big screen. The bytes are in the data folder under ``id``."""

    __tablename__ = "upload"
    id: Mapped[str] = mapped_column(sa.String(16), primary_key=True, default=new_id)
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), index=True)
    agenda_item_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agenda_item.id", ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    media: Mapped[str] = mapped_column(sa.String(40))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    by: Mapped[str] = mapped_column(sa.String(120), default="")


class LabProposal(Base):
    """What a room agreed to go on with: a deep dive or a working group, for the coordinator to plan.

    ``moment`` and ``place`` are ideas in the room's own words; ``people``: ``[{"name", "municipality", "leads"}]`` who said to join;
    ``planned_id``: the lab that came of it.
    """

    __tablename__ = "lab_proposal"
    id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), index=True)
    kind: Mapped[LabKind] = mapped_column(_choice(LabKind))
    title: Mapped[str] = mapped_column(sa.String(160))
    moment: Mapped[str] = mapped_column(sa.String(120), default="")
    place: Mapped[str] = mapped_column(sa.String(120), default="")
    people: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    planned_id: Mapped[int | None] = mapped_column(sa.ForeignKey("lab.id", ondelete="SET NULL"))


class MailTemplate(Base):
    """A programme's own words for one kind of mail in one language; without a row the words that come with Kennislab count."""

    __tablename__ = "mail_template"
    __table_args__ = (sa.UniqueConstraint("programme_id", "kind", "language"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(sa.String(40))
    language: Mapped[str] = mapped_column(sa.String(2))
    subject: Mapped[str] = mapped_column(sa.String(300))
    body: Mapped[str] = mapped_column(sa.Text)
    edited_by_name: Mapped[str] = mapped_column(sa.String(120), default="")
    edited_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    rev: Mapped[int] = mapped_column(default=1)


class Purge(Base):
    """That personal data of which the time was up was thrown away: what was shown beforehand (``plan``), and what was done."""

    __tablename__ = "purge"
    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="CASCADE"), index=True)
    before: Mapped[date]
    plan: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    done: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    by_name: Mapped[str] = mapped_column(sa.String(120), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
