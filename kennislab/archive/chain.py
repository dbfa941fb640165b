"""Whether a sealed lab is still what was sealed. What is hashed, and how, stands in :mod:`kennislab.archive.sealed`."""

from __future__ import annotations

from sqlalchemy.orm import Session

from kennislab.archive import queries
from kennislab.archive.sealed import verify


def intact(session: Session, lab_id: int) -> bool:
    """Whether nothing of a sealed lab was changed, cut or swapped. False without a seal."""
    return queries.seal_of(session, lab_id) is not None and verify.lab(session, lab_id).ok
