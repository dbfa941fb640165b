"""What a room gets from before the day, and what it hands on: last time's actions and answers, speakers, the evaluation, plans.

The archive is a later feature: it makes itself known with :func:`tells_previous`, and reads with :func:`reports_of` what was said of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts.models import Membership, Person, Role
from kennislab.core.clock import iso
from kennislab.core.journal import Entry
from kennislab.core.transaction import Tx
from kennislab.live.models import Participant
from kennislab.live.queries import state_of
from kennislab.live.room.state import RoomState
from kennislab.live.room.topics import evaluation
from kennislab.live.room.topics.day import real_times
from kennislab.live.room.topics.last_time import said_of_action
from kennislab.programme import after, links
from kennislab.programme.agenda import evaluation_of
from kennislab.programme.models import AgendaItem, Lab, Municipality
from kennislab.programme.uploads import PICTURES

Previous = Callable[[Session, Lab], dict[str, Any] | None]
"""Of the last lab before this one: ``{"lab": {id, title, quarter}, "actions": [{id, text, owner, due, municipality}],
"answers": [{id, question, text, municipality, from, sums}], "open": {count, again, questions: [{id, text, again}]}}``, and only what every
participant of the programme may see."""

_previous: list[Previous] = []


def tells_previous(tell: Previous) -> None:
    """The archive makes itself known. There is one."""
    _previous[:] = [tell]


def shown_with(item: AgendaItem) -> dict[str, Any]:
    """Who speaks at a step, and what there is to look at."""
    files = [
        {"kind": "picture" if upload.media in PICTURES else "slides", "id": upload.id, "title": upload.name} for upload in item.uploads
    ]
    return {"speaker": item.speaker, "links": [*files, *([{"kind": "link", "url": item.link, "title": item.link}] if item.link else [])]}


def opening(session: Session, lab: Lab) -> dict[str, Any]:
    """What the opening says of the day, besides the agenda."""
    staff = (
        sa.select(Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.programme_id == lab.programme_id, Membership.role.in_([Role.COORDINATOR, Role.FACILITATOR]))
        .order_by(Person.id)
    )
    return {
        "starts_at": iso(lab.starts_at),
        "previous": _previous[0](session, lab) if _previous else None,
        "evaluation": evaluation_of(lab),
        "leaders": list(session.scalars(staff)),
    }


def _known(step: dict[str, Any]) -> dict[str, Any]:
    return {"speaker": step.get("speaker", ""), "links": step.get("links", [])}


def changed(state: RoomState, lab: Lab) -> list[Entry]:
    """The fact that speakers, files or the words of the evaluation are other than the room knows; nothing when they are not."""
    now = {str(item.id): shown_with(item) for item in lab.agenda}
    steps = {id_: shown for id_, shown in now.items() if id_ in state.agenda and shown != _known(state.agenda[id_])}
    asked = evaluation_of(lab)
    data = {"steps": steps} | ({"evaluation": asked} if asked != state.day.questions else {})
    return [Entry("agenda.changed", data)] if steps or "evaluation" in data else []


def hand_on(tx: Tx, lab: Lab, state: RoomState) -> None:
    """At closing: what the room agreed to go on with is there for the coordinator to plan."""
    wanted = []
    for plan in state.plans.values():
        if plan.removed:
            continue
        people = [(state.people[who], how) for who, how in plan.people.items() if who in state.people]
        wanted.append(
            {
                "id": plan.id,
                "kind": plan.kind,
                "title": plan.title,
                "moment": plan.when,
                "place": plan.place,
                "people": [
                    {"name": person.name, "municipality": person.municipality, "leads": how == "lead"}
                    for person, how in sorted(people, key=lambda one: (one[1] != "lead", one[0].name or ""))
                ],
            }
        )
    after.propose(tx, lab, wanted)


# -- reading it back


@dataclass(frozen=True, slots=True)
class ActionRow:
    """How an action of last time stands, by the word that counts. ``person_id``: who said it, when they are known."""

    id: str
    item: str
    said: str
    note: str
    person_id: int | None


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """Whether an answer of last time helped in a municipality."""

    id: str
    item: str
    said: str
    note: str
    municipality: str
    person_id: int | None


def reports_of(session: Session, lab_id: int) -> tuple[list[ActionRow], list[EvidenceRow]]:
    """What was said in this room of last time's actions (one word each) and answers (one of each person)."""
    state = state_of(session, lab_id)
    people: dict[str, int | None] = {}
    for id_, person in session.execute(sa.select(Participant.id, Participant.person_id).where(Participant.lab_id == lab_id)):
        people[id_] = person
    actions, evidence = [], []
    carried = state.day.previous or {}
    for one in carried.get("actions", []):
        report = state.reports.get(one["id"])
        settled = said_of_action(state, report) if report else None
        if report is not None and settled is not None:
            who = next(key for key, said in report.said.items() if said is settled)
            actions.append(ActionRow(settled.id, one["id"], settled.said, settled.note, _person(people, who)))
    for one in carried.get("answers", []):
        report = state.reports.get(one["id"])
        for who, said in report.said.items() if report else ():
            if said.municipality is not None:
                evidence.append(EvidenceRow(said.id, one["id"], said.said, said.note, said.municipality, _person(people, who)))
    return actions, evidence


@dataclass(frozen=True, slots=True)
class Asked:
    """What the phones of a room asked of last time's answers. ``places``: municipality → somebody of it, if we know the person."""

    items: tuple[str, ...] = ()
    places: Mapping[str, int | None] = field(default_factory=dict)


def asked_in(session: Session, lab_id: int) -> Asked:
    """Which answers of last time this room was asked about, and of which municipalities. Nothing when they never came to it."""
    state = state_of(session, lab_id)
    items = tuple(one["id"] for one in (state.day.previous or {}).get("answers", []))
    reached = any(state.agenda.get(step, {}).get("block") == "news" for step, _at in state.visited)
    if not items or not (reached or any(item in state.reports for item in items)):
        return Asked()
    there = sa.select(Municipality.code, sa.func.max(Participant.person_id)).join(
        Participant, Participant.municipality_code == Municipality.code
    )
    rows = session.execute(there.where(Participant.lab_id == lab_id).group_by(Municipality.code)).all()
    return Asked(items, {str(code): person for code, person in rows})


def _person(people: dict[str, int | None], who: str) -> int | None:
    """Who this is: a participant, or ``f:<person>[:<municipality>]``."""
    return int(who.split(":")[1]) if who.startswith("f:") else people.get(who)


def evaluation_results(session: Session, lab_id: int, *, all_of_them: bool, state: RoomState | None = None) -> list[dict[str, Any]]:
    """Question → ``{title, kind, answers, shown, scores, texts}``; see :func:`kennislab.live.room.topics.evaluation.results`.

    ``state``: the room, where it was read already.
    """
    return evaluation.results(state or state_of(session, lab_id), all_of_them=all_of_them)


def times_of(session: Session, lab_id: int, state: RoomState | None = None) -> dict[int, tuple[datetime, datetime | None]]:
    """When each agenda item really began and ended, by item id. ``state``: the room, where it was read already."""
    return {int(step): times for step, times in real_times(state or state_of(session, lab_id)).items() if step.isdecimal()}


links.tells_times(times_of)
