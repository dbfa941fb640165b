"""Each drawing with its sentence and its table. The words are of who reads; the table is also what can be downloaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup
from sqlalchemy.orm import Session

from kennislab.archive import words
from kennislab.core import charts
from kennislab.core.templating import quarter_text
from kennislab.evaluation.insight import queries
from kennislab.evaluation.insight.queries import Measure, Standing
from kennislab.evaluation.insight.scope import Period, Scope
from kennislab.programme.queries import municipality_names

MOST_LINES = 12
MOST_ARROWS = 24
ON_PAGE = 50
"""A page shows this many rows of a long table; all are in what can be downloaded."""
AT_FIRST = 8
"""So many bottlenecks that wait are shown until somebody asks for more."""
WORST_FIRST = (1, 2, 0)
"""Colours of a stacked bar that begins with what is worst: the red one first, the green one last."""


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads somewhere."""

    text: str
    url: str


Cell = str | int | None | Link


@dataclass(frozen=True, slots=True)
class Table:
    """``columns``: (heading, whether its cells are numbers). The first cell of a row names the row."""

    columns: list[tuple[str, bool]]
    rows: list[list[Cell]]


@dataclass(frozen=True, slots=True)
class Panel:
    """One drawing. ``draw``: at a width; None when there is nothing to draw: then ``about`` says so. ``note``: how it was counted."""

    key: str
    title: str
    about: str
    table: Table
    draw: Callable[[float], Markup] | None = None
    note: str = ""


def _head(period: Period) -> str:
    return quarter_text(period.key)


def _names(session: Session, codes: Sequence[str | None]) -> Mapping[str, str]:
    return municipality_names(session, codes)


