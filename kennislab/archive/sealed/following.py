"""Checking the chain of what came after a seal: the ledger, the actions, and what lost somebody's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.orm import Session

from kennislab.archive.models import ActionUpdate, Addendum, ArchiveItem, Evidence, Seal
from kennislab.archive.sealed import canonical, keys, later, register
from kennislab.archive.sealed.commitments import Part
from kennislab.archive.sealed.verdict import NAMES, Name, Verdict, name_of

LINES = ("evidence", "update", "withdrawal")
Erased = set[tuple[str, str, str]]
"""Part, ref, and content or aside, of what was erased with a signature under it."""


def rewritten(session: Session, lab_id: int) -> dict[str, Addendum]:
    """``part:ref`` → the last link that says how it reads since it lost a name."""
    A = Addendum
    rows = session.scalars(sa.select(A).where(A.lab_id == lab_id, A.kind == later.REWRITTEN).order_by(A.number))
    return {row.ref: row for row in rows}


def check(
    session: Session, seal: Seal, known: Mapping[str, Ed25519PublicKey], signed: Erased, noted: register.Noted | None, verdict: Verdict
) -> None:
    """Each link: on the one before, signed, and still what it was. Then the lines that are in no link."""
    where, lab_id = f"lab:{seal.lab_id}", seal.lab_id
    rows = later.of_lab(session, lab_id)
    head = canonical.later_start(lab_id, later.origin(seal))
    for number, row in enumerate(rows, 1):
        verdict.count("later")
        if row.number != number or canonical.link(head, row.commitment) != row.digest:
            verdict.wrong("chain", where, Name(NAMES["later"], str(lab_id)), number=number)
            break  # what follows hangs on this one
        head = row.digest
        if keys.signer_of(known, canonical.later_message(lab_id, number, row.digest), row.signature) is None:
            verdict.wrong("signature", where, name_of(row.kind, row.ref))
    now = {(part.part, part.ref): part for part in later.parts_of(session, lab_id)}
    _lines(session, rows, now, signed, where, verdict)
    loose = [named for named in now if named not in {(row.kind, row.ref) for row in rows}]
    if seal.manifest.get("later"):
        for named in loose:
            verdict.wrong("added", where, name_of(*named))
    elif loose:
        verdict.note("lines_unsigned", where, Name(NAMES["whole"], str(lab_id)), number=len(loose))
    if noted is None or noted.head != seal.head or not noted.later:
        return
    if len(rows) < noted.later:
        verdict.wrong("later_cut", where, Name(NAMES["whole"], str(lab_id)), sealed=noted.later, number=len(rows))
    elif rows[noted.later - 1].digest != noted.later_digest:
        verdict.wrong("replaced_later", where, Name(NAMES["later"], str(lab_id)))


def _lines(
    session: Session, rows: Sequence[Addendum], now: Mapping[tuple[str, str], Part], signed: Erased, where: str, verdict: Verdict
) -> None:
    """Whether every line is still what it was, or what it was made into when somebody was forgotten."""
    since = {row.ref: row for row in rows if row.kind == later.REWRITTEN}
    changed: list[Addendum] = []
    for row in rows:
        last = since.get(row.ref if row.kind == later.REWRITTEN else f"{row.kind}:{row.ref}")
        if row.salt is None and last is not None and last is not row:
            continue  # how it reads now is for the later link to say
        if row.aside_salt is None or row.salt is None:
            whole = row.salt is None
            if (row.kind, row.ref, "content") not in signed and (whole or (row.kind, row.ref, "aside") not in signed):
                verdict.wrong("unsigned_erasure", where, name_of(row.kind, row.ref))
        named = (row.kind, row.ref) if row.kind != later.REWRITTEN else _named(row.ref)
        if named[0] not in LINES:
            continue  # looked at where the part itself is
        part = now.get(named)
        if part is None:
            _gone(session, named, where, verdict)
        elif not later.same(row, later.without_name(part) if row.kind == later.REWRITTEN else part):
            changed.append(row)
    for row in changed:
        twin = next(
            (one for one in changed if one is not row and one.kind == row.kind and _swapped(row, now.get((one.kind, one.ref)))), None
        )
        if twin is None:
            verdict.wrong("changed", where, name_of(row.kind, row.ref))
        elif row.number < twin.number or not _swapped(twin, now.get((row.kind, row.ref))):
            verdict.wrong("swapped", where, name_of(row.kind, row.ref), other=twin.ref)


def _named(ref: str) -> tuple[str, str]:
    part, _, rest = ref.partition(":")
    return part, rest


def _swapped(row: Addendum, other: Part | None) -> bool:
    """Whether what another line says now is what this one said."""
    return other is not None and later.same(row, other)


def _gone(session: Session, named: tuple[str, str], where: str, verdict: Verdict) -> None:
    kind = ActionUpdate if named[0] == "update" else Evidence
    elsewhere = session.scalar(sa.select(ArchiveItem.lab_id).join(kind, kind.item_id == ArchiveItem.id).where(kind.id == int(named[1])))
    if elsewhere is not None and named[0] != "withdrawal":
        verdict.wrong("moved", where, name_of(*named), other=elsewhere)
    else:
        verdict.wrong("missing", where, name_of(*named))
