"""Questions from a table that was kept elsewhere: what each row would become, and taking the good ones over."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from kennislab.accounts import queries as accounts
from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Person
from kennislab.core import clock
from kennislab.core.errors import N_, Invalid
from kennislab.core.sheets import Sheet, match
from kennislab.core.text import tidy
from kennislab.core.transaction import Tx
from kennislab.programme.models import Lab
from kennislab.programme.place_names import PlaceNames, place_names
from kennislab.questions import fields, operations, queries
from kennislab.questions.models import KnowledgeQuestion

WANTED: Mapping[str, tuple[str, ...]] = {
    "text": ("vraag", "kennisvraag", "question", "tekst", "vraagstelling"),
    "context": ("toelichting", "context", "achtergrond"),
    "tried": ("geprobeerd", "wat heb je al geprobeerd", "tried"),
    "theme_hint": ("thema", "theme", "onderwerp"),
    "name": ("naam", "vraagsteller", "name", "ingestuurd door"),
    "email": ("e-mail", "e-mailadres", "mail", "emailadres"),
    "municipality": ("gemeente", "gemeentecode", "municipality"),
}
"""What may stand in a table, and what people call it."""

LABELS: Mapping[str, str] = {
    "text": N_("Vraag"), "context": N_("Toelichting"), "tried": N_("Geprobeerd"), "theme_hint": N_("Thema"), "name": N_("Naam"),
    "email": N_("E-mail"), "municipality": N_("Gemeente"),
}  # fmt: skip

EXAMPLE = {
    "text": "Hoe bereik je bewoners die nooit naar een bewonersavond komen?",
    "context": "Bij ons komen steeds dezelfde dertig mensen.",
    "tried": "Flyers en huis-aan-huis.",
    "theme_hint": "draagvlak",
    "name": "Noor de Wit",
    "email": "",
    "municipality": "Tilburg",
}
"""What the file to begin with shows in its only row."""

OWN = "own:"


@dataclass(frozen=True, slots=True)
class Row:
    """What a row would become. ``state``: new (a good one), double (asked already) or wrong. ``why``: (message id, values) of what is the
    matter or worth knowing. ``line``: its number in the file."""

    line: int
    state: str
    text: str
    asker: str = ""
    asker_id: int | None = None
    place: str = ""
    place_code: str | None = None
    more: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    why: tuple[tuple[str, dict[str, Any]], ...] = ()


def labels(session: Session, lab: Lab) -> dict[str, str]:
    """Everything that a column can be, with how it is called; the lab's own fields by their own name."""
    return {**LABELS, **{OWN + one.key: one.label for one in fields.form_of(session, lab.id).fields}}


def guess(session: Session, lab: Lab, sheet: Sheet) -> dict[str, int]:
    """Which column is what: field → index."""
    own = {OWN + one.key: (one.label,) for one in fields.form_of(session, lab.id).fields}
    return match(sheet.columns, {**own, **WANTED})


def report(session: Session, lab: Lab, sheet: Sheet, columns: Mapping[str, int]) -> list[Row]:
    """What would become of each row. Raises Invalid when no column holds the questions."""
    if "text" not in columns:
        raise Invalid(fields={"text": N_("Kies in welke kolom de vragen staan.")})
    read = _Reader(session, lab)
    return [read.row(line, _cells(cells, columns)) for line, cells in zip(sheet.lines, sheet.rows, strict=True)]


def _cells(cells: Sequence[str], columns: Mapping[str, int]) -> dict[str, str]:
    return {name: tidy(cells[at]) for name, at in columns.items() if at < len(cells)}


