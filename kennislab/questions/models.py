"""Tables of knowledge questions and of who supports them."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kennislab.accounts.models import Person
from kennislab.core import clock
from kennislab.core.db import Base, UtcDateTime
from kennislab.core.ids import new_id
from kennislab.programme.models import Lab


class QuestionStatus(enum.StrEnum):
    """Where a question stands. Only a submitted one is seen by others; a returned one waits for its asker.

    A merged question goes on in another one, a split one in several: see :class:`Lineage`.
    """

    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"
    MERGED = "merged"
    SPLIT = "split"


class KnowledgeQuestion(Base):
    """One question for one lab. A draft may be half empty; from submission on ``text`` is a question of at least ten characters.

    ``original_text`` holds the asker's own words from a facilitator's first light edit on. ``remark`` tells the asker why it
    came back. ``rev`` grows with every change, for compare-and-swap. ``answers``: the lab's own fields (:class:`QuestionForm`), by key.
    ``source``: form, staff, import or carried. Where it came from and what came of it stands in :class:`Lineage`.
    """

    __tablename__ = "knowledge_question"
    __table_args__ = (sa.Index("ix_knowledge_question_lab_status", "lab_id", "status"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_id)
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"))
    asker_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"), index=True)
    asker_name: Mapped[str] = mapped_column(sa.String(120), default="")
    municipality_code: Mapped[str | None] = mapped_column(sa.ForeignKey("municipality.code"))
    text: Mapped[str] = mapped_column(sa.Text, default="")
    context: Mapped[str] = mapped_column(sa.Text, default="")
    tried: Mapped[str] = mapped_column(sa.Text, default="")
    theme_hint: Mapped[str] = mapped_column(sa.String(80), default="")
    status: Mapped[QuestionStatus] = mapped_column(
        sa.Enum(QuestionStatus, native_enum=False, length=12, values_callable=lambda e: [m.value for m in e]), default=QuestionStatus.DRAFT
    )
    original_text: Mapped[str | None] = mapped_column(sa.Text)
    edited_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    edited_by_name: Mapped[str] = mapped_column(sa.String(120), default="")
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remark: Mapped[str] = mapped_column(sa.String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rev: Mapped[int] = mapped_column(default=1)
    answers: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    source: Mapped[str] = mapped_column(sa.String(12), default="form")

    lab: Mapped[Lab] = relationship()
    asker: Mapped[Person | None] = relationship(foreign_keys=[asker_id])
    supports: Mapped[list[Support]] = relationship(back_populates="question", cascade="all, delete-orphan")
    co_askers: Mapped[list[CoAsker]] = relationship(back_populates="question", cascade="all, delete-orphan", order_by="CoAsker.id")


class Support(Base):
    """That somebody supports a question: at most once, and never their own."""

    __tablename__ = "question_support"
    __table_args__ = (sa.UniqueConstraint("question_id", "person_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("knowledge_question.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    question: Mapped[KnowledgeQuestion] = relationship(back_populates="supports")


class CoAsker(Base):
    """Somebody who asks along: named by the asker, come in by *stel hem samen*, or the asker of a question that was merged into this one.

    ``text``: what they had typed themselves, so that it is not lost. Without ``person_id`` a name of somebody without an account.
    """

    __tablename__ = "co_asker"
    __table_args__ = (sa.UniqueConstraint("question_id", "person_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("knowledge_question.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    municipality_code: Mapped[str | None] = mapped_column(sa.ForeignKey("municipality.code"))
    text: Mapped[str] = mapped_column(sa.Text, default="")
    how: Mapped[str] = mapped_column(sa.String(12), default="named")  # named, joined, merged
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    question: Mapped[KnowledgeQuestion] = relationship(back_populates="co_askers")
    person: Mapped[Person | None] = relationship()


class Lineage(Base):
    """That a question came out of another one: ``merged`` into it, ``split`` off it, or ``carried`` over from an earlier lab.

    ``question_id`` is the one that goes on, ``from_id`` the one that it came from. ``details``: what the step changed besides, so that
    it can be taken back whole (see :mod:`kennislab.questions.merging` and :mod:`~kennislab.questions.splitting`).
    """

    __tablename__ = "question_lineage"
    question_id: Mapped[int] = mapped_column(
        sa.ForeignKey("knowledge_question.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    from_id: Mapped[int] = mapped_column(
        sa.ForeignKey("knowledge_question.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )
    how: Mapped[str] = mapped_column(sa.String(8), primary_key=True)  # merged, split, carried
    details: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    by_name: Mapped[str] = mapped_column(sa.String(120), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class QuestionForm(Base):
    """What the form of a lab asks beyond the question itself. Without a row: nothing more, and nothing but the question is required.

    ``fields``: ``[{"key", "label", "help", "kind": "line"|"text"|"choice"|"yes_no", "options": [...], "required": bool}]``;
    ``required``: which of context, tried, theme_hint and municipality_code must be filled in.
    """

    __tablename__ = "question_form"
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    fields: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    required: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    rev: Mapped[int] = mapped_column(default=1)


class Notice(Base):
    """Something that somebody should know about a question of theirs: shown on their own page and the question's until they have read it.

    ``kind``: edited, returned, merged, split, carried, joined, named, unjoined. ``details``: what the sentence needs, no HTML.
    """

    __tablename__ = "notice"
    __table_args__ = (sa.Index("ix_notice_person_lab", "person_id", "lab_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), index=True)
    question_id: Mapped[int | None] = mapped_column(sa.ForeignKey("knowledge_question.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    details: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    by_name: Mapped[str] = mapped_column(sa.String(120), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
