"""Tables of the archive: what was harvested, how it hangs together, and what came of it afterwards."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kennislab.core import clock
from kennislab.core.db import Base, UtcDateTime
from kennislab.core.ids import new_id
from kennislab.programme.models import Lab, Municipality

E = TypeVar("E", bound=enum.Enum)


def _choice(kind: type[E], length: int = 20) -> sa.Enum:
    return sa.Enum(kind, native_enum=False, length=length, values_callable=lambda e: [m.value for m in e])


KINDS = (
    "question", "bottleneck", "solution", "insight", "lesson", "linking_opportunity", "advice", "association", "action",
    "fact", "success_factor", "value", "choice", "evaluation",
)  # fmt: skip
"""What an item can be, in the order in which a report shows them."""


class Consent(enum.StrEnum):
    """How far something may go, as its author chose. From near to far; see :data:`REACH`."""

    GROUP = "group"
    PROGRAMME = "programme"
    PUBLIC_ANONYMOUS = "public_anonymous"
    PUBLIC_CITY = "public_city"


REACH = {consent: number for number, consent in enumerate(Consent)}
"""How far a consent reaches: a higher number is further."""


class Status(enum.StrEnum):
    """Where an item stands in the harvest. A dropped or merged one is kept and not shown."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"
    DROPPED = "dropped"
    MERGED = "merged"


class Outcome(enum.StrEnum):
    """What became of something in one municipality."""

    PROPOSED = "proposed"
    PLANNED = "planned"
    TRIED = "tried"
    WORKED = "worked"
    PARTLY = "partly"
    FAILED = "failed"


