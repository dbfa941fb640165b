"""What comes after a seal, signed and chained on: corrections, the ledger, actions; and erasing for a person's sake."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.archive.models import Addendum, ArchiveItem, Correction, Evidence, Seal, SealedPart
from kennislab.archive.sealed import canonical, keys, later
from kennislab.archive.sealed.commitments import Part
from kennislab.core import journal
from kennislab.core.signals import signal
from kennislab.core.transaction import Tx

What = Literal["content", "aside"]

seal_grew = signal(
    "seal-grew",
    "After a lab was sealed or something was chained on. lab: int; head: str, of the seal; addenda: int, digest: str, of the last "
    "correction; later: int, later_digest: str, of the last of what else came after it.",
)


def stream_of(lab_id: int) -> str:
    """The stream of the journal in which stands what was erased of a sealed lab."""
    return f"seal:{lab_id}"


def of_lab(session: Session, lab_id: int) -> Sequence[Correction]:
    """The corrections of a lab in the order in which they were made."""
    chosen = sa.select(Correction).join(ArchiveItem, ArchiveItem.id == Correction.item_id).where(ArchiveItem.lab_id == lab_id)
    return session.scalars(chosen.order_by(Correction.id)).all()


def content_of(correction: Correction) -> dict[str, Any]:
    """What a correction commits to."""
    return {"item": correction.item_id, "text": correction.text, "at": correction.at.isoformat()}


def part_of(correction: Correction) -> Part:
    """A correction as a part, for when it loses a name."""
    return Part("correction", str(correction.id), content_of(correction), {"by": correction.by})


def reach(session: Session, seal: Seal) -> dict[str, Any]:
    """How far both chains have come: what :data:`seal_grew` says of them."""
    chained = [one.digest for one in of_lab(session, seal.lab_id) if one.digest]
    last = session.scalar(sa.select(Addendum).where(Addendum.lab_id == seal.lab_id).order_by(Addendum.number.desc()).limit(1))
    return {
        "lab": seal.lab_id,
        "head": seal.head,
        "addenda": len(chained),
        "digest": chained[-1] if chained else seal.head,
        "later": last.number if last else 0,
        "later_digest": last.digest if last else "",
    }


def tell(tx: Tx, seal: Seal) -> None:
    """Announces after the commit how far the chains of this lab have come."""
    tx.after_commit(seal_grew, **reach(tx.session, seal))


def _held(tx: Tx, lab_id: int) -> Seal | None:
    return tx.session.scalar(sa.select(Seal).where(Seal.lab_id == lab_id).with_for_update())


def chain_on(tx: Tx, lab_id: int, correction: Correction) -> None:
    """Salts, chains and signs a correction that was just added. Raises :class:`kennislab.archive.sealed.keys.NoKey`."""
    seal = _held(tx, lab_id)
    before = [one for one in of_lab(tx.session, lab_id) if one.digest]
    head = before[-1].digest if before else later.origin(seal) if seal else canonical.start(lab_id)
    number = len(before) + 1
    correction.salt, correction.aside_salt = canonical.new_salt(), canonical.new_salt()
    correction.aside = canonical.aside_of(correction.aside_salt, {"by": correction.by})
    correction.commitment = canonical.commitment_of(correction.salt, "correction", str(number), content_of(correction), correction.aside)
    correction.digest = canonical.link(head, correction.commitment)
    correction.signature = keys.own().sign(canonical.addendum_message(lab_id, number, correction.digest))
    if seal is not None:
        tell(tx, seal)


def added(tx: Tx, *lines: later.Line) -> None:
    """Chains on what was just said of items that are sealed: to be called in the transaction that adds a line of the ledger or about an
    action. Nothing happens to a line of a lab that is not sealed yet (the seal takes it along), nor to one that is chained on already.
    Raises NoKey.
    """
    tx.session.flush()
    _chain(tx, [(line.item_id, later.part_of(line)) for line in lines])


def withdrawn(tx: Tx, *lines: Evidence) -> None:
    """The same for the withdrawal of lines of the ledger that was just written down in them."""
    tx.session.flush()
    _chain(tx, [(line.item_id, later.withdrawal_of(line)) for line in lines])


def _chain(tx: Tx, parts: Sequence[tuple[str, Part]]) -> None:
    items = {item_id for item_id, _ in parts}
    if not items:
        return
    lab_of = dict(tx.session.execute(sa.select(ArchiveItem.id, ArchiveItem.lab_id).where(ArchiveItem.id.in_(items))).all())
    labs: dict[int, list[Part]] = {}
    for item_id, part in parts:
        labs.setdefault(lab_of[item_id], []).append(part)
    for lab_id, some in sorted(labs.items()):
        seal = _held(tx, lab_id)
        if seal is None:
            continue
        there = {(row.kind, row.ref) for row in later.of_lab(tx.session, lab_id)}
        if fresh := [part for part in some if (part.part, part.ref) not in there]:
            later.chain_on(tx, seal, fresh)
            tell(tx, seal)


def forget(tx: Tx, lab_id: int, parts: Iterable[tuple[str, str]], what: What = "aside") -> int:
    """Destroys the salts of these ``(part, ref)``, so that what is left in the chain tells nothing; returns how many there were.

    *aside*: what is about a person; the content stays and still verifies. *content*: all of it; the caller blanks the thing itself. What is
    not sealed, or forgotten already, is passed over. A correction goes as ``("correction", its id)``, a line as ``("evidence", its id)`` or
    ``("update", its id)``. Of all of it a signed record stays.
    """
    gone: list[list[str]] = []
    number = 0
    for part, ref in dict.fromkeys(parts):
        before = len(gone)
        for name, row in _salted(tx.session, lab_id, part, ref):
            if row.aside_salt is None and (what == "aside" or row.salt is None):
                continue
            row.aside_salt = None
            if what == "content":
                row.salt = None
            gone.append([*name, what])
        number += len(gone) > before
    if gone:
        gone.sort()
        signature = keys.own().sign(canonical.erasure_message(lab_id, gone))
        journal.append(tx, stream_of(lab_id), [journal.Entry("erased", {"parts": gone, "signature": signature})])
        tx.session.flush()
    return number


def changed(tx: Tx, lab_id: int, pairs: Iterable[tuple[Part, Part]]) -> None:
    """Somebody was taken out of these: each part as it was and as it is. Where only who it was has changed, the content goes on verifying
    with the salt that it had; where words have, how they read now is chained on."""
    pairs = [(was, now) for was, now in pairs if was != now]
    forget(tx, lab_id, [(was.part, was.ref) for was, now in pairs if was.content == now.content])
    rewritten(tx, lab_id, [now for was, now in pairs if was.content != now.content])


def rewritten(tx: Tx, lab_id: int, parts: Iterable[Part]) -> int:
    """Somebody's name went from the content of these: the salts over how they read before go, and how they read since is chained on.

    ``parts``: as they are now. What is not sealed is passed over; returns how many were.
    """
    seal = _held(tx, lab_id)
    if seal is None:
        return 0
    fresh: list[Part] = []
    for part in parts:
        rows = _salted(tx.session, lab_id, part.part, part.ref)
        for _, row in rows:
            row.salt = row.aside_salt = None
        if rows:
            fresh.append(later.without_name(part))
    if fresh:
        later.chain_on(tx, seal, fresh)
        tell(tx, seal)
    return len(fresh)


def _salted(session: Session, lab_id: int, part: str, ref: str) -> list[tuple[tuple[str, str], SealedPart | Correction | Addendum]]:
    """Every link about this part, each with the name under which its erasure is recorded."""
    found: list[tuple[tuple[str, str], SealedPart | Correction | Addendum]] = []
    if part == "correction":
        one = session.get(Correction, int(ref)) if ref.isdecimal() else None
        if one is not None and one.digest and one.item.lab_id == lab_id:
            found.append(((part, ref), one))
    else:
        sealed = session.scalar(sa.select(SealedPart).where(SealedPart.lab_id == lab_id, SealedPart.part == part, SealedPart.ref == ref))
        if sealed is not None:
            found.append(((part, ref), sealed))
    return found + [((row.kind, row.ref), row) for row in later.links_about(session, lab_id, part, ref)]


def erased(session: Session, lab_id: int) -> list[tuple[list[list[str]], str]]:
    """What was erased of a sealed lab, with the signature over each record."""
    rows = journal.read(session, stream_of(lab_id), 0, 1_000_000)
    return [(row.data.get("parts", []), str(row.data.get("signature", ""))) for row in rows if row.type == "erased"]
