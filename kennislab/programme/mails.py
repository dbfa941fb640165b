"""The mails of a programme: their kinds, their words in two languages, and a programme's own words instead.

Words in square brackets are replaced as they stand; there is no template language, so nobody's text can ever be one. A bracket that
is empty takes its line along when the line holds nothing but empty brackets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa
import yaml
from babel.dates import format_datetime
from sqlalchemy.orm import Session

from kennislab.accounts.models import Person
from kennislab.core import clock, mail
from kennislab.core.errors import N_, Conflict, Invalid
from kennislab.core.mail import Mail
from kennislab.core.transaction import Tx
from kennislab.programme.models import Lab, MailTemplate, Programme

LANGUAGES = ("nl", "en")
WAIT = timedelta(minutes=10)
"""How long a notice can still be edited or held before it leaves."""
SECRET = "persoonlijke link"


class Later(str):
    """A value that is a placeholder itself, filled in while sending (``mail.fill``): it stays as it is, in the body only."""

    __slots__ = ()


_BRACKET = re.compile(r"\[([a-zà-ÿ][a-zà-ÿ '’-]{0,39})\]")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A word in brackets: what stands there in the end, and an example for the preview."""

    about: str
    example: str


PLACEHOLDERS: Mapping[str, Placeholder] = {
    "naam": Placeholder(N_("Wie de mail krijgt"), N_("Fatma Yıldız")),
    "programma": Placeholder(N_("Naam van het programma"), N_("Wijken voor morgen")),
    "lab": Placeholder(N_("Titel van de bijeenkomst"), N_("Kennislab herfst")),
    "datum": Placeholder(N_("De dag"), N_("donderdag 19 november 2026")),
    "tijd": Placeholder(N_("Van hoe laat tot hoe laat"), N_("13.30 tot 16.30 uur")),
    "plaats": Placeholder(N_("Waar het is"), N_("De Nieuwe Bibliotheek, Tilburg")),
    "deadline": Placeholder(N_("Tot wanneer je een vraag kunt stellen"), N_("maandag 9 november 2026, 12.00 uur")),
    "link": Placeholder(N_("Adres van de pagina waar de mail over gaat"), N_("https://kennislab.example/kennislabs/4")),
    SECRET: Placeholder(N_("Link waarmee iemand zonder aanmelden antwoordt; pas ingevuld bij het versturen"), N_("[persoonlijke link]")),
    "wat er veranderde": Placeholder(N_("Wat er anders is dan eerst"), N_("Het begint om 14.00 uur in plaats van 13.30 uur.")),
    "vraag": Placeholder(N_("De kennisvraag"), N_("Hoe krijgen we een VvE mee die al twee keer nee zei?")),
    "was": Placeholder(N_("De vraag zoals hij eerst was"), N_("VvE zegt steeds nee, wat nu?")),
    "door": Placeholder(N_("Wie het deed"), N_("Joris van Dam")),
    "opmerking": Placeholder(N_("Wat de begeleider erbij schreef"), N_("Om welke wijk gaat het, en wat hebben jullie al geprobeerd?")),
    "samengevoegd tot": Placeholder(
        N_("De vraag waarin hij opging"), N_("Hoe krijgen we verenigingen van eigenaren mee in de warmtetransitie?")
    ),
    "delen": Placeholder(N_("De vragen waarin hij is gesplitst"), N_("- Hoe bereiken we de bewoners?\n- Wie betaalt het onderzoek?")),
    "wie": Placeholder(N_("Wie meevraagt"), N_("Bram de Wit (Delft)")),
    "eigen woorden": Placeholder(N_("Hoe die ander het zelf zegt"), N_("Bij ons strandt het op de ledenvergadering.")),
    "vorig lab": Placeholder(N_("Het lab waar de vraag vandaan komt"), N_("Kennislab zomer")),
    "kiezen tot": Placeholder(N_("Tot wanneer je thema’s kunt kiezen"), N_("dinsdag 17 november 2026, 17.00 uur")),
    "groep": Placeholder(N_("Naam van de groep"), N_("Bewoners en vertrouwen")),
    "reden": Placeholder(N_("Waarom iemand in deze groep zit"), N_("Je eerste keus.")),
    "ruimte": Placeholder(N_("Ruimte van de groep"), N_("Zaal 2")),
    "gespreksleider": Placeholder(N_("Wie de groep leidt"), N_("Samira el Idrissi")),
    "nakijken tot": Placeholder(N_("Tot wanneer je kunt nakijken wat je inbracht"), N_("zondag 22 november 2026, 23.59 uur")),
    "aantal": Placeholder(N_("Hoeveel je inbracht"), N_("4")),
    "oplossing": Placeholder(N_("De oplossing waar de mail naar vraagt"), N_("Geef bewoners een eigen wijkbudget.")),
    "gemeente": Placeholder(N_("Om welke gemeente het gaat"), N_("Tilburg")),
    "zoekopdrachten": Placeholder(N_("Namen van de zoekopdrachten met iets nieuws"), N_("Wijkbudget, Schulden")),
    "nieuw": Placeholder(
        N_("Wat er nieuw is, per zoekopdracht"),
        N_("Wijkbudget: 1 nieuw resultaat\n- Oplossing: Geef bewoners een eigen wijkbudget. (Tilburg, 4e kwartaal 2026)"),
    ),
    "groepsleden": Placeholder(N_("Wie er nog meer in zitten"), N_("Bram de Wit, Lotte Jansen en Amina Bakker")),
}
"""Every word that may stand in brackets."""

