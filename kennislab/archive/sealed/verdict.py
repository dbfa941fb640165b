"""What checking found. Texts are message ids: the command line prints them as they are, a page in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kennislab.core.errors import N_

TEXTS = {
    "changed": N_("%(what)s is veranderd."),
    "missing": N_("%(what)s is weg."),
    "cut": N_("%(what)s is aan het einde afgeknipt: regel %(first)s tot en met %(last)s zijn weg."),
    "swapped": N_("%(what)s is verwisseld met %(other)s."),
    "moved": N_("%(what)s staat nu bij Kennislab %(other)s."),
    "added": N_("%(what)s hoort niet bij wat is vastgesteld; het is later toegevoegd."),
    "extra": N_("%(what)s staat in het pakket, maar hoort er niet bij."),
    "twice": N_("%(what)s staat meer dan één keer in het pakket."),
    "path": N_("%(what)s heeft een naam die buiten het pakket wijst."),
    "chain": N_("%(what)s: de keten is gebroken bij schakel %(number)s: er is een schakel veranderd, weggehaald of verplaatst."),
    "short": N_("%(what)s: de keten telt %(number)s schakels; volgens het zegel zijn het er %(sealed)s."),
    "head": N_("%(what)s: het kenmerk is niet dat van het zegel."),
    "signature": N_("%(what)s: de handtekening klopt niet."),
    "unknown_key": N_("%(what)s is ondertekend met een sleutel die niet van deze installatie is (%(key)s)."),
    "no_seal": N_("%(what)s is weg."),
    "downgraded": N_("%(what)s is vervangen door een ouder soort zegel."),
    "replaced_later": N_("%(what)s is vervangen door iets anders."),
    "replaced": N_("%(what)s is vervangen door een ander zegel."),
    "previous": N_("%(what)s volgt op het zegel van Kennislab %(other)s, maar dat zegel is weg of veranderd."),
    "unsigned_erasure": N_("%(what)s is niet meer te controleren, zonder dat het wissen is ondertekend."),
    "not_blank": N_("%(what)s is gewist volgens de keten, maar er staat nog iets."),
    "later_cut": N_(
        "%(what)s: van wat er na het vaststellen bijkwam is het einde weggehaald; er waren %(sealed)s schakels, er zijn er nog %(number)s."
    ),
    "renamed": N_("%(what)s heet naar Kennislab %(other)s, maar het is van een ander: Kennislab %(lab)s."),
    "addenda_cut": N_("%(what)s: er zijn verbeteringen weggehaald; er waren er %(sealed)s, er staan er nog %(number)s."),
    "unsigned": N_("%(what)s is niet ondertekend."),
    "unreadable": N_("%(what)s is niet te lezen: %(why)s."),
    "size": N_("%(what)s is groter dan in de inventaris staat."),
    "hidden": N_("Tussen of achter de bestanden van het pakket staat nog iets."),
    # notes: nothing is wrong, but who reads this wants to know
    "after": N_("%(what)s: na het vaststellen kwamen er %(number)s regels bij; die horen niet bij het zegel."),
    "file_after": N_("%(what)s kwam er na het vaststellen bij."),
    "first_version": N_("%(what)s is van versie 1: daarin zitten de kaarten, niet het journaal, en er is geen handtekening."),
    "erased": N_("%(what)s: van %(number)s onderdelen is de inhoud gewist omdat iemand vergeten wilde worden. Dat is ondertekend."),
    "erased_people": N_("%(what)s: van %(number)s onderdelen is gewist wie het was; de inhoud klopt. Dat is ondertekend."),
    "withheld": N_(
        "%(number)s onderdelen staan zonder inhoud in het pakket: ze bleven in hun groep, waren vertrouwelijk of gaan over personen."
    ),
    "key_not_compared": N_(
        "De sleutel in het pakket kon hier nergens mee vergeleken worden. Vergelijk het kenmerk van de sleutel (%(key)s) met dat van de "
        "installatie, of geef de sleutel mee met --key."
    ),
    "rewritten": N_("%(what)s: uit %(number)s onderdelen is een naam gehaald. Hoe ze sindsdien luiden is ondertekend en klopt."),
    "clock": N_("%(what)s draagt een eerder tijdstip dan dat van Kennislab %(other)s, waarop het volgt: een klok liep verkeerd."),
    "future": N_("%(what)s draagt een tijdstip dat nog moet komen: een klok loopt verkeerd."),
    "lines_unsigned": N_("%(what)s: %(number)s regels over wat ervan werd zijn van voor de ondertekening."),
    "corrections_unsigned": N_("%(what)s: %(number)s verbeteringen zijn van voor de ondertekening."),
    "no_files": N_("%(what)s: de bestanden zijn niet gecontroleerd, want de map met gegevens is er niet."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found. ``code``: a key of :data:`TEXTS`; ``where``: lab or file; ``values``: what the text names."""

    code: str
    where: str
    values: dict[str, Any]

    @property
    def text(self) -> str:
        """The message id."""
        return TEXTS[self.code]

    def said(self, say: Callable[[str], str] = str) -> str:
        """In words; ``say`` translates a message id, without it they are Dutch."""
        values = {name: say(one.text) % one.values if isinstance(one, Name) else one for name, one in self.values.items()}
        return say(self.text) % values


