"""Proposing themes: the long work, off the event loop. Reads, computes without the database, then writes through the operations.

A job makes missing vectors and puts the proposal on the board; what facilitators do meanwhile wins.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.core import jobs
from kennislab.core.db import db
from kennislab.core.errors import N_, Invalid
from kennislab.core.transaction import Tx, transaction
from kennislab.grouping import operations, queries
from kennislab.grouping.engine import Proposal, Seed, propose, suggested_groups
from kennislab.grouping.engine.clusters import cluster
from kennislab.grouping.engine.encoder import Matrix, default_encoder
from kennislab.grouping.engine.labels import label_groups
from kennislab.grouping.engine.space import theme_space
from kennislab.grouping.models import ProposedBy
from kennislab.programme import states
from kennislab.programme.models import Lab, LabState
from kennislab.programme.signals import lab_state_changed

JOB = "grouping.propose"
VECTORS = "grouping.vectors"
LEAST_GROUPS, MOST_GROUPS = 2, 20
LEAST_LARGEST, MOST_LARGEST = 2, 500


@dataclass(frozen=True, slots=True)
class _Question:
    id: int
    text: str
    theme_id: int | None
    fixed: bool


@dataclass(frozen=True, slots=True)
class _Theme:
    id: int
    title: str
    typed: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """The board as the engine needs it: plain values. ``seeds``: the themes that stay, with what is fixed in them."""

    questions: list[_Question]
    seeds: list[_Theme]


def read_board(session: Session, lab_id: int) -> Reading:
    """The questions, and the themes that stay: a person's, and those in which a person put something."""
    found = [_Question(card.question.id, card.question.text, card.theme_id, card.fixed) for card in queries.cards_of(session, lab_id)]
    holding = {one.theme_id for one in found if one.fixed}
    stay = [theme for theme in queries.themes_of(session, lab_id) if theme.proposed_by is ProposedBy.PERSON or theme.id in holding]
    return Reading(found, [_Theme(theme.id, theme.title, theme.proposed_by is ProposedBy.PERSON) for theme in stay])


def digest(text: str) -> str:
    """What tells whether a stored vector is of this text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _encode(texts: list[str]) -> Matrix:
    return default_encoder().encode(texts)


def vectors_for(session: Session, questions: list[tuple[int, str]]) -> tuple[Matrix, dict[int, tuple[str, bytes]]]:
    """Vectors of (question id, text) in that order, and those among them that had to be made, for storing."""
    encoder = default_encoder()
    stored = queries.vectors_of(session, [id_ for id_, _ in questions], encoder.name)
    rows: dict[int, Matrix] = {}
    missing: list[tuple[int, str]] = []
    for id_, text in questions:
        row = stored.get(id_)
        if row is not None and row.digest == digest(text):
            rows[id_] = np.frombuffer(row.data, np.float16).astype(np.float32)
        else:
            missing.append((id_, text))
    made: dict[int, tuple[str, bytes]] = {}
    if missing:
        for (id_, text), vector in zip(missing, jobs.off_hub(_encode, [text for _, text in missing]), strict=True):
            short = vector.astype(np.float16)
            rows[id_], made[id_] = short.astype(np.float32), (digest(text), short.tobytes())
    if not questions:
        return np.zeros((0, encoder.dimensions), np.float32), made
    return np.array([rows[id_] for id_, _ in questions], np.float32), made


def _compute(reading: Reading, vectors: Matrix, groups: int | None, largest: int | None = None) -> Proposal:
    """Pure: may run in a thread of its own."""
    at = {question.id: place for place, question in enumerate(reading.questions)}
    seeds = [
        Seed(theme.title if theme.typed else "", tuple(at[q.id] for q in reading.questions if q.fixed and q.theme_id == theme.id))
        for theme in reading.seeds
    ]
    parked = [at[q.id] for q in reading.questions if q.fixed and q.theme_id is None]
    texts = [question.text for question in reading.questions]
    return propose(texts, vectors, default_encoder(), groups=groups, seeds=seeds, parked=parked, largest=largest)


def _as_themes(reading: Reading, proposal: Proposal) -> tuple[list[operations.ProposedTheme], list[int]]:
    ids = [question.id for question in reading.questions]
    themes = [
        operations.ProposedTheme(
            title=group["label"],
            subtitle=group["subtitle"],
            questions=[ids[item] for item in group["items"]],
            theme_id=reading.seeds[place].id if place < len(reading.seeds) else None,
            fits={ids[item]: proposal.fits[item] for item in group["items"]} if len(group["items"]) > 1 else {},
        )
        for place, group in enumerate(proposal.groups)
    ]
    return themes, [ids[item] for item in proposal.rest]


def propose_now(tx: Tx, lab: Lab, by: Actor, groups: int | None = None, largest: int | None = None) -> None:
    """Proposes inside one transaction: for demo data and the command line, where nobody waits meanwhile."""
    reading = read_board(tx.session, lab.id)
    vectors, made = vectors_for(tx.session, [(one.id, one.text) for one in reading.questions])
    operations.store_vectors(tx, default_encoder().name, made)
    themes, rest = _as_themes(reading, _compute(reading, vectors, groups, largest))
    operations.apply_proposal(tx, lab, by, themes, rest)


def ask_for_proposal(tx: Tx, lab: Lab, by: Actor, groups: int | None, largest: int | None = None) -> str:
    """Queues a proposal; returns the job's public id. ``largest``: so many questions at most in a theme, save what people put there.

    Raises Invalid when there is nothing to group or a number is odd.
    """
    if groups is not None and not LEAST_GROUPS <= groups <= MOST_GROUPS:
        raise Invalid(fields={"groups": N_("Kies een aantal van 2 tot en met 20.")})
    if largest is not None and not LEAST_LARGEST <= largest <= MOST_LARGEST:
        raise Invalid(fields={"largest": N_("Kies een aantal van 2 tot en met 500.")})
    if not queries.cards_of(tx.session, lab.id):
        raise Invalid("no-questions", N_("Er zijn nog geen kennisvragen"), N_("Zodra er vragen zijn, kun je er thema’s van maken."))
    work = jobs.enqueue(tx, JOB, lab_id=lab.id, person_id=by.person_id, person_name=by.name, groups=groups, largest=largest)
    operations.begin_proposal(tx, lab, by, work.public_id, groups, largest)
    return work.public_id


@jobs.job(JOB)
def propose_themes(
    progress: jobs.Progress, lab_id: int, person_id: int | None, person_name: str, groups: int | None, largest: int | None = None
) -> dict[str, int]:
    """The job. The board may have moved on to another state of the lab: then nothing is changed."""
    by = Actor(person_id, person_name)

    def tell(percent: int, note: str) -> None:
        progress(percent, note)
        with transaction() as tx:
            operations.tell_progress(tx, lab_id, by)

    try:
        tell(10, N_("Vragen vergelijken"))
        reading = read_board(db.session(), lab_id)
        vectors, made = vectors_for(db.session(), [(one.id, one.text) for one in reading.questions])
        db.session.rollback()
        if made:
            with transaction() as tx:
                operations.store_vectors(tx, default_encoder().name, made)
        tell(60, N_("Thema’s zoeken"))
        themes, rest = _as_themes(reading, jobs.off_hub(_compute, reading, vectors, groups, largest))
        with transaction() as tx:
            lab = tx.session.get_one(Lab, lab_id)
            if states.allows(lab.state, "group_questions"):
                operations.apply_proposal(tx, lab, by, themes, rest)
            operations.end_proposal(tx, lab, by)
    except Exception:
        db.session.rollback()
        with transaction() as tx:
            operations.end_proposal(tx, tx.session.get_one(Lab, lab_id), by)
        raise
    return {"themes": len(themes), "rest": len(rest)}


@jobs.job(VECTORS)
def make_vectors(progress: jobs.Progress, lab_id: int) -> dict[str, int]:
    """Makes the vectors that a lab's questions do not have yet, so that the first proposal comes at once."""
    reading = read_board(db.session(), lab_id)
    _, made = vectors_for(db.session(), [(one.id, one.text) for one in reading.questions])
    db.session.rollback()
    if made:
        with transaction() as tx:
            operations.store_vectors(tx, default_encoder().name, made)
    return {"made": len(made)}


