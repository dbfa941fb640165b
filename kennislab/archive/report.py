"""The report of a lab as one plain data structure; pages and files are written from it, and from nothing else.

What stays in its group is not in it, for nobody: a report is printed and passed on. Of what is anonymous it holds neither municipality nor
time, and items go by group and then by their random id, so that the order tells nothing about who spoke when.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.archive import policies, queries
from kennislab.archive.models import KINDS, ActionStatus, ArchiveItem, Consent, LinkKind, Status
from kennislab.archive.queries import Outcomes
from kennislab.live.day import evaluation_results, times_of
from kennislab.live.models import Participant
from kennislab.live.queries import ChoiceRow, ballots_of
from kennislab.programme.models import Lab
from kennislab.programme.queries import municipality_names


@dataclass(frozen=True, slots=True)
class Entry:
    """One item. ``where``: its municipality, where that may be told. ``answers``: what was found for it. ``answered``: of a question to a
    speaker, ``answered`` or ``parked``.
    """

    id: str
    kind: str
    text: str
    where: str
    group: str
    themes: tuple[str, ...]
    votes: int
    outcomes: Outcomes
    answers: tuple[Entry, ...] = ()
    corrections: tuple[str, ...] = ()
    answered: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """An action: what, who, by when, and how it stands."""

    id: str
    text: str
    owner: str
    due: date | None
    status: ActionStatus


@dataclass(frozen=True, slots=True)
class Step:
    """An agenda item with the time at which it was planned, and when it really began and ended."""

    at: datetime
    title: str
    instruction: str
    minutes: int
    began: datetime | None = None
    ended: datetime | None = None
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """What a choice got in one round: ``total`` (the mean, to one decimal, where marks were given), of which ``hands`` counted by hand."""

    total: float
    hands: int


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote: title, kind (dots, rating, choice), and per round how many voted by phone and by hand; the outcome from most to fewest.

    ``outcome``: (text, what it got in each round; None where it was not among the choices). ``group``: whose vote it was, or empty.
    """

    title: str
    kind: str
    group: str
    rounds: tuple[tuple[int, int], ...]
    outcome: tuple[tuple[str, tuple[Scored | None, ...]], ...]

    @property
    def voters(self) -> int:
        """How many voted in the last round, phones and hands together."""
        return sum(self.rounds[-1])


