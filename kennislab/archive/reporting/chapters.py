"""The report in words: chapters of a few kinds of blocks, from which the page, the PDF, the DOCX and the ODT are all written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from kennislab.archive import words
from kennislab.archive.ledger import Clause
from kennislab.archive.queries import Outcomes
from kennislab.archive.reporting.blocks import Block, Chapter, Document, Entries, Figure, Heading, Shown, Table, Text, Totals
from kennislab.archive.reporting.shapes import Asked, Ballot, Entry, LookedBack, Report, Step
from kennislab.core.templating import clock_time, long_date, moment_text, quarter_text

__all__ = ["Block", "Chapter", "Document", "Entries", "Figure", "Heading", "Shown", "Table", "Text", "Totals", "document", "ledger_words"]

_FEW_CHAPTERS = 4


def document(report: Report) -> Document:
    """The report as a document, in the language of the moment."""
    notices = []
    if report.draft:
        notices.append(_("Concept. De oogst is nog niet gesloten, dit verslag kan nog veranderen."))
    if report.public:
        notices.append(_("Openbare versie: zonder wat binnen het programma blijft, en zonder namen van mensen."))
    elif report.inside:
        notices.append(
            ngettext(
                "Alleen voor het programma: %(num)s bijdrage hierin is niet openbaar.",
                "Alleen voor het programma: %(num)s bijdragen hierin zijn niet openbaar.",
                report.inside,
            )
        )
    seal = []
    if report.sealed_at:
        moment = moment_text(report.sealed_at)
        named = _("Vastgesteld door %(name)s op %(moment)s.", name=report.sealed_by, moment=moment)
        seal.append(named if report.sealed_by else _("Vastgesteld op %(moment)s.", moment=moment))
        seal.append(_("Kenmerk: %(head)s", head=report.head))
    made = tuple(chapter for chapter in _chapters(report) if chapter.blocks)
    return Document(
        title=report.title,
        over=_("Verslag · %(quarter)s", quarter=quarter_text(report.quarter)),
        lead=report.programme,
        chapters=made,
        notices=tuple(notices),
        seal=tuple(seal),
        held=_held(report),
        contents=_("Inhoud") if len(made) > _FEW_CHAPTERS else "",
    )


def _held(report: Report) -> str:
    where = ", ".join(part for part in (long_date(report.starts_at), report.place) if part)
    return f"{where[:1].upper()}{where[1:]}"


def _chapters(report: Report) -> list[Chapter]:
    return [
        Chapter("samenvatting", _("Samenvatting"), _summary(report)),
        Chapter("agenda", _("Agenda"), _agenda(report.agenda)),
        Chapter("themas", _("Thema’s"), _themes(report)),
        *_contributions(report),
        Chapter("acties", _("Acties"), _actions(report)),
        Chapter("stemmingen", _("Stemmingen"), tuple(block for ballot in report.ballots for block in _ballot(ballot, report.charts))),
        Chapter("evaluatie", _("Evaluatie"), _evaluation(report.evaluation, report.charts)),
        Chapter("deelname", _("Deelname"), _participation(report)),
        Chapter("bijlage", _("Bijlage: alle kennisvragen"), _appendix(report.asked)),
    ]


def _summary(report: Report) -> tuple[Block, ...]:
    people = ngettext("Er deed %(num)s persoon mee.", "Er deden %(num)s mensen mee.", report.people)
    blocks: list[Block] = [Text(f"{_held(report)}. {people}")]
    if report.description:
        blocks.append(Text(report.description))
    totals = tuple((kind, _(words.PLURALS[kind]), number) for kind, number in report.totals.items() if number)
    if totals:
        blocks.append(Totals(totals))
    if report.kept_in_groups and not report.public:
        blocks.append(
            Text(
                ngettext(
                    "%(num)s bijdrage blijft in de groep en staat hier niet in.",
                    "%(num)s bijdragen blijven in de groep en staan hier niet in.",
                    report.kept_in_groups,
                ),
                small=True,
            )
        )
    return tuple(blocks)


def _agenda(steps: Sequence[Step]) -> tuple[Block, ...]:
    if not steps:
        return ()
    rows = []
    for step in steps:
        what = [step.title if step.title.endswith((".", "?", "!", "…")) else f"{step.title}."]
        if step.speaker:
            what.append(_("Met %(name)s.", name=step.speaker))
        if step.instruction:
            what.append(step.instruction)
        real = _span(step.began, step.ended) if step.began and step.ended else ""
        rows.append((clock_time(step.at), " ".join(what), real))
    if any(row[2] for row in rows):
        return (Table(_("Onderdelen van de dag"), (_("Gepland"), _("Onderdeel"), _("Werkelijk")), tuple(rows)),)
    return (Table(_("Onderdelen van de dag"), (_("Gepland"), _("Onderdeel")), tuple(row[:2] for row in rows)),)


def _span(began: datetime, ended: datetime) -> str:
    """*13.30 – 13.55 uur*: what a time is called stands behind the last one only."""
    first, last = clock_time(began), clock_time(ended)
    return f"{first.removesuffix(' uur')} – {last}"


def _themes(report: Report) -> tuple[Block, ...]:
    """What there was most of. One theme alone says nothing."""
    if len(report.themes) < 2:
        return ()
    rows = tuple((name, str(number)) for name, number in report.themes)
    title = _("Inbreng per thema")
    drawn = _drawn(report.charts, title, report.themes[:_MOST_BARS])
    table = Table(title, (_("Thema"), _("Bijdragen")), rows, frozenset({1}), drawn=bool(drawn))
    return (Text(_("Een bijdrage kan bij meer thema’s horen."), small=True), *drawn, table)


_MOST_BARS = 20


def _drawn(charts: bool, title: str, rows: Sequence[tuple[str, float]]) -> tuple[Block, ...]:
    """A drawing, when drawings are wanted and there is something to compare."""
    if not charts or len(rows) < 2 or not any(value for _label, value in rows):
        return ()
    said = ", ".join(f"{label}: {number_text(value)}" for label, value in rows)
    return (Figure(title, _("Staafdiagram. %(numbers)s.", numbers=said), tuple(rows)),)


# --- contributions ------------------------------------------------------------------------------------------------------------


def _kinds(report: Report) -> list[tuple[str, str, list[Entry]]]:
    return [
        ("kennisvragen", _("Kennisvragen"), report.questions),
        ("knelpunten", _("Knelpunten en oplossingen"), report.bottlenecks),
        ("oplossingen", _("Andere oplossingen") if report.bottlenecks else _("Oplossingen"), report.solutions),
        ("lessen", _("Lessen"), report.lessons),
        ("inzichten", _("Inzichten"), report.insights),
        ("succesfactoren", _("Succesfactoren"), report.success_factors),
        ("koppelkansen", _("Koppelkansen"), report.linking_opportunities),
        ("adviezen", _("Adviezen"), report.advice),
        ("keuzes", _("Keuzes"), report.choices),
        ("terugblik", _("Terugblik"), report.reflections),
    ]


def _contributions(report: Report) -> list[Chapter]:
    if report.order == "thema":
        return _by(report, "thema", _theme_of, _("Zonder thema"))
    if report.order == "groep":
        return _by(report, "groep", lambda entry: entry.group, _("Zonder groep"))
    return [Chapter(key, title, _entries(found)) for key, title, found in _kinds(report)]


def _theme_of(entry: Entry) -> str:
    return entry.themes[0] if entry.themes else ""


def _by(report: Report, name: str, of: Callable[[Entry], str], without: str) -> list[Chapter]:
    """A chapter for each theme or group, what it holds by kind below headings; what has none comes last.

    What has several themes stands under its first one, with the others beside it, so that nothing is counted twice.
    """
    shelves: dict[str, tuple[str, dict[str, list[Entry]]]] = {}
    titles: dict[str, str] = {}
    for key, title, found in _kinds(report):
        titles[key] = title
        for entry in found:
            heading = of(entry)
            shelves.setdefault(heading.casefold(), (heading, {}))[1].setdefault(key, []).append(entry)
    chapters = []
    for number, (_folded, (heading, kinds)) in enumerate(sorted(shelves.items(), key=lambda pair: (not pair[0], pair[0])), 1):
        blocks = [block for key, found in kinds.items() for block in (Heading(titles[key]), *_entries(found))]
        chapters.append(Chapter(f"{name}-{number}", heading or without, tuple(blocks)))
    return chapters


def _entries(found: Iterable[Entry]) -> tuple[Block, ...]:
    shown = tuple(_shown(entry) for entry in found)
    return (Entries(shown),) if shown else ()


def _shown(entry: Entry, *, labelled: bool = False) -> Shown:
    about = [(text, "") for text in (entry.where, entry.group) if text]
    if entry.votes:
        about.append((ngettext("%(num)s stem", "%(num)s stemmen", entry.votes), ""))
    if entry.answered == "parked":
        about.append((_("nog open, geparkeerd"), "warn"))
    elif entry.answered == "answered":
        about.append((_("beantwoord in de zaal"), "plain"))
    if (sum_ := outcome_words(entry.outcomes)) and not entry.told:
        about.append((sum_, ""))
    return Shown(
        id=entry.id,
        kind=entry.kind,
        label=_(words.KINDS[entry.kind]) if labelled else "",
        text=entry.text,
        about=tuple(about),
        themes=entry.themes,
        remarks=(
            *([_("Wat ervan kwam: %(text)s", text=ledger_words(entry.told))] if entry.told else []),
            *(_("Verbetering: %(text)s", text=text) for text in entry.corrections),
        ),
        answers=tuple(_shown(answer, labelled=True) for answer in entry.answers),
        gap=_("Hiervoor is nog geen oplossing gevonden.") if entry.kind == "bottleneck" and not (entry.answers or labelled) else "",
    )


def ledger_words(told: Sequence[Clause]) -> str:
    """The clauses of ``ledger.summary`` behind each other; empty without any."""
    said = ", ".join(_(message, **values) for message, values in told)
    return f"{said}." if said else ""


def outcome_words(outcomes: Outcomes) -> str:
    """An honest sum of a ledger in one line; empty without one."""
    if not outcomes.tried:
        return ngettext("%(num)s keer gepland", "%(num)s keer gepland", outcomes.planned) if outcomes.planned else ""
    told = [ngettext("%(num)s keer geprobeerd", "%(num)s keer geprobeerd", outcomes.tried)]
    if outcomes.worked:
        told.append(ngettext("%(num)s keer gewerkt", "%(num)s keer gewerkt", outcomes.worked))
    if outcomes.partly:
        told.append(ngettext("%(num)s keer deels", "%(num)s keer deels", outcomes.partly))
    if outcomes.failed:
        told.append(ngettext("%(num)s keer niet", "%(num)s keer niet", outcomes.failed))
    return ", ".join(told)


# --- tables -------------------------------------------------------------------------------------------------------------------


def _actions(report: Report) -> tuple[Block, ...]:
    if not report.actions:
        return ()
    standing = []
    for one in report.actions:
        due = one.due.strftime("%d-%m-%Y") if one.due else _("geen datum")
        standing.append((one.text, one.owner or _("nog niemand"), due, _(words.ACTION_STATUSES[one.status])))
    if report.public:
        rows = tuple((what, when, how) for what, _who, when, how in standing)
        return (Table(_("Wat er is afgesproken"), (_("Wat"), _("Wanneer"), _("Stand")), rows),)
    return (Table(_("Wat er is afgesproken"), (_("Wat"), _("Wie"), _("Wanneer"), _("Stand")), tuple(standing)),)


def number_text(value: float) -> str:
    """A number as Dutch people write it."""
    return str(value).replace(".", ",")


def unit_of(ballot: Ballot) -> str:
    """What was given in a vote."""
    units: Mapping[str, str] = {"dots": _("Stippen"), "rating": _("Gemiddeld cijfer"), "choice": _("Stemmen")}
    return units[ballot.kind]


def _ballot(ballot: Ballot, charts: bool) -> tuple[Block, ...]:
    unit, several = unit_of(ballot), len(ballot.rounds) > 1
    by_hand = ballot.kind != "rating" and ballot.rounds[-1][1] > 0
    columns = [_("Keuze")]
    for number in range(1, len(ballot.rounds) + 1):
        columns.append(_("%(unit)s, ronde %(number)s", unit=unit, number=number) if several else unit)
    if by_hand:
        columns.append(_("Waarvan met de hand"))
    rows = []
    for text, scores in ballot.outcome:
        cells = [text, *(number_text(score.total) if score else "–" for score in scores)]
        if by_hand:
            cells.append(str(scores[-1].hands if scores[-1] else 0))
        rows.append(tuple(cells))
    told = [_("Stemming van groep %(group)s.", group=ballot.group)] if ballot.group else []
    for number, (phones, hands) in enumerate(ballot.rounds, 1):
        if several:
            told.append(_("Ronde %(number)s:", number=number))
        told.append(ngettext("%(num)s persoon stemde.", "%(num)s mensen stemden.", phones + hands))
        if hands:
            told.append(ngettext("%(num)s daarvan stak een hand op.", "%(num)s daarvan staken een hand op.", hands))
    numbers = frozenset(range(1, len(columns)))
    title = ballot.title or _("Stemming")
    last = [(text, scores[-1].total if scores[-1] else 0) for text, scores in ballot.outcome][:_MOST_BARS]
    return (
        Table(title, tuple(columns), tuple(rows), numbers, title=True),
        Text(" ".join(told), small=True),
        *_drawn(charts, f"{title} ({unit.lower()})", last),
    )


def _evaluation(asked: Sequence[LookedBack], charts: bool) -> tuple[Block, ...]:
    if not asked:
        return ()
    blocks: list[Block] = [Text(_("De antwoorden zijn anoniem en staan op alfabet."), small=True)]
    for one in asked:
        answers = Text(ngettext("%(num)s antwoord.", "%(num)s antwoorden.", one.number), small=True)
        if one.scores:
            last = len(one.scores)
            named = {1: " " + _("(helemaal niet)"), last: " " + _("(helemaal wel)")}
            rows = tuple((f"{mark}{named.get(mark, '')}", str(people)) for mark, people in enumerate(one.scores, 1))
            blocks += [Table(one.title, (_("Cijfer"), _("Mensen")), rows, frozenset({1}), title=True), answers]
            blocks += _drawn(charts, one.title, [(_("cijfer %(mark)s", mark=mark), people) for mark, people in enumerate(one.scores, 1)])
        else:
            blocks += [Heading(one.title), answers, Entries(tuple(Shown("", "evaluation", "", text) for text in one.texts))]
    return tuple(blocks)


def _participation(report: Report) -> tuple[Block, ...]:
    if not report.participation:
        return ()
    rows = tuple((name, str(people)) for name, people in report.participation)
    title = _("Deelname per gemeente")
    drawn = _drawn(report.charts, title, report.participation[:_MOST_BARS])
    return (*drawn, Table(title, (_("Gemeente"), _("Mensen")), rows, frozenset({1}), drawn=bool(drawn)))


def _appendix(asked: Sequence[Asked]) -> tuple[Block, ...]:
    """Every question with what was told with it, as a list: a table of long texts cannot be read."""
    return (Entries(tuple(_asked(one) for one in asked)),) if asked else ()


def _asked(one: Asked) -> Shown:
    about = [(one.where, "")] if one.where else []
    if one.supporters:
        about.append((ngettext("%(num)s keer gesteund", "%(num)s keer gesteund", one.supporters), ""))
    remarks = []
    if one.context:
        remarks.append(_("Toelichting: %(text)s", text=one.context))
    if one.tried:
        remarks.append(_("Al geprobeerd: %(text)s", text=one.tried))
    if one.became:
        remarks.append(_("Gaat verder in: %(text)s", text=" · ".join(one.became)))
    return Shown("", "question", "", one.text, tuple(about), (one.theme,) if one.theme else (), tuple(remarks))
