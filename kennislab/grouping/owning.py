"""What somebody's own page tells of one lab: their questions and what became of them, their group, who else is in it and why."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from kennislab.core.errors import N_
from kennislab.grouping import afterwards, queries, reasons
from kennislab.grouping.afterwards import Became
from kennislab.grouping.models import GroupMember, Theme, WorkingGroup
from kennislab.invitations import queries as invitations
from kennislab.programme import queries as programmes
from kennislab.programme.models import Lab
from kennislab.questions import lineage
from kennislab.questions import queries as questions
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus

_BETWEEN_STAFF = frozenset({"apart", "together"})
"""Why somebody sits there that is about who should (not) sit with whom: a facilitator knows that, the people concerned need not."""
_WENT_ON = frozenset({QuestionStatus.MERGED, QuestionStatus.SPLIT})


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """A question of somebody. ``along``: another asked it, they ask along. ``theme``: where it stands on the board. ``goes_on``: where it
    can be read today, when it was merged or split. ``became``: what the archive has of it."""

    question: KnowledgeQuestion
    along: bool = False
    theme: Theme | None = None
    goes_on: list[KnowledgeQuestion] = field(default_factory=list)
    became: Became | None = None


def questions_of(session: Session, lab: Lab, person_id: int, with_themes: bool) -> list[OwnQuestion]:
    """All that somebody asks or asks along for this lab, but not what they took back. ``with_themes``: whether they may know those."""
    mine = [one for one in questions.by_asker(session, lab.id, person_id) if one.status is not QuestionStatus.WITHDRAWN]
    together = questions.asked_along(session, lab.id, person_id)
    both = [*((one, False) for one in mine), *((one, True) for one in questions.of_lab(session, lab.id) if one.id in together)]
    at = {card.question.id: card.theme_id for card in queries.cards_of(session, lab.id)} if with_themes and both else {}
    themes = {theme.id: theme for theme in queries.themes_of(session, lab.id)} if at else {}
    ends = {one.id: lineage.goes_on_in(session, one) if one.status in _WENT_ON else [one] for one, _ in both}
    known = afterwards.became(session, lab, sorted({end.public_id for found in ends.values() for end in found}))
    shown: list[OwnQuestion] = []
    for one, along in both:
        there = ends[one.id]
        if along and any(one in ends[own.id] for own in mine if own.status in _WENT_ON):
            continue  # their own question went into it, and says so already
        theme = next((themes[found] for end in there if (found := at.get(end.id)) in themes and found is not None), None)
        became = next((known[end.public_id] for end in there if end.public_id in known), None)
        shown.append(OwnQuestion(one, along, theme, there if one.status in _WENT_ON else [], became))
    return shown


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody's place in a group. ``others``: (name, municipality); ``because``: why there, in sentences; ``leads``: they lead it."""

    group: WorkingGroup
    others: list[tuple[str, str]]
    because: list[reasons.Sentence]
    leads: bool


def place_of(session: Session, lab: Lab, person_id: int) -> Place | None:
    """Where somebody sits, with whom and why; None without a group. Whether they may know: ``policies.may_see_groups``."""
    group = queries.group_of(session, lab.id, person_id)
    if group is None:
        return None
    away = invitations.not_coming(session, lab.id)
    members = sorted((one for one in group.members if one.person_id not in away), key=lambda one: one.person.name.casefold())
    others = [one.person for one in members if one.person_id != person_id]
    towns = programmes.municipality_names(session, [one.person.municipality_code for one in group.members])
    own = next((one for one in group.members if one.person_id == person_id), None)
    because = _because(session, lab, own, towns) if own is not None else []
    named = [(one.name, towns.get(one.municipality_code or "", one.organisation)) for one in others]
    return Place(group, named, because, group.leader_id == person_id)


def _because(session: Session, lab: Lab, own: GroupMember, towns: dict[str, str]) -> list[reasons.Sentence]:
    groups = queries.groups_of(session, lab.id)
    names = reasons.Names({one.id: one.name for one in groups}, {one.person_id: one.person.name for one in own.group.members}, towns)
    kept = {**own.reason, "because": [one for one in own.reason.get("because", []) if one["why"] not in _BETWEEN_STAFF]}
    first = _headline(str(kept.get("key", "")), own.rank)
    hindered = reasons.because({**kept, "beside": []}, names.municipality(own.person.municipality_code), names)
    beside = names.persons(tuple(kept.get("beside", ())))
    with_whom: list[reasons.Sentence] = [(N_("Je zit bij %(people)s: daar is dit eerder opgelost."), {"people": beside})] if beside else []
    return [*([first] if first else []), *hindered, *with_whom]


_RANKS = {1: N_("Dit was je eerste keus."), 2: N_("Dit was je tweede keus."), 3: N_("Dit was je derde keus.")}


def _headline(key: str, rank: int | None) -> reasons.Sentence | None:
    """Why there, said to the person; None when somebody placed them by hand."""
    if key == "choice":
        said = N_("Wat je koos, lukte niet. Hier was plek.") if rank is None else _RANKS.get(rank, N_("Dit was je keus %(number)s."))
        return said, {"number": rank}
    words = {
        "question": N_("Je eigen vraag hoort hier."),
        "open": N_("Je koos niets. Hier was plek."),
        "leader": N_("Je leidt deze groep."),
    }
    return (words[key], {}) if key in words else None


def themes_to_suggest(session: Session, lab_id: int, person_id: int) -> list[int]:
    """The themes of somebody's own questions and of those that they ask along, in the order in which they came in."""
    at = {card.question.id: card.theme_id for card in queries.cards_of(session, lab_id)}
    askers = questions.askers_of(session, lab_id)
    mine = [at.get(question_id) for question_id, people in sorted(askers.items()) if person_id in people]
    return list(dict.fromkeys(theme_id for theme_id in mine if theme_id is not None))
