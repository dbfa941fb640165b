"""People from a table: what every row would do, and doing it, whole or not at all.

Looking (:func:`check`) and taking over (:func:`take_over`) follow the same rules on the same rows, the second inside its transaction: what
somebody else changed in between is seen.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from kennislab.accounts import queries as accounts_read
from kennislab.accounts.models import Membership, Person, Role
from kennislab.core import sheets
from kennislab.core.errors import N_, Conflict
from kennislab.core.sheets import Note, Sheet, SheetDraft
from kennislab.core.transaction import Tx
from kennislab.programme import queries
from kennislab.programme.models import Programme
from kennislab.programme.people import is_address
from kennislab.programme.place_names import PlaceNames, place_names

FIELDS: Mapping[str, str] = {
    "name": N_("Naam"),
    "first_name": N_("Voornaam"),
    "infix": N_("Tussenvoegsel"),
    "last_name": N_("Achternaam"),
    "email": N_("E-mailadres"),
    "organisation": N_("Organisatie"),
    "municipality": N_("Gemeente"),
    "language": N_("Taal"),
}
"""What a column can hold, with what it is called on the page."""

ALIASES: Mapping[str, tuple[str, ...]] = {
    "email": ("e-mailadres", "e-mail", "email", "mailadres", "mail", "e-mail address", "email address", "adres e-mail"),
    "first_name": ("voornaam", "roepnaam", "first name", "given name", "voornamen"),
    "infix": ("tussenvoegsel", "tussenvoegsels", "tussenv", "voorvoegsel", "prefix"),
    "last_name": ("achternaam", "familienaam", "last name", "surname", "family name"),
    "organisation": ("organisatie", "werkgever", "bedrijf", "instelling", "company", "organisation", "organization", "naam organisatie"),
    "municipality": ("gemeente", "gemeentenaam", "gemeentecode", "stad", "municipality", "plaats", "city"),
    "language": ("taal", "language", "voorkeurstaal"),
    "name": ("naam", "volledige naam", "naam deelnemer", "deelnemer", "name", "full name", "display name", "weergavenaam"),
}

EXAMPLE = (
    ("Naam", "E-mailadres", "Organisatie", "Gemeente", "Taal"),
    (("Noor de Wit", "noor@voorbeeld.nl", "Gemeente Tilburg", "Tilburg", "nl"), ("Sam Jansen", "", "Wijkteam Noord", "GM0503", "nl")),
)
"""The table to fill in: names of the columns, and two rows that show how."""

_LANGUAGES = {
    "": "", "nl": "nl", "nederlands": "nl", "dutch": "nl", "nl-nl": "nl", "en": "en", "engels": "en", "english": "en", "en-gb": "en",
}  # fmt: skip

NO_NAME = N_("Er staat geen naam.")
LONG_NAME = N_("De naam is langer dan 120 tekens.")
LONG_ORGANISATION = N_("De organisatie is langer dan 160 tekens.")
BAD_ADDRESS = N_("Het e-mailadres “%(typed)s” kan niet kloppen.")
BAD_LANGUAGE = N_("De taal “%(typed)s” is niet bekend. Gebruik nl of en.")
NAMESAKES = N_("Er zijn meer mensen in het programma die zo heten. Zet het e-mailadres erbij.")
SAME_AS = N_("Staat ook in rij %(row)s; die rij telt.")
ABSENT = N_("%(place)s doet dit jaar niet mee aan het programma.")
NO_WAY_IN = N_("Zonder e-mailadres krijgt deze persoon geen uitnodiging.")
CHANGED = {
    "name": N_("naam: %(was)s wordt %(now)s"),
    "email": N_("e-mailadres: %(was)s wordt %(now)s"),
    "organisation": N_("organisatie: %(was)s wordt %(now)s"),
    "municipality_code": N_("gemeente: %(was)s wordt %(now)s"),
    "language": N_("taal: %(was)s wordt %(now)s"),
}


class Kind(enum.StrEnum):
    """What a row would do."""

    WRONG = "wrong"
    DOUBLE = "double"
    CHANGED = "changed"
    NEW = "new"
    SAME = "same"


@dataclass(slots=True)
class Row:
    """One row of the table: what it says, and what becomes of it.

    ``line``: its number in the file. ``remarks``: why it is wrong or double, what changes, or what is worth knowing.
    """

    line: int
    kind: Kind = Kind.NEW
    name: str = ""
    email: str = ""
    organisation: str = ""
    municipality_code: str = ""
    municipality: str = ""
    language: str = ""
    remarks: list[Note] = field(default_factory=list)
    person_id: int | None = None
    changes: dict[str, str] = field(default_factory=dict)
    at: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was taken over; ``rest``: the draft of the rows that were not, when there are any."""

    counts: dict[Kind, int]
    rest: SheetDraft | None


