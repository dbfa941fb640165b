"""What came after a seal, chained on: lines of the ledger, how actions went, and parts that lost somebody's name.

A chain of its own beside that of the corrections. It begins at the head of the seal, and each link is signed, so that a line that was
changed, cut or swapped shows as one in the seal does. Who told it is aside, and can be forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.archive.models import ActionUpdate, Addendum, ArchiveItem, Evidence, Seal
from kennislab.archive.sealed import canonical, keys
from kennislab.archive.sealed.commitments import Part
from kennislab.core.clock import iso
from kennislab.core.transaction import Tx

REWRITTEN = "rewritten"
Line = Evidence | ActionUpdate


def origin(seal: Seal) -> str:
    """The head at which the chains of what came afterwards began: of a seal that was made anew, that of the first one."""
    first = seal.manifest.get("first")
    return str(first["head"]) if isinstance(first, dict) else seal.head


def part_of(line: Line) -> Part:
    """What a line commits to: what it says, and aside who said it and who does it."""
    content: dict[str, Any] = {"item": line.item_id, "status": line.status.value, "note": line.note}
    if isinstance(line, Evidence):
        content |= {
            "municipality": line.municipality_code,
            "district": line.district,
            "at": line.at.isoformat(),
            "added": iso(line.created_at),
        }
        return Part("evidence", str(line.id), content, {"reporter": line.reporter})
    content |= {"at": iso(line.at), "due": line.due.isoformat() if line.due else None}
    return Part("update", str(line.id), content, {"by": line.by, "owner": line.owner})


def withdrawal_of(line: Evidence) -> Part:
    """That a line was a mistake: why and when, and aside who said so. The line itself stays as it was."""
    content = {"item": line.item_id, "line": str(line.id), "why": line.withdrawn_why, "at": iso(line.withdrawn_at)}
    return Part("withdrawal", str(line.id), content, {"by": line.withdrawn_by})


def parts_of(session: Session, lab_id: int) -> list[Part]:
    """Everything that came after the seal of a lab, or stood in its ledger already, as it is now; oldest first."""
    lines = lines_of(session, lab_id)
    gone = [withdrawal_of(line) for line in lines if isinstance(line, Evidence) and line.withdrawn_at is not None]
    return [*map(part_of, lines), *gone]


def lines_of(session: Session, lab_id: int) -> list[Line]:
    """Everything that the ledger and the actions say of a lab's items, oldest first."""
    mine = sa.select(ArchiveItem.id).where(ArchiveItem.lab_id == lab_id)
    evidence = session.scalars(sa.select(Evidence).where(Evidence.item_id.in_(mine)).order_by(Evidence.id))
    updates = session.scalars(sa.select(ActionUpdate).where(ActionUpdate.item_id.in_(mine)).order_by(ActionUpdate.id))
    return [*evidence, *updates]


def moments(session: Session, lab_id: int) -> list[datetime]:
    """When each of these was said."""
    found: list[datetime] = []
    for line in lines_of(session, lab_id):
        at = [line.created_at, line.withdrawn_at] if isinstance(line, Evidence) else [line.at]
        found += [one for one in at if one is not None]
    return found


def of_lab(session: Session, lab_id: int) -> Sequence[Addendum]:
    """The links of a lab's chain, in order."""
    return session.scalars(sa.select(Addendum).where(Addendum.lab_id == lab_id).order_by(Addendum.number)).all()


def chain_on(tx: Tx, seal: Seal, parts: Sequence[Part]) -> None:
    """Salts, chains and signs these. Who calls holds the row of the seal. Raises :class:`kennislab.archive.sealed.keys.NoKey`."""
    last = tx.session.scalar(sa.select(Addendum).where(Addendum.lab_id == seal.lab_id).order_by(Addendum.number.desc()).limit(1))
    before, head = (last.number, last.digest) if last else (0, canonical.later_start(seal.lab_id, origin(seal)))
    key = keys.own()
    for number, part in enumerate(parts, before + 1):
        salt, aside_salt = canonical.new_salt(), canonical.new_salt()
        aside = canonical.aside_of(aside_salt, part.aside)
        commitment = canonical.commitment_of(salt, part.part, part.ref, part.content, aside)
        head = canonical.link(head, commitment)
        signature = key.sign(canonical.later_message(seal.lab_id, number, head))
        tx.session.add(
            Addendum(
                lab_id=seal.lab_id, number=number, kind=part.part, ref=part.ref, salt=salt, aside_salt=aside_salt, aside=aside,
                commitment=commitment, digest=head, signature=signature,
            )
        )  # fmt: skip
    tx.session.flush()


def same(row: Addendum, part: Part) -> bool:
    """Whether this is what was committed to, as far as the salts that are left can tell."""
    aside = row.aside if row.aside_salt is None else canonical.aside_of(row.aside_salt, part.aside)
    return row.salt is None or canonical.commitment_of(row.salt, row.kind, row.ref, part.content, aside) == row.commitment


def without_name(part: Part) -> Part:
    """A part as it reads since it lost a name, to be chained on; or a correction of before there was a chain."""
    return Part(REWRITTEN, f"{part.part}:{part.ref}", part.content, part.aside)


def links_about(session: Session, lab_id: int, part: str, ref: str) -> Sequence[Addendum]:
    """The links of this chain about a part: itself, when it is a line, and each time that it lost a name."""
    A = Addendum
    itself = sa.and_(A.kind == part, A.ref == ref)
    rewritten = sa.and_(A.kind == REWRITTEN, A.ref == f"{part}:{ref}")
    return session.scalars(sa.select(A).where(A.lab_id == lab_id, sa.or_(itself, rewritten)).order_by(A.number)).all()