@dataclass(slots=True)
class Verdict:
    """What was found wrong, what is good to know, and what was looked at (numbers by name)."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    checked: dict[str, int] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    def wrong(self, code: str, where: str, what: Name | str, **values: Any) -> None:
        """Something is not as it was sealed."""
        self.findings.append(Finding(code, where, {"what": what, **values}))

    def note(self, code: str, where: str, what: Name | str = "", **values: Any) -> None:
        """Good to know."""
        self.notes.append(Finding(code, where, {"what": what, **values}))

    def count(self, name: str, number: int = 1) -> None:
        """So many were looked at."""
        self.checked[name] = self.checked.get(name, 0) + number

    def add(self, other: Verdict) -> None:
        """Takes over what another check found."""
        self.findings += other.findings
        self.notes += other.notes
        for name, number in other.checked.items():
            self.count(name, number)

    def as_data(self, say: Callable[[str], str] = str) -> dict[str, Any]:
        """For ``--json``: stable codes, and the sentences."""

        def plain(found: Finding) -> dict[str, Any]:
            values = {name: str(value) if isinstance(value, Name) else value for name, value in found.values.items()}
            return {"code": found.code, "where": found.where, **values, "text": found.said(say)}

        return {
            "ok": self.ok,
            "findings": [plain(one) for one in self.findings],
            "notes": [plain(one) for one in self.notes],
            "checked": dict(sorted(self.checked.items())),
            **({"about": self.about} if self.about else {}),
        }


@dataclass(frozen=True, slots=True)
class Name:
    """What something is called in a sentence: a message id and what it is filled with. As text: Dutch."""

    text: str
    ref: str = ""
    more: str = ""

    @property
    def values(self) -> dict[str, str]:
        """What the text is filled with."""
        return {"ref": self.ref, "more": self.more}

    def __str__(self) -> str:
        return self.text % self.values


NAMES = {
    "lab": N_("Wat er over Kennislab %(ref)s zelf staat"),
    "row": N_("Regel %(ref)s van het journaal %(more)s"),
    "stream": N_("Het journaal %(ref)s"),
    "item": N_("Kaart %(ref)s"),
    "link": N_("Koppeling %(ref)s"),
    "file": N_("Bestand %(ref)s"),
    "correction": N_("Verbetering %(ref)s"),
    "evidence": N_("Regel %(ref)s van het logboek"),
    "update": N_("Bericht %(ref)s over een actie"),
    "withdrawal": N_("De intrekking van regel %(ref)s van het logboek"),
    "later": N_("Wat er na het vaststellen van Kennislab %(ref)s bijkwam"),
    "part": N_("Onderdeel %(ref)s"),
    "seal": N_("Het zegel van Kennislab %(ref)s"),
    "whole": N_("Kennislab %(ref)s"),
    "erasure": N_("De aantekening van wat van Kennislab %(ref)s is gewist"),
    "manifest": N_("De inventaris van het pakket"),
    "package": N_("Het pakket"),
}


def name_of(part: str, ref: str) -> Name:
    """What a part is called. Names, not words: what somebody said is nobody's business here."""
    if part == "journal" and ref.count(":") == 2:
        stream, _, seq = ref.rpartition(":")
        return Name(NAMES["row"], seq, stream)
    if part == "rewritten":
        return name_of(*ref.split(":", 1))
    return Name(NAMES.get(part, NAMES["part"]), ref)
