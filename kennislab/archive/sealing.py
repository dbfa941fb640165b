"""Sealing a harvest, and correcting what is sealed. What else is added afterwards: :mod:`kennislab.archive.following`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from kennislab import __version__
from kennislab.accounts.actors import Actor
from kennislab.archive import findable, meaning, queries
from kennislab.archive.models import ArchiveItem, Consent, Correction, Seal, Status
from kennislab.archive.operations import MOST_TEXT
from kennislab.archive.sealed import addenda, canonical, commitments, keys, later, version1
from kennislab.core import clock, search
from kennislab.core.errors import N_, Conflict, Invalid, NotFound, require
from kennislab.core.signals import signal
from kennislab.core.text import tidy
from kennislab.core.transaction import Tx
from kennislab.programme import operations as programme_operations
from kennislab.programme import states
from kennislab.programme.models import Lab
from kennislab.questions import operations as questions
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus

lab_sealed = signal("lab-sealed", "After a lab's harvest was sealed. lab: int (id); items: int; head: str (hex).")


def seal(tx: Tx, lab: Lab, by: Actor) -> Seal:
    """Seals the harvest: the lab becomes archive, what may be found is found, and nothing in it changes any more.

    Anonymous items lose their source, so that nothing leads back. Raises Conflict when something was not looked at yet, or the
    refusal of the state.
    """
    require(states.verdict(lab.state, "seal"))
    number = queries.counts(tx.session, lab.id)
    if waiting := queries.not_taken_over(tx.session, lab):
        raise Conflict(
            "not-taken-over",
            N_("Er zijn nog bijdragen binnengekomen"),
            N_("Haal eerst de %(n)s nieuwe bijdragen op en loop ze na."),
            n=waiting,
        )
    if number[Status.DRAFT]:
        raise Conflict(
            "drafts-left",
            N_("Nog niet alles is bekeken"),
            N_("Er staan nog %(n)s kaarten open. Bevestig ze of laat ze weg, en sluit dan het lab."),
            n=number[Status.DRAFT],
        )
    items = queries.items_of(tx.session, lab.id)
    _keep_questions(tx, items)
    for item in items:
        if item.anonymous:
            item.source_id = item.person_id = item.participant_id = None
    tx.session.flush()
    record = _sealed(tx, lab, by, items)
    programme_operations.archive_lab(tx, lab, by)
    tx.session.flush()
    for item in items:
        if not findable.findable(item):
            search.remove(tx, *findable.name(item))
    found = [findable.document_of(tx.session, item) for item in items if findable.findable(item)]
    search.index_all(tx, [*found, findable.lab_document(lab, record)])
    meaning.ask(tx)
    tx.after_commit(lab_sealed, lab=lab.id, items=record.items, head=record.head)
    return record


def _keep_questions(tx: Tx, items: Sequence[ArchiveItem]) -> None:
    """A knowledge question that its asker took back, or keeps in the group or without a name, is not read any more as it was asked:
    with name and explanation, by everybody. What may be read of it is the item. Its asker still has the page."""
    near = [item for item in items if item.withdrawn_at is not None or item.consent is Consent.GROUP or item.anonymous]
    asked = [item.source_id for item in near if item.source_kind == "question" and item.source_id]
    for question in tx.session.scalars(sa.select(KnowledgeQuestion).where(KnowledgeQuestion.public_id.in_(asked))).all() if asked else ():
        if question.status is QuestionStatus.SUBMITTED:
            questions.leave(tx, question, QuestionStatus.WITHDRAWN)


def _sealed(tx: Tx, lab: Lab, by: Actor, items: Sequence[ArchiveItem]) -> Seal:
    """The chain over everything of this lab, and the signed manifest about it. Nobody may add to its journal meanwhile."""
    commitments.hold(tx, lab.id)
    key = keys.own()
    made = commitments.chained(lab.id, commitments.parts_of(tx.session, lab, by.name, items))
    at = clock.now().replace(microsecond=0)
    confirmed = sum(item.status is Status.CONFIRMED for item in items)
    record = Seal(lab_id=lab.id, sealed_at=at, sealed_by_id=by.person_id, sealed_by=by.name, items=confirmed, version=2)
    _sign(tx, lab, record, made, key)
    tx.session.add(record)
    commitments.keep(tx, made)
    tx.session.flush()
    later.chain_on(tx, record, later.parts_of(tx.session, lab.id))
    addenda.tell(tx, record)
    return record


def _sign(tx: Tx, lab: Lab, record: Seal, made: commitments.Chained, key: keys.Key, **more: Any) -> None:
    """The manifest of a seal over this chain, signed. ``later``: all that is added afterwards is chained on."""
    before = tx.session.scalar(
        sa.select(Seal)
        .join(Lab, Lab.id == Seal.lab_id)
        .where(Lab.programme_id == lab.programme_id, Seal.lab_id != lab.id)
        .order_by(Seal.sealed_at.desc(), Seal.lab_id.desc())
        .limit(1)
    )
    record.manifest = {
        "format": canonical.SEAL,
        "lab": lab.id,
        "programme": lab.programme_id,
        "sealedAt": clock.iso(record.sealed_at),
        "software": f"kennislab {__version__}",
        "items": record.items,
        "parts": len(made.rows),
        "counts": made.counts,
        "heads": made.heads,
        "head": made.head,
        "previous": {"lab": before.lab_id, "head": before.head} if before is not None else None,
        "later": True,
        "key": key.id,
        **more,
    }
    record.head, record.version, record.key_id = made.head, 2, key.id
    record.signature = key.sign(canonical.seal_message(record.manifest))


def strengthen(tx: Tx, lab: Lab) -> Seal:
    """A seal of version 1 gets the whole chain of version 2, over what there is now; when it was sealed, and by whom, stays.

    The manifest names the first head, which is still good at this moment. Nothing happens to a seal that has a chain already. Raises
    NotFound for what is not sealed, Conflict when something was changed since.
    """
    record = tx.session.scalar(sa.select(Seal).where(Seal.lab_id == lab.id).with_for_update())
    if record is None:
        raise NotFound()
    if record.version >= 2:
        return record
    if record.head != version1.head_of_lab(tx.session, lab.id):
        raise Conflict(
            "seal-broken",
            N_("Het zegel van dit lab klopt niet"),
            N_("Er is na het vaststellen iets veranderd. Kijk het zegel na en zet het archief terug uit een back-up."),
        )
    commitments.hold(tx, lab.id)
    key = keys.own()
    made = commitments.chained(lab.id, commitments.parts_of(tx.session, lab, record.sealed_by))
    _sign(tx, lab, record, made, key, first={"version": 1, "head": record.head}, renewedAt=clock.iso(clock.now()))
    commitments.keep(tx, made)
    known = {(row.kind, row.ref) for row in later.of_lab(tx.session, lab.id)}
    fresh = [part for part in later.parts_of(tx.session, lab.id) if (part.part, part.ref) not in known]
    unsigned = [addenda.part_of(one) for one in addenda.of_lab(tx.session, lab.id) if not one.digest]
    later.chain_on(tx, record, [*map(later.without_name, unsigned), *fresh])
    addenda.tell(tx, record)
    return record


def correct(tx: Tx, item: ArchiveItem, text: str, by: Actor) -> Correction:
    """Adds a signed and dated correction; the item itself stays as it was. Raises Invalid or the state's refusal."""
    require(states.verdict(item.lab.state, "correct"))
    clean = tidy(text)
    if not 1 <= len(clean) <= MOST_TEXT:
        raise Invalid(fields={"text": N_("Schrijf 1 tot 2000 tekens.")})
    correction = Correction(text=clean, by_id=by.person_id, by=by.name, at=clock.now())
    item.corrections.append(correction)
    tx.session.flush()
    addenda.chain_on(tx, item.lab_id, correction)
    findable.index(tx, item)
    return correction
