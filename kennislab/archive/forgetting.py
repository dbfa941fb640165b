"""The archive's part of what is known of somebody, and of forgetting: the lesson stays, the person goes, and the seals go on verifying."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts import forgetting
from kennislab.accounts.forgetting import Known, Leaving
from kennislab.archive.models import ActionUpdate, ArchiveItem, Correction, Evidence, HarvestAct, ProducedFile, SavedSearch, Seal
from kennislab.archive.sealed import addenda, commitments, register, verify
from kennislab.core.backup.afterwards import after_restore, check
from kennislab.core.errors import N_
from kennislab.core.journal import Row
from kennislab.core.signals import journal_rewriting
from kennislab.core.transaction import Tx
from kennislab.live.models import Participant
from kennislab.programme import retention
from kennislab.programme.models import Lab, LabState, Upload


def _knows(session: Session, person_id: int) -> Iterator[Known]:
    A = ArchiveItem
    for item in session.scalars(sa.select(A).where(A.person_id == person_id).order_by(A.created_at)):
        yield Known(N_("Je bracht in"), item.text, item.created_at, f"/archief/{item.id}")
    for line in session.scalars(sa.select(Evidence).where(Evidence.reporter_id == person_id)):
        yield Known(N_("Je vertelde wat ervan werd"), line.note or line.status.value, line.created_at, f"/archief/{line.item_id}")
    for update in session.scalars(sa.select(ActionUpdate).where(ActionUpdate.by_id == person_id)):
        yield Known(N_("Je zei hoe een actie ging"), update.note or update.status.value, update.at, f"/archief/{update.item_id}")
    for correction in session.scalars(sa.select(Correction).where(Correction.by_id == person_id)):
        yield Known(N_("Je verbeterde"), correction.text, correction.at, f"/archief/{correction.item_id}")
    for search in session.scalars(sa.select(SavedSearch).where(SavedSearch.person_id == person_id)):
        yield Known(N_("Je bewaarde een zoekopdracht"), search.name, search.created_at)


def _forget(tx: Tx, leaving: Leaving) -> dict[str, int]:
    """Items and corrections without who it was; of what is sealed the salts go that cover the person, not those of the lesson."""
    session = tx.session
    A = ArchiveItem
    own = sa.select(Participant.id).where(Participant.person_id == leaving.id)
    mine = sa.or_(A.person_id == leaving.id, A.participant_id.in_(own))
    labs = session.scalars(sa.select(Lab).where(Lab.programme_id.in_(leaving.programmes))).all()
    wanted = [mine]
    if leaving.name.strip():
        wanted.append(sa.and_(A.programme_id.in_(leaving.programmes), _names(leaving)))
    sealed = set(session.scalars(sa.select(Seal.lab_id).where(Seal.version >= 2)))
    asides: dict[int, list[tuple[str, str]]] = {}
    number = 0
    for item in session.scalars(sa.select(A).where(sa.or_(*wanted))).all():
        number += item.person_id == leaving.id
        if _without(item, leaving, item.lab.state is LabState.ARCHIVED) and item.lab_id in sealed:
            asides.setdefault(item.lab_id, []).append(("item", item.id))
    for correction in session.scalars(sa.select(Correction).where(Correction.by_id == leaving.id)).all():
        correction.by, correction.by_id = "", None
        asides.setdefault(correction.item.lab_id, []).append(("correction", str(correction.id)))
    for seal in session.scalars(sa.select(Seal).where(Seal.sealed_by_id == leaving.id)).all():
        seal.sealed_by, seal.sealed_by_id = "", None
        if seal.lab_id in sealed:
            asides.setdefault(seal.lab_id, []).append(("lab", str(seal.lab_id)))
    _agreed_later(tx, leaving)
    if not leaving.twins:
        for upload in session.scalars(sa.select(Upload).where(Upload.lab_id.in_(sealed), Upload.by == leaving.name)).all():
            upload.by = ""
            asides.setdefault(upload.lab_id, []).append(("file", upload.id))
    session.flush()
    for lab_id, parts in asides.items():
        addenda.forget(tx, lab_id, parts)
    session.execute(sa.delete(HarvestAct).where(HarvestAct.lab_id.in_([lab.id for lab in labs])))  # what can be undone still names them
    for file in session.scalars(sa.select(ProducedFile).where(ProducedFile.lab_id.in_([lab.id for lab in labs]))):
        file.expires_at = file.at  # made with the name in it: it goes at the next cleaning up
    return {N_("kaarten in het archief zonder naam"): number}


@retention.clears
def clear(tx: Tx, lab_ids: Sequence[int]) -> dict[str, int]:
    """Whom to call and who did what, in the items of these labs; the seals go on verifying."""
    sealed = dict(tx.session.execute(sa.select(Seal.lab_id, Seal.version)).all())
    number = 0
    for lab_id in lab_ids:
        parts: list[tuple[str, str]] = [("lab", str(lab_id))]
        for item in tx.session.scalars(sa.select(ArchiveItem).where(ArchiveItem.lab_id == lab_id)):
            if item.contact or item.owner:
                parts.append(("item", item.id))
            number += bool(item.contact or item.owner or item.person_id or item.participant_id)
            item.contact = item.owner = item.edited_by = ""
            item.person_id = item.participant_id = None
        for correction in tx.session.scalars(sa.select(Correction).join(ArchiveItem).where(ArchiveItem.lab_id == lab_id)):
            correction.by, correction.by_id = "", None
            parts.append(("correction", str(correction.id)))
        of_lab = ActionUpdate.item_id.in_(sa.select(ArchiveItem.id).where(ArchiveItem.lab_id == lab_id))
        tx.session.execute(sa.update(ActionUpdate).where(of_lab).values(owner="", by="", by_id=None))
        tx.session.execute(sa.update(Seal).where(Seal.lab_id == lab_id).values(sealed_by="", sealed_by_id=None))
        tx.session.flush()
        if sealed.get(lab_id, 1) >= 2:
            addenda.forget(tx, lab_id, parts)
    return {N_("kaarten in het archief zonder naam"): number}


def _agreed_later(tx: Tx, leaving: Leaving) -> None:
    """Whoever took an action on after the seal, as it was called then. No seal covers that, so nothing else has to go."""
    held = sa.and_(ActionUpdate.owner != "", ArchiveItem.programme_id.in_(leaving.programmes))
    for update, lab_id in tx.session.execute(sa.select(ActionUpdate, ArchiveItem.lab_id).join(ArchiveItem).where(held)).all():
        if (update.by_id == leaving.id or not leaving.twins) and _holds(update.owner, leaving, lab_id):
            update.owner = ""


def _names(leaving: Leaving) -> Any:
    A = ArchiveItem
    exact = [
        A.contact.icontains(leaving.name, autoescape=True),
        A.owner.icontains(leaving.name, autoescape=True),
        A.edited_by == leaving.name,
    ]
    return sa.or_(*exact, forgetting.mentions(leaving, A.text, A.original_text))


def _holds(text: str, leaving: Leaving, lab_id: int) -> bool:
    """Whether whom to call, or who does it, is (also) this person."""
    return leaving.is_named(text, lab_id) or bool(leaving.name.strip()) and leaving.name.casefold() in text.casefold()


def _without(item: ArchiveItem, leaving: Leaving, sealed: bool) -> bool:
    """Takes the person out of an item; returns whether something went that a seal covers. What was sealed as text stays as it is."""
    before = (item.contact, item.owner, item.original_text)
    mine = item.person_id == leaving.id
    if mine:
        item.person_id = item.participant_id = None
    if mine or not leaving.twins:
        item.contact = "" if _holds(item.contact, leaving, item.lab_id) else item.contact
        item.owner = "" if _holds(item.owner, leaving, item.lab_id) else item.owner
        item.edited_by = "" if leaving.is_named(item.edited_by) else item.edited_by
    item.original_text = leaving.without(item.original_text)
    if not sealed:
        item.text = leaving.without(item.text)
        item.lesson = {key: leaving.without(one) for key, one in (item.lesson or {}).items()}
    return before != (item.contact, item.owner, item.original_text)


def _content(row: Row) -> dict[str, Any]:
    """What a seal covers of a fact as content; who it was is aside."""
    return commitments._fact(row.type, row.at.isoformat(), row.actor, json.dumps(row.data))[0]


def _journal(sender: object, *, tx: Tx, stream: str, changes: list[list[Row]]) -> None:
    """Before facts of a sealed lab lose a name: the salts that cover it go, with a signed record."""
    kind, _, number = stream.partition(":")
    if kind not in ("live", "board") or not number.isdecimal():
        return
    seal = tx.session.get(Seal, int(number))
    if seal is None or seal.version < 2:
        return
    parts: dict[addenda.What, list[tuple[str, str]]] = {"aside": [], "content": []}
    for pair in changes:
        was, will = pair
        same = _content(was) == _content(will)
        parts["aside" if same else "content"].append(("journal", f"{stream}:{was.seq}"))
        if not same:
            pair[1] = replace(will, data={}, actor=None)
    for what, some in parts.items():
        addenda.forget(tx, int(number), some, what)


journal_rewriting.connect(_journal)
forgetting.register(
    N_("Archief"),
    _knows,
    _forget,
    tables=("archive_item", "archive_evidence", "archive_action_update", "archive_correction", "saved_search"),
)


def _renew(tx: Tx) -> int:
    """The list outside the database of what was sealed is that of the database again: it was turned back on purpose."""
    return register.renew(tx.session)


def _verified(session: Session) -> list[str]:
    """What a look at every seal finds."""
    return [finding.said() for finding in verify.database(session).findings]


after_restore(N_("zegels in de lijst buiten de database"), _renew)
check(N_("zegels van het archief"), _verified)