COMMON = ("naam", "programma", "lab", "datum", "tijd", "plaats", "deadline", "link")
"""What every mail about a lab knows; ``link`` leads to the lab's page unless the caller gives another."""
OF_NO_LAB = ("naam", "link")
"""What a mail about something else knows."""


@dataclass(frozen=True, slots=True)
class MailKind:
    """One kind of mail. ``own``: its placeholders beside the common ones. ``calendar``: whether a calendar file goes along.

    ``about_lab``: whether it is about one lab, so that it knows where and when that is.
    """

    key: str
    title: str
    about: str
    own: tuple[str, ...] = ()
    calendar: bool = False
    about_lab: bool = True

    @property
    def placeholders(self) -> tuple[str, ...]:
        """All that its words may hold."""
        return (*(COMMON if self.about_lab else OF_NO_LAB), *self.own)


KINDS: Mapping[str, MailKind] = {
    kind.key: kind
    for kind in (
        MailKind("invitation", N_("Uitnodiging"), N_("Aan wie je uitnodigt, met een knop om te antwoorden."), (SECRET,), calendar=True),
        MailKind("reminder_answer", N_("Herinnering: kom je?"), N_("Aan wie nog niet heeft geantwoord."), (SECRET,)),
        MailKind("reminder_question", N_("Herinnering: stel je vraag"), N_("Aan wie komt, maar nog geen vraag heeft gesteld.")),
        MailKind(
            "lab_changed",
            N_("Tijd of plaats veranderd"),
            N_("Aan wie is uitgenodigd, met een nieuw agendabestand."),
            (SECRET, "wat er veranderde"),
            calendar=True,
        ),
        MailKind("lab_cancelled", N_("Bijeenkomst gaat niet door"), N_("Aan wie is uitgenodigd."), calendar=True),
        MailKind("question_edited", N_("Vraag iets anders verwoord"), N_("Aan wie de vraag stelde."), ("vraag", "was", "door")),
        MailKind("question_returned", N_("Vraag terug met een opmerking"), N_("Aan wie de vraag stelde."), ("vraag", "opmerking", "door")),
        MailKind("question_merged", N_("Vragen samengevoegd"), N_("Aan alle vragers."), ("vraag", "samengevoegd tot", "door")),
        MailKind("question_split", N_("Vraag gesplitst"), N_("Aan wie de vraag stelde."), ("vraag", "delen", "door")),
        MailKind("question_joined", N_("Iemand vraagt mee"), N_("Aan wie de vraag stelde."), ("vraag", "wie", "eigen woorden")),
        MailKind("co_asker_named", N_("Genoemd als medevrager"), N_("Aan wie als medevrager is genoemd."), ("vraag", "wie")),
        MailKind("question_carried", N_("Vraag meegenomen naar een volgend lab"), N_("Aan alle vragers."), ("vraag", "vorig lab", "door")),
        MailKind("ranking_open", N_("Thema’s kiezen"), N_("Aan wie mee mag kiezen waar de groepen over gaan."), ("kiezen tot",)),
        MailKind(
            "your_group",
            N_("Jouw groep"),
            N_("Aan iedereen met een plek in een groep."),
            ("groep", "reden", "ruimte", "gespreksleider", "groepsleden"),
        ),
        MailKind(
            "check_own",
            N_("Kijk na wat je inbracht"),
            N_("Na afloop, aan wie iets inbracht onder eigen naam."),
            (SECRET, "nakijken tot", "aantal"),
        ),
        MailKind(
            "check_own_reminder",
            N_("Herinnering: kijk na wat je inbracht"),
            N_("Op de laatste dag, aan wie nog niet keek."),
            (SECRET, "nakijken tot", "aantal"),
        ),
        MailKind(
            "evidence_prompt",
            N_("Heeft het geholpen?"),
            N_("Elk kwartaal, aan wie weet wat er van een oplossing kwam."),
            (SECRET, "oplossing", "vraag", "gemeente"),
        ),
        MailKind(
            "saved_search",
            N_("Nieuw bij je zoekopdrachten"),
            N_("Aan wie een zoekopdracht bewaarde met mail erbij, hoogstens één keer per dag."),
            (SECRET, "zoekopdrachten", "nieuw"),
            about_lab=False,
        ),
    )
}
"""Every kind of mail that a programme sends, in the order in which they come."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a kind in one language; ``row`` is the programme's own version, when it has one."""

    subject: str
    body: str
    row: MailTemplate | None = None


