"""Questions that ask nearly the same, as a facilitator sees them: side by side, until somebody merged them or said that they differ."""

from __future__ import annotations

import difflib
import json
import unicodedata
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.core import clock, jobs
from kennislab.core.db import db
from kennislab.core.transaction import Tx, transaction
from kennislab.grouping import proposing, queries
from kennislab.grouping.engine.encoder import Matrix, default_encoder
from kennislab.grouping.engine.similar import close_pairs
from kennislab.grouping.models import PairVerdict
from kennislab.questions import queries as questions
from kennislab.questions.models import KnowledgeQuestion
from kennislab.questions.signals import question_changed

MOST_PAIRS = 200
"""Of one lab: the closest. Who has more of them has imported something twice."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two submitted questions, the oldest first. ``likeness``: −1…1, 1 for the same words."""

    first: KnowledgeQuestion
    second: KnowledgeQuestion
    likeness: float


Found = list[tuple[int, int, float]]
_kept: OrderedDict[tuple[int, str, int], Found] = OrderedDict()
"""What was found last, per lab and what its questions say: a page is opened more often than a question changes."""


def close_pairs_of(session: Session, lab_id: int, *, make: bool = False) -> list[Pair]:
    """Pairs that are worth a look, closest first, without those that somebody found to differ.

    Works on stored vectors; a question that has none yet is left out, or (``make``) gets one for this once.
    """
    there = questions.of_lab(session, lab_id)
    by_id = {one.id: one for one in there}
    judged = _judged(session, by_id)
    pairs = [pair for pair in _found(session, lab_id, there, make) if pair[:2] not in judged]
    return [Pair(by_id[first], by_id[second], score) for first, second, score in pairs[:MOST_PAIRS]]


def count(session: Session, lab_id: int) -> int:
    """How many pairs are worth a look now."""
    return len(close_pairs_of(session, lab_id))


def _judged(session: Session, by_id: dict[int, KnowledgeQuestion]) -> set[tuple[int, int]]:
    V = PairVerdict
    rows = session.execute(sa.select(V.first_id, V.second_id).where(V.first_id.in_(by_id)))
    return {(int(first), int(second)) for first, second in rows}


def _found(session: Session, lab_id: int, there: Sequence[KnowledgeQuestion], make: bool) -> Found:
    """(lower id, higher id, likeness), closest first."""
    encoder = default_encoder().name
    wanted = [(one.id, one.text) for one in there]
    if not make:
        stored = queries.vectors_of(session, [id_ for id_, _ in wanted], encoder)
        wanted = [(id_, text) for id_, text in wanted if id_ in stored and stored[id_].digest == proposing.digest(text)]
    if len(wanted) < 2:
        return []
    key = (lab_id, encoder, hash(tuple(wanted)))
    if key not in _kept:
        vectors, _ = proposing.vectors_for(session, wanted)
        _kept[key] = jobs.off_hub(_compare, wanted, vectors, encoder)
        while len(_kept) > 16:
            _kept.popitem(last=False)
    return _kept[key]


def _compare(wanted: list[tuple[int, str]], vectors: Matrix, encoder: str) -> Found:
    ids = [id_ for id_, _ in wanted]
    found = close_pairs(np.asarray(vectors), [text for _, text in wanted], encoder)
    return [(min(ids[a], ids[b]), max(ids[a], ids[b]), score) for a, b, score in found]


# --- what people decide -------------------------------------------------------------------------------------------------------


def say_different(tx: Tx, first: KnowledgeQuestion, second: KnowledgeQuestion, by: Actor) -> None:
    """These ask something different: they are not shown side by side again. Saying it twice changes nothing."""
    insert = postgresql.insert if tx.session.connection().dialect.name == "postgresql" else sqlite.insert
    low, high = sorted((first.id, second.id))
    row = {"first_id": low, "second_id": high, "by_name": by.name[:120], "at": clock.now()}
    tx.session.execute(insert(PairVerdict).values(row).on_conflict_do_nothing(index_elements=["first_id", "second_id"]))


def take_back_different(tx: Tx, first: KnowledgeQuestion, second: KnowledgeQuestion) -> None:
    """They may be the same after all."""
    low, high = sorted((first.id, second.id))
    tx.session.execute(sa.delete(PairVerdict).where(PairVerdict.first_id == low, PairVerdict.second_id == high))


# --- how they are shown -------------------------------------------------------------------------------------------------------


Words = list[tuple[str, bool]]
"""(piece of text, whether the other one says it differently); joined by spaces it is the text."""


def marked(first: str, second: str) -> tuple[Words, Words]:
    """Both texts in pieces, with what differs. Case, accents and punctuation make no difference."""
    left, right = first.split(), second.split()
    plain_left, plain_right = ([_plain(word) for word in words] for words in (left, right))
    out: tuple[Words, Words] = ([], [])
    for what, a, b, c, d in difflib.SequenceMatcher(None, plain_left, plain_right, autojunk=False).get_opcodes():
        if b > a:
            out[0].append((" ".join(left[a:b]), what != "equal"))
        if d > c:
            out[1].append((" ".join(right[c:d]), what != "equal"))
    return out


def _plain(word: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", word.casefold()) if sign.isalnum()) or word


# --- vectors are made when a question comes in --------------------------------------------------------------------------------


def _on_question(sender: object, *, lab: int, what: str, **rest: object) -> None:
    """A question that came or changed gets its vector in the background; one job does all of a lab that wait."""
    if what == "gone":
        return
    J = jobs.Job
    arguments = json.dumps({"lab_id": lab})
    waiting = sa.select(J.id).where(J.name == proposing.VECTORS, J.state == "queued", J.arguments == arguments).limit(1)
    if db.session().scalar(waiting) is None:
        with transaction() as tx:
            jobs.enqueue(tx, proposing.VECTORS, lab_id=lab)


question_changed.connect(_on_question)
