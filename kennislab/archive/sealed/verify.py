"""Checking the sealed labs in the database: what was changed, cut or swapped is named, one by one.

What is there now is committed to again with the salts of then. Beside that, what cannot be seen from one chain: a seal that is gone (the
next seal of the programme names it, and so does the register outside the database), corrections that were cut off, keys that are not ours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.orm import Session

from kennislab.archive.models import Addendum, ArchiveItem, Seal, SealedPart
from kennislab.archive.sealed import addenda, canonical, commitments, following, keys, later, register, version1
from kennislab.archive.sealed.commitments import Part, Sealed
from kennislab.archive.sealed.verdict import NAMES, Name, Verdict, name_of
from kennislab.core import clock
from kennislab.core.clock import iso
from kennislab.programme import uploads
from kennislab.programme.models import Lab, LabState, Upload

Known = Mapping[str, Ed25519PublicKey]
Named = tuple[str, str]
"""Part and ref."""

AHEAD = timedelta(days=1)
"""A seal of later than this had a clock that was wrong, or here is one."""

MOST_COMPARED = 60
"""Of more changed parts than this we do not look which one was swapped with which: somebody changed them all."""


def database(session: Session) -> Verdict:
    """Checks every sealed lab, with the keys, the register and the files of this app's data folder."""
    verdict, known, folder = Verdict(), keys.known(), keys.folder().parent
    listed = register.noted()
    sealed = set(session.scalars(sa.select(Seal.lab_id)))
    archived = set(session.scalars(sa.select(Lab.id).where(Lab.state == LabState.ARCHIVED)))
    parts = set(session.scalars(sa.select(SealedPart.lab_id).distinct()))
    for lab_id in sorted(sealed | archived | parts | set(listed)):
        if lab_id in sealed:
            verdict.add(lab(session, lab_id, known, folder, listed.get(lab_id)))
        else:
            verdict.wrong("no_seal", _where(lab_id), _seal(lab_id))
    return verdict


def lab(
    session: Session, lab_id: int, known: Known | None = None, folder: Path | None = None, noted: register.Noted | None = None
) -> Verdict:
    """Checks one lab that has a seal. ``known``: keys to trust, without it this app's; ``folder``: the data folder, for the files."""
    seal = session.get_one(Seal, lab_id)
    verdict = Verdict()
    verdict.count("labs")
    known = keys.known() if known is None else known
    if noted is not None and noted.head != seal.head:
        code = "downgraded" if seal.version < 2 else "replaced"
        verdict.wrong(code, _where(lab_id), _seal(lab_id))
    signed = _erasures(session, lab_id, known, verdict)
    renamed = following.rewritten(session, lab_id)
    if seal.version < 2:
        _first(session, seal, verdict)
    else:
        _signed(session, seal, known, verdict)
        _parts(session, seal, signed, renamed, folder, verdict)
    _addenda(session, seal, known, signed, renamed, noted, verdict)
    following.check(session, seal, known, signed, noted, verdict)
    return verdict


def _where(lab_id: int) -> str:
    return f"lab:{lab_id}"


def _seal(lab_id: int) -> Name:
    return Name(NAMES["seal"], str(lab_id))


def _first(session: Session, seal: Seal, verdict: Verdict) -> None:
    where = _where(seal.lab_id)
    verdict.note("first_version", where, _seal(seal.lab_id))
    if session.scalar(sa.select(sa.func.count()).select_from(SealedPart).where(SealedPart.lab_id == seal.lab_id)) or seal.manifest:
        verdict.wrong("downgraded", where, _seal(seal.lab_id))
    if seal.head != version1.head_of_lab(session, seal.lab_id):
        verdict.wrong("head", where, Name(NAMES["whole"], str(seal.lab_id)))


# --- the seal itself ----------------------------------------------------------------------------------------------------------


