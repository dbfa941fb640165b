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
    """Where a question stands. Without a row, or without a theme, it is in the pile. ``placed_by_person``: a proposal leaves it there.

    ``fit``: its mean likeness to the others of its theme when a proposal put it there (about −0.1…1); None when a person did.
    """

    __tablename__ = "placement"
    question_id: Mapped[int] = mapped_column(
        sa.ForeignKey("knowledge_question.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), index=True)
    theme_id: Mapped[int | None] = mapped_column(sa.ForeignKey("theme.id", ondelete="SET NULL"), index=True)
    position: Mapped[float] = mapped_column(sa.Double, default=0.0)
    placed_by_person: Mapped[bool] = mapped_column(default=False)
    fit: Mapped[float | None] = mapped_column(sa.Double)


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
    """What belongs to a board as a whole: the proposal that is being made (a job's public id), how many themes were last asked, and
    how many questions a theme may get at most.

    ``ranking_open``: whether participants may rank the themes now, with ``ranking_until`` as the last moment (empty: until it is closed).
    """

    __tablename__ = "board"
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    proposal_job: Mapped[str | None] = mapped_column(sa.String(16))
    groups: Mapped[int | None]
    largest: Mapped[int | None]
    ranking_open: Mapped[bool] = mapped_column(default=False)
    ranking_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


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
    """People who work on a theme together on the day. ``least`` and ``most``: how many fit, both included; empty means open.

    ``method``: key of the method of consultation that it will use.
    """

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
    method: Mapped[str | None] = mapped_column(sa.String(60))

    theme: Mapped[Theme | None] = relationship()
    leader: Mapped[Person | None] = relationship()
    members: Mapped[list[GroupMember]] = relationship(back_populates="group", cascade="all, delete-orphan")


class GroupMember(Base):
    """That somebody is in a group of a lab: in one at most.

    ``pinned``: a person decided so, and assigning again leaves it. ``rank``: which of their choices it is, from 1; None: not among them.
    ``reason``: why there, as the assignment found it: ``{"key", …values}`` (see :mod:`kennislab.grouping.reasons`); empty: by hand.
    """

    __tablename__ = "group_member"
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("working_group.id", ondelete="CASCADE"), index=True)

    pinned: Mapped[bool] = mapped_column(default=False)
    rank: Mapped[int | None]
    reason: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)

    group: Mapped[WorkingGroup] = relationship(back_populates="members")
    person: Mapped[Person] = relationship()


class Ranking(Base):
    """What somebody would like on the day: themes in order of wish, those of which they solved it, and whether they can lead a group."""

    __tablename__ = "ranking"
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    choices: Mapped[list[int]] = mapped_column(sa.JSON, default=list)
    solved: Mapped[list[int]] = mapped_column(sa.JSON, default=list)
    can_lead: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    by_name: Mapped[str] = mapped_column(sa.String(120), default="")


class Wish(Base):
    """That people must sit together, or apart. ``people``: ids of at least two persons."""

    __tablename__ = "placing_wish"
    id: Mapped[int] = mapped_column(primary_key=True)
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(8))  # together, apart
    people: Mapped[list[int]] = mapped_column(sa.JSON, default=list)
    by_name: Mapped[str] = mapped_column(sa.String(120), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class Assignment(Base):
    """How the people of a lab were last assigned to groups: what was asked, and what came of it as a whole.

    ``asked``: the settings (``{"max_per_municipality": k, …}``); ``outcome``: profile, clashes and relaxations as the engine gave them.
    """

    __tablename__ = "assignment"
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    job: Mapped[str | None] = mapped_column(sa.String(16))
    asked: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    outcome: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    by_name: Mapped[str] = mapped_column(sa.String(120), default="")


class KeptGrouping(Base):
    """A grouping as it was when somebody kept it: ``themes`` is ``[{"title", "subtitle", "tone", "questions": [id, …]}]``."""

    __tablename__ = "kept_grouping"
    id: Mapped[int] = mapped_column(primary_key=True)
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    themes: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    by_name: Mapped[str] = mapped_column(sa.String(120), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class BoardSelection(Base):
    """Which cards somebody has picked up on the board just now, for the others to see; forgotten after a minute without a sign of life."""

    __tablename__ = "board_selection"
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(sa.String(120))
    cards: Mapped[list[int]] = mapped_column(sa.JSON, default=list)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class PairVerdict(Base):
    """That a facilitator looked at two questions that resemble each other and found that they ask something different."""

    __tablename__ = "pair_verdict"
    first_id: Mapped[int] = mapped_column(sa.ForeignKey("knowledge_question.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    second_id: Mapped[int] = mapped_column(
        sa.ForeignKey("knowledge_question.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    by_name: Mapped[str] = mapped_column(sa.String(120), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
