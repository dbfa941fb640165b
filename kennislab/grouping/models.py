"""Tables of the board and of the working groups that come from it."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kennislab.accounts.models import Person
from kennislab.core import clock
from kennislab.core.db import Base, UtcDateTime

TONES = 8
"""So many colours tell themes apart; they repeat after that, and never mean anything by themselves."""


class ProposedBy(enum.StrEnum):
    """Whose idea a theme is. A person's theme stays when themes are proposed again."""

    MACHINE = "machine"
    PERSON = "person"


class ChangeState(enum.StrEnum):
    """A change can be undone, redone, or (when its maker went another way) neither."""

    DONE = "done"
    UNDONE = "undone"
    DEAD = "dead"


class Theme(Base):
    """A column of the board. Never removed, only ``gone``: undo brings it back with all that points at it.

    ``subtitle`` is the question nearest to its middle when it was proposed. ``position`` is any number; only the order counts.
    """

    __tablename__ = "theme"
    __table_args__ = (sa.Index("ix_theme_lab_gone", "lab_id", "gone"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(sa.String(120))
    subtitle: Mapped[str] = mapped_column(sa.String(500), default="")
    position: Mapped[float] = mapped_column(sa.Double, default=0.0)
    tone: Mapped[int] = mapped_column(default=1)
    proposed_by: Mapped[ProposedBy] = mapped_column(
        sa.Enum(ProposedBy, native_enum=False, length=8, values_callable=lambda e: [m.value for m in e]), default=ProposedBy.PERSON
    )
    gone: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class Placement(Base):
    """Where a question stands. Without a row, or without a theme, it is in the pile. ``placed_by_person``: a proposal leaves it there."""

    __tablename__ = "placement"
    question_id: Mapped[int] = mapped_column(
        sa.ForeignKey("knowledge_question.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), index=True)
    theme_id: Mapped[int | None] = mapped_column(sa.ForeignKey("theme.id", ondelete="SET NULL"), index=True)
    position: Mapped[float] = mapped_column(sa.Double, default=0.0)
    placed_by_person: Mapped[bool] = mapped_column(default=False)


class QuestionVector(Base):
    """A question's vector, made once: ``data`` is 16-bit floats. Another encoder or another text (``digest``) makes it anew."""

    __tablename__ = "question_vector"
    question_id: Mapped[int] = mapped_column(
        sa.ForeignKey("knowledge_question.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    encoder: Mapped[str] = mapped_column(sa.String(60))
    digest: Mapped[str] = mapped_column(sa.String(64))
    data: Mapped[bytes] = mapped_column(sa.LargeBinary)


class Board(Base):
    """What belongs to a board as a whole: the proposal that is being made (a job's public id), and how many themes were last asked."""

    __tablename__ = "board"
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    proposal_job: Mapped[str | None] = mapped_column(sa.String(16))
    groups: Mapped[int | None]


class BoardChange(Base):
    """One change of the board: who, what, and both states of what it touched, so that its maker can undo and redo it."""

    __tablename__ = "board_change"
    __table_args__ = (sa.Index("ix_board_change_lab_person", "lab_id", "person_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    person_name: Mapped[str] = mapped_column(sa.String(120), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    verb: Mapped[str] = mapped_column(sa.String(24))
    details: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    before: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    state: Mapped[ChangeState] = mapped_column(
        sa.Enum(ChangeState, native_enum=False, length=8, values_callable=lambda e: [m.value for m in e]), default=ChangeState.DONE
    )
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WorkingGroup(Base):
    """People who work on a theme together on the day. ``least`` and ``most``: how many fit, both included; empty means open."""

    __tablename__ = "working_group"
    __table_args__ = (sa.UniqueConstraint("lab_id", "theme_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), index=True)
    theme_id: Mapped[int | None] = mapped_column(sa.ForeignKey("theme.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(sa.String(120))
    room: Mapped[str] = mapped_column(sa.String(80), default="")
    leader_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    least: Mapped[int | None]
    most: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)

    theme: Mapped[Theme | None] = relationship()
    leader: Mapped[Person | None] = relationship()
    members: Mapped[list[GroupMember]] = relationship(back_populates="group", cascade="all, delete-orphan")


class GroupMember(Base):
    """That somebody is in a group of a lab: in one at most."""

    __tablename__ = "group_member"
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("working_group.id", ondelete="CASCADE"), index=True)

    group: Mapped[WorkingGroup] = relationship(back_populates="members")
    person: Mapped[Person] = relationship()