def columns_of(draft: SheetDraft) -> dict[str, int]:
    """Which column holds which field: as chosen on the preview, else by the names of the columns, else by what is in them."""
    chosen = draft.choices.get("columns")
    if chosen is not None:
        return {name: int(place) for name, place in chosen.items() if name in FIELDS and 0 <= int(place) < len(draft.sheet.columns)}
    found = sheets.match(draft.sheet.columns, ALIASES)
    if "email" not in found:
        by_content = _with_addresses(draft.sheet, set(found.values()))
        if by_content is not None:
            found["email"] = by_content
    if not found.keys() & {"name", "first_name", "last_name"}:
        free = [place for place in range(len(draft.sheet.columns)) if place not in found.values()]
        if free:
            found["name"] = free[0]
    return found


def _with_addresses(sheet: Sheet, taken: set[int]) -> int | None:
    for place in range(len(sheet.columns)):
        filled = [row[place] for row in sheet.rows if row[place]]
        if place not in taken and filled and sum("@" in cell for cell in filled) > len(filled) / 2:
            return place
    return None


def check(session: Session, programme: Programme, sheet: Sheet, columns: Mapping[str, int], day: date) -> list[Row]:
    """What every row would do, in the order of the file. ``day``: the day on which names of municipalities are understood."""
    places = place_names(session, day)
    rows = [_read(sheet, at, columns, places) for at in range(len(sheet.rows))]
    known = _Known(session, programme, rows)
    taking_part = {place.code for place in queries.participating(session, programme.id, day.year)}
    seen: dict[object, int] = {}
    for row in rows:
        if row.kind is not Kind.WRONG:
            _judge(row, known, seen)
        if row.kind in (Kind.NEW, Kind.CHANGED) and taking_part and row.municipality_code and row.municipality_code not in taking_part:
            row.remarks.append(Note(ABSENT, {"place": row.municipality}))
        if row.kind is Kind.NEW and not row.email:
            row.remarks.append(Note(NO_WAY_IN))
    return rows


def _judge(row: Row, known: _Known, seen: dict[object, int]) -> None:
    """Whom a row means, and so what it does. ``seen``: who was meant by which earlier row."""
    person = known.members.get(row.email) if row.email else None
    if person is None and row.email not in known.elsewhere:
        namesakes = known.namesakes(row)
        if len(namesakes) > 1:
            row.kind, row.remarks = Kind.WRONG, [Note(NAMESAKES)]
            return
        person = namesakes[0] if namesakes else None
    key = row.email or (row.name.casefold(), row.municipality_code)
    earlier = seen.get(key) or (seen.get(person.id) if person else None)
    if earlier is not None:
        row.kind, row.remarks = Kind.DOUBLE, [Note(SAME_AS, {"row": earlier})]
        return
    seen[key] = row.line
    if person is not None:
        seen[person.id] = row.line
        _compare(row, person, known.places)


class _Known:
    """Who is known already: members by address and by name; addresses of people elsewhere."""

    def __init__(self, session: Session, programme: Programme, rows: Sequence[Row]) -> None:
        inside = sa.select(Membership.person_id).where(Membership.programme_id == programme.id)
        people = session.scalars(sa.select(Person).where(Person.id.in_(inside)).options(selectinload(Person.memberships))).all()
        self.members = {person.email: person for person in people if person.email}
        self.places = queries.municipality_names(session, [person.municipality_code for person in people])
        self.elsewhere = _people_with(session, [row.email for row in rows if row.email and row.email not in self.members]).keys()
        self._by_name: dict[str, list[Person]] = {}
        for person in people:
            self._by_name.setdefault(person.name.casefold(), []).append(person)

    def namesakes(self, row: Row) -> list[Person]:
        """Members whom a row may mean by name: without an address in it, the one of that place; with a new one, who has none yet and is
        in no other programme (an address is a way in)."""
        return [
            person
            for person in self._by_name.get(row.name.casefold(), [])
            if (not row.email or (person.email is None and len(person.memberships) == 1))
            and (not row.municipality_code or person.municipality_code in (None, row.municipality_code))
        ]


def _people_with(session: Session, addresses: Sequence[str]) -> dict[str, Person]:
    """Address → who has it. In pieces: a database takes only so many values at once."""
    found: dict[str, Person] = {}
    for start in range(0, len(addresses), 500):
        some = sa.select(Person).where(Person.email.in_(addresses[start : start + 500]))
        found.update({person.email: person for person in session.scalars(some) if person.email})
    return found


def _read(sheet: Sheet, at: int, columns: Mapping[str, int], places: PlaceNames) -> Row:
    said = {name: " ".join(sheet.rows[at][place].split()) for name, place in columns.items()}
    row = Row(sheet.lines[at], at=at, organisation=said.get("organisation", ""))
    shown, typed = _address(said.get("email", ""))
    row.email = accounts_read.fold_email(typed)
    row.name = _name(said) or shown
    row.language = _LANGUAGES.get(said.get("language", "").casefold(), "?")
    if not row.name:
        row.remarks.append(Note(NO_NAME))
    elif len(row.name) > 120:
        row.remarks.append(Note(LONG_NAME))
    if len(row.organisation) > 160:
        row.remarks.append(Note(LONG_ORGANISATION))
    if row.email and not is_address(row.email):
        row.remarks.append(Note(BAD_ADDRESS, {"typed": said["email"][:80]}))
    if row.language == "?":
        row.remarks.append(Note(BAD_LANGUAGE, {"typed": said["language"][:40]}))
    if said.get("municipality"):
        found = places.find(said["municipality"][:80])
        row.municipality = found.municipality.name if found.municipality else said["municipality"][:80]
        row.municipality_code = found.municipality.code if found.municipality else ""
        if found.problem:
            row.remarks.append(Note(found.problem, found.params))
    if row.remarks:
        row.kind = Kind.WRONG
    return row