def _signed(session: Session, seal: Seal, known: Known, verdict: Verdict) -> None:
    """The manifest, its signature, and whether what stands beside it says the same."""
    where, name, manifest = _where(seal.lab_id), _seal(seal.lab_id), seal.manifest
    public = known.get(seal.key_id)
    if public is None:
        verdict.wrong("unknown_key", where, name, key=seal.key_id or "–")
    elif not keys.signed_by(public, canonical.seal_message(manifest), seal.signature):
        verdict.wrong("signature", where, name)
    told = (manifest.get("format"), manifest.get("lab"), manifest.get("head"), manifest.get("items"), manifest.get("sealedAt"))
    if told != (canonical.SEAL, seal.lab_id, seal.head, seal.items, iso(seal.sealed_at)) or manifest.get("key") != seal.key_id:
        verdict.wrong("changed", where, name)
    before = manifest.get("previous")
    if isinstance(before, dict):
        other = session.get(Seal, before.get("lab"))
        if other is None or before.get("head") not in (other.head, later.origin(other)):
            verdict.wrong("previous", where, name, other=before.get("lab"))
        elif other.sealed_at > seal.sealed_at and "first" not in manifest:
            verdict.note("clock", where, name, other=other.lab_id)
    if seal.sealed_at > clock.now() + AHEAD:
        verdict.note("future", where, name)


# --- what was sealed ----------------------------------------------------------------------------------------------------------


def _parts(
    session: Session, seal: Seal, signed: set[tuple[str, str, str]], renamed: Mapping[str, Addendum], folder: Path | None, verdict: Verdict
) -> None:
    where, lab_id = _where(seal.lab_id), seal.lab_id
    rows = commitments.sealed_parts(session, lab_id)
    _chain(seal, rows, verdict)
    the_lab = session.get_one(Lab, lab_id)
    now = {(part.part, part.ref): part for part in commitments.parts_of(session, the_lab, seal.sealed_by)}
    changed: list[Sealed] = []
    missing: list[Named] = []
    erased, rewritten = [0, 0], 0
    for row in rows:
        named = (row.part, row.ref)
        part = now.get(named)
        verdict.count(row.part)
        since = renamed.get(f"{row.part}:{row.ref}") if row.salt is None else None
        if since is not None:
            rewritten += 1
        elif row.salt is None or row.aside_salt is None:
            whole = row.salt is None
            erased[whole] += 1
            if (row.part, row.ref, "content") not in signed and (whole or (row.part, row.ref, "aside") not in signed):
                verdict.wrong("unsigned_erasure", where, name_of(*named))
        if part is None:
            if row.salt is not None or since is not None or row.part != "journal":
                missing.append(named)
        elif since is not None:
            if not later.same(since, later.without_name(part)):
                verdict.wrong("changed", where, name_of(*named))
        elif row.salt is None:
            if part.content.get("data") or part.content.get("text") or part.aside.get("data"):
                verdict.wrong("not_blank", where, name_of(*named))
        elif not _same(row, part):
            changed.append(row)
    _name_changed(changed, now, where, verdict)
    _name_missing(session, lab_id, rows, missing, where, verdict)
    _name_added(now, {(row.part, row.ref) for row in rows}, where, verdict)
    for number, code in zip((*erased, rewritten), ("erased_people", "erased", "rewritten"), strict=True):
        if number:
            verdict.note(code, where, Name(NAMES["whole"], str(lab_id)), number=number)
    _files(session, lab_id, folder, where, verdict)


def _same(row: Sealed, part: Part) -> bool:
    """Whether this is what was committed to, as far as the salts that are left can tell."""
    aside = row.aside if row.aside_salt is None else canonical.aside_of(row.aside_salt, part.aside)
    return row.salt is None or canonical.commitment_of(row.salt, row.part, row.ref, part.content, aside) == row.commitment


def _chain(seal: Seal, rows: Sequence[Sealed], verdict: Verdict) -> None:
    """Whether the links hang together, and whether their end is the head that was signed."""
    where, name = _where(seal.lab_id), Name(NAMES["whole"], str(seal.lab_id))
    head = canonical.start(seal.lab_id)
    for number, row in enumerate(rows, 1):
        head = canonical.link(head, row.commitment)
        if row.seq != number or row.head != head:
            verdict.wrong("chain", where, name, number=number)
            return
    if seal.manifest.get("parts") != len(rows):
        verdict.wrong("short", where, name, number=len(rows), sealed=seal.manifest.get("parts"))
    elif head != seal.manifest.get("head"):
        verdict.wrong("head", where, name)


