"""Who was forgotten, in a file beside the database: a restore turns the database back, and must not bring anybody back.

One JSON object a line in ``erasures.jsonl`` of the data folder: the number that the person's row had, the moment at which that row was
made (so that no other row is taken for it), how and when. No names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog
from flask import current_app
from sqlalchemy.orm import Session

from kennislab.accounts import forgetting
from kennislab.accounts.forgetting import person_forgotten
from kennislab.accounts.models import AccessToken, Erasure, MagicLink, Person, SignIn
from kennislab.core import clock
from kennislab.core.backup.afterwards import after_restore, check
from kennislab.core.backup.restoring import add_lines
from kennislab.core.backup.shape import LEDGER
from kennislab.core.db import db
from kennislab.core.errors import N_
from kennislab.core.transaction import Tx

log = structlog.get_logger(__name__)


def place() -> Path:
    """Where the file is."""
    return Path(current_app.config["DATA_DIR"]) / LEDGER


def _lines(session: Session) -> Iterator[str]:
    rows = session.execute(
        sa.select(Erasure.public_id, Erasure.person_id, Person.created_at, Erasure.how, Erasure.at)
        .join(Person, Person.id == Erasure.person_id)
        .order_by(Erasure.id)
    )
    for id_, person, made, how, at in rows:
        line = {"id": id_, "person": person, "made": made.isoformat(), "how": how, "at": at.isoformat()}
        yield json.dumps(line, separators=(",", ":"))


def write() -> None:
    """Adds to the file what the table has and the file does not."""
    path = place()
    path.parent.mkdir(parents=True, exist_ok=True)
    add_lines(path, "\n".join(_lines(db.session())))


def _after(sender: object, **payload: Any) -> None:
    try:
        write()
    except OSError:  # it is in the table; the next erasure, or the next backup's check, tries again
        log.exception("could not write down in the data folder who was forgotten")


person_forgotten.connect(_after)


def read() -> list[dict[str, Any]]:
    """The lines of the file; one that was only half written is passed over."""
    found: list[dict[str, Any]] = []
    if not place().exists():
        return found
    for line in place().read_text("utf-8").splitlines():
        try:
            one = json.loads(line)
            found.append({**one, "made": datetime.fromisoformat(one["made"]), "at": datetime.fromisoformat(one["at"])})
        except (ValueError, KeyError, TypeError):
            log.warning("a line of the ledger of erasures cannot be read")
    return found


def apply_again(tx: Tx) -> int:
    """Forgets again whom the file names and a restored database still knows; returns how many."""
    done = set(tx.session.scalars(sa.select(Erasure.public_id)))
    number = 0
    for one in read():
        person = tx.session.get(Person, one["person"])
        if one["id"] in done or person is None or person.created_at != one["made"]:
            continue
        forgetting.forget(tx, person.id, one["how"], again=(one["id"], one["at"]))
        number += 1
    return number


def _end_sign_ins(tx: Tx) -> int:
    """A sign-in or a link that was ended since the backup must not work again, so all of them end."""
    now = clock.now()
    ended = sa.update(SignIn).where(SignIn.revoked_at.is_(None), SignIn.expires_at > now).values(revoked_at=now)
    number = len(tx.session.scalars(ended.returning(SignIn.public_id)).all())
    tx.session.execute(sa.update(MagicLink).where(MagicLink.used_at.is_(None)).values(used_at=now))
    tx.session.execute(sa.update(AccessToken).where(AccessToken.revoked_at.is_(None)).values(revoked_at=now))
    return number


def _all_forgotten(session: Session) -> list[str]:
    left = [
        one["person"]
        for one in read()
        if (person := session.get(Person, one["person"])) is not None and person.created_at == one["made"] and (person.name or person.email)
    ]
    return [f"Persoon {number} moest vergeten zijn, en staat er nog." for number in left]


after_restore(N_("mensen die vergeten wilden worden, opnieuw vergeten"), apply_again)
after_restore(N_("aanmeldingen beëindigd: iedereen meldt zich opnieuw aan"), _end_sign_ins)
check(N_("vergeten mensen"), _all_forgotten)
