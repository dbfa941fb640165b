"""Goes through a lab's harvest, seals it, and adds what became of it afterwards.

Four things are written straight into the tables, all of them history of hundreds of rows: links between items, whom to call, the ledger
of evidence and how actions went. Their lines go in before the seal, so that index and chain are made once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from kennislab.archive import operations, queries, sealing
from kennislab.archive.models import ActionStatus, ActionUpdate, ArchiveItem, Evidence, ItemLink, LinkKind, Outcome, Status
from kennislab.core import clock
from kennislab.demo.history import at, local
from kennislab.demo.rooms import Room
from kennislab.demo.shapes import City, Content, Item, Person
from kennislab.questions.models import KnowledgeQuestion

CHECKED = timedelta(days=4)
"""From the day itself to the seal: participants look over their own for three days."""

Archived = dict[str, str]
"""Reference (``2024-Q1/slug``) to the id of the archive item."""


def harvest(room: Room, asked: Mapping[str, KnowledgeQuestion], moment: datetime, archived: Archived) -> None:
    """Judges, ties and seals everything of a lab whose room is closed, at ``moment``; adds its items to ``archived``."""
    today = clock.now().astimezone(clock.LOCAL).date()
    items = by_slug(room, asked)
    by = room.cast.actor(room.lab.facilitator)
    with at(moment):
        judge(room, items)
        operations.confirm_all(room.tx, room.row)
        tie(room, items, archived)
        _ledger(room, items, today)
        _actions(room, items, today)
        sealing.seal(room.tx, room.row, by)
    archived.update({room.lab.ref(slug): item.id for slug, item in items.items()})


def by_slug(room: Room, asked: Mapping[str, KnowledgeQuestion]) -> dict[str, ArchiveItem]:
    """What became of each question and contribution."""
    sources = {("contribution", id_): slug for slug, id_ in room.ids.items()}
    sources |= {("question", question.public_id): slug for slug, question in asked.items()}
    return {sources[item.source_kind, item.source_id or ""]: item for item in queries.items_of(room.tx.session, room.row.id)}


def judge(room: Room, items: Mapping[str, ArchiveItem]) -> None:
    """What the facilitator does: the programme's own themes, merging, light editing, leaving out."""
    by = room.cast.actor(room.lab.facilitator)
    plan = room.lab.harvest
    wanted = {question.slug: question.themes for question in room.lab.questions} | {said.slug: said.themes for said in room.lab.items}
    for slug, slugs in wanted.items():
        themes = [room.content.themes[theme].label for theme in slugs]
        if items[slug].themes != themes:
            operations.set_themes(room.tx, items[slug], themes)
    for merge in plan.merge:
        operations.merge(room.tx, items[merge.keep], [items[slug] for slug in merge.others], merge.text, by)
    for slug, text in plan.edit:
        item = items[slug]
        better = operations.Revision(text=text, kind=item.kind, themes=item.themes, consent=item.consent, answers=item.answers_id)
        operations.revise(room.tx, item, better, item.rev, by)
    for slug in plan.leave_out:
        operations.drop(room.tx, items[slug])


def tie(room: Room, items: Mapping[str, ArchiveItem], archived: Archived) -> None:
    """What came from what, and whom to call about it. Straight into the tables."""
    room.tx.session.flush()
    links: list[dict[str, object]] = []
    for said in room.lab.items:
        here = items[said.slug]
        if said.question is not None:
            links.append({"from_id": here.id, "to_id": items[said.question].id, "kind": LinkKind.QUESTION})
        links += [{"from_id": here.id, "to_id": items[slug].id, "kind": LinkKind.ORIGIN} for slug in said.origin]
        if said.kind == "solution" and not here.anonymous and here.status is Status.CONFIRMED:
            here.contact = f"{said.by.name}, {said.by.work}"
    for question in room.lab.questions:
        if question.returns in archived:
            links.append({"from_id": items[question.slug].id, "to_id": archived[question.returns], "kind": LinkKind.RELATED})
    room.tx.session.flush()
    if links:
        room.tx.session.execute(sa.insert(ItemLink), links)


def _ledger(room: Room, items: Mapping[str, ArchiveItem], today: date) -> None:
    """The lines of evidence up to today. Straight into the table; what is in memory of them is read again."""
    lines = [line for said in room.lab.items for line in _lines(room, said, items[said.slug], today)]
    if lines:
        room.tx.session.execute(sa.insert(Evidence), lines)
        for item in items.values():
            room.tx.session.expire(item, ["evidence"])


def _lines(room: Room, said: Item, item: ArchiveItem, today: date) -> Iterator[dict[str, object]]:
    for proof in said.evidence:
        if proof.at <= today:
            reporter = room.cast.row(_somebody_of(room.content, proof.city))
            yield {
                "item_id": item.id,
                "municipality_code": proof.city.code,
                "district": proof.district,
                "district_id": room.cast.district(proof.city.code, proof.district),
                "status": Outcome(proof.status),
                "note": proof.note,
                "at": proof.at,
                "reporter_id": reporter.id,
                "reporter": reporter.name,
                "created_at": local(proof.at, time(16)),
            }


def _somebody_of(content: Content, city: City) -> Person:
    """Who reports for a municipality; for one that no longer exists, somebody of its successor."""
    home = content.cities[city.succeeded_by] if city.succeeded_by else city
    return next(person for person in content.participants if person.city == home)


def _actions(room: Room, items: Mapping[str, ArchiveItem], today: date) -> None:
    """How the agreements went, said by their owners around the date. Straight into the table, as the ledger."""
    updates: list[dict[str, object]] = []
    for said in room.lab.items:
        if said.kind != "action" or said.status == "open" and not said.note or said.due is None or said.owner is None:
            continue
        item, owner = items[said.slug], room.cast.row(said.owner)
        item.action_status = ActionStatus(said.status)
        updates.append(
            {
                "item_id": item.id,
                "status": item.action_status,
                "note": said.note or "Gedaan.",
                "by_id": owner.id,
                "by": owner.name,
                "at": local(min(said.due - timedelta(days=1), today), time(11)),
                "due": said.until,
            }
        )
    if updates:
        room.tx.session.execute(sa.insert(ActionUpdate), updates)
