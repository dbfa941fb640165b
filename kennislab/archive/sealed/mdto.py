"""Metadata of a package as the National Archives ask them: MDTO 1.0.1, valid against the schema that is shipped in ``archive/data``.

The programme is a *Serie*, a lab a *Dossier*, what belongs together in it an *Archiefstuk*, and every file a *bestand* with its checksum.
Terms of which MDTO has its own list are taken from there; where we say something of our own, the list is called ours. PRONOM codes only
where the format is certain.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kennislab.archive.reporting.packing import xml_text

SPACE = "https://www.nationaalarchief.nl/mdto"
SCHEMA = Path(__file__).resolve().parents[1] / "data" / "MDTO-XML1.0.1.xsd"
SOURCE = "Kennislab"
_OWN = "Begrippenlijst Kennislab"

ET.register_namespace("", SPACE)
ET.register_namespace("xsi", "http://www.w3.org/2001/XMLSchema-instance")


@dataclass(frozen=True, slots=True)
class Format:
    """What kind of file it is; ``pronom`` only when that is certain."""

    label: str
    pronom: str = ""


FORMATS = {
    "pdfa": Format("Acrobat PDF/A - Portable Document Format 2a", "fmt/476"),
    "json": Format("JSON Data Interchange Format", "fmt/817"),
    "xml": Format("Extensible Markup Language 1.0", "fmt/101"),
    "txt": Format("Plain Text File", "x-fmt/111"),
    "csv": Format("Comma Separated Values", "x-fmt/18"),
    "odt": Format("OpenDocument Text 1.3"),
    "jsonl": Format("JSON Lines"),
    "application/pdf": Format("Portable Document Format"),
    "image/png": Format("Portable Network Graphics"),
    "image/jpeg": Format("JPEG"),
}


@dataclass(frozen=True, slots=True)
class Keeping:
    """How it is to be kept: who is responsible for it (*archiefvormer*), for ever or so many years, and whether anybody may read it."""

    maker: str
    years: int | None
    open: bool


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that metadata refer to: how it is called, and its number."""

    name: str
    id: str


@dataclass(frozen=True, slots=True)
class Record:
    """A Serie, Dossier or Archiefstuk. ``places``: (name, code) of municipalities; ``since``, ``until``: days or years as ISO text."""

    thing: Thing
    level: str
    about: str
    language: str = "nl"
    keywords: Sequence[str] = ()
    since: str = ""
    until: str = ""
    places: Sequence[tuple[str, str]] = ()
    sealed_at: datetime | None = None
    part_of: Thing | None = None
    parts: Sequence[Thing] = ()
    files: Sequence[Thing] = ()


def record(what: Record, keeping: Keeping) -> bytes:
    """The XML of a record."""
    root, node = _root("informatieobject", what.thing)
    _term(node, "aggregatieniveau", what.level, "Begrippenlijst Aggregatieniveaus MDTO")
    for word in what.keywords:
        _text(node, "trefwoord", word)
    if what.about:
        _text(node, "omschrijving", what.about)
    if what.since:
        covers = _node(node, "dekkingInTijd")
        _term(covers, "dekkingInTijdType", "Datum van de bijeenkomst" if what.level != "Serie" else "Looptijd", _OWN)
        _text(covers, "dekkingInTijdBegindatum", what.since)
        if what.until:
            _text(covers, "dekkingInTijdEinddatum", what.until)
    for name, code in what.places:
        _reference(node, "dekkingInRuimte", Thing(f"gemeente {name}", code), "CBS-gemeentecode")
    _text(node, "taal", what.language)
    if what.sealed_at is not None:
        event = _node(node, "event")
        _term(event, "eventType", "Vaststelling", _OWN)
        _text(event, "eventTijd", _moment(what.sealed_at))
        _text(event, "eventResultaat", "De oogst is vastgesteld en verzegeld; daarna zijn alleen ondertekende verbeteringen toegevoegd.")
    _term(
        node,
        "waardering",
        "Blijvend te bewaren" if keeping.years is None else "Tijdelijk te bewaren",
        "Begrippenlijst Waarderingen MDTO",
        "B" if keeping.years is None else "V",
    )
    if keeping.years is not None:
        _text(_node(node, "bewaartermijn"), "termijnLooptijd", f"P{keeping.years}Y")
    if what.part_of is not None:
        _reference(node, "isOnderdeelVan", what.part_of)
    for part in what.parts:
        _reference(node, "bevatOnderdeel", part)
    for file in what.files:
        _reference(node, "heeftRepresentatie", file)
    _text(_node(node, "archiefvormer"), "verwijzingNaam", keeping.maker)
    limit = _node(node, "beperkingGebruik")
    if keeping.open:
        _term(limit, "beperkingGebruikType", "Geen beperking", "Begrippenlijst BeperkingGebruikTypeLijst MDTO")
    else:
        _term(limit, "beperkingGebruikType", "Alleen binnen het programma", _OWN)
        words = "Een deel van de bijdragen is door de inbrengers alleen voor deelnemers van het programma bestemd."
        _text(limit, "beperkingGebruikNadereBeschrijving", words)
    return _written(root)


def file(thing: Thing, size: int, sha256: str, kind: Format, at: datetime, of: Thing) -> bytes:
    """The XML of a file. ``at``: when the checksum was fixed; ``of``: the record that it represents."""
    root, node = _root("bestand", thing)
    _text(node, "omvang", str(size))
    _term(node, "bestandsformaat", kind.label, "PRONOM-register" if kind.pronom else _OWN, kind.pronom)
    check = _node(node, "checksum")
    _term(check, "checksumAlgoritme", "SHA-256", "Begrippenlijst ChecksumAlgoritme MDTO")
    _text(check, "checksumWaarde", sha256)
    _text(check, "checksumDatum", _moment(at))
    _reference(node, "isRepresentatieVan", of)
    return _written(root)


def _root(kind: str, thing: Thing) -> tuple[ET.Element, ET.Element]:
    """The document, and in it the record or file that is to be filled."""
    root = ET.Element(f"{{{SPACE}}}MDTO")
    root.set("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation", f"{SPACE} {SPACE}/MDTO-XML1.0.1.xsd")
    node = _node(root, kind)
    _identified(node, "identificatie", thing, SOURCE)
    _text(node, "naam", thing.name)
    return root, node


def _written(root: ET.Element) -> bytes:
    ET.indent(root, "  ")
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True)) + b"\n"


def _node(parent: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{SPACE}}}{name}")


def _text(parent: ET.Element, name: str, text: str) -> None:
    _node(parent, name).text = xml_text(text)


def _term(parent: ET.Element, name: str, label: str, list_: str, code: str = "") -> None:
    node = _node(parent, name)
    _text(node, "begripLabel", label)
    if code:
        _text(node, "begripCode", code)
    _text(_node(node, "begripBegrippenlijst"), "verwijzingNaam", list_)


def _identified(parent: ET.Element, name: str, thing: Thing, source: str) -> None:
    node = _node(parent, name)
    _text(node, "identificatieKenmerk", thing.id)
    _text(node, "identificatieBron", source)


def _reference(parent: ET.Element, name: str, thing: Thing, source: str = SOURCE) -> None:
    node = _node(parent, name)
    _text(node, "verwijzingNaam", thing.name)
    _identified(node, "verwijzingIdentificatie", thing, source)


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
