"""Counting what was learned. Everything is about sealed labs and confirmed items, and about what the asker may see (see ``Scope``)."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import combinations
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from kennislab.archive.models import ArchiveItem, Consent, Evidence, Outcome, Status
from kennislab.evaluation.insight.scope import Period, Scope, periods
from kennislab.live.models import Participant
from kennislab.programme.models import Lab, LabState, Participation, ParticipationStatus

Measure = Literal["people", "items", "questions"]
WELL = (Outcome.WORKED, Outcome.PARTLY)
DONE = (Outcome.TRIED, Outcome.WORKED, Outcome.PARTLY, Outcome.FAILED)
_THEMES = sa.cast(ArchiveItem.themes, sa.Text)


@lru_cache(maxsize=4096)
def _themes(stored: str) -> tuple[str, ...]:
    """The themes of an item, from the JSON that is in the table."""
    return tuple(dict.fromkeys(json.loads(stored or "[]")))


def _sealed(scope: Scope) -> sa.Select[int]:
    """Ids of the sealed labs of the period."""
    labs = sa.select(Lab.id).where(Lab.programme_id == scope.programme_id, Lab.state == LabState.ARCHIVED)
    return labs.where(Lab.quarter >= scope.first, Lab.quarter <= scope.last)


def _seen(scope: Scope, item: type[ArchiveItem] = ArchiveItem) -> list[sa.ColumnElement[bool]]:
    """What of the programme's labs this asker may count: confirmed, and for who is not staff nothing that stayed in a group.

    To be asked together with the labs: those name the programme. Naming it here too has SQLite read the whole programme.
    """
    mine = [item.status == Status.CONFIRMED]
    return mine if scope.staff else [*mine, item.consent != Consent.GROUP]


def _of_kind(scope: Scope, kind: str, item: type[ArchiveItem] = ArchiveItem) -> list[sa.ColumnElement[bool]]:
    """The same of one kind; for that there is an index that begins with the programme."""
    return [item.programme_id == scope.programme_id, item.kind == kind, *_seen(scope, item)]


def _about(scope: Scope) -> list[sa.ColumnElement[bool]]:
    """With one of the chosen themes. A theme is looked for as it is written in the JSON, quotation marks included: nothing else matches."""
    if not scope.themes:
        return []
    return [sa.or_(*(_THEMES.contains(json.dumps(theme), autoescape=True) for theme in scope.themes))]


def quarters_held(session: Session, programme_id: int) -> list[str]:
    """Quarters with a sealed lab, oldest first."""
    held = sa.select(Lab.quarter).where(Lab.programme_id == programme_id, Lab.state == LabState.ARCHIVED).distinct()
    return sorted(session.scalars(held))


def labs_held(session: Session, scope: Scope) -> int:
    """Number of sealed labs in the period."""
    return session.scalar(sa.select(sa.func.count()).select_from(_sealed(scope).subquery())) or 0


# --- themes -----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ThemesOverTime:
    """``rows``: theme and its number of items per period, most first; None where no lab was held. An item with two themes counts for both.

    ``all_themes``: every theme of the period, whichever are chosen, most first.
    """

    periods: list[Period]
    rows: list[tuple[str, list[int | None]]]
    all_themes: list[str]
    items: int


def themes_over_time(session: Session, scope: Scope) -> ThemesOverTime:
    """How often each theme came up."""
    stored = _THEMES.label("stored")
    chosen = sa.select(ArchiveItem.quarter, stored, sa.func.count()).where(ArchiveItem.lab_id.in_(_sealed(scope)), *_seen(scope))
    columns = periods(scope)
    column_of = {quarter: at for at, column in enumerate(columns) for quarter in column.quarters}
    held = {column_of[quarter] for quarter in quarters_held(session, scope.programme_id) if quarter in column_of}
    counted: dict[str, Counter[int]] = defaultdict(Counter)
    items = 0
    for quarter, themes, number in session.execute(chosen.group_by(ArchiveItem.quarter, stored)):
        named = _themes(themes)
        if not scope.themes or set(named) & set(scope.themes):
            items += number
        for theme in named:
            counted[theme][column_of[quarter]] += number
    ranked = sorted(counted, key=lambda theme: (-counted[theme].total(), theme.casefold()))
    rows = [
        (theme, [counted[theme][at] if at in held else None for at in range(len(columns))])
        for theme in ranked
        if not scope.themes or theme in scope.themes
    ]
    return ThemesOverTime(columns, rows, ranked, items)


# --- bottlenecks ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unsolved:
    """A bottleneck that is not known to be solved. ``answers``: how many solutions were thought of, none of which is known to work."""

    id: str
    text: str
    municipality_code: str | None
    quarter: str
    themes: tuple[str, ...]
    votes: int
    answers: int


@dataclass(frozen=True, slots=True)
class Bottlenecks:
    """``by_theme``: theme with how many have no solution, one that worked nowhere yet, one that worked somewhere; worst first."""

    total: int
    without: int
    untested: int
    worked: int
    by_theme: list[tuple[str, int, int, int]]


def _answered(scope: Scope) -> sa.Subquery:
    """Bottleneck (``of``) → number of solutions to it (``answers``) from sealed labs of whatever period, and of those that work somewhere
    (``working``): a municipality's last word is that it worked, wholly or partly.

    Counted once for all, and joined: looked up per bottleneck it took a hundred times as long on SQLite.
    """
    newest = sa.func.row_number().over(
        partition_by=(Evidence.item_id, Evidence.municipality_code), order_by=(Evidence.at.desc(), Evidence.id.desc())
    )
    stands = Evidence.withdrawn_at.is_(None)
    words = sa.select(Evidence.item_id, Evidence.status, newest.label("place")).where(stands).subquery()
    works = sa.select(words.c.item_id).where(words.c.place == 1, words.c.status.in_(WELL)).distinct().subquery()
    solution = aliased(ArchiveItem)
    solutions = sa.select(
        solution.answers_id.label("of"), sa.func.count().label("answers"), sa.func.count(works.c.item_id).label("working")
    ).join(works, works.c.item_id == solution.id, isouter=True)
    sealed = sa.select(Lab.id).where(Lab.programme_id == scope.programme_id, Lab.state == LabState.ARCHIVED)
    mine = [solution.answers_id.is_not(None), solution.lab_id.in_(sealed), *_of_kind(scope, "solution", solution)]
    return solutions.where(*mine).group_by(solution.answers_id).subquery()


@dataclass(frozen=True, slots=True)
class Standing:
    """How one bottleneck stands: number of solutions, and of those that work somewhere."""

    id: str
    themes: tuple[str, ...]
    answers: int
    working: int


def standing(session: Session, scope: Scope) -> list[Standing]:
    """Every bottleneck of the period as it stands today, whenever it was solved; those without a solution first, then by votes."""
    A, known = ArchiveItem, _answered(scope)
    answers, working = sa.func.coalesce(known.c.answers, 0), sa.func.coalesce(known.c.working, 0)
    chosen = sa.select(A.id, _THEMES, answers, working).join(known, known.c.of == A.id, isouter=True)
    order = sa.case((answers > 0, 1), else_=0), A.votes.desc(), A.quarter.desc(), A.position, A.id
    here = [A.lab_id.in_(_sealed(scope)), *_of_kind(scope, "bottleneck"), *_about(scope)]
    rows = session.execute(chosen.where(*here).order_by(*order))
    return [Standing(key, _themes(stored), many, well) for key, stored, many, well in rows]


def bottlenecks(scope: Scope, found: Sequence[Standing]) -> Bottlenecks:
    """The same in numbers."""
    sums: Counter[str] = Counter()
    per_theme: dict[str, Counter[str]] = defaultdict(Counter)
    for one in found:
        state = "worked" if one.working else "untested" if one.answers else "without"
        sums[state] += 1
        for theme in one.themes:
            if not scope.themes or theme in scope.themes:
                per_theme[theme][state] += 1
    ranked = sorted(
        per_theme, key=lambda one: (-per_theme[one]["without"], -per_theme[one]["untested"], -per_theme[one].total(), one.casefold())
    )
    by_theme = [(theme, per_theme[theme]["without"], per_theme[theme]["untested"], per_theme[theme]["worked"]) for theme in ranked]
    return Bottlenecks(sums.total(), sums["without"], sums["untested"], sums["worked"], by_theme)


def unsolved(session: Session, found: Sequence[Standing], limit: int | None = None) -> list[Unsolved]:
    """Of these bottlenecks those that are not known to be solved, in the same order."""
    A, waiting = ArchiveItem, [one for one in found if not one.working][:limit]
    rows: dict[str, tuple[str, str | None, str, int]] = {}
    for at in range(0, len(waiting), 500):
        some = sa.select(A.id, A.text, A.municipality_code, A.quarter, A.votes).where(A.id.in_([one.id for one in waiting[at : at + 500]]))
        rows |= {key: (text, place, quarter, votes) for key, text, place, quarter, votes in session.execute(some)}
    told: list[Unsolved] = []
    for one in waiting:
        text, place, quarter, votes = rows[one.id]
        told.append(Unsolved(one.id, text, place, quarter, one.themes, votes, one.answers))
    return told


# --- solutions that travelled -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Travel:
    """A solution that was tried in another municipality than where it came from. ``came_from``: None when its author is anonymous.

    ``to``: each of those municipalities with its last word; ``first`` and ``last``: days of the reports.
    """

    item_id: str
    text: str
    came_from: str | None
    themes: tuple[str, ...]
    to: tuple[tuple[str, Outcome], ...]
    first: date
    last: date

    @property
    def worked(self) -> bool:
        """Whether it worked, wholly or partly, anywhere that it travelled to."""
        return any(outcome in WELL for _code, outcome in self.to)


def travelled(session: Session, scope: Scope) -> list[Travel]:
    """Solutions of which another municipality reported in the period that it tried them; the widest first.

    Of an anonymous one nobody knows where it began: it travelled once two municipalities tried it.
    """
    A, first, last = ArchiveItem, *scope.days
    sealed = sa.select(Lab.id).where(Lab.programme_id == scope.programme_id, Lab.state == LabState.ARCHIVED)
    chosen = (
        sa.select(A.id, A.text, A.municipality_code, _THEMES, Evidence.municipality_code, Evidence.status, Evidence.at)
        .join(Evidence, Evidence.item_id == A.id)
        .where(A.lab_id.in_(sealed), *_of_kind(scope, "solution"), *_about(scope))
        .where(Evidence.status.in_(DONE), Evidence.at >= first, Evidence.at <= last, Evidence.withdrawn_at.is_(None))
        .order_by(Evidence.at, Evidence.id)
    )
    heads: dict[str, tuple[str, str | None, tuple[str, ...]]] = {}
    words: dict[str, dict[str, Outcome]] = defaultdict(dict)
    days: dict[str, list[date]] = defaultdict(list)
    for key, text, origin, stored, place, outcome, at in session.execute(chosen):
        if place == origin:
            continue
        heads[key] = text, origin, _themes(stored)
        words[key][place] = outcome
        days[key].append(at)
    found = [
        Travel(key, text, origin, themes, tuple(words[key].items()), min(days[key]), max(days[key]))
        for key, (text, origin, themes) in heads.items()
        if origin is not None or len(words[key]) > 1
    ]
    return sorted(found, key=lambda one: (-len(one.to), -one.last.toordinal(), one.text.casefold()))


# --- linking opportunities --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Linking:
    """``pairs``: two themes (in alphabet order) and how many linking opportunities tie them, most first. ``alone``: of how many only one
    theme is known, so that they tie nothing. ``themes``: in how many opportunities each theme is.
    """

    total: int
    alone: int
    themes: Mapping[str, int]
    pairs: list[tuple[str, str, int]]


def linking(session: Session, scope: Scope) -> Linking:
    """Which themes the linking opportunities of the period tie."""
    here = [ArchiveItem.lab_id.in_(_sealed(scope)), *_of_kind(scope, "linking_opportunity"), *_about(scope)]
    rows = session.execute(sa.select(_THEMES.label("stored"), sa.func.count()).where(*here).group_by(sa.text("stored")))
    total = alone = 0
    themes: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for stored, number in rows:
        named = sorted(_themes(stored))
        total += number
        alone += number if len(named) < 2 else 0
        for theme in named:
            themes[theme] += number
        for pair in combinations(named, 2):
            pairs[pair] += number
    ranked = sorted(pairs, key=lambda pair: (-pairs[pair], pair))
    return Linking(total, alone, dict(themes), [(one, other, pairs[one, other]) for one, other in ranked])


# --- who takes part ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TakingPart:
    """Per municipality (code; ``""``: none given) a number per period, by code. None: no lab, not known, or not in the programme then.

    ``totals``: over the whole period; somebody who came to three labs counts three times.
    """

    periods: list[Period]
    rows: Mapping[str, list[int | None]]
    totals: Mapping[str, int] = field(default_factory=dict)


def taking_part(session: Session, scope: Scope, measure: Measure) -> TakingPart:
    """Who came (``people``: each once per period), or what they brought in (``items``, ``questions``; the chosen themes count)."""
    columns = periods(scope)
    column_of = {quarter: at for at, column in enumerate(columns) for quarter in column.quarters}
    if measure == "people":
        known, counted, totals = _people(session, scope, column_of)
    else:
        known, counted, totals = _brought(session, scope, column_of, measure == "questions")
    with_us = _years_of(session, scope)
    written_down = {year for years in with_us.values() for year in years}
    rows: dict[str, list[int | None]] = {}
    for code in {*counted, *with_us}:
        rows[code] = [
            counted[code][at]
            if at in known and (counted[code][at] or not (code and _away(column, with_us.get(code, set()), written_down)))
            else None
            for at, column in enumerate(columns)
        ]
    return TakingPart(columns, rows, totals)


def _away(column: Period, years: set[int], written_down: set[int]) -> bool:
    """Whether it is known that a municipality was not in the programme then."""
    year = int(column.key[:4])
    return year in written_down and year not in years


def _years_of(session: Session, scope: Scope) -> dict[str, set[int]]:
    """Municipality → the years of the period in which it took part, as decided."""
    P = Participation
    rows = session.execute(
        sa.select(P.municipality_code, P.year).where(
            P.programme_id == scope.programme_id, P.year.in_(list(scope.years)), P.status != ParticipationStatus.STOPPED
        )
    )
    told: dict[str, set[int]] = defaultdict(set)
    for code, year in rows:
        told[code].add(year)
    return told


Counted = tuple[set[int], dict[str, Counter[int]], dict[str, int]]


def _people(session: Session, scope: Scope, column_of: Mapping[str, int]) -> Counted:
    P = Participant
    chosen = sa.select(Lab.id, Lab.quarter, P.municipality_code, P.person_id, P.id).join(Lab, Lab.id == P.lab_id)
    rows = session.execute(chosen.where(Lab.id.in_(_sealed(scope)), P.revoked_at.is_(None)))
    known: set[int] = set()
    there: dict[str, dict[int, set[object]]] = defaultdict(lambda: defaultdict(set))
    came: dict[str, set[object]] = defaultdict(set)
    for lab, quarter, code, person, guest in rows:
        known.add(column_of[quarter])
        there[code or ""][column_of[quarter]].add(person or guest)
        came[code or ""].add((lab, person or guest))
    counted = {code: Counter({at: len(who) for at, who in by.items()}) for code, by in there.items()}
    return known, defaultdict(Counter, counted), {code: len(times) for code, times in came.items()}


def _brought(session: Session, scope: Scope, column_of: Mapping[str, int], questions: bool) -> Counted:
    A = ArchiveItem
    here = [A.lab_id.in_(_sealed(scope)), *_seen(scope), *_about(scope), *([A.kind == "question"] if questions else [])]
    rows = session.execute(sa.select(A.quarter, A.municipality_code, sa.func.count()).where(*here).group_by(A.quarter, A.municipality_code))
    counted: dict[str, Counter[int]] = defaultdict(Counter)
    for quarter, code, number in rows:
        counted[code or ""][column_of[quarter]] += number
    held = {column_of[quarter] for quarter in quarters_held(session, scope.programme_id) if quarter in column_of}
    return held, counted, {code: by.total() for code, by in counted.items()}
