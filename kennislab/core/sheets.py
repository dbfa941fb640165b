"""Tables that people send in: a CSV or XLSX becomes rows of text, which wait until somebody has looked at the preview and says yes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kennislab.core import clock
from kennislab.core.db import Base, UtcDateTime
from kennislab.core.ids import new_id


class SheetDraft(Base):
    """A table that was read in and not yet taken over. ``scope``: what it is for, such as ``people:3`` or ``questions:12``.

    ``data``: ``{"columns": [header, …], "rows": [[text, …], …], "choices": {…}}``; thrown away once taken over, and after a day.
    """

    __tablename__ = "sheet_draft"
    id: Mapped[str] = mapped_column(sa.String(16), primary_key=True, default=new_id)
    scope: Mapped[str] = mapped_column(sa.String(40), index=True)
    person_id: Mapped[int] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(sa.String(160))
    data: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