@lru_cache(maxsize=1)
def _supplied() -> Mapping[str, Mapping[str, Words]]:
    data = yaml.safe_load((Path(__file__).parent / "data" / "mails.yaml").read_text("utf-8"))
    return {
        kind: {language: Words(text["subject"].strip(), text["body"].strip() + "\n") for language, text in both.items()}
        for kind, both in data.items()
    }


def supplied(kind: str, language: str) -> Words:
    """The words that come with Kennislab."""
    return _supplied()[kind][language if language in LANGUAGES else "nl"]


def words_of(session: Session, programme_id: int, kind: str, language: str) -> Words:
    """The words that count in this programme: its own, else those that come with Kennislab. Raises KeyError for an unknown kind."""
    language = language if language in LANGUAGES else "nl"
    T = MailTemplate
    row = session.scalar(sa.select(T).where(T.programme_id == programme_id, T.kind == kind, T.language == language))
    return Words(row.subject, row.body, row) if row is not None else supplied(kind, language)


def own_words(session: Session, programme_id: int) -> dict[tuple[str, str], MailTemplate]:
    """(kind, language) → the programme's own words, where it has them."""
    rows = session.scalars(sa.select(MailTemplate).where(MailTemplate.programme_id == programme_id))
    return {(row.kind, row.language): row for row in rows}


# --- composing --------------------------------------------------------------------------------------------------------------


def common_values(lab: Lab, person: Person | None, language: str) -> dict[str, str]:
    """The common placeholders of a lab, for this person (None: nobody in particular), as this language writes them."""
    return {
        "naam": person.name if person else "",
        "programma": lab.programme.name,
        "lab": lab.title,
        "datum": day_words(lab.starts_at, language),
        "tijd": hours_words(lab.starts_at, lab.ends_at, language),
        "plaats": lab.place,
        "deadline": moment_words(lab.question_deadline, language),
        "link": mail.site_address(f"/kennislabs/{lab.id}"),
    }


def day_words(moment: datetime, language: str) -> str:
    """*donderdag 19 november 2026*."""
    return str(format_datetime(moment.astimezone(clock.LOCAL), "EEEE d MMMM y", locale=language))


def moment_words(moment: datetime, language: str) -> str:
    """*donderdag 19 november 2026, 13.30 uur*."""
    pattern = "EEEE d MMMM y, HH:mm" if language == "en" else "EEEE d MMMM y, HH.mm 'uur'"
    return str(format_datetime(moment.astimezone(clock.LOCAL), pattern, locale=language))


def hours_words(start: datetime, end: datetime, language: str) -> str:
    """*13.30 tot 16.30 uur*."""
    first, last = start.astimezone(clock.LOCAL), end.astimezone(clock.LOCAL)
    return f"{first:%H:%M} to {last:%H:%M}" if language == "en" else f"{first:%H.%M} tot {last:%H.%M} uur"


def fill_in(kind: MailKind, text: str, values: Mapping[str, str]) -> str:
    """Replaces the kind's brackets. Secret ones stay (they are filled in while sending); a line of nothing but empty ones goes."""

    def one(found: re.Match[str]) -> str:
        name = found[1]
        if name not in kind.placeholders or (name == SECRET and name not in values):
            return found[0]
        return _plain(values.get(name, ""))

    lines = []
    for line in text.split("\n"):
        names = [name for name in _BRACKET.findall(line) if name in kind.placeholders and name != SECRET]
        if names and not any(values.get(name) for name in names):
            continue
        lines.append(_BRACKET.sub(one, line))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def _plain(value: str) -> str:
    """Somebody's text cannot ask for a secret: its brackets of that name become round ones."""
    if isinstance(value, Later):
        return value
    return re.sub(r"\[(" + "|".join(map(re.escape, {SECRET, *mail.secret_names()})) + r")\]", r"(\1)", value)


