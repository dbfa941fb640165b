"""Tables of knowledge questions and of who supports them."""

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


class QuestionStatus(enum.StrEnum):
    """Where a question stands. Only a submitted one is seen by others; a returned one waits for its asker."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"


class KnowledgeQuestion(Base):
    """One question for one lab. A draft may be half empty; from submission on ``text`` is a question of at least ten characters.

    ``original_text`` holds the asker's own words from a facilitator's first light edit on. ``remark`` tells the asker why it
    came back. ``rev`` grows with every change, for compare-and-swap.
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

    lab: Mapped[Lab] = relationship()
    asker: Mapped[Person | None] = relationship(foreign_keys=[asker_id])
    supports: Mapped[list[Support]] = relationship(back_populates="question", cascade="all, delete-orphan")


class Support(Base):
    """That somebody supports a question: at most once, and never their own."""

    __tablename__ = "question_support"
    __table_args__ = (sa.UniqueConstraint("question_id", "person_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("knowledge_question.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    question: Mapped[KnowledgeQuestion] = relationship(back_populates="supports")
