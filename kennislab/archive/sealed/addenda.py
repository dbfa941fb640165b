"""What comes after a seal: corrections, signed and chained on; and erasing for a person's sake, of which a signed record stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.archive.models import ArchiveItem, Correction, Seal, SealedPart
from kennislab.archive.sealed import canonical, keys
from kennislab.core import journal
from kennislab.core.signals import signal
from kennislab.core.transaction import Tx

What = Literal["content", "aside"]

seal_grew = signal(
    "seal-grew",
    "After a lab was sealed or a correction was chained on. lab: int; head: str, of the seal; addenda: int; digest: str, of the last one.",
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


def chain_on(tx: Tx, lab_id: int, correction: Correction) -> None:
    """Salts, chains and signs a correction that was just added. Raises :class:`kennislab.archive.sealed.keys.NoKey`."""
    seal = tx.session.scalar(sa.select(Seal).where(Seal.lab_id == lab_id).with_for_update())
    before = [one for one in of_lab(tx.session, lab_id) if one.digest]
    head = before[-1].digest if before else seal.head if seal else canonical.start(lab_id)
    number = len(before) + 1
    correction.salt, correction.aside_salt = canonical.new_salt(), canonical.new_salt()
    correction.aside = canonical.aside_of(correction.aside_salt, {"by": correction.by})
    correction.commitment = canonical.commitment_of(correction.salt, "correction", str(number), content_of(correction), correction.aside)
    correction.digest = canonical.link(head, correction.commitment)
    correction.signature = keys.own().sign(canonical.addendum_message(lab_id, number, correction.digest))
    if seal is not None:
        tx.after_commit(seal_grew, lab=lab_id, head=seal.head, addenda=number, digest=correction.digest)


def forget(tx: Tx, lab_id: int, parts: Sequence[tuple[str, str]], what: What = "aside") -> int:
    """Destroys the salts of these ``(part, ref)``, so that what is left in the chain tells nothing; returns how many there were.

    *aside*: what is about a person; the content stays and still verifies. *content*: all of it; the caller blanks the thing itself. What is
    not sealed, or forgotten already, is passed over. A correction goes as ``("correction", its id)``. Of all of it a signed record stays.
    """
    gone: list[list[str]] = []
    for part, ref in parts:
        row = _salted(tx.session, lab_id, part, ref)
        if row is None or (row.aside_salt is None and (what == "aside" or row.salt is None)):
            continue
        row.aside_salt = None
        if what == "content":
            row.salt = None
        gone.append([part, ref, what])
    if gone:
        gone.sort()
        signature = keys.own().sign(canonical.erasure_message(lab_id, gone))
        journal.append(tx, stream_of(lab_id), [journal.Entry("erased", {"parts": gone, "signature": signature})])
        tx.session.flush()
    return len(gone)


def _salted(session: Session, lab_id: int, part: str, ref: str) -> SealedPart | Correction | None:
    if part == "correction":
        found = session.get(Correction, int(ref)) if ref.isdecimal() else None
        return found if found is not None and found.digest and found.item.lab_id == lab_id else None
    return session.scalar(sa.select(SealedPart).where(SealedPart.lab_id == lab_id, SealedPart.part == part, SealedPart.ref == ref))


def erased(session: Session, lab_id: int) -> list[tuple[list[list[str]], str]]:
    """What was erased of a sealed lab, with the signature over each record."""
    rows = journal.read(session, stream_of(lab_id), 0, 1_000_000)
    return [(row.data.get("parts", []), str(row.data.get("signature", ""))) for row in rows if row.type == "erased"]
