"""A sealed lab as one file for the archive: a ZIP that explains itself and that anybody can check, long after this program is gone.

In it: the report (PDF/A, ODT, JSON), the files of the day, the seal with its whole chain, the corrections, metadata (MDTO) beside every
piece, a packing list, and a signed inventory of it all. What stayed in its group, was confidential, anonymous or about people is in the
chain as a commitment only. The same archive gives the same bytes: fixed order, no clock.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab import __version__
from kennislab.accounts.actors import Actor
from kennislab.archive import policies, queries, reporting
from kennislab.archive.models import ArchiveItem, Consent, Correction, Seal, Status
from kennislab.archive.reporting import odt, pdf
from kennislab.archive.sealed import addenda, canonical, commitments, keys, later, mdto, opening
from kennislab.archive.sealed.commitments import Part, Sealed
from kennislab.archive.sealed.mdto import FORMATS, Format, Keeping, Record, Thing
from kennislab.core import clock
from kennislab.core.errors import N_, Conflict, require
from kennislab.live.models import Participant
from kennislab.programme import uploads
from kennislab.programme.models import Lab, Municipality, Upload

_PLAIN_FACTS = frozenset(("step.changed", "timer.changed", "revealed", "round.changed", "groups.gathered", "ballot.closed", "lab.closed"))
"""Facts of a room in which are neither people nor words."""
_SAID = frozenset(("contribution.added", "contribution.edited"))


@dataclass(frozen=True, slots=True)
class File:
    """A file of the package. ``path``: within the lab's folder; ``kind``: what it is; ``source``: where the bytes are when not here."""

    path: str
    kind: Format
    content: bytes = b""
    source: Path | None = None

    def read(self) -> bytes:
        """The bytes."""
        return self.content if self.source is None else self.source.read_bytes()


@dataclass(frozen=True, slots=True)
class Piece:
    """What belongs together in the file of a lab (an *Archiefstuk*)."""

    key: str
    name: str
    about: str
    files: Sequence[File]


def write(session: Session, lab: Lab, actor: Actor, keeping: Keeping, folder: Path, out: IO[bytes]) -> None:
    """Writes the package of a sealed lab, for one of the staff: who of them makes no difference to what is in it.

    ``folder``: the data folder; ``out``: seekable. Raises the policy's refusal, or Conflict when there is none to make.
    """
    require(policies.may_pack(actor, lab))
    seal = queries.seal_of(session, lab.id)
    if seal is None or seal.version < 2:
        raise Conflict(
            "no-package",
            N_("Van dit lab is nog geen archiefpakket te maken"),
            N_("Het zegel heeft nog geen keten. Vraag het pakket aan op de pagina van het zegel; dan wordt die eerst gemaakt."),
        )
    key = keys.own()
    pieces = _pieces(session, lab, actor, seal, folder)
    root = f"programma-{lab.programme_id}"
    base = f"{root}/kennislab-{lab.id}"
    entries: list[File] = [File("LEESMIJ.txt", FORMATS["txt"], _read_me(lab, seal).encode())]
    entries += _described(session, lab, seal, keeping, pieces, root, base)
    listed = [_listed(entry) for entry in entries]
    packing = _packing_list(listed)
    entries.append(File("pakbon.csv", FORMATS["csv"], packing))
    listed.append(_listed(entries[-1]))
    manifest = {
        "format": canonical.PACKAGE,
        "software": f"kennislab {__version__}",
        "lab": lab.id,
        "title": lab.title,
        "head": seal.head,
        "key": key.id,
        "seal": f"{base}/zegel/{opening.SEAL}",
        "chain": f"{base}/zegel/{opening.CHAIN}",
        "addenda": f"{base}/zegel/{opening.ADDENDA}",
        "later": f"{base}/zegel/{opening.LATER}",
        "files": [{"path": path, "size": size, "sha256": sha256} for path, size, sha256, _ in listed],
    }
    raw = json.dumps(manifest, ensure_ascii=False, indent=1).encode() + b"\n"
    signature = key.sign(canonical.package_message(raw)).encode() + b"\n"
    first = [(opening.MANIFEST, raw), (opening.SIGNATURE, signature), (opening.KEY, key.pem)]
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in first:
            archive.writestr(_entry(name), content)
        for entry in entries:
            archive.writestr(_entry(entry.path), entry.read())


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_STORED if name.endswith((".pdf", ".odt", ".png", ".jpg")) else zipfile.ZIP_DEFLATED
    info.create_system, info.external_attr = 3, 0o644 << 16
    return info


def _listed(entry: File) -> tuple[str, int, str, Format]:
    content = entry.read()
    return entry.path, len(content), hashlib.sha256(content).hexdigest(), entry.kind


# --- what is in it ------------------------------------------------------------------------------------------------------------


