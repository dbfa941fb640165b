"""A table that was read and waits until somebody has looked at the preview and says yes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kennislab.core import clock, jobs
from kennislab.core.db import Base, UtcDateTime
from kennislab.core.errors import N_, Gone
from kennislab.core.ids import new_id
from kennislab.core.sheets.shapes import Note, Sheet
from kennislab.core.transaction import Tx, transaction

KEPT = timedelta(days=1)


class SheetDraft(Base):
    """A table that was read in and not yet taken over. ``scope``: what it is for, such as ``people:3`` or ``questions:12``.

    ``data``: ``{"columns": [header, …], "rows": [[text, …], …], "lines": […], "notes": […], "choices": {…}}``; thrown away once taken
    over, and after a day. ``choices`` is the feature's own: which column was assigned to what.
    """

    __tablename__ = "sheet_draft"
    id: Mapped[str] = mapped_column(sa.String(16), primary_key=True, default=new_id)
    scope: Mapped[str] = mapped_column(sa.String(40), index=True)
    person_id: Mapped[int] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(sa.String(160))
    data: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    @property
    def sheet(self) -> Sheet:
        """The table as it was read."""
        found = self.data
        return Sheet(found["columns"], found["rows"], [Note(text, params) for text, params in found["notes"]], found["lines"], self.name)

    @property
    def choices(self) -> dict[str, Any]:
        """What was chosen on the preview."""
        return dict(self.data.get("choices", {}))


def keep(tx: Tx, scope: str, person_id: int, sheet: Sheet) -> SheetDraft:
    """Keeps a table until somebody says yes, instead of an earlier one of the same person for the same purpose."""
    tx.session.execute(sa.delete(SheetDraft).where(SheetDraft.scope == scope, SheetDraft.person_id == person_id))
    data = {
        "columns": sheet.columns, "rows": sheet.rows, "lines": sheet.lines,
        "notes": [[note.text, note.params] for note in sheet.notes], "choices": {},
    }  # fmt: skip
    draft = SheetDraft(scope=scope, person_id=person_id, name=sheet.name, data=data)
    tx.session.add(draft)
    tx.session.flush()
    return draft


def choose(tx: Tx, draft: SheetDraft, choices: dict[str, Any]) -> None:
    """Keeps what was chosen on the preview (JSON-able), instead of earlier choices."""
    draft.data = draft.data | {"choices": choices}
    tx.session.flush()


def take(session: Session, draft_id: str, scope: str, person_id: int, *, lock: bool = False) -> SheetDraft:
    """The table that this person put here for this purpose. Raises Gone when it was taken over, thrown away, or is another's.

    ``lock``: in a transaction that takes it over, so that it is taken over once only (throw it away in the same transaction).
    """
    S = SheetDraft
    query = sa.select(S).where(S.id == draft_id, S.scope == scope, S.person_id == person_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise Gone(
            "sheet-gone",
            N_("Deze tabel staat hier niet meer"),
            N_("Hij is al overgenomen, of na een dag weggegooid. Kies het bestand opnieuw."),
        )
    return found


def throw_away(tx: Tx, draft: SheetDraft) -> None:
    """The table is not needed any more."""
    tx.session.delete(draft)
    tx.session.flush()


@jobs.every(6 * 3600, "drop-sheet-drafts")
def drop_old(progress: jobs.Progress) -> int:
    """Throws away what nobody took over within a day: there are names and addresses in it."""
    with transaction() as tx:
        gone = tx.session.execute(sa.delete(SheetDraft).where(SheetDraft.at < clock.now() - KEPT).returning(SheetDraft.id))
        return len(gone.all())
