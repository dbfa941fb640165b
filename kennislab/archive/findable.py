"""What of the archive can be found: which items, by whom, under which facets."""

from __future__ import annotations

from sqlalchemy.orm import Session

from kennislab.archive import meaning, queries
from kennislab.archive.models import ActionStatus, ArchiveItem, Consent, Seal, Status
from kennislab.core import search
from kennislab.core.search import Document
from kennislab.core.transaction import Tx
from kennislab.programme import findable as labs
from kennislab.programme.models import District, Lab

UNKNOWN = "none"
"""Facet *outcome* of a solution of which nobody has said yet what came of it."""


def findable(item: ArchiveItem) -> bool:
    """Whether search may know it: confirmed, and not kept within its group."""
    return item.status is Status.CONFIRMED and item.consent is not Consent.GROUP


def name(item: ArchiveItem) -> tuple[str, str]:
    """Kind and key in the index. A knowledge question keeps the place that it had there before the day."""
    if item.source_kind == "question" and item.source_id:
        return "question", item.source_id
    return item.kind, item.id


def document_of(session: Session, item: ArchiveItem) -> Document:
    """An item as it is found. A solution is found by the bottleneck that it solves, too, and everything by what became of it.

    Who does an action, or whom to call, is not in it: that is about people, not about what was learned.
    """
    kind, key = name(item)
    facets = {"theme": list(item.themes), "quarter": [item.quarter], "lab": [item.lab.title]}
    if item.municipality is not None and not item.anonymous:
        facets["municipality"] = [item.municipality.name]
    if item.district_id is not None and not item.anonymous:
        facets["district"] = [session.get_one(District, item.district_id).name]
    outcome = queries.outcomes(item.evidence).best
    if outcome is not None or item.kind == "solution":
        facets["outcome"] = [outcome.value if outcome is not None else UNKNOWN]
    if item.kind == "action":
        facets["state"] = [(item.action_status or ActionStatus.OPEN).value]
    notes = [line.note for line in item.evidence if line.note and line.stands and not item.anonymous]  # they may tell where
    more = notes + [correction.text for correction in item.corrections]
    solved = session.get(ArchiveItem, item.answers_id) if item.answers_id else None
    if solved is not None and findable(solved):
        more.insert(0, solved.text)
    return Document(
        kind=kind,
        key=key,
        title=item.text,
        text="\n".join(more),
        audience=f"programme:{item.programme_id}",
        url=f"/archief/{item.id}",
        at=item.lab.starts_at,
        facets=facets,
    )


def lab_document(lab: Lab, seal: Seal) -> Document:
    """A sealed lab as it is found: as before, and it leads to what was learned there."""
    return labs.document_of(lab)


def index(tx: Tx, item: ArchiveItem) -> None:
    """Puts a sealed item in the index as it is now, or takes it out."""
    tx.session.flush()
    if findable(item):
        search.index(tx, document_of(tx.session, item))
        meaning.ask(tx)
    else:
        search.remove(tx, *name(item))