def compose(session: Session, programme_id: int, kind: str, language: str, values: Mapping[str, str]) -> tuple[str, str]:
    """Subject and body of a mail of this kind. ``values``: placeholder without brackets → text; what is not given stays empty.

    Raises KeyError for an unknown kind and ValueError for a value that the kind has no placeholder for.
    """
    return _composed(KINDS[kind], words_of(session, programme_id, kind, language), values)


def _composed(what: MailKind, words: Words, values: Mapping[str, str]) -> tuple[str, str]:
    if strange := set(values) - set(what.placeholders):
        raise ValueError(f"{what.key} has no placeholder {sorted(strange)}")
    subject = " ".join(fill_in(what, words.subject, {name: " ".join(text.split()) for name, text in values.items()}).split())
    return subject, fill_in(what, words.body, values)


def prepare(
    tx: Tx,
    person: Person,
    kind: str,
    lab: Lab,
    values: Mapping[str, str] | None = None,
    *,
    calendar: str = "",
    wave_id: int | None = None,
) -> Mail | None:
    """A draft of this kind for this person in their language, with the common placeholders filled. None when there is no address."""
    if not person.email:
        return None
    key = ("mail words", lab.programme_id, kind, person.language)
    if key not in tx.memo:  # looked up once for a whole wave
        tx.memo[key] = words_of(tx.session, lab.programme_id, kind, person.language)
    subject, body = _composed(KINDS[kind], tx.memo[key], {**common_values(lab, person, person.language), **(values or {})})
    return mail.draft(
        tx,
        to=person.email,
        subject=subject,
        body=body,
        purpose=kind,
        programme_id=lab.programme_id,
        lab_id=lab.id,
        person_id=person.id,
        language=person.language,
        calendar=calendar,
        wave_id=wave_id,
    )


def notify(
    tx: Tx, person: Person, kind: str, lab: Lab, values: Mapping[str, str] | None = None, *, after: timedelta = WAIT, calendar: str = ""
) -> Mail | None:
    """Prepares a mail and lets it go after ``after``; until then it can be edited or held in the outbox. None without an address."""
    made = prepare(tx, person, kind, lab, values, calendar=calendar)
    if made is not None:
        mail.release(tx, made, clock.now() + after)
    return made


# --- a programme's own words ------------------------------------------------------------------------------------------------


def check(kind: MailKind, subject: str, body: str) -> None:
    """Raises Invalid when the words cannot be sent like that: empty, or with a bracket that this kind does not know."""
    wrong: dict[str, str] = {}
    unknown: list[str] = []
    for name, text in (("subject", subject), ("body", body)):
        strange = [found for found in dict.fromkeys(_BRACKET.findall(text)) if found not in kind.placeholders]
        if not text.strip():
            wrong[name] = N_("Vul een onderwerp in.") if name == "subject" else N_("Vul een tekst in.")
        elif strange:
            unknown += strange
            wrong[name] = N_("Deze mail kent %(names)s niet. Kies een van de woorden hiernaast, of haal de haken weg.")
    if SECRET in _BRACKET.findall(subject):
        wrong["subject"] = N_("De persoonlijke link hoort in de tekst, niet in het onderwerp.")
    if SECRET in kind.own and SECRET not in _BRACKET.findall(body) and "body" not in wrong:
        wrong["body"] = N_("Zonder [persoonlijke link] kan niemand antwoorden. Zet hem in de tekst.")
    if wrong:
        raise Invalid(fields=wrong, names=", ".join(f"[{name}]" for name in dict.fromkeys(unknown)))


def save_words(tx: Tx, programme: Programme, kind: str, language: str, subject: str, body: str, rev: int, by: str) -> MailTemplate:
    """The programme's own words. ``rev``: of the version that was read, 0 when there was none. Raises Invalid, or Conflict when stale."""
    check(KINDS[kind], subject, body)
    row = words_of(tx.session, programme.id, kind, language).row
    if (row.rev if row else 0) != rev:
        raise Conflict(
            "words-changed",
            N_("Deze tekst is intussen veranderd"),
            N_("Iemand anders heeft de tekst aangepast. Kijk hoe hij nu is en pas hem dan opnieuw aan."),
        )
    if row is None:
        row = MailTemplate(programme_id=programme.id, kind=kind, language=language, subject="", body="", rev=0)
        tx.session.add(row)
    row.subject, row.body = " ".join(subject.split()), body.replace("\r\n", "\n").strip() + "\n"
    row.edited_by_name, row.edited_at, row.rev = by, clock.now(), row.rev + 1
    tx.session.flush()
    return row


def reset_words(tx: Tx, programme: Programme, kind: str, language: str) -> None:
    """Back to the words that come with Kennislab."""
    T = MailTemplate
    tx.session.execute(sa.delete(T).where(T.programme_id == programme.id, T.kind == kind, T.language == language))
