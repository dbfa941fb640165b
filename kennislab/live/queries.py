"""Reading rooms: who a token belongs to, and what was contributed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.core import clock, journal
from kennislab.core.ids import hash_token
from kennislab.grouping import queries as grouping
from kennislab.grouping.models import Theme
from kennislab.live.models import LiveRoom, Participant, stream
from kennislab.live.room import turns
from kennislab.live.room.fold import fold
from kennislab.live.room.lineage import stands_for
from kennislab.live.room.state import Ballot, Contribution, RoomState
from kennislab.live.room.topics.contributions_seen import status
from kennislab.live.room.topics.votes import raters, totals
from kennislab.programme.models import Lab, LabState


def participant_by_token(session: Session, token: str) -> Participant | None:
    """The participant whose room token this is, also one who was taken out: the room says so itself."""
    return session.scalar(sa.select(Participant).where(Participant.token_hash == hash_token(token)))


def participant_of_person(session: Session, lab_id: int, person_id: int) -> Participant | None:
    """Somebody's own place in this room, when there is one."""
    return session.scalar(
        sa.select(Participant)
        .where(Participant.lab_id == lab_id, Participant.person_id == person_id, Participant.revoked_at.is_(None))
        .order_by(Participant.joined_at.desc())
        .limit(1)
    )


def room_of(session: Session, lab_id: int) -> LiveRoom | None:
    """The room of a lab, once it has been opened."""
    return session.get(LiveRoom, lab_id)


def open_labs(session: Session) -> Sequence[Lab]:
    """Every lab that people can come into now."""
    rooms = sa.select(Lab).join(LiveRoom, LiveRoom.lab_id == Lab.id).where(Lab.state == LabState.LIVE, LiveRoom.state == "open")
    return session.scalars(rooms.order_by(Lab.id)).all()


def open_lab_by_code(session: Session, typed: str) -> Lab | None:
    """The lab that is open for joining under this code or QR token. Codes are compared as typed, without dashes."""
    from kennislab.core.ids import read_code

    found = session.scalars(
        sa.select(Lab)
        .join(LiveRoom, LiveRoom.lab_id == Lab.id)
        .where(
            sa.or_(Lab.join_code == read_code(typed), Lab.join_token == typed.strip()), Lab.state == LabState.LIVE, LiveRoom.state == "open"
        )
    )
    return found.first()


def state_of(session: Session, lab_id: int) -> RoomState:
    """The room as the journal has it now; a fold from the beginning, so for reports, not for the live room."""
    return fold(journal.read(session, stream(lab_id), 0, 1_000_000))


MOST_THEMES = 9
"""As many as there are keys to put one on a card."""


def themes_for(session: Session, lab: Lab) -> list[str]:
    """Themes to put on cards: those of this lab's board, then of the programme's other labs, latest first; each once."""
    others = (
        sa.select(Theme.title)
        .join(Lab, Lab.id == Theme.lab_id)
        .where(Lab.programme_id == lab.programme_id, Lab.id != lab.id, ~Theme.gone)
        .order_by(Lab.starts_at.desc(), Theme.position, Theme.id)
        .limit(50)
    )
    titles = [*(theme.title for theme in grouping.themes_of(session, lab.id)), *session.scalars(others)]
    named = {title.casefold(): title[:60].rstrip() for title in reversed(titles)}
    return [named[key] for key in dict.fromkeys(title.casefold() for title in titles)][:MOST_THEMES]