def _name_changed(changed: Sequence[Sealed], now: Mapping[Named, Part], where: str, verdict: Verdict) -> None:
    """What does not fit any more is changed, or it is another's content: then they were swapped, and both are named once."""
    told: set[Named] = set()
    few = len(changed) <= MOST_COMPARED
    for row in changed:
        named = (row.part, row.ref)
        if named in told:
            continue
        others = [one for one in changed if few and one is not row and one.part == row.part]
        twin = next((one for one in others if any(_same(row, made) for made in _exchanged(now[named], now[one.part, one.ref]))), None)
        if twin is None:
            verdict.wrong("changed", where, name_of(*named))
            continue
        verdict.wrong("swapped", where, name_of(*named), other=twin.ref)
        if any(_same(twin, made) for made in _exchanged(now[twin.part, twin.ref], now[named])):
            told.add((twin.part, twin.ref))


_WORDS = (("text",), ("text", "original"), ("original",))
"""What somebody who swaps two items may have swapped, beside everything."""


def _exchanged(mine: Part, other: Part) -> Iterator[Part]:
    """How a part may have been, when what is there now is (in part) the other's: all of it, or only the words."""
    yield other
    if mine.part != "item":
        return
    for names in _WORDS:
        content = {**mine.content, **{name: other.content[name] for name in names if name in other.content}}
        yield replace(mine, content=content, aside={**mine.aside, **{name: other.aside[name] for name in names if name in other.aside}})


def _name_missing(session: Session, lab_id: int, rows: Sequence[Sealed], missing: Sequence[Named], where: str, verdict: Verdict) -> None:
    """What is not there: an item that went to another lab, the end of a journal, or just this one."""
    gone = set(missing)
    cut: set[Named] = set()
    for stream in commitments.streams_of(lab_id):
        of_stream = [row.ref for row in rows if row.part == "journal" and row.ref.startswith(f"{stream}:")]
        end = len(of_stream)
        while end and ("journal", of_stream[end - 1]) in gone:
            end -= 1
        lost = of_stream[end:]
        if lost:
            cut |= {("journal", ref) for ref in lost}
            first, last = (ref.rpartition(":")[2] for ref in (lost[0], lost[-1]))
            verdict.wrong("cut", where, Name(NAMES["stream"], stream), first=first, last=last)
    for part, ref in missing:
        if (part, ref) in cut:
            continue
        elsewhere = session.scalar(sa.select(ArchiveItem.lab_id).where(ArchiveItem.id == ref)) if part == "item" else None
        if elsewhere is not None:
            verdict.wrong("moved", where, name_of(part, ref), other=elsewhere)
        else:
            verdict.wrong("missing", where, name_of(part, ref))


def _name_added(now: Mapping[Named, Part], sealed: set[Named], where: str, verdict: Verdict) -> None:
    """What nobody sealed. A journal and the files of a lab may still grow; its items may not."""
    grown: dict[str, int] = {}
    last: dict[str, int] = {}
    for part, ref in sealed:
        if part == "journal":
            stream, _, seq = ref.rpartition(":")
            last[stream] = max(last.get(stream, 0), int(seq))
    for part, ref in now:
        if (part, ref) in sealed:
            continue
        if part == "file":
            verdict.note("file_after", where, name_of(part, ref))
        elif part == "journal" and int(ref.rpartition(":")[2]) > last.get(ref.rpartition(":")[0], 0):
            stream = ref.rpartition(":")[0]
            grown[stream] = grown.get(stream, 0) + 1
        else:
            verdict.wrong("added", where, name_of(part, ref))
    for stream, number in grown.items():
        verdict.note("after", where, Name(NAMES["stream"], stream), number=number)