def same(text: str) -> str:
    """What two questions have in common that say the same: capitals, accents, signs and spaces left out."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[^\w]+", " ", "".join(one for one in plain if not unicodedata.combining(one))).strip()


class _Reader:
    """Reads rows against what is there, and against the rows before."""

    def __init__(self, session: Session, lab: Lab) -> None:
        self.form = fields.form_of(session, lab.id)
        self.places: PlaceNames = place_names(session, lab.day)
        people = [person for person, _ in accounts.people_of(session, lab.programme_id)]
        self.by_email = {person.email: person for person in people if person.email}
        self.by_name: dict[str, list[Person]] = {}
        for person in people:
            self.by_name.setdefault(same(person.name), []).append(person)
        self.there = {same(one.text) for one in queries.of_lab(session, lab.id)}
        self.before: dict[str, int] = {}

    def row(self, line: int, cells: dict[str, str]) -> Row:
        """One row."""
        text = cells.get("text", "")
        why: list[tuple[str, dict[str, Any]]] = []
        trouble: list[tuple[str, dict[str, Any]]] = []

        def refuse(sentence: str, **values: Any) -> None:
            trouble.append((sentence, values))

        try:
            operations.check_text(text)
        except Invalid as error:
            refuse(error.fields["text"])
        more = {name: cells.get(name, "") for name in ("context", "tried", "theme_hint")}
        for name, most in (("context", operations.MOST_MORE), ("tried", operations.MOST_MORE), ("theme_hint", 80)):
            if len(more[name]) > most:
                refuse(N_("“%(column)s” is te lang: hoogstens %(most)s tekens."), column=LABELS[name], most=most)
        more["theme_hint"] = " ".join(more["theme_hint"].split())
        person = self._asker(cells, why, refuse)
        place = None
        if typed := cells.get("municipality", ""):
            found = self.places.find(typed)
            place = found.municipality
            if place is None:
                refuse(found.problem, **found.params)
            elif found.problem:
                why.append((found.problem, found.params))
        elif person is not None and person.municipality_code:
            place = self.places.find(person.municipality_code).municipality
        name = cells.get("name", "") or (person.name if person else "") or (place.name if place else "")
        if not name and not cells.get("email"):
            refuse(N_("Er staat niet bij van wie de vraag is. Vul een naam, een e-mailadres of een gemeente in."))
        if len(name) > 120:
            refuse(N_("De naam is te lang: hoogstens 120 tekens."))
        answers = self._answers(cells, refuse)
        plain = same(text)
        state = "wrong" if trouble else "new"
        if not trouble and plain in self.there:
            state, trouble = "double", [(N_("Deze vraag staat al bij dit Kennislab."), {})]
        elif not trouble and plain in self.before:
            state, trouble = "double", [(N_("Dezelfde vraag staat ook in rij %(line)s."), {"line": self.before[plain]})]
        elif not trouble:
            self.before[plain] = line
        return Row(
            line, state, text, name, person.id if person else None, place.name if place else "", place.code if place else None,
            more, answers, tuple(trouble or why),
        )  # fmt: skip

    def _asker(self, cells: dict[str, str], why: list[tuple[str, dict[str, Any]]], refuse: Any) -> Person | None:
        email, name = cells.get("email", ""), cells.get("name", "")
        if email:
            person = self.by_email.get(accounts.fold_email(email))
            if person is None:
                refuse(
                    N_("Het adres %(email)s is van niemand in het programma. Voeg de persoon eerst toe, of laat het adres leeg."),
                    email=email,
                )
            return person
        known = self.by_name.get(same(name), []) if name else []
        if len(known) > 1:
            why.append(
                (N_("Meer mensen heten %(name)s. Zet er een e-mailadres bij als de vraag aan een van hen moet hangen."), {"name": name})
            )
        elif name and not known:
            why.append((N_("%(name)s is niet bekend in het programma: alleen de naam komt bij de vraag te staan."), {"name": name}))
        return known[0] if len(known) == 1 else None

    def _answers(self, cells: dict[str, str], refuse: Any) -> dict[str, str]:
        sent: dict[str, str] = {}
        for one in self.form.fields:
            value = cells.get(OWN + one.key, "")
            if one.kind == "yes_no":
                value = {"ja": "yes", "yes": "yes", "nee": "no", "no": "no"}.get(value.casefold(), value)
            sent[one.key] = value
        answers = fields.clean(self.form, sent)
        for name, sentence in fields.trouble(self.form, answers, complete=False).items():
            label = next((one.label for one in self.form.fields if fields.PREFIX + one.key == name), name)
            refuse(N_("“%(column)s”: %(trouble)s"), column=label, trouble=sentence)
        return answers


def take_over(tx: Tx, lab: Lab, rows: Sequence[Row], by: Actor) -> list[KnowledgeQuestion]:
    """Asks the good ones among these rows. All in one transaction: all or nothing. Raises Invalid when there is none."""
    good = [row for row in rows if row.state == "new"]
    if not good:
        raise Invalid(
            "nothing-good", N_("Er is niets om over te nemen"), N_("Geen enkele rij is een nieuwe vraag. Kijk in de lijst waarom.")
        )
    made: list[KnowledgeQuestion] = []
    for row in good:
        question = KnowledgeQuestion(
            lab_id=lab.id, lab=lab, asker_id=row.asker_id, asker_name=row.asker, municipality_code=row.place_code, text=row.text,
            answers=row.answers, source="import", submitted_at=clock.now(), **row.more,
        )  # fmt: skip
        tx.session.add(question)
        made.append(question)
    tx.session.flush()
    for question in made:
        operations.enter(tx, question)
    return made
