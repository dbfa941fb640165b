"""What is the same for everybody who comes to ask something in a lab, made once and kept for a minute, per app.

That is the municipalities to choose from and the empty form as it is drawn: together half of what that page costs to make. A drawn form
holds nothing of a person but the municipality that is filled in beforehand, and that is part of its name here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from flask import current_app

Key = tuple[str | int | None, ...]
Made = TypeVar("Made")

FRESH = 60.0
"""Seconds: so long a municipality that joins may be missing in a form. What is sent is checked against the register itself."""
_MOST = 512


def kept(key: Key, make: Callable[[], Made]) -> Made:
    """What ``make`` made for this key, at most :data:`FRESH` seconds ago. ``key``: all that it depends on."""
    known: dict[Key, tuple[float, Made]] = current_app.extensions.setdefault("kennislab-question-forms", {})
    now = time.monotonic()
    found = known.get(key)
    if found is not None and found[0] > now:
        return found[1]
    made = make()
    if len(known) >= _MOST:
        known.clear()
    known[key] = (now + FRESH, made)
    return made