def _files(session: Session, lab_id: int, folder: Path | None, where: str, verdict: Verdict) -> None:
    """Whether the bytes are those that were kept. Two that changed places are told apart from one that was changed."""
    files = session.scalars(sa.select(Upload).where(Upload.lab_id == lab_id).order_by(Upload.id)).all()
    if not files or folder is None:
        return
    if not folder.is_dir():
        verdict.note("no_files", where, Name(NAMES["whole"], str(lab_id)))
        return
    found: dict[str, str | None] = {}
    for file in files:
        path = uploads.place_of(folder, file)
        found[file.id] = _sha256(path) if path.is_file() else None
    for file in files:
        now = found[file.id]
        if now == file.sha256:
            continue
        name = Name(NAMES["file"], f"{file.id} ({file.name})")
        other = next((one for one in files if one.id != file.id and one.sha256 == now), None)
        if now is None:
            verdict.wrong("missing", where, name)
        elif other is not None:
            verdict.wrong("swapped", where, name, other=f"{other.id} ({other.name})")
        else:
            verdict.wrong("changed", where, name)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _erasures(session: Session, lab_id: int, known: Known, verdict: Verdict) -> set[tuple[str, str, str]]:
    """What was erased with a signature under it."""
    signed: set[tuple[str, str, str]] = set()
    for parts, signature in addenda.erased(session, lab_id):
        if keys.signer_of(known, canonical.erasure_message(lab_id, parts), signature) is None:
            verdict.wrong("signature", _where(lab_id), Name(NAMES["erasure"], str(lab_id)))
        else:
            signed |= {(part, ref, what) for part, ref, what in parts}
    return signed


# --- what came after ----------------------------------------------------------------------------------------------------------


def _addenda(
    session: Session,
    seal: Seal,
    known: Known,
    signed: set[tuple[str, str, str]],
    renamed: Mapping[str, Addendum],
    noted: register.Noted | None,
    verdict: Verdict,
) -> None:
    """The corrections: each signed, each on the one before, none gone."""
    where, lab_id = _where(seal.lab_id), seal.lab_id
    made = addenda.of_lab(session, lab_id)
    chained = [one for one in made if one.digest]
    older = len(made) - len(chained)
    if older and seal.version >= 2:
        for one in (one for one in made if not one.digest):
            since = renamed.get(f"correction:{one.id}")
            if since is None or not later.same(since, later.without_name(addenda.part_of(one))):
                verdict.wrong("changed" if since else "unsigned", where, name_of("correction", str(one.id)))
    elif older:
        verdict.note("corrections_unsigned", where, Name(NAMES["whole"], str(lab_id)), number=older)
    head = later.origin(seal)
    for number, one in enumerate(chained, 1):
        verdict.count("correction")
        name = name_of("correction", str(one.id))
        if canonical.link(head, one.commitment) != one.digest:
            verdict.wrong("chain", where, name, number=number)
        head = one.digest
        if keys.signer_of(known, canonical.addendum_message(lab_id, number, one.digest), one.signature) is None:
            verdict.wrong("signature", where, name)
        since = renamed.get(f"correction:{one.id}") if one.salt is None else None
        if since is not None:
            if not later.same(since, later.without_name(addenda.part_of(one))):
                verdict.wrong("changed", where, name)
        elif one.salt is None or one.aside_salt is None:
            ref, whole = str(one.id), one.salt is None
            if ("correction", ref, "content") not in signed and (whole or ("correction", ref, "aside") not in signed):
                verdict.wrong("unsigned_erasure", where, name)
        if one.salt is not None and not _still(one, number):
            verdict.wrong("changed", where, name)
    if noted is None or noted.head != seal.head:
        return
    if len(chained) < noted.addenda:
        verdict.wrong("addenda_cut", where, Name(NAMES["whole"], str(lab_id)), sealed=noted.addenda, number=len(chained))
    elif noted.addenda and chained[noted.addenda - 1].digest != noted.digest:
        verdict.wrong("changed", where, name_of("correction", str(chained[noted.addenda - 1].id)))


def _still(one: Any, number: int) -> bool:
    aside = one.aside if one.aside_salt is None else canonical.aside_of(one.aside_salt, {"by": one.by})
    return bool(canonical.commitment_of(one.salt, "correction", str(number), addenda.content_of(one), aside) == one.commitment)