@dataclass(frozen=True, slots=True)
class ContributionRow:
    """A contribution as the harvest takes it over. ``author``, ``person_id`` and ``municipality`` are None when it was anonymous.

    ``status``: visible, pending, hidden, quarantined, rejected, merged. ``origin``: the contribution that this was split off; ``merged``:
    the one on the wall that it went into. ``step``: of the agenda, or of the method that was on ("Roddelmethode · Roddelen"); ``case``:
    what it was about. What belongs to a confidential case is not here at all, unless its owner said yes. ``votes``: dots and choices it got
    in the last round of each vote, with what went into it.
    """

    id: str
    kind: str
    text: str
    step: str | None
    group: str | None
    answers: str | None
    recalls: str | None
    themes: tuple[str, ...]
    consent: str
    municipality: str | None
    author: str | None
    person_id: int | None
    at: datetime
    status: str
    late: bool
    owner: str | None
    due: str | None
    votes: int
    origin: str | None = None
    merged: str | None = None
    answered: str | None = None
    case: str | None = None


def contributions_of(session: Session, lab_id: int, person_id: int | None = None) -> list[ContributionRow]:
    """Everything that was contributed, not taken back and not confidential, in order; with the dots it got in closed votes.

    ``person_id``: only what somebody said under their name.
    """
    state = state_of(session, lab_id)
    people: dict[str, int | None] = {}
    for id_, person in session.execute(sa.select(Participant.id, Participant.person_id).where(Participant.lab_id == lab_id)):
        people[id_] = person
    votes = _votes(state)
    rows: list[ContributionRow] = []
    for one in state.contributions.values():
        if one.retracted:
            continue
        anonymous = one.consent == "public_anonymous"
        if person_id is not None and (anonymous or people.get(one.author or "") != person_id):
            continue
        case = state.cases.get(one.case or "")
        if one.confidential and (case is None or case.closed_off):
            continue
        group = state.groups.get(one.group or "")
        rows.append(
            ContributionRow(
                id=one.id,
                kind=one.kind,
                text=one.text,
                step=_where(state, one),
                case=case.text if case is not None and not case.closed_off else None,
                group=group["name"] if group else None,
                answers=stands_for(state, one.answers) if one.answers else None,
                recalls=one.recalls["id"] if one.recalls else None,
                themes=tuple(one.themes),
                consent=one.consent,
                municipality=None if anonymous else one.municipality,
                author=None if anonymous else one.author,
                person_id=None if anonymous else people.get(one.author or ""),
                at=one.at,
                status=status(one),
                late=one.late,
                owner=one.owner,
                due=one.due,
                votes=votes.get(one.id, 0),
                origin=one.origin,
                merged=stands_for(state, one.id) if one.merged is not None else None,
                answered=one.answered,
            )
        )
    return [*rows, *(row for row in _agreed(state) if person_id is None or row.person_id == person_id)]


def _where(state: RoomState, one: Contribution) -> str | None:
    """In which step it came: of the method that ran, else of the agenda; and that it was written on a card of paper, when it was."""
    step = turns.title_of(state, one) or state.agenda.get(one.step or "", {}).get("title")
    if one.paper is None:
        return step
    card = f"van papier, kaart {one.paper['card']}" if one.paper.get("card") else "van papier"
    return f"{step} · {card}" if step else card


_AFTER = {"deep_dive": "Verdiepingssessie", "working_group_meeting": "Werkgroep"}


def _agreed(state: RoomState) -> list[ContributionRow]:
    """What the room agreed to go on with, each as an action. Who offered to lead it knows that the name comes along."""
    rows = []
    for plan in state.plans.values():
        if plan.removed:
            continue
        ideas = ", ".join(idea for idea in (plan.when, plan.place) if idea)
        leaders = [state.people[who].name for who, how in plan.people.items() if how == "lead" and who in state.people]
        rows.append(
            ContributionRow(
                id=plan.id,
                kind="action",
                text=f"{_AFTER[plan.kind]}: {plan.title}" + (f" ({ideas})" if ideas else ""),
                step=None,
                group=None,
                answers=None,
                recalls=None,
                themes=(),
                consent="programme",
                municipality=None,
                author=None,
                person_id=None,
                at=state.closed_at or state.day.starts_at or clock.now(),
                status="visible",
                late=False,
                owner=", ".join(name for name in leaders if name)[:120] or None,
                due=None,
                votes=0,
            )
        )
    return rows