def _by_name(codes: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """Codes in the order of their names; what has none last."""
    return sorted(codes, key=lambda code: (not code, names.get(code, code).lstrip("'’").casefold()))


def themes(session: Session, scope: Scope) -> tuple[Panel, list[str]]:
    """How often each theme came up; and all themes that there are to choose from."""
    found = queries.themes_over_time(session, scope)
    by_year = len(found.periods[0].key) == 4
    title = _("Thema’s per jaar") if by_year else _("Thema’s per kwartaal")
    columns = [(_("Thema"), False), *((_head(period), True) for period in found.periods), (_("Samen"), True)]
    rows: list[list[Cell]] = [[theme, *counts, sum(count or 0 for count in counts)] for theme, counts in found.rows]
    table = Table(columns, rows)
    if not found.rows:
        return Panel("themas", title, _("Er is in deze periode nog niets met een thema."), table), found.all_themes
    top, counts = found.rows[0]
    said = _(
        "“%(theme)s” kwam het vaakst terug: in %(n)s van de %(all)s bijdragen.", theme=top, n=sum(c or 0 for c in counts), all=found.items
    )
    if grown := _grown(found.rows):
        said += " " + _(
            "Het sterkst gegroeid is “%(theme)s”: %(before)s keer in de eerste helft van de periode, %(after)s keer in de tweede.",
            theme=grown[0],
            before=grown[1],
            after=grown[2],
        )

    def draw(width: float) -> Markup:
        if len(found.periods) == 1:
            return charts.bars([(theme, counts[0] or 0) for theme, counts in found.rows[:12]], title, said, width=width)
        return charts.trends([period.column for period in found.periods], found.rows[:MOST_LINES], title, said, width=width)

    note = _("Bij elke lijn staan het hoogste en het laatste getal. Een bijdrage met twee thema’s telt bij allebei mee.")
    if len(found.rows) > MOST_LINES:
        note += " " + _("De tekening toont de grootste thema’s; in de tabel staan ze allemaal.")
    return Panel("themas", title, said, table, draw, note), found.all_themes


def _grown(rows: Sequence[tuple[str, list[int | None]]]) -> tuple[str, int, int] | None:
    """The theme that grew most from the first half of the columns to the second; None when none did, or there is too little to compare."""
    if not rows or len(rows[0][1]) < 4:
        return None
    half = len(rows[0][1]) // 2
    halves = [(theme, sum(c or 0 for c in counts[:half]), sum(c or 0 for c in counts[-half:])) for theme, counts in rows]
    best = max(halves, key=lambda one: one[2] - one[1])
    return best if best[2] > best[1] else None


def bottlenecks_by_theme(scope: Scope, standing: Sequence[Standing]) -> Panel:
    """How many bottlenecks of each theme have no solution, an untested one, one that worked."""
    found = queries.bottlenecks(scope, standing)
    title = _("Knelpunten zonder oplossing")
    parts = [_("Zonder oplossing"), _("Oplossing, nog nergens gewerkt"), _("Ergens (deels) gewerkt")]
    columns = [(_("Thema"), False), *((part, True) for part in parts), (_("Samen"), True)]
    rows: list[list[Cell]] = [[theme, *numbers, sum(numbers)] for theme, *numbers in found.by_theme]
    if not found.total:
        return Panel("knelpunten-per-thema", title, _("Er zijn in deze periode geen knelpunten opgehaald."), Table(columns, rows))
    said = ngettext(
        "Eén knelpunt. Zonder oplossing: %(without)s. Met een oplossing die nog nergens werkte: %(untested)s.",
        "%(num)s knelpunten. Zonder oplossing: %(without)s. Met een oplossing die nog nergens werkte: %(untested)s.",
        found.total,
        without=found.without,
        untested=found.untested,
    )

    def draw(width: float) -> Markup:
        shown = [(theme, numbers) for theme, *numbers in found.by_theme[:12]]
        return charts.stacked(shown, parts, title, said, width=width, looks=WORST_FIRST)

    note = _("Gewerkt: het laatste bericht van een gemeente is dat een oplossing voor dit knelpunt daar werkte, helemaal of deels.")
    return Panel("knelpunten-per-thema", title, said, Table(columns, rows), draw if rows else None, note)


def unsolved(session: Session, standing: Sequence[Standing], limit: int | None) -> Panel:
    """The bottlenecks that wait for a solution that works."""
    found = queries.unsolved(session, standing, limit)
    names = _names(session, [one.municipality_code for one in found])
    headings = [_("Knelpunt"), _("Stand"), _("Gemeente"), _("Kwartaal"), _("Thema’s"), _("Stemmen")]
    voted = any(one.votes for one in found)
    columns = [(heading, heading == headings[-1]) for heading in headings[: None if voted else -1]]
    rows: list[list[Cell]] = [
        [
            Link(one.text, url_for("archive.item", item_id=one.id)),
            ngettext("%(num)s oplossing, nog nergens gewerkt", "%(num)s oplossingen, nog nergens gewerkt", one.answers)
            if one.answers
            else _("Zonder oplossing"),
            names.get(one.municipality_code or "", ""),
            quarter_text(one.quarter),
            ", ".join(one.themes),
            *([one.votes] if voted else []),
        ]
        for one in found
    ]
    about = _("Alle knelpunten uit deze periode hebben een oplossing die ergens werkte.") if not rows else ""
    return Panel("knelpunten", _("Wacht op een oplossing die werkt"), about, Table(columns, rows))


def travelled(session: Session, scope: Scope, limit: int | None) -> Panel:
    """Solutions that were tried in another city than where they came from."""
    found = queries.travelled(session, scope)
    title = _("Oplossingen die op reis gingen")
    names = _names(session, [code for one in found for code in (one.came_from, *(code for code, _outcome in one.to))])
    columns = [(_("Oplossing"), False), (_("Kwam uit"), False), (_("Ging naar"), False), (_("Laatste bericht"), False)]
    rows: list[list[Cell]] = [
        [
            Link(one.text, url_for("archive.item", item_id=one.item_id)),
            names.get(one.came_from, "") if one.came_from else _("Niet bekend"),
            "; ".join(f"{names.get(code, code)}: {_(words.OUTCOMES[outcome]).lower()}" for code, outcome in one.to),
            quarter_text(f"{one.last.year}-Q{(one.last.month + 2) // 3}"),
        ]
        for one in found[:limit]
    ]
    if not found:
        return Panel(
            "op-reis", title, _("Nog geen oplossing is in een andere gemeente geprobeerd dan waar ze vandaan kwam."), Table(columns, rows)
        )
    said = ngettext(
        "Eén oplossing is in een andere gemeente geprobeerd dan waar ze vandaan kwam.",
        "%(num)s oplossingen zijn in een andere gemeente geprobeerd dan waar ze vandaan kwamen.",
        len(found),
    )
    said += " " + ngettext(
        "Eén werkte daar ook, helemaal of deels.", "%(num)s werkten daar ook, helemaal of deels.", sum(one.worked for one in found)
    )
    routes: dict[tuple[str, str], int] = {}
    gave: dict[str, int] = {}
    for one in found:
        for code, _outcome in one.to:
            gave.setdefault(code, 0)
            if one.came_from:
                routes[one.came_from, code] = routes.get((one.came_from, code), 0) + 1
        if one.came_from:
            gave[one.came_from] = gave.get(one.came_from, 0) + 1
    strongest = sorted(routes.items(), key=lambda route: (-route[1], route[0]))[:MOST_ARROWS]

    def draw(width: float) -> Markup:
        return charts.map_of(gave, title, said, names=names, routes=[(*pair, count) for pair, count in strongest], width=width)

    note = _("Het getal bij een gemeente: hoeveel van haar oplossingen elders zijn geprobeerd. Een pijl loopt naar waar dat gebeurde.")
    if len(routes) > MOST_ARROWS:
        note += " " + _("De %(n)s meest gebruikte wegen zijn getekend.", n=MOST_ARROWS)
    return Panel("op-reis", title, said, Table(columns, rows), draw, note)


def linking(session: Session, scope: Scope) -> Panel:
    """Which themes linking opportunities tie."""
    found = queries.linking(session, scope)
    title = _("Koppelkansen: wat raakt wat")
    columns = [(_("Thema"), False), (_("Raakt"), False), (_("Koppelkansen"), True)]
    table = Table(columns, [[one, other, count] for one, other, count in found.pairs])
    if not found.pairs:
        return Panel("koppelkansen", title, _("Er zijn in deze periode geen koppelkansen die twee thema’s verbinden."), table)
    one, other, count = found.pairs[0]
    said = ngettext("Eén koppelkans.", "%(num)s koppelkansen.", found.total) + " "
    said += ngettext(
        "Het vaakst verbonden: “%(one)s” met “%(other)s”, één keer.",
        "Het vaakst verbonden: “%(one)s” met “%(other)s”, %(num)s keer.",
        count,
        one=one,
        other=other,
    )
    tied = {theme for pair in found.pairs for theme in pair[:2]}
    nodes = [
        charts.Node(theme, theme, found.themes[theme], 1 if theme in scope.themes else 0)
        for theme in sorted(tied, key=lambda theme: (-found.themes[theme], theme))[:30]
    ]
    edges = [charts.Edge(*pair) for pair in found.pairs]

    def draw(width: float) -> Markup:
        return charts.network(nodes, edges, title, said, width=width)

    note = _("Hoe groter de stip, hoe meer koppelkansen; hoe dikker de lijn, hoe vaker samen.")
    if found.alone:
        note += " " + ngettext("Eén koppelkans noemt maar één thema.", "%(num)s koppelkansen noemen maar één thema.", found.alone)
    return Panel("koppelkansen", title, said, table, draw, note)


def taking_part(session: Session, scope: Scope, measure: Measure) -> tuple[Panel, Panel]:
    """Per municipality over time, and on the map."""
    found = queries.taking_part(session, scope, measure)
    names = _names(session, list(found.rows))
    codes = _by_name(list(found.rows), names)
    nobody = _("Zonder gemeente")
    title = {"people": _("Deelnemers per gemeente"), "items": _("Bijdragen per gemeente"), "questions": _("Kennisvragen per gemeente")}[
        measure
    ]
    where = {
        "people": _("Waar de deelnemers vandaan komen"),
        "items": _("Waar de bijdragen vandaan komen"),
        "questions": _("Waar de kennisvragen vandaan komen"),
    }[measure]
    columns = [(_("Gemeente"), False), *((_head(period), True) for period in found.periods)]
    table = Table(columns, [[names.get(code, code) or nobody, *found.rows[code]] for code in codes])
    sums = Table(
        [(_("Gemeente"), False), (_("Samen"), True)], [[names.get(code, code) or nobody, found.totals.get(code, 0)] for code in codes]
    )
    known = {code: found.totals.get(code, 0) for code in codes if code}
    if not any(known.values()):
        none = _("Van deze periode is niet (meer) bekend wie er was.") if measure == "people" else _("Er is niets om te tellen.")
        return Panel("deelname", title, none, table), Panel("kaart", where, none, sums)
    absent = [code for code, number in known.items() if not number]
    most = max(known, key=lambda code: (known[code], code))
    said = ngettext("Eén gemeente deed mee.", "%(num)s gemeenten deden mee.", len(known) - len(absent))
    said += " " + _("De meeste uit %(name)s: %(n)s.", name=names.get(most, most), n=known[most])
    if absent:
        said += " " + ngettext("Van één gemeente kwam niets.", "Van %(num)s gemeenten kwam niets.", len(absent))

    def draw(width: float) -> Markup:
        rows = [(names.get(code, code) or nobody, found.rows[code]) for code in codes]
        return charts.heat([period.column for period in found.periods], rows, title, said, width=width)

    def draw_map(width: float) -> Markup:
        return charts.map_of(known, where, said, names=names, width=width)

    note = _("Een punt: geen lab, niet meer bekend, of die gemeente deed toen niet mee.")
    note_map = _("Wie bij drie labs was, telt drie keer.") if measure == "people" else ""
    return Panel("deelname", title, said, table, draw, note), Panel("kaart", where, said, sums, draw_map, note_map)