def _name(said: Mapping[str, str]) -> str:
    """The name as it is said: from its parts, or turned around when it was written "Wit, Noor de"."""
    if said.get("name"):
        name = _address(said["name"])[0] or said["name"]
        turned = re.fullmatch(r"([^,@]+), *([^,@]+)", name)
        return f"{turned[2]} {turned[1]}" if turned else name
    return " ".join(said[part] for part in ("first_name", "infix", "last_name") if said.get(part))


def _address(typed: str) -> tuple[str, str]:
    """(name, address) of ``Noor de Wit <noor@voorbeeld.nl>``, ``mailto:noor@voorbeeld.nl`` or a bare address."""
    named = re.fullmatch(r"\"?([^<>\"]*)\"?\s*<([^<>]+)>[;,.]?", typed)
    shown, address = (named[1].strip(), named[2]) if named else ("", typed)
    return shown, re.sub(r"^mailto:", "", address.strip(), flags=re.I).rstrip(";,. ")


def _compare(row: Row, person: Person, names: Mapping[str, str]) -> None:
    """What the row changes of somebody who is known. What is not said in the row stays as it is."""
    row.person_id = person.id
    for name in CHANGED:
        now, was = getattr(row, name), getattr(person, name) or ""
        if now and now != was:
            row.changes[name] = now
            shown = (names.get(was, was), row.municipality) if name == "municipality_code" else (was, now)
            row.remarks.append(Note(CHANGED[name], {"was": shown[0] or "–", "now": shown[1]}))
    row.kind = Kind.CHANGED if row.changes else Kind.SAME


def counted(rows: Sequence[Row]) -> dict[Kind, int]:
    """How many rows of each kind."""
    return {kind: sum(row.kind is kind for row in rows) for kind in Kind}


def take_over(tx: Tx, programme: Programme, draft: SheetDraft, day: date, *, only_whole: bool = False) -> Outcome:
    """Does what the good rows say, all of them in this transaction, and throws the draft away; the wrong rows stay as a new draft.

    New people become participants; nobody's role changes. Raises Conflict when there is nothing to take over, or when ``only_whole`` and a
    row is wrong: then nothing happens.
    """
    sheet = draft.sheet
    columns = columns_of(draft)
    rows = check(tx.session, programme, sheet, columns, day)
    counts = counted(rows)
    if only_whole and counts[Kind.WRONG]:
        raise Conflict(
            "rows-wrong",
            N_("Er is niets overgenomen"),
            N_("Je koos voor alles of niets, en %(number)s rijen kloppen niet. Verbeter ze, of neem alleen de goede rijen over."),
            number=counts[Kind.WRONG],
        )
    if not counts[Kind.NEW] and not counts[Kind.CHANGED]:
        raise Conflict("nothing-to-take", N_("Er is niets om over te nemen"), N_("Geen van de rijen is nieuw of verandert iets."))
    _add(tx, programme, [row for row in rows if row.kind is Kind.NEW])
    _change(tx, [row for row in rows if row.kind is Kind.CHANGED])
    tx.session.flush()
    wrong = [row.at for row in rows if row.kind is Kind.WRONG]
    sheets.throw_away(tx, draft)
    if not wrong:
        return Outcome(counts, None)
    left = Sheet(sheet.columns, [sheet.rows[at] for at in wrong], sheet.notes, [sheet.lines[at] for at in wrong], sheet.name)
    rest = sheets.keep(tx, draft.scope, draft.person_id, left)
    sheets.choose(tx, rest, {"columns": columns})
    return Outcome(counts, rest)


def _add(tx: Tx, programme: Programme, rows: list[Row]) -> None:
    """New members: who has the address already somewhere becomes one too, and keeps what is known; all others are new people."""
    known = _people_with(tx.session, [row.email for row in rows if row.email])
    people = []
    for row in rows:
        person = known.get(row.email) if row.email else None
        if person is None:
            person = Person(
                name=row.name, email=row.email or None, organisation=row.organisation,
                municipality_code=row.municipality_code or None, language=row.language or "nl",
            )  # fmt: skip
            tx.session.add(person)
        people.append(person)
    tx.session.flush()
    tx.session.add_all([Membership(person_id=person.id, programme_id=programme.id, role=Role.PARTICIPANT) for person in people])


def _change(tx: Tx, rows: list[Row]) -> None:
    for row in rows:
        person = tx.session.get_one(Person, row.person_id)
        for name, now in row.changes.items():
            setattr(person, name, now)
