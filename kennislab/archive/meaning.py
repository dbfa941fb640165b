"""Vectors of what was harvested, made once by a job: after a lab is sealed or an item of it changes, and of whatever is without one.

A changed item is a new document in the index, without a vector, and what is withdrawn or erased loses its vector with its document
(see :mod:`kennislab.core.search.meanings`). So the job has one question to ask: which sealed items have no vector of today's encoder?
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import timedelta

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.core import jobs, search
from kennislab.core.db import db
from kennislab.core.transaction import Tx, transaction
from kennislab.live import recall, recall_meaning

VECTORS = "archive.vectors"
SEALED_AT = "/archief/"
"""Where a sealed item stands. A question that has not had its day stands elsewhere."""

KINDS = (*recall.KINDS, "insight", "linking_opportunity", "advice", "action", "success_factor")
"""What somebody may search for in other words; recall shows a few of these kinds only."""

PATIENCE_SECONDS = 0.05
"""So long a page waits for the meaning of a question (some 5 ms when nobody else asks); after that it is answered by its words."""

CALM_SECONDS = 120.0
"""Not in the first minutes of a process: whoever started it is waiting for other things."""

_AT_ONCE = 64
_begun = time.monotonic()


def ask(tx: Tx) -> None:
    """Sees to it that the job runs after this commit, once."""
    waiting = sa.select(sa.exists().where(jobs.Job.name == VECTORS, jobs.Job.state == "queued"))
    if recall_meaning.present() and not tx.session.scalar(waiting):
        jobs.enqueue(tx, VECTORS)


@jobs.every(3600, VECTORS)
def make_vectors(progress: jobs.Progress) -> dict[str, int]:
    """Makes what is missing. Leaves the memory as it was."""
    wait = CALM_SECONDS - (time.monotonic() - _begun)
    if wait > 0 and _missing(1):
        with transaction() as tx:
            jobs.enqueue(tx, VECTORS, delay=timedelta(seconds=wait))
        return {"made": 0}
    return {"made": make_missing()}


def make_missing() -> int:
    """The same, now. Returns how many were made."""
    if not recall_meaning.present():
        return 0
    made = 0
    was_ready = recall_meaning.ready()
    while missing := _missing(_AT_ONCE):
        found = jobs.off_hub(recall_meaning.vectors, [title[: recall.MOST_TYPED] for _, title in missing])
        with transaction() as tx:
            made += search.store_vectors(
                tx, recall_meaning.NAME, {number: np.asarray(row) for (number, _), row in zip(missing, found, strict=True)}
            )
    if made and not was_ready and not recall_meaning.held():
        recall_meaning.let_go()
    return made


def _missing(most: int) -> list[tuple[int, str]]:
    found = search.without_vector(db.session(), recall_meaning.NAME, KINDS, SEALED_AT, most)
    db.session.rollback()  # reading only: no transaction stays open meanwhile
    return found


def of_questions(session: Session) -> Callable[[str], search.Meaning | None] | None:
    """What gives the vector of a question for the page, or None when it cannot soon; None where search is to go by letters alone.

    When the encoder is not in memory it is loaded for the next one, if there is anything to compare with.
    """
    if os.environ.get("KENNISLAB_ENCODER", "").strip() == "letters":
        return None

    def of(text: str) -> search.Meaning | None:
        if not recall_meaning.ready():
            return recall_meaning.of(session, text)
        return jobs.within(PATIENCE_SECONDS, recall_meaning.of, session, text)  # asks nothing of the database by now

    return of