def _votes(state: RoomState) -> dict[str, int]:
    """Contribution on the wall → dots and choices it got. Marks do not add up to votes, and of a vote held twice the last round counts."""
    found: dict[str, int] = {}
    for ballot in _last_rounds(state):
        if ballot.kind == "rating":
            continue
        by_choice = {choice["id"]: choice["contribution"] for choice in ballot.choices if choice["contribution"]}
        for choice, number in totals(ballot).items():
            if choice in by_choice:
                card = stands_for(state, by_choice[choice])
                found[card] = found.get(card, 0) + number
    return found


def _last_rounds(state: RoomState) -> list[Ballot]:
    """The votes, without those that were held again and closed again."""
    followed = {ballot.previous for ballot in state.ballots.values() if not ballot.open}
    return [ballot for ballot in state.ballots.values() if ballot.id not in followed]


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """What one choice got in one round: ``total`` with ``hands`` in it, by ``rated`` people where marks were given."""

    total: int
    hands: int
    rated: int


@dataclass(frozen=True, slots=True)
class BallotRow:
    """A vote and its outcome.

    ``rounds``: (people with a phone, hands) of each round; ``outcome``: (text, one ChoiceRow or None for each round), from most to fewest
    in the last round, by the mean where marks were given. ``group``: whose vote it was.
    """

    title: str
    kind: str
    group: str | None
    rounds: tuple[tuple[int, int], ...]
    outcome: tuple[tuple[str, tuple[ChoiceRow | None, ...]], ...]

    @property
    def voters(self) -> int:
        """How many voted on a phone in the last round."""
        return self.rounds[-1][0]


def ballots_of(session: Session, lab_id: int, state: RoomState | None = None) -> list[BallotRow]:
    """The votes that were held, with their outcome. Who voted what is never told, nor what stays in its group.

    ``state``: the room, where it was read already.
    """
    state = state or state_of(session, lab_id)
    rows = []
    for last in _last_rounds(state):
        chain: list[Ballot] = [last]
        while chain[0].previous in state.ballots:
            chain.insert(0, state.ballots[chain[0].previous or ""])
        kept = [choice for choice in last.choices if _may_be_told(state, last, choice["contribution"])]
        if kept:
            results = [_results(ballot) for ballot in chain]
            outcome = [(_said_now(state, choice), tuple(result.get(choice["id"]) for result in results)) for choice in kept]
            outcome.sort(key=lambda pair: _weight(last.kind, pair[1][-1]), reverse=True)
            group = state.groups.get(last.group or "")
            rounds = tuple((len(ballot.cast), ballot.hands) for ballot in chain)
            rows.append(BallotRow(last.title, last.kind, _name(group), rounds, tuple(outcome)))
    return rows


def _name(group: Any) -> str | None:
    if group is None:
        return None
    return str(group["name"] if isinstance(group, dict) else group.name)


def _results(ballot: Ballot) -> dict[str, ChoiceRow]:
    people = raters(ballot)
    return {choice: ChoiceRow(number, ballot.counted.get(choice, 0), people[choice]) for choice, number in totals(ballot).items()}


def _weight(kind: str, row: ChoiceRow | None) -> float:
    if row is None:
        return 0.0
    return row.total / row.rated if kind == "rating" and row.rated else float(row.total)


def _may_be_told(state: RoomState, ballot: Ballot, contribution: str | None) -> bool:
    """Cases that a group chose from stay there; so does what was said for the group alone or in confidence."""
    one = state.contributions.get(contribution or "")
    if one is None:
        return ballot.group is None and ballot.run is None
    return not one.confidential and not one.retracted and not (one.consent == "group" and one.group is not None)


def _said_now(state: RoomState, choice: dict[str, Any]) -> str:
    """A choice that is a card, as the card reads now: what was taken out of it does not come back through a vote."""
    one = state.contributions.get(choice.get("contribution") or "")
    return str(choice["text"] if one is None else one.text)
