"""Checking a package: needs no database and no server, only the file, and a key to compare with where there is one.

Nothing is unpacked to disk, and nothing in the package is believed before the signature over its inventory is: first that it is one
whole ZIP with the names that the inventory gives and no others, then every byte, then the signatures, then the chain itself.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kennislab.archive.sealed import canonical, keys
from kennislab.archive.sealed.verdict import NAMES, Name, Verdict, name_of

MANIFEST, SIGNATURE, KEY = "manifest.json", "manifest.sig", "sleutel.pem"
"""The inventory, the signature over it, and the public key: the only files that are not in the inventory."""
SEAL, CHAIN, ADDENDA, LATER = "zegel.json", "keten.jsonl", "aanvullingen.jsonl", "vervolg.jsonl"
"""Endings of the paths at which the inventory says that the seal, the chain, the corrections, and what else came after it are."""
ROLES = ("seal", "chain", "addenda", "later")

MOST_MANIFEST = 8 * 1024 * 1024
MOST_BYTES = 4 * 1024**3
"""Of what is unpacked, all together; a lab has at most forty files of 20 MB."""

Known = Mapping[str, Ed25519PublicKey]


class NoPackage(Exception):
    """It is no package at all; the text says why, in Dutch."""


def package(path: Path, known: Known) -> Verdict:
    """Checks a package. ``known``: the keys to trust; none: signatures are checked with the key in the package, and that is said.

    Raises NoPackage, OSError.
    """
    verdict = Verdict()
    try:
        with zipfile.ZipFile(path) as archive:
            names = _names(archive, verdict)
            _gaps(path, archive, verdict)
            manifest, raw = _manifest(archive, names)
            key = _key(archive, names, manifest, raw, known, verdict)
            whole = _entries(archive, names, manifest, verdict)
            _sealed(manifest, whole, key, known, verdict)
            _called(path.name, manifest, verdict)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, struct.error) as error:
        raise NoPackage(f"het is geen heel ZIP-bestand ({error})") from error
    except RuntimeError as error:  # zipfile's word for encrypted
        raise NoPackage("het is versleuteld") from error
    return verdict


_OWN_NAME = re.compile(r"archiefpakket-\d{4}-Q[1-4]-(\d+)(?: ?\(\d+\))?\.zip")


def _called(name: str, manifest: Mapping[str, Any], verdict: Verdict) -> None:
    """Whether a file that is called as we call them is the one of that lab."""
    found = _OWN_NAME.fullmatch(name)
    if found is not None and found[1] != str(manifest.get("lab")):
        verdict.wrong("renamed", name, Name(NAMES["file"], name), other=found[1], lab=str(manifest.get("lab")))


# --- the ZIP ------------------------------------------------------------------------------------------------------------------


def _names(archive: zipfile.ZipFile, verdict: Verdict) -> dict[str, zipfile.ZipInfo]:
    """Name → entry, of what has a decent name; what points outside, is there twice or looks like another is named."""
    found: dict[str, zipfile.ZipInfo] = {}
    alike: dict[str, str] = {}
    for info in archive.infolist():
        name = info.orig_filename
        if _outside(name) or info.filename != name or (info.external_attr >> 16) & 0o170000 == 0o120000:
            verdict.wrong("path", name, Name(NAMES["file"], name))
            continue
        key = unicodedata.normalize("NFC", name).casefold()
        if key in alike:
            verdict.wrong("twice", name, Name(NAMES["file"], name))
            continue
        alike[key] = name
        found[name] = info
    return found


def _outside(name: str) -> bool:
    """Whether unpacking it could write elsewhere, or it is not the plain path of a file."""
    parts = PurePosixPath(name).parts
    bad = not name or name.startswith("/") or name.endswith("/") or "\\" in name or ":" in name or not name.isprintable()
    return bad or ".." in parts or "." in name.split("/") or "" in name.split("/")


def _gaps(path: Path, archive: zipfile.ZipFile, verdict: Verdict) -> None:
    """Whether there is anything that is in no entry: before, between or behind them, or as a comment."""
    hidden = bool(archive.comment)
    at = 0
    with path.open("rb") as file:
        for info in sorted(archive.infolist(), key=lambda one: one.header_offset):
            file.seek(info.header_offset)
            header = file.read(30)
            if len(header) < 30 or info.header_offset != at or info.flag_bits & 0x08 or info.extra or info.comment:
                hidden = True
                break
            of_name, of_extra = struct.unpack("<HH", header[26:30])
            hidden = hidden or of_extra > 0
            at = info.header_offset + 30 + of_name + of_extra + info.compress_size
        hidden = hidden or at != archive.start_dir
        file.seek(archive.start_dir)
        tail = file.read()
        listed = sum(46 + len(info.orig_filename.encode()) for info in archive.infolist())
        hidden = hidden or len(tail) != listed + 22 + len(archive.comment)
    if hidden:
        verdict.wrong("hidden", "", Name(NAMES["package"]))


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    with archive.open(info) as file:
        return file.read(most + 1)


def _manifest(archive: zipfile.ZipFile, names: Mapping[str, zipfile.ZipInfo]) -> tuple[dict[str, Any], bytes]:
    if MANIFEST not in names:
        raise NoPackage("de inventaris ontbreekt")
    raw = _read(archive, names[MANIFEST], MOST_MANIFEST)
    try:
        manifest = json.loads(raw)
        files = {str(one["path"]): (int(one["size"]), str(one["sha256"])) for one in manifest["files"]}
    except (ValueError, KeyError, TypeError) as error:
        raise NoPackage("de inventaris is niet te lezen") from error
    if manifest.get("format") not in canonical.PACKAGES:
        raise NoPackage("de inventaris is van een soort die deze versie niet kent")
    if len(files) != len(manifest["files"]):
        raise NoPackage("de inventaris noemt een bestand twee keer")
    return manifest, raw


def _key(
    archive: zipfile.ZipFile,
    names: Mapping[str, zipfile.ZipInfo],
    manifest: Mapping[str, Any],
    raw: bytes,
    known: Known,
    verdict: Verdict,
) -> Ed25519PublicKey | None:
    """The key that the package is to be checked with; None when there is none to trust."""
    name = Name(NAMES["manifest"])
    enclosed = None
    if KEY in names:
        try:
            enclosed = keys.public_of(_read(archive, names[KEY], 10_000))
        except keys.NoKey:
            verdict.wrong("unreadable", KEY, Name(NAMES["file"], KEY), why="geen openbare sleutel")
    else:
        verdict.wrong("missing", KEY, Name(NAMES["file"], KEY))
    signature = _read(archive, names[SIGNATURE], 1000).decode("ascii", "replace").strip() if SIGNATURE in names else ""
    if not signature:
        verdict.wrong("missing", SIGNATURE, Name(NAMES["file"], SIGNATURE))
    id_ = keys.id_of(enclosed) if enclosed is not None else str(manifest.get("key", "–"))
    verdict.about["sleutel"] = id_
    if known and id_ not in known:
        verdict.wrong("unknown_key", KEY, name, key=id_)
    elif not known:
        verdict.note("key_not_compared", KEY, name, key=id_)
    key = known.get(id_, enclosed)
    if key is not None and (manifest.get("key") != id_ or not keys.signed_by(key, canonical.package_message(raw), signature)):
        verdict.wrong("signature", MANIFEST, name)
    return key


def _entries(
    archive: zipfile.ZipFile, names: Mapping[str, zipfile.ZipInfo], manifest: Mapping[str, Any], verdict: Verdict
) -> dict[str, bytes]:
    """Every file against the inventory. Returns the bytes of seal, chain and corrections, as they are.

    Of a file that goes on and on no more is read than of the largest that the inventory names.
    """
    listed = {one["path"]: (one["size"], one["sha256"]) for one in manifest["files"]}
    for name in names:
        if name not in listed and name not in (MANIFEST, SIGNATURE, KEY):
            verdict.wrong("extra", name, Name(NAMES["file"], name))
    wanted = {manifest.get(role) for role in ROLES}
    found: dict[str, str] = {}
    kept: dict[str, bytes] = {}
    left, largest = MOST_BYTES, max((size for size, _ in listed.values()), default=0)
    for path in listed:
        if path not in names:
            verdict.wrong("missing", path, Name(NAMES["file"], path))
            continue
        verdict.count("entry")
        digest, read = hashlib.sha256(), 0
        pieces: list[bytes] = []
        try:
            with archive.open(names[path]) as file:
                while block := file.read(1 << 20):
                    read += len(block)
                    left -= len(block)
                    if read > largest or left < 0:
                        break
                    digest.update(block)
                    if path in wanted:
                        pieces.append(block)
        except (zipfile.BadZipFile, zlib.error, EOFError):  # the ZIP's own checksum, or its name in front: this one, not the whole
            verdict.wrong("changed", path, Name(NAMES["file"], path))
            continue
        if read > largest or left < 0:
            verdict.wrong("size", path, Name(NAMES["file"], path))
            continue
        found[path] = digest.hexdigest()
        kept[path] = b"".join(pieces)
    for path, now in found.items():
        if now == listed[path][1]:
            continue
        other = next((one for one in listed if one != path and listed[one][1] == now), None)
        if other is None:
            verdict.wrong("changed", path, Name(NAMES["file"], path))
        elif not (found.get(other) == listed[path][1] and other < path):
            verdict.wrong("swapped", path, Name(NAMES["file"], path), other=other)
    return {role: kept[manifest[role]] for role in ROLES if manifest.get(role) in kept}


# --- the chain ----------------------------------------------------------------------------------------------------------------


def _sealed(manifest: Mapping[str, Any], whole: Mapping[str, bytes], key: Ed25519PublicKey | None, known: Known, verdict: Verdict) -> None:
    """The seal, every link of the chain, every correction."""
    first = manifest["format"] == canonical.PACKAGES[0]
    for role in ROLES[:3] if first else ROLES:
        if not isinstance(manifest.get(role), str):
            verdict.wrong("unreadable", MANIFEST, Name(NAMES["manifest"]), why=role)
    if set(whole) != set(ROLES[:3] if first else ROLES):
        return  # it was said already that they are not there
    lab = str(manifest.get("lab"))
    verdict.about["kennislab"] = str(manifest.get("title", lab))
    try:
        seal = json.loads(whole["seal"])
        links = [json.loads(line) for line in whole["chain"].splitlines()]
        more = [json.loads(line) for line in whole["addenda"].splitlines()]
        after = [json.loads(line) for line in whole.get("later", b"").splitlines()]
        told = seal["manifest"]
        trusted = dict(known) if known else ({keys.id_of(key): key} if key is not None else {})
        if verdict.ok:  # then the key that signed all this vouches for the older ones of the same installation
            older = [keys.public_of(pem.encode()) for pem in seal["keys"]]
            trusted = {keys.id_of(public): public for public in older} | trusted
        verdict.about["kenmerk"] = str(told["head"])
        _seal(seal, told, manifest, trusted, verdict)
        _links(links, told, lab, verdict)
        _corrections(more, told, trusted, verdict)
        _later(after, told, lab, trusted, verdict)
    except (ValueError, KeyError, TypeError, AttributeError, keys.NoKey) as error:
        verdict.wrong("unreadable", "", Name(NAMES["package"]), why=f"de keten ({type(error).__name__})")


def _seal(seal: Mapping[str, Any], told: Mapping[str, Any], manifest: Mapping[str, Any], trusted: Known, verdict: Verdict) -> None:
    name = Name(NAMES["seal"], str(told["lab"]))
    public = trusted.get(seal["key"])
    if public is None:
        verdict.wrong("unknown_key", SEAL, name, key=seal["key"])
    elif not keys.signed_by(public, canonical.seal_message(dict(told)), seal["signature"]):
        verdict.wrong("signature", SEAL, name)
    if told["format"] != canonical.SEAL or told["lab"] != manifest.get("lab") or told["head"] != manifest.get("head"):
        verdict.wrong("changed", SEAL, name)


def _links(links: list[dict[str, Any]], told: Mapping[str, Any], lab: str, verdict: Verdict) -> None:
    name = Name(NAMES["whole"], lab)
    head, withheld = canonical.start(told["lab"]), 0
    counts: dict[str, int] = {}
    for number, one in enumerate(links, 1):
        verdict.count("part")
        head = canonical.link(head, one["commitment"])
        counts[one["part"]] = counts.get(one["part"], 0) + 1
        if one["seq"] != number or one["head"] != head:
            verdict.wrong("chain", CHAIN, name, number=number)
            return
        if "content" not in one:
            withheld += 1
            continue
        verdict.count("shown")
        if canonical.commitment_of(one["salt"], one["part"], one["ref"], one["content"], one["aside"]) != one["commitment"]:
            verdict.wrong("changed", CHAIN, name_of(one["part"], one["ref"]))
    if told["parts"] != len(links):
        verdict.wrong("short", CHAIN, name, number=len(links), sealed=told["parts"])
    elif head != told["head"] or counts != {part: number for part, number in told["counts"].items() if number}:
        verdict.wrong("head", CHAIN, name)
    if withheld:
        verdict.note("withheld", CHAIN, name, number=withheld)


def _origin(told: Mapping[str, Any]) -> str:
    """Where what came after the seal is chained on; of a seal that was made anew, at the first one."""
    first = told.get("first")
    return str(first["head"] if isinstance(first, dict) else told["head"])


def _later(after: list[dict[str, Any]], told: Mapping[str, Any], lab: str, trusted: Known, verdict: Verdict) -> None:
    """The ledger, the actions, and what lost a name: each signed, each on the one before."""
    head = canonical.later_start(told["lab"], _origin(told))
    for number, one in enumerate(after, 1):
        verdict.count("later")
        head = canonical.link(head, one["commitment"])
        if one["n"] != number or one["digest"] != head:
            verdict.wrong("chain", LATER, Name(NAMES["later"], lab), number=number)
            return
        if keys.signer_of(trusted, canonical.later_message(told["lab"], number, head), one["signature"]) is None:
            verdict.wrong("signature", LATER, Name(NAMES["part"], str(number)))
        shown = "content" in one
        if shown and canonical.commitment_of(one["salt"], one["kind"], one["ref"], one["content"], one["aside"]) != one["commitment"]:
            verdict.wrong("changed", LATER, name_of(one["kind"], one["ref"]))


def _corrections(more: list[dict[str, Any]], told: Mapping[str, Any], trusted: Known, verdict: Verdict) -> None:
    head = _origin(told)
    for number, one in enumerate(more, 1):
        verdict.count("correction")
        name = name_of("correction", str(number))
        if one["n"] != number or canonical.link(head, one["commitment"]) != one["digest"]:
            verdict.wrong("chain", ADDENDA, name, number=number)
        head = one["digest"]
        if keys.signer_of(trusted, canonical.addendum_message(told["lab"], number, one["digest"]), one["signature"]) is None:
            verdict.wrong("signature", ADDENDA, name)
        shown = "content" in one
        if shown and canonical.commitment_of(one["salt"], "correction", str(number), one["content"], one["aside"]) != one["commitment"]:
            verdict.wrong("changed", ADDENDA, name)
