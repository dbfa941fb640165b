"""Reads a lab into a :class:`~kennislab.archive.reporting.shapes.Report`: what of it this actor may have on paper.

What stays in its group is not in it, for nobody: a report is printed and passed on. Of what is anonymous it holds neither municipality,
group nor time, nor in which places it was tried; nor does what stands beside it tell them: the vote of a group, or, where few sat in that
group, a card that it answers. Contributions stand by votes and then by a hash of their words, so that the order tells nothing about who
spoke when; choices of a vote too. Everything reads as it was left after the harvest, a choice in a vote too.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.archive import ledger, policies, queries
from kennislab.archive.models import KINDS, REACH, ActionStatus, ArchiveItem, Consent, LinkKind, SeatedIn, Status
from kennislab.archive.reporting.shapes import (
    EVERYTHING,
    Agreement,
    Asked,
    Ballot,
    Entry,
    LookedBack,
    Report,
    Scored,
    Step,
    Wanted,
)
from kennislab.live.day import evaluation_results, times_of
from kennislab.live.models import Participant
from kennislab.live.queries import ChoiceRow, ballots_of, state_of
from kennislab.live.room.state import RoomState
from kennislab.programme.models import Lab
from kennislab.programme.queries import municipality_names
from kennislab.questions import lineage
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus
from kennislab.questions.queries import support_counts


def build(session: Session, lab: Lab, actor: Actor, wanted: Wanted = EVERYTHING) -> Report:
    """The report as this actor may read it, with the chapters that are wanted."""
    every, room = queries.items_of(session, lab.id), state_of(session, lab.id)
    groups = queries.groups_of(session, lab.id, actor.person_id)
    nearest = Consent.PUBLIC_ANONYMOUS if wanted.public else Consent.PROGRAMME
    confirmed = [item for item in every if item.status is Status.CONFIRMED]
    seen = [item for item in confirmed if REACH[item.consent] >= REACH[nearest] and policies.may_see_item(actor, item, groups) is True]
    seen.sort(key=_place)
    by_id = {item.id: item for item in seen}
    asked = _questions_of(session, lab)
    answers: dict[str, list[ArchiveItem]] = {}
    for item in seen:
        if item.answers_id in by_id and item.answers_id is not None:
            answers.setdefault(item.answers_id, []).append(item)
        elif asked.get(item.id) in by_id:
            answers.setdefault(asked[item.id], []).append(item)
    told = {item.id for items in answers.values() for item in items if item.kind == "solution"}
    hidden = _groups_not_told(session, lab, room, seen, answers)

    def entries(chapter: str, *kinds: str, loose: bool = False) -> list[Entry]:
        if not wanted.has(chapter):
            return []
        chosen = [item for item in seen if item.kind in kinds and not (loose and item.id in told)]
        return [_entry(item, answers.get(item.id, []), hidden, public=wanted.public) for item in chosen]

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
        sealed_by=seal.sealed_by if seal and not wanted.public else "",
        head=seal.head if seal else "",
        totals={kind: sum(item.kind == kind for item in seen) for kind in KINDS},
        people=people,
        kept_in_groups=sum(item.consent is Consent.GROUP for item in confirmed),
        agenda=_agenda(session, lab, room, named=not wanted.public) if wanted.has("agenda") else [],
        questions=entries("kennisvragen", "question"),
        bottlenecks=entries("knelpunten", "bottleneck"),
        solutions=entries("oplossingen", "solution", loose=wanted.has("knelpunten", "kennisvragen")),
        lessons=entries("lessen", "lesson"),
        insights=entries("inzichten", "insight", "association", "fact", "value"),
        success_factors=entries("succesfactoren", "success_factor"),
        choices=entries("keuzes", "choice"),
        reflections=entries("terugblik", "evaluation"),
        linking_opportunities=entries("koppelkansen", "linking_opportunity"),
        advice=entries("adviezen", "advice"),
        actions=_actions(seen, named=not wanted.public) if wanted.has("acties") else [],
        ballots=_ballots(session, lab, room, every, by_id, hidden, public=wanted.public) if wanted.has("stemmingen") else [],
        participation=counted if wanted.has("deelname") else [],
        evaluation=(_evaluation(session, lab, room, sealed=seal is not None) if wanted.has("evaluatie") and not wanted.public else []),
        asked=_asked(session, lab, seen, public=wanted.public) if wanted.has("bijlage") else [],
        inside=sum(item.consent is Consent.PROGRAMME for item in seen),
        themes=_themes(seen) if wanted.has("themas") else [],
        order=wanted.order,
        public=wanted.public,
        charts=wanted.has("grafieken"),
    )


def _place(item: ArchiveItem) -> tuple[int, str, str]:
    """Most votes first; then by what is said, hashed, which nobody chose."""
    return -item.votes, _hashed(item.text), item.id


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _entry(item: ArchiveItem, answers: Iterable[ArchiveItem], hidden: Collection[str], *, public: bool) -> Entry:
    return Entry(
        id=item.id,
        kind=item.kind,
        text=item.text,
        where=_where(item),
        group="" if item.anonymous or item.id in hidden else item.group_name or "",
        themes=tuple(item.themes),
        votes=item.votes,
        outcomes=queries.outcomes(item.evidence),
        answers=tuple(_entry(answer, [], hidden, public=public) for answer in answers),
        corrections=tuple(correction.text for correction in item.corrections),
        answered=item.answered or "",
        told=() if item.anonymous or public else tuple(ledger.summary(item.evidence)),
    )


_FEW = 5
"""With fewer people than this in a group, that something was said there is nearly a name."""


def _groups_not_told(
    session: Session, lab: Lab, room: RoomState, seen: Sequence[ArchiveItem], answers: Mapping[str, Sequence[ArchiveItem]]
) -> set[str]:
    """Items of which the group is not told: it is small, and they stand with something anonymous.

    Whether that was said in the same group makes no difference: else what is left out would tell.
    """
    beside: dict[str, set[str]] = {item.id: {item.id} for item in seen}
    for of, found in answers.items():
        together = set[str]().union(beside[of], *(beside[one.id] for one in found))
        for one in together:
            beside[one] = together
    unnamed = {item.id for item in seen if item.anonymous}
    close = [item for item in seen if item.group_name and beside[item.id] & unnamed]
    if not close:
        return set()
    people = _people_in_groups(session, lab.id, room)
    return {item.id for item in close if people[item.group_name or ""] < _FEW}


def _people_in_groups(session: Session, lab_id: int, state: RoomState) -> Counter[str]:
    """Group → how many sat in it: of the room, and else of what was planned."""
    sat = Counter(str(state.groups[one.group]["name"]) for one in state.people.values() if one.group in state.groups)
    planned = sa.select(SeatedIn.group_name, sa.func.count()).where(SeatedIn.lab_id == lab_id).group_by(SeatedIn.group_name)
    for name, number in session.execute(planned):
        if name not in sat:
            sat[name] = int(number)
    return sat


def _where(item: ArchiveItem) -> str:
    return item.municipality.name if item.municipality is not None and not item.anonymous else ""


def _questions_of(session: Session, lab: Lab) -> dict[str, str]:
    """Item → the knowledge question with which it came up."""
    return {link.from_id: link.to_id for link in queries.links_of_lab(session, lab.id) if link.kind is LinkKind.QUESTION}


def _themes(seen: Iterable[ArchiveItem]) -> list[tuple[str, int]]:
    """How many there are of each theme, most first; a theme is one, however it is written."""
    counted: Counter[str] = Counter()
    written: dict[str, str] = {}
    for item in seen:
        for theme in {theme.casefold(): theme for theme in item.themes}.values():
            counted[theme.casefold()] += 1
            written.setdefault(theme.casefold(), theme)
    return sorted(((written[key], number) for key, number in counted.items()), key=lambda pair: (-pair[1], pair[0].casefold()))


def _actions(seen: Iterable[ArchiveItem], *, named: bool) -> list[Agreement]:
    """First due first; names of people only inside the programme."""
    agreed = sorted((item for item in seen if item.kind == "action"), key=lambda one: (one.due is None, one.due or date.max, _place(one)))
    return [
        Agreement(item.id, item.text, item.owner if named else "", item.due, item.action_status or ActionStatus.OPEN) for item in agreed
    ]


def _agenda(session: Session, lab: Lab, room: RoomState, *, named: bool) -> list[Step]:
    """Who speaks is told inside the programme only."""
    steps, at = [], lab.starts_at
    real = times_of(session, lab.id, room)
    for item in lab.agenda:
        began, ended = real.get(item.id, (None, None))
        steps.append(Step(at, item.title, item.instruction, item.minutes, began, ended, item.speaker if named else ""))
        at += item.duration
    return steps


def _ballots(
    session: Session,
    lab: Lab,
    room: RoomState,
    every: Iterable[ArchiveItem],
    seen: Mapping[str, ArchiveItem],
    hidden: Collection[str],
    *,
    public: bool,
) -> list[Ballot]:
    """Votes, each choice as it reads after the harvest. Without choices that stay in their group or were left out; without what is
    anonymous, or ``hidden``, in the vote of a group, as that would tell where it came from. ``public``: nothing but what is ``seen``.
    """
    said = _choices(every, seen)
    found = []
    for row in ballots_of(session, lab.id, room):
        shown = []
        for text, got in row.outcome:
            item = said.get(text)
            left_out = text in said and item is None
            inside = public and (item is None or item.id not in seen)
            tells_group = bool(row.group) and item is not None and (item.anonymous or item.id in hidden)
            if not (left_out or inside or tells_group):
                shown.append((item.text if item is not None else text, _scores(row.kind, got)))
        if shown:
            shown.sort(key=lambda pair: (-(pair[1][-1].total if pair[1][-1] else 0), _hashed(pair[0])))
            found.append(Ballot(row.title, row.kind, row.group or "", row.rounds, tuple(shown)))
    return found


def _choices(every: Iterable[ArchiveItem], seen: Mapping[str, ArchiveItem]) -> dict[str, ArchiveItem | None]:
    """What was said → the item that it is now, or None where it is not to be told; what is not judged yet stands for itself."""
    by_id = {item.id: item for item in every}
    found: dict[str, ArchiveItem | None] = {}
    for item in by_id.values():
        last, passed = item, {item.id}
        while last.merged_into_id in by_id and last.merged_into_id not in passed:
            last = by_id[last.merged_into_id or ""]
            passed.add(last.id)
        told = last.id in seen or (last.status is Status.DRAFT and last.consent is not Consent.GROUP)
        found[item.original_text] = last if told and found.get(item.original_text, last) is not None else None
    return found


def _scores(kind: str, rounds: Sequence[ChoiceRow | None]) -> tuple[Scored | None, ...]:
    return tuple(None if one is None else Scored(_score(kind, one), one.hands) for one in rounds)


def _score(kind: str, one: ChoiceRow) -> float:
    """Marks as their mean to one decimal, the rest as it is."""
    if kind != "rating":
        return one.total
    return round(one.total / one.rated, 1) if one.rated else 0


def _evaluation(session: Session, lab: Lab, room: RoomState, *, sealed: bool) -> list[LookedBack]:
    """What people thought of the day; while answers can still come, in whole threes only."""
    rows = evaluation_results(session, lab.id, all_of_them=sealed, state=room)
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


def _asked(session: Session, lab: Lab, seen: Iterable[ArchiveItem], *, public: bool) -> list[Asked]:
    """Every question that was asked, as far as it may be told; inside the programme with what was told with it, and those that went on in
    another one. What stays in a group, was left out or became anonymous does not come back in here through the question behind it.
    """
    Q = KnowledgeQuestion
    rows = session.scalars(sa.select(Q).where(Q.lab_id == lab.id)).all()
    behind = {row.public_id: row for row in rows}
    supporters = support_counts(session, [row.id for row in rows])
    found, named = [], set[str]()
    for item in seen:
        if item.kind != "question":
            continue
        row = None if public or item.anonymous else behind.get(item.source_id or "")
        theme = item.themes[0] if item.themes else ""
        if row is None:
            found.append(Asked(item.text, _where(item), theme=theme))
        else:
            named.add(row.public_id)
            found.append(Asked(item.text, _where(item), row.context, row.tried, theme, supporters.get(row.id, 0)))
    if not public:
        gone = [row for row in rows if row.status in (QuestionStatus.MERGED, QuestionStatus.SPLIT)]
        found += _gone_on(session, gone, named)
    return sorted(found, key=lambda one: (one.theme.casefold(), _hashed(one.text)))


def _gone_on(session: Session, gone: Sequence[KnowledgeQuestion], named: Collection[str]) -> list[Asked]:
    """Questions that were put together or taken apart, when all in which they go on are told with a name."""
    names = municipality_names(session, [row.municipality_code for row in gone])
    found = []
    for row in gone:
        further = lineage.goes_on_in(session, row)
        if further and all(one.public_id in named for one in further):
            became = tuple(one.text for one in further)
            found.append(Asked(row.text, names.get(row.municipality_code or "", ""), row.context, row.tried, row.theme_hint, 0, became))
    return found
