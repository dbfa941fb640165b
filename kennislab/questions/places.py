"""The municipalities that the form of a lab offers, remembered: they are asked for with every form, and change once a year."""

from __future__ import annotations

import threading
import time

from sqlalchemy.orm import Session

from kennislab.programme import queries as programme_queries
from kennislab.programme.models import Lab

Choices = tuple[tuple[str, str], ...]

FRESH = 60.0
"""Seconds: so long a municipality that joins may be missing in a form. What is sent is checked against the register itself."""
_MOST = 64

_lock = threading.Lock()
_known: dict[tuple[str, int, str], tuple[float, Choices]] = {}


def choices(session: Session, lab: Lab) -> Choices:
    """(code, name) of who takes part on the day of this lab."""
    key = (str(session.get_bind().engine.url), lab.id, lab.day.isoformat())
    now = time.monotonic()
    with _lock:
        kept = _known.get(key)
    if kept is not None and kept[0] > now:
        return kept[1]
    found = tuple((place.code, place.name) for place in programme_queries.municipalities_for(session, lab))
    with _lock:
        if len(_known) >= _MOST:
            _known.clear()
        _known[key] = (now + FRESH, found)
    return found