class ActionStatus(enum.StrEnum):
    """What became of an agreement."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"
    CARRIED_ON = "carried_on"


class LinkKind(enum.StrEnum):
    """Why one item points at another. *question*: it came up with that question; *origin*: it was drawn from that; *related*: see also."""

    QUESTION = "question"
    ORIGIN = "origin"
    RELATED = "related"


class ArchiveItem(Base):
    """One thing that was learned, asked or agreed.

    ``original_text`` is what was said, ``text`` what the harvest made of it. ``source_kind`` and ``source_id`` name what it was taken from
    (``contribution`` or ``question`` by its public id; ``added`` by hand). Of an anonymous item person, participant and municipality are
    empty, and the source as well once the lab is sealed: then nothing leads back. ``answers``: the bottleneck or question that this solves.
    ``position`` is the order of the day. ``rev`` grows with each change, for compare-and-swap. ``reach_given``: the author's own consent.
    ``answered``: of a question to a speaker: ``answered``, or ``parked`` and still open.
    """

    __tablename__ = "archive_item"
    __table_args__ = (
        sa.UniqueConstraint("lab_id", "source_kind", "source_id"),
        sa.Index("ix_archive_item_lab_status", "lab_id", "status"),
        sa.Index("ix_archive_item_programme_kind", "programme_id", "kind", "status"),
    )
    id: Mapped[str] = mapped_column(sa.String(16), primary_key=True, default=new_id)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="CASCADE"))
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(sa.String(24))
    text: Mapped[str] = mapped_column(sa.Text)
    original_text: Mapped[str] = mapped_column(sa.Text)
    municipality_code: Mapped[str | None] = mapped_column(sa.ForeignKey("municipality.code"))
    district_id: Mapped[int | None] = mapped_column(sa.ForeignKey("district.id", ondelete="SET NULL"))
    quarter: Mapped[str] = mapped_column(sa.String(7))
    themes: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    consent: Mapped[Consent] = mapped_column(_choice(Consent))
    reach_given: Mapped[Consent] = mapped_column(_choice(Consent))
    status: Mapped[Status] = mapped_column(_choice(Status), default=Status.DRAFT)
    merged_into_id: Mapped[str | None] = mapped_column(sa.ForeignKey("archive_item.id", ondelete="SET NULL"), index=True)
    answers_id: Mapped[str | None] = mapped_column(sa.ForeignKey("archive_item.id", ondelete="SET NULL"), index=True)
    source_kind: Mapped[str] = mapped_column(sa.String(16))
    source_id: Mapped[str | None] = mapped_column(sa.String(40))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"), index=True)
    participant_id: Mapped[str | None] = mapped_column(sa.ForeignKey("participant.id", ondelete="SET NULL"))
    group_name: Mapped[str | None] = mapped_column(sa.String(120))
    step_title: Mapped[str | None] = mapped_column(sa.String(160))
    position: Mapped[int] = mapped_column(default=0)
    votes: Mapped[int] = mapped_column(default=0)
    contact: Mapped[str] = mapped_column(sa.String(160), default="")
    owner: Mapped[str] = mapped_column(sa.String(120), default="")
    due: Mapped[date | None]
    action_status: Mapped[ActionStatus | None] = mapped_column(_choice(ActionStatus))
    answered: Mapped[str | None] = mapped_column(sa.String(10))
    edited_by: Mapped[str] = mapped_column(sa.String(120), default="")
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    rev: Mapped[int] = mapped_column(default=1)

    lab: Mapped[Lab] = relationship()
    municipality: Mapped[Municipality | None] = relationship()
    evidence: Mapped[list[Evidence]] = relationship(back_populates="item", order_by="Evidence.at", cascade="all, delete-orphan")
    corrections: Mapped[list[Correction]] = relationship(back_populates="item", order_by="Correction.at", cascade="all, delete-orphan")

    @property
    def anonymous(self) -> bool:
        """Whether nothing may lead back to who said it."""
        return self.consent is Consent.PUBLIC_ANONYMOUS

    @property
    def edited(self) -> bool:
        """Whether it reads otherwise than it was said."""
        return self.text != self.original_text


class ItemLink(Base):
    """That one item came from, or belongs with, another. Kept apart from ``answers``, of which there is one at most."""

    __tablename__ = "archive_link"
    __table_args__ = (sa.UniqueConstraint("from_id", "to_id", "kind"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    from_id: Mapped[str] = mapped_column(sa.ForeignKey("archive_item.id", ondelete="CASCADE"))
    to_id: Mapped[str] = mapped_column(sa.ForeignKey("archive_item.id", ondelete="CASCADE"), index=True)
    kind: Mapped[LinkKind] = mapped_column(_choice(LinkKind))


class Evidence(Base):
    """One line in the ledger of an item: what became of it in a municipality. Lines are added, never changed.

    ``source_id``: the report in a room that it was taken over from.
    """

    __tablename__ = "archive_evidence"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(sa.ForeignKey("archive_item.id", ondelete="CASCADE"), index=True)
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"))
    status: Mapped[Outcome] = mapped_column(_choice(Outcome))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    at: Mapped[date]
    reporter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    reporter: Mapped[str] = mapped_column(sa.String(120), default="")
    source_id: Mapped[str | None] = mapped_column(sa.String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    item: Mapped[ArchiveItem] = relationship(back_populates="evidence")
    municipality: Mapped[Municipality] = relationship()


class ActionUpdate(Base):
    """What somebody said of an action afterwards. The last one is its status. ``source_id``: as of a line of evidence."""

    __tablename__ = "archive_action_update"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(sa.ForeignKey("archive_item.id", ondelete="CASCADE"), index=True)
    status: Mapped[ActionStatus] = mapped_column(_choice(ActionStatus))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    by: Mapped[str] = mapped_column(sa.String(120), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    source_id: Mapped[str | None] = mapped_column(sa.String(20))


class Correction(Base):
    """Something added to a sealed item, signed and dated. The item itself stays as it was."""

    __tablename__ = "archive_correction"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(sa.ForeignKey("archive_item.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(sa.Text)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    by: Mapped[str] = mapped_column(sa.String(120))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    item: Mapped[ArchiveItem] = relationship(back_populates="corrections")


class SeatedIn(Base):
    """Who sat in which group that day: they may read what stays in that group."""

    __tablename__ = "archive_group_member"
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), primary_key=True)
    group_name: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)


class Seal(Base):
    """That a lab's harvest was sealed: by whom, when, and the head of the chain of hashes over its items (SHA-256, hex)."""

    __tablename__ = "archive_seal"
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), primary_key=True)
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sealed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    sealed_by: Mapped[str] = mapped_column(sa.String(120))
    items: Mapped[int]
    head: Mapped[str] = mapped_column(sa.String(64))