@dataclass(frozen=True, slots=True)
class LookedBack:
    """A question about the day. ``scores``: of 1 to 5 how many; ``texts`` in alphabetical order. Nothing of who or when."""

    title: str
    number: int
    scores: tuple[int, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A lab's report. ``sealed_at`` is None while it is a draft; ``kept_in_groups``: how many items are left out because of consent."""

    lab_id: int
    programme: str
    title: str
    kind: str
    quarter: str
    starts_at: datetime
    ends_at: datetime
    place: str
    description: str
    sealed_at: datetime | None
    sealed_by: str
    head: str
    totals: dict[str, int]
    people: int
    kept_in_groups: int
    agenda: list[Step] = field(default_factory=list)
    questions: list[Entry] = field(default_factory=list)
    bottlenecks: list[Entry] = field(default_factory=list)
    solutions: list[Entry] = field(default_factory=list)
    lessons: list[Entry] = field(default_factory=list)
    insights: list[Entry] = field(default_factory=list)
    success_factors: list[Entry] = field(default_factory=list)
    choices: list[Entry] = field(default_factory=list)
    reflections: list[Entry] = field(default_factory=list)
    linking_opportunities: list[Entry] = field(default_factory=list)
    advice: list[Entry] = field(default_factory=list)
    actions: list[Agreement] = field(default_factory=list)
    ballots: list[Ballot] = field(default_factory=list)
    participation: list[tuple[str, int]] = field(default_factory=list)
    evaluation: list[LookedBack] = field(default_factory=list)

    @property
    def draft(self) -> bool:
        """Whether the harvest can still change."""
        return self.sealed_at is None


def build(session: Session, lab: Lab, actor: Actor) -> Report:
    """The report as this actor may read it."""
    confirmed = queries.items_of(session, lab.id, Status.CONFIRMED)
    groups = queries.groups_of(session, lab.id, actor.person_id)
    seen = [item for item in confirmed if item.consent is not Consent.GROUP and policies.may_see_item(actor, item, groups) is True]
    seen.sort(key=lambda item: (item.group_name or "", item.id))
    by_id = {item.id: item for item in seen}
    asked = _questions_of(session, lab)
    answers: dict[str, list[ArchiveItem]] = {}
    for item in seen:
        if item.answers_id in by_id and item.answers_id is not None:
            answers.setdefault(item.answers_id, []).append(item)
        elif asked.get(item.id) in by_id:
            answers.setdefault(asked[item.id], []).append(item)
    told = {item.id for items in answers.values() for item in items if item.kind == "solution"}

    def entries(*kinds: str, loose: bool = False) -> list[Entry]:
        return [_entry(item, answers.get(item.id, [])) for item in seen if item.kind in kinds and not (loose and item.id in told)]

    seal = queries.seal_of(session, lab.id)
    counted, people = _participation(session, lab)
    return Report(
        lab_id=lab.id,
        programme=lab.programme.name,
        title=lab.title,
        kind=lab.kind.value,
        quarter=lab.quarter,
        starts_at=lab.starts_at,
        ends_at=lab.ends_at,
        place=lab.place,
        description=lab.description,
        sealed_at=seal.sealed_at if seal else None,
        sealed_by=seal.sealed_by if seal else "",
        head=seal.head if seal else "",
        totals={kind: sum(item.kind == kind for item in seen) for kind in KINDS},
        people=people,
        kept_in_groups=sum(item.consent is Consent.GROUP for item in confirmed),
        agenda=_agenda(session, lab),
        questions=entries("question"),
        bottlenecks=entries("bottleneck"),
        solutions=entries("solution", loose=True),
        lessons=entries("lesson"),
        insights=entries("insight", "association", "fact", "value"),
        success_factors=entries("success_factor"),
        choices=entries("choice"),
        reflections=entries("evaluation"),
        linking_opportunities=entries("linking_opportunity"),
        advice=entries("advice"),
        actions=[
            Agreement(item.id, item.text, item.owner, item.due, item.action_status or ActionStatus.OPEN)
            for item in sorted(seen, key=lambda one: (one.due is None, one.due or date.max, one.id))
            if item.kind == "action"
        ],
        ballots=_ballots(session, lab),
        participation=counted,
        evaluation=_evaluation(session, lab, sealed=seal is not None),
    )


def as_data(report: Report) -> dict[str, Any]:
    """The report as plain JSON-able data, with Dutch keys as all that goes out as data has."""
    keys = {
        "lab_id": "kennislab", "programme": "programma", "title": "titel", "kind": "soort", "quarter": "kwartaal", "starts_at": "begin",
        "ends_at": "einde", "place": "plaats", "description": "omschrijving", "sealed_at": "vastgesteldOp", "sealed_by": "vastgesteldDoor",
        "head": "kenmerk", "totals": "aantallen", "people": "deelnemers", "kept_in_groups": "blijftInGroep", "agenda": "agenda",
        "questions": "kennisvragen", "bottlenecks": "knelpunten", "solutions": "oplossingen", "lessons": "lessen", "insights": "inzichten",
        "success_factors": "succesfactoren", "choices": "keuzes", "reflections": "terugblik",
        "linking_opportunities": "koppelkansen", "advice": "adviezen", "actions": "acties", "ballots": "stemmingen",
        "participation": "deelname", "text": "tekst", "where": "gemeente", "group": "groep", "themes": "themas", "votes": "stemmen",
        "outcomes": "resultaten", "answers": "antwoorden", "corrections": "verbeteringen", "owner": "actiehouder", "due": "datum",
        "at": "tijd", "instruction": "uitleg", "minutes": "minuten", "voters": "stemmers", "outcome": "uitslag", "tried": "geprobeerd",
        "rounds": "rondes", "total": "totaal", "hands": "handen",
        "began": "begonnen", "ended": "geëindigd", "speaker": "spreker", "answered": "beantwoord",
        "evaluation": "evaluatie", "number": "aantal",
        "scores": "cijfers", "texts": "teksten", "worked": "gewerkt", "partly": "deels", "failed": "mislukt", "planned": "gepland",
    }  # fmt: skip

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {keys.get(name, name): plain(one) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [plain(one) for one in value]
        return value.isoformat() if isinstance(value, date | datetime) else value

    return plain(asdict(report))


def _entry(item: ArchiveItem, answers: list[ArchiveItem]) -> Entry:
    where = item.municipality.name if item.municipality is not None and not item.anonymous else ""
    return Entry(
        id=item.id,
        kind=item.kind,
        text=item.text,
        where=where,
        group=item.group_name or "",
        themes=tuple(item.themes),
        votes=item.votes,
        outcomes=queries.outcomes(item.evidence),
        answers=tuple(_entry(answer, []) for answer in answers),
        corrections=tuple(correction.text for correction in item.corrections),
        answered=item.answered or "",
    )


def _questions_of(session: Session, lab: Lab) -> dict[str, str]:
    """Item → the knowledge question with which it came up."""
    return {link.from_id: link.to_id for link in queries.links_of_lab(session, lab.id) if link.kind is LinkKind.QUESTION}


def _agenda(session: Session, lab: Lab) -> list[Step]:
    steps, at = [], lab.starts_at
    real = times_of(session, lab.id)
    for item in lab.agenda:
        began, ended = real.get(item.id, (None, None))
        steps.append(Step(at, item.title, item.instruction, item.minutes, began, ended, item.speaker))
        at += item.duration
    return steps


def _ballots(session: Session, lab: Lab) -> list[Ballot]:
    """Votes, without the texts of choices that stay in their group or were left out."""
    every = queries.items_of(session, lab.id)
    kept = {item.original_text for item in every if item.consent is Consent.GROUP or item.status is Status.DROPPED}
    return [
        Ballot(
            row.title,
            row.kind,
            row.group or "",
            row.rounds,
            tuple((text, _scores(row.kind, got)) for text, got in row.outcome if text not in kept),
        )
        for row in ballots_of(session, lab.id)
    ]


def _scores(kind: str, rounds: Sequence[ChoiceRow | None]) -> tuple[Scored | None, ...]:
    return tuple(None if one is None else Scored(_score(kind, one), one.hands) for one in rounds)


def _score(kind: str, one: ChoiceRow) -> float:
    """Marks as their mean to one decimal, the rest as it is."""
    if kind != "rating":
        return one.total
    return round(one.total / one.rated, 1) if one.rated else 0


def _evaluation(session: Session, lab: Lab, *, sealed: bool) -> list[LookedBack]:
    """What people thought of the day; while answers can still come, in whole threes only."""
    rows = evaluation_results(session, lab.id, all_of_them=sealed)
    return [
        LookedBack(row["title"], row["shown"], tuple((row["scores"] or {}).values()), tuple(row["texts"])) for row in rows if row["shown"]
    ]


def _participation(session: Session, lab: Lab) -> tuple[list[tuple[str, int]], int]:
    """How many people each municipality sent, most first; and all together, those without a municipality too."""
    rows = session.execute(
        sa.select(Participant.municipality_code, sa.func.count())
        .where(Participant.lab_id == lab.id)
        .group_by(Participant.municipality_code)
    ).all()
    names = municipality_names(session, [code for code, _ in rows])
    known = sorted(((names.get(code, code), int(number)) for code, number in rows if code), key=lambda pair: (-pair[1], pair[0]))
    return known, sum(int(number) for _, number in rows)