def _pieces(session: Session, lab: Lab, actor: Actor, seal: Seal, folder: Path) -> list[Piece]:
    report = reporting.build(session, lab, actor)
    data = json.dumps(reporting.as_data(report), ensure_ascii=False, indent=1).encode() + b"\n"
    made = [
        File("verslag.pdf", FORMATS["pdfa"], pdf.write(report)),
        File("verslag.odt", FORMATS["odt"], odt.write(report)),
        File("verslag.json", FORMATS["json"], data),
    ]
    pieces = [Piece("verslag", f"Verslag van {lab.title}", "Het verslag om te lezen, om in te werken, en als gegevens.", made)]
    files = [_upload(file, folder) for file in sorted(uploads.of_lab(session, lab.id), key=lambda one: one.id)]
    if files:
        pieces.append(Piece("bijlagen", f"Bestanden bij {lab.title}", "Wat sprekers en begeleiders die dag lieten zien.", files))
    about = "Het zegel, de keten met het journaal en de oogst, en wat er daarna bijkwam: verbeteringen en wat ervan werd."
    pieces.append(Piece("zegel", f"Zegel en journaal van {lab.title}", about, list(_chain_files(session, lab, seal))))
    return pieces


def _upload(file: Upload, folder: Path) -> File:
    path = uploads.place_of(folder, file)
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != file.sha256:
        raise Conflict(
            "file-changed",
            N_("Een bestand bij dit lab is niet meer zoals het was"),
            N_("Het gaat om “%(name)s”. Zet het terug uit een back-up en probeer het opnieuw."),
            name=file.name,
        )
    return File(f"{file.id}{uploads.ENDINGS[file.media]}", FORMATS[file.media], source=path)