def _on_state(sender: object, *, lab: int, now: LabState, **rest: object) -> None:
    """When grouping begins, the vectors are made ready in the background."""
    if now is LabState.GROUPING:
        with transaction() as tx:
            jobs.enqueue(tx, VECTORS, lab_id=lab)


lab_state_changed.connect(_on_state)


def halves(session: Session, lab_id: int, theme_id: int) -> tuple[list[int], str]:
    """The part of a theme that is best taken out to make two of it, and a name for it. Raises Invalid with fewer than four cards."""
    inside = [(card.question.id, card.question.text) for card in queries.cards_of(session, lab_id) if card.theme_id == theme_id]
    if len(inside) < 4:
        raise Invalid("too-small-to-split", N_("Dit thema is te klein om te splitsen"), N_("Kies zelf de kaarten voor een nieuw thema."))
    vectors, _ = vectors_for(session, inside)
    texts = [text for _, text in inside]
    labels, name = jobs.off_hub(_halved, texts, vectors)
    return [id_ for (id_, _), label in zip(inside, labels, strict=True) if label == 1], name or texts[labels.index(1)][:60]


def _halved(texts: list[str], vectors: Matrix) -> tuple[list[int], str]:
    encoder = default_encoder()
    labels, _ = cluster(theme_space(vectors, texts, encoder.name), 2, largest=len(texts) - max(1, len(texts) // 4))
    return labels.tolist(), label_groups(texts, vectors, labels, encoder)[1][0]


def name_for(session: Session, lab_id: int, question_ids: list[int]) -> str:
    """A name for these questions, in contrast with the others of the lab; empty when none of them is there."""
    chosen = set(question_ids)
    found = [(card.question.id, card.question.text) for card in queries.cards_of(session, lab_id)]
    if not any(id_ in chosen for id_, _ in found):
        return ""
    vectors, _ = vectors_for(session, found)
    return jobs.off_hub(_named, [text for _, text in found], vectors, [id_ in chosen for id_, _ in found])


def _named(texts: list[str], vectors: Matrix, chosen: list[bool]) -> str:
    labels = np.where(np.array(chosen), 0, 1)
    title, central = label_groups(texts, vectors, labels, default_encoder())[0]
    return title or texts[central][:60]


def suggested(session: Session, lab: Lab) -> int:
    """How many themes the slider starts at: as asked last, else what the number of questions suggests."""
    row = queries.board_row(session, lab.id)
    count = len(queries.cards_of(session, lab.id))
    return (row.groups if row and row.groups else None) or max(LEAST_GROUPS, suggested_groups(count))
