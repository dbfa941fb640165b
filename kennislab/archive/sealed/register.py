"""A list outside the database of what was sealed and how far it had grown, beside the key: so that an end that was cut off shows.

A chain proves that nothing in it was changed; that its last link, or the whole chain, was taken away can only be seen from outside. One
line of JSON for each seal and whenever something is chained on, in ``keys/register.jsonl``. Of several machines each knows what it did
itself.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from kennislab.archive.models import Seal
from kennislab.archive.sealed import addenda, keys
from kennislab.archive.sealed.addenda import seal_grew

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Noted:
    """The last that was noted of a lab."""

    lab: int
    head: str
    addenda: int
    digest: str
    later: int = 0
    later_digest: str = ""


def place() -> Path:
    """Where the list is."""
    return keys.folder() / "register.jsonl"


def noted(path: Path | None = None) -> dict[int, Noted]:
    """Lab → the last that was noted. A line that was only half written is passed over."""
    found: dict[int, Noted] = {}
    try:
        lines = (path or place()).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return found
    for line in lines:
        try:
            told = json.loads(line)
            more = int(told.get("later", 0)), str(told.get("later_digest", ""))
            one = Noted(int(told["lab"]), str(told["head"]), int(told["addenda"]), str(told["digest"]), *more)
            found[one.lab] = _furthest(found.get(one.lab), one)
        except (ValueError, KeyError, TypeError):
            log.warning("a line of the register of seals cannot be read")
    return found


def _furthest(before: Noted | None, now: Noted) -> Noted:
    """Of the same seal what came furthest: two servers may write their lines in another order than they committed."""
    if before is None or before.head != now.head:
        return now
    if before.addenda > now.addenda:
        now = replace(now, addenda=before.addenda, digest=before.digest)
    return replace(now, later=before.later, later_digest=before.later_digest) if before.later > now.later else now


def renew(session: Session) -> int:
    """Makes the list anew from the database, after a backup was restored on purpose; returns how many labs are in it."""
    lines = []
    for seal in session.scalars(sa.select(Seal).order_by(Seal.lab_id)):
        lines.append(_line(addenda.reach(session, seal)))
    path = place()
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text("".join(lines), "utf-8")
    os.replace(new, path)
    return len(lines)


def _line(reach: dict[str, Any]) -> str:
    return json.dumps(reach) + "\n"


@seal_grew.connect
def _note(sender: object, **reach: Any) -> None:
    """One line more. A disk that is full must not undo a seal: the chain is whole without it."""
    path = place()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(_line(reach))
    except OSError:
        log.exception("the register of seals was not written", lab=reach.get("lab"))
