"""Taking back what was just done: the next page offers it for a while, as a form that goes back the way it came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import session

_KEY = "kl_undo"
_MOST = 40
"""Fields that fit in the cookie; who did more than that at once takes it back by hand."""


def offer(sentence: str, action: str, fields: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
    """The next page that asks says ``sentence`` and offers a button that posts ``fields`` to ``action``."""
    pairs = list(fields.items()) if isinstance(fields, Mapping) else [(name, value) for name, value in fields]
    session[_KEY] = {"text": sentence, "action": action if len(pairs) <= _MOST else "", "fields": pairs if len(pairs) <= _MOST else []}


def take() -> dict[str, Any] | None:
    """What was offered, once."""
    found = session.pop(_KEY, None)
    return found if isinstance(found, dict) else None
