"""What the room may recall of the archive while somebody types: what every participant of the programme may see, and no more."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.archive import ledger, queries
from kennislab.archive.findable import findable
from kennislab.archive.models import ArchiveItem, Outcome
from kennislab.live import recall
from kennislab.live.recall import Earlier
from kennislab.programme.models import LabState
from kennislab.questions import earlier

MOST_SOLUTIONS = 4


def _for_all(item: ArchiveItem | None, programme_id: int) -> bool:
    """Whether every participant of this programme may see it: sealed, confirmed, and not kept within its group."""
    return item is not None and item.programme_id == programme_id and item.lab.state is LabState.ARCHIVED and findable(item)


class Shelf:
    """The archive as the room sees it."""

    def found(self, session: Session, programme_id: int, names: Sequence[tuple[str, str]]) -> list[Earlier]:
        """See :class:`kennislab.live.recall.Shelf`."""
        by_name = self._by_name(session, programme_id, names)
        chosen = [item for name in names if (item := by_name.get(name)) is not None]
        asked = queries.some(session, {item.answers_id for item in chosen if item.answers_id})
        shown: dict[str, ArchiveItem] = {}
        for item in chosen:
            about = asked.get(item.answers_id or "")
            one = about if about is not None and _for_all(about, programme_id) else item
            shown.setdefault(one.id, one)
        return self._told(session, programme_id, list(shown.values()))

    def one(self, session: Session, programme_id: int, item_id: str) -> Earlier | None:
        """See :class:`kennislab.live.recall.Shelf`."""
        item = queries.item(session, item_id)
        return self._told(session, programme_id, [item])[0] if item is not None and _for_all(item, programme_id) else None

    def _by_name(self, session: Session, programme_id: int, names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], ArchiveItem]:
        """By kind and key in the index. A knowledge question stands there under its own key."""
        keys = [key for _, key in names]
        of_question = sa.and_(ArchiveItem.source_kind == "question", ArchiveItem.source_id.in_(keys))
        wanted = sa.select(ArchiveItem.id).where(ArchiveItem.programme_id == programme_id, sa.or_(ArchiveItem.id.in_(keys), of_question))
        items = queries.some(session, session.scalars(wanted).all()).values()
        sealed = [item for item in items if _for_all(item, programme_id)]
        by_question = {("question", item.source_id or ""): item for item in sealed if item.source_kind == "question"}
        return by_question | {(item.kind, item.id): item for item in sealed}

    def _told(self, session: Session, programme_id: int, items: Sequence[ArchiveItem]) -> list[Earlier]:
        wanted = sa.select(ArchiveItem.id).where(ArchiveItem.answers_id.in_([item.id for item in items]))
        solutions: dict[str, list[Earlier]] = {}
        for solution in queries.some(session, session.scalars(wanted).all()).values():
            if _for_all(solution, programme_id):
                solutions.setdefault(solution.answers_id or "", []).append(_earlier(solution))
        return [_earlier(item, solutions.get(item.id, [])) for item in items]


def _earlier(item: ArchiveItem, solutions: Sequence[Earlier] = ()) -> Earlier:
    sums = queries.outcomes(item.evidence)
    worked_in = {life.municipality for life in ledger.lives(item.evidence) if life.last.status is Outcome.WORKED}
    best_first = sorted(solutions, key=lambda one: (-one.worked, -one.partly, one.failed, -one.tried, one.id))
    return Earlier(
        id=item.id,
        kind=item.kind,
        text=item.text,
        quarter=item.quarter,
        place=item.municipality.name if item.municipality is not None and not item.anonymous else "",
        url=f"/archief/{item.id}",
        tried=sums.tried,
        worked=sums.worked,
        partly=sums.partly,
        failed=sums.failed,
        worked_in=() if item.anonymous else tuple(sorted(worked_in)),
        contact="" if item.anonymous else item.contact,
        solutions=tuple(best_first[:MOST_SOLUTIONS]),
    )


recall.keeps_shelf(Shelf())
earlier.told_by(recall.earlier_like)