def _chain_files(session: Session, lab: Lab, seal: Seal) -> Iterator[File]:
    now = {(part.part, part.ref): part for part in commitments.parts_of(session, lab, seal.sealed_by)}
    items = {item.id: item for item in queries.items_of(session, lab.id) if _told(item)}
    words = {item.source_id: item.text for item in items.values() if item.source_kind == "contribution" and not item.anonymous}
    files = {file.id for file in uploads.of_lab(session, lab.id)}
    rows = commitments.sealed_parts(session, lab.id)
    told = [(row, now[row.part, row.ref]) if _shows(row, now, items, words, files) else (row, None) for row in rows]
    pems = [keys.pem_of(public).decode() for id_, public in sorted(keys.known().items()) if id_ == seal.key_id]
    pems += [pem for pem in _signers(session, lab.id) if pem not in pems]
    head = {"manifest": seal.manifest, "signature": seal.signature, "key": seal.key_id, "keys": pems}
    yield File(opening.SEAL, FORMATS["json"], json.dumps(head, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n")
    yield File(opening.CHAIN, FORMATS["jsonl"], _lines(_link(row, part) for row, part in told))
    yield File(
        "journaal.jsonl", FORMATS["jsonl"], _lines(_fact(row, part) for row, part in told if part is not None and row.part == "journal")
    )
    corrections = [one for one in addenda.of_lab(session, lab.id) if one.digest]
    yield File(opening.ADDENDA, FORMATS["jsonl"], _lines(_addendum(n, one, one.item_id in items) for n, one in enumerate(corrections, 1)))
    yield File(opening.LATER, FORMATS["jsonl"], _lines(_after(session, lab, items, words)))


def _after(session: Session, lab: Lab, items: dict[str, ArchiveItem], words: dict[str | None, str]) -> Iterator[dict[str, Any]]:
    """What else came after the seal; with content only what is about an item that may leave."""
    lines = {(part.part, part.ref): part for part in later.parts_of(session, lab.id)}
    sealed = {f"{part.part}:{part.ref}": part for part in commitments.parts_of(session, lab, "")}
    corrections = {f"correction:{one.id}": addenda.part_of(one) for one in addenda.of_lab(session, lab.id)}
    lines |= {(later.REWRITTEN, f"{part}:{ref}"): later.without_name(one) for (part, ref), one in lines.items()}
    for named, one in {**sealed, **corrections}.items():
        lines[later.REWRITTEN, named] = later.without_name(one)
    for row in later.of_lab(session, lab.id):
        line: dict[str, Any] = {"n": row.number, "commitment": row.commitment, "digest": row.digest, "signature": row.signature}
        part = lines.get((row.kind, row.ref))
        if part is not None and row.salt is not None and _may_tell(part, items, words):
            line |= {"kind": row.kind, "ref": row.ref, "salt": row.salt, "aside": row.aside, "content": part.content}
        yield line


def _may_tell(part: Part, items: dict[str, ArchiveItem], words: dict[str | None, str]) -> bool:
    """Whether what came after the seal may leave: by the item that it is about. Where an anonymous one was tried could tell whose it is."""
    kind, _, ref = part.ref.partition(":") if part.part == later.REWRITTEN else (part.part, "", part.ref)
    if kind in ("evidence", "withdrawal"):
        about = items.get(part.content["item"])
        return about is not None and not about.anonymous
    if part.part != later.REWRITTEN:
        return part.content["item"] in items
    match kind:
        case "item":
            return ref in items
        case "journal":
            data = part.content["data"]
            said = part.content["type"] in _SAID and isinstance(data, dict) and data.get("text") is not None
            return said and words.get(data.get("id")) == data["text"]
        case "update" | "correction":
            return part.content["item"] in items
        case _:
            return kind in ("lab", "file")


def _told(item: ArchiveItem) -> bool:
    """Whether an item may leave: confirmed, not kept within its group, and nothing in it that tells whose it is."""
    nearer = item.anonymous and item.consent is not Consent.PUBLIC_ANONYMOUS  # its group and step are in what was sealed
    return item.status is Status.CONFIRMED and item.consent is not Consent.GROUP and not nearer


def _shows(
    row: Sealed, now: dict[tuple[str, str], Part], items: dict[str, ArchiveItem], words: dict[str | None, str], files: set[str]
) -> bool:
    """Whether the content of a part goes along: only what the report tells anyway, or what is about nobody."""
    part = now.get((row.part, row.ref))
    if part is None or row.salt is None:
        return False
    match row.part:
        case "lab":
            return True
        case "item":
            return row.ref in items
        case "link":
            return all(end in items for end in row.ref.split(":")[:2])
        case "file":
            return row.ref in files
        case "journal":
            type_, data = part.content["type"], part.content["data"]
            if type_ in _PLAIN_FACTS:
                return True
            return type_ in _SAID and isinstance(data, dict) and data.get("text") is not None and words.get(data.get("id")) == data["text"]
    return False


def _link(row: Sealed, part: Part | None) -> dict[str, Any]:
    line: dict[str, Any] = {"seq": row.seq, "part": row.part, "commitment": row.commitment, "head": row.head}
    if part is not None:
        line |= {"ref": row.ref, "salt": row.salt, "aside": row.aside, "content": part.content}
    return line


def _fact(row: Sealed, part: Part) -> dict[str, Any]:
    stream, _, seq = row.ref.rpartition(":")
    return {"stream": stream, "seq": int(seq), **part.content}


def _addendum(number: int, one: Correction, shown: bool) -> dict[str, Any]:
    line: dict[str, Any] = {"n": number, "commitment": one.commitment, "digest": one.digest, "signature": one.signature}
    if shown and one.salt is not None:
        line |= {"salt": one.salt, "aside": one.aside, "content": addenda.content_of(one)}
    return line


def _signers(session: Session, lab_id: int) -> list[str]:
    """The keys with which what came after the seal was signed, as far as they are known here."""
    known, found = keys.known(), []
    corrections = [one for one in addenda.of_lab(session, lab_id) if one.digest]
    signed = [(canonical.addendum_message(lab_id, number, one.digest), one.signature) for number, one in enumerate(corrections, 1)]
    signed += [(canonical.later_message(lab_id, row.number, row.digest), row.signature) for row in later.of_lab(session, lab_id)]
    for message, signature in signed:
        id_ = keys.signer_of(known, message, signature)
        if id_ is not None and (pem := keys.pem_of(known[id_]).decode()) not in found:
            found.append(pem)
    return found


def _lines(rows: Iterator[dict[str, Any]]) -> bytes:
    return b"".join(canonical.canonical(row) + b"\n" for row in rows)


# --- what is said about it ----------------------------------------------------------------------------------------------------


def _described(session: Session, lab: Lab, seal: Seal, keeping: Keeping, pieces: Sequence[Piece], root: str, base: str) -> Iterator[File]:
    """The files of the pieces, each with its metadata beside it, and those of programme and lab."""
    programme = lab.programme
    series = Thing(programme.name, root)
    dossier = Thing(lab.title, f"kennislab-{lab.id}")
    things = [Thing(piece.name, f"{dossier.id}-{piece.key}") for piece in pieces]
    places = session.execute(
        sa.select(Municipality.name, Municipality.code)
        .join(Participant, Participant.municipality_code == Municipality.code)
        .where(Participant.lab_id == lab.id)
        .distinct()
        .order_by(Municipality.name)
    ).all()
    themes = sorted({theme for item in queries.items_of(session, lab.id, Status.CONFIRMED) if _told(item) for theme in item.themes})
    day = lab.day.isoformat()
    since = (programme.starts_on or lab.day).isoformat()
    until = programme.ends_on.isoformat() if programme.ends_on else ""
    xml = FORMATS["xml"]
    about_series = programme.description or "Kennisprogramma waarin gemeenten samen leren."
    kept = Record(series, "Serie", about_series, since=since, until=until, parts=[dossier])
    yield File(f"{root}/{root}.mdto.xml", xml, mdto.record(kept, keeping))
    kept = Record(
        dossier, "Dossier", lab.description or f"Bijeenkomst van {programme.name}: wat er gevraagd, geleerd en afgesproken is.",
        keywords=themes, since=day, places=[(name, code) for name, code in places], sealed_at=_fixed(session, seal), part_of=series,
        parts=things,
    )  # fmt: skip
    yield File(f"{base}/{dossier.id}.mdto.xml", xml, mdto.record(kept, keeping))
    for piece, thing in zip(pieces, things, strict=True):
        files = [Thing(file.path, f"{thing.id}-{file.path}") for file in piece.files]
        kept = Record(thing, "Archiefstuk", piece.about, since=day, sealed_at=_fixed(session, seal), part_of=dossier, files=files)
        yield File(f"{base}/{piece.key}/{piece.key}.mdto.xml", xml, mdto.record(kept, keeping))
        for file, named in zip(piece.files, files, strict=True):
            path, size, sha256, kind = _listed(file)
            yield File(f"{base}/{piece.key}/{path}", kind, file.content, file.source)
            about = mdto.file(named, size, sha256, kind, _fixed(session, seal), thing)
            yield File(f"{base}/{piece.key}/{path}.bestand.mdto.xml", xml, about)


def _fixed(session: Session, seal: Seal) -> Any:
    """The moment of which the package is a picture: of the seal, or of the last correction. Never that of making it."""
    made = [one.at for one in addenda.of_lab(session, seal.lab_id)]
    made += later.moments(session, seal.lab_id)
    return max([seal.sealed_at, *made]).astimezone(clock.LOCAL)


def _packing_list(listed: Sequence[tuple[str, int, str, Format]]) -> bytes:
    """The *pakbon*: what is in it, for people and spreadsheets."""
    out = io.StringIO(newline="")
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    table.writerow(["bestand", "bytes", "sha256", "formaat", "PRONOM"])
    for path, size, sha256, kind in listed:
        table.writerow([path, size, sha256, kind.label, kind.pronom])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _read_me(lab: Lab, seal: Seal) -> str:
    return f"""Archiefpakket van {lab.title} ({lab.quarter}), uit {lab.programme.name}.

Vastgesteld op {seal.sealed_at.astimezone(clock.LOCAL):%d-%m-%Y}. Kenmerk: {seal.head}

Wat erin zit
- verslag: het verslag om te lezen (PDF/A), om in te werken (ODT) en als gegevens (JSON).
- bijlagen: de bestanden die die dag zijn getoond, als die er waren.
- zegel: het zegel, de keten (een schakel per regel), het deel van het journaal dat iedereen mag lezen, de verbeteringen
  (aanvullingen.jsonl) en wat er van oplossingen en acties werd (vervolg.jsonl).
- *.mdto.xml: metagegevens volgens MDTO 1.0.1, naast elke map en elk bestand.
- pakbon.csv: een lijst van alle bestanden. manifest.json: dezelfde lijst, ondertekend (manifest.sig, met sleutel.pem).

Wat er niet in zit
Wat in een groep bleef, vertrouwelijk was of over personen gaat, staat alleen als schakel in de keten: een getal dat niets verraadt.

Nakijken
Met Kennislab: kennislab verify PAKKET.zip. Zonder Kennislab:
1. SHA-256 van elk bestand is wat manifest.json zegt.
2. manifest.sig is een handtekening (Ed25519, hex) onder de regel "kennislab package" gevolgd door de bytes van manifest.json.
3. Kop van de keten: begin met SHA-256 van "kennislab seal 2", een regeleinde en het nummer van het lab; voeg per schakel samen:
   SHA-256(kop, commitment), beide als 32 bytes. De laatste kop is het kenmerk.
4. Commitment van een schakel met inhoud: SHA-256 van de regel "kennislab part 2", het zout (bytes), en als JSON zonder spaties
   met sleutels op volgorde: [part, ref, content, aside].
5. zegel.json: de handtekening staat onder de regel "kennislab seal" gevolgd door "manifest" als zulke JSON.
6. aanvullingen.jsonl: een tweede keten, die begint bij de kop van het zegel. Onder elke schakel een handtekening: onder de regel
   "kennislab addendum" gevolgd door [lab, n, digest] als zulke JSON. vervolg.jsonl: net zo, vanaf SHA-256 van de regel
   "kennislab later 2" gevolgd door [lab, kop], en met handtekeningen onder de regel "kennislab later".
   Is het zegel vernieuwd (zegel.json noemt dan "first"), dan is de kop die van het eerste zegel.
Vergelijk sleutel.pem met de sleutel die de installatie zelf bekendmaakt, op /.well-known/kennislab-key.
"""
