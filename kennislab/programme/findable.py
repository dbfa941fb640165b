"""A lab as search finds it, from the day it is planned; once it is sealed, the archive says what stands there."""

from __future__ import annotations

from kennislab.core import search
from kennislab.core.search import Document
from kennislab.core.transaction import Tx
from kennislab.programme.models import Lab, LabState

KIND = "lab"


def document_of(lab: Lab) -> Document:
    """Title, description, place and agenda, for everybody in the programme."""
    steps = [" ".join(part for part in (f"{item.title}.", item.instruction) if part) for item in lab.agenda]
    return Document(
        kind=KIND,
        key=str(lab.id),
        title=lab.title,
        text="\n".join(part for part in (lab.description, lab.place, *steps) if part),
        audience=f"programme:{lab.programme_id}",
        url=f"/kennislabs/{lab.id}/archief" if lab.state is LabState.ARCHIVED else f"/kennislabs/{lab.id}",
        at=lab.starts_at,
        facets={"quarter": [lab.quarter], "lab": [lab.title]},
    )


def index(tx: Tx, lab: Lab) -> None:
    """Puts a lab in the index as it is now."""
    tx.session.flush()
    search.index(tx, document_of(lab))


def remove(tx: Tx, lab: Lab) -> None:
    """Takes it out."""
    search.remove(tx, KIND, str(lab.id))
