"""What was decided at the end of a year, line by line; nothing is ever changed."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kennislab.core import clock
from kennislab.core.db import Base, UtcDateTime
from kennislab.programme.models import Municipality


class Choice(enum.StrEnum):
    """What a city decides for a year."""

    CONTINUE = "continue"
    STOP = "stop"
    JOIN = "join"


class Decision(Base):
    """One decision of one city for one year: who decided (``decided_by``, as the city names them), why, and who wrote it down when.

    The newest line of a city and year holds; earlier ones stay.
    """

    __tablename__ = "year_decision"
    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="CASCADE"), index=True)
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"))
    year: Mapped[int]
    choice: Mapped[Choice] = mapped_column(sa.Enum(Choice, native_enum=False, length=12, values_callable=lambda e: [m.value for m in e]))
    reason: Mapped[str] = mapped_column(sa.Text)
    decided_by: Mapped[str] = mapped_column(sa.String(160))
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    recorded_by: Mapped[str] = mapped_column(sa.String(160))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    municipality: Mapped[Municipality] = relationship()
