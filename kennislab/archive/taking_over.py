"""Taking over what was caught: the day's contributions and the knowledge questions become the drafts of a harvest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from kennislab.accounts.actors import Actor
from kennislab.archive import previous, queries
from kennislab.archive.changing import changed, link, out_of_order, tidy_themes
from kennislab.archive.models import ActionStatus, ArchiveItem, Consent, LinkKind, SeatedIn, Status
from kennislab.core.errors import require
from kennislab.core.transaction import Tx
from kennislab.grouping import queries as grouping
from kennislab.live.models import Participant
from kennislab.live.queries import ContributionRow, contributions_of, state_of
from kennislab.programme import states
from kennislab.programme.models import District, Lab, LabState
from kennislab.programme.signals import lab_moving
from kennislab.questions.models import KnowledgeQuestion
from kennislab.questions.queries import of_lab


def open_harvest(tx: Tx, lab: Lab) -> int:
    """Takes over the knowledge questions and what came in on the day, as drafts. Returns how many are new.

    May be done again at any time before the seal: late contributions are added, untouched drafts follow their source, and a draft whose
    contribution was taken back is left out. What was hidden during the day comes as left out. Raises the state's refusal.
    """
    require(states.verdict(lab.state, "harvest"))
    session = tx.session
    have = {(item.source_kind, item.source_id): item for item in queries.items_of(session, lab.id)}
    districts = _districts(tx, lab)
    new = 0
    board = _board(tx, lab)
    for position, question in enumerate(of_lab(session, lab.id)):
        if ("question", question.public_id) not in have:
            theme, group = board.get(question.id, (question.theme_hint, None))
            have["question", question.public_id] = _from_question(tx, lab, question, position, districts, theme, group)
            new += 1
    rows = [row for row in contributions_of(session, lab.id) if row.status in ("visible", "pending", "hidden", "merged")]
    fresh: set[str] = set()
    for position, row in enumerate(rows, 1000):
        item = have.get(("contribution", row.id))
        if item is None:
            have["contribution", row.id] = _from_contribution(tx, lab, row, position, districts)
            fresh.add(row.id)
            new += 1
        elif item.status is Status.DRAFT and not item.edited:
            item.text = item.original_text = row.text
            item.votes = row.votes
            item.answered = row.answered
    session.flush()
    _tie_answers(rows, have)
    _tie_lineage(tx, rows, have, fresh)
    _tie_recalled(tx, rows, have)
    living = {row.id for row in rows}
    for (source, source_id), item in have.items():
        if source == "contribution" and source_id not in living and item.status is Status.DRAFT:
            item.status = Status.DROPPED
    _remember_groups(tx, lab)
    previous.take_over(tx, lab)
    session.flush()
    return new


def follow_lab(sender: object, *, tx: Tx, lab: Lab, was: LabState, by: Actor) -> None:
    """Inside a lab's move to harvesting: what was caught becomes the harvest."""
    if lab.state is LabState.HARVESTING:
        open_harvest(tx, lab)


lab_moving.connect(follow_lab)


def _districts(tx: Tx, lab: Lab) -> dict[str, int]:
    """Municipality → its district in the programme, where there is just one."""
    found: dict[str, list[int]] = {}
    rows = tx.session.execute(sa.select(District.municipality_code, District.id).where(District.programme_id == lab.programme_id))
    for code, district_id in rows:
        found.setdefault(code, []).append(district_id)
    return {code: ids[0] for code, ids in found.items() if len(ids) == 1}


def _board(tx: Tx, lab: Lab) -> dict[int, tuple[str, str | None]]:
    """Question → the theme that it was put under before the day, and the working group that took that theme."""
    groups = {group.theme_id: group.name for group in grouping.groups_of(tx.session, lab.id) if group.theme_id is not None}
    themes = {theme.id: theme.title for theme in grouping.themes_of(tx.session, lab.id)}
    placed = [(card.question.id, card.theme_id) for card in grouping.cards_of(tx.session, lab.id)]
    return {question: (themes[theme], groups.get(theme)) for question, theme in placed if theme is not None}


def _from_question(
    tx: Tx, lab: Lab, question: KnowledgeQuestion, position: int, districts: dict[str, int], theme: str, group: str | None
) -> ArchiveItem:
    code = question.municipality_code
    item = ArchiveItem(
        lab=lab, programme_id=lab.programme_id, kind="question", text=question.text, original_text=question.original_text or question.text,
        municipality_code=code, district_id=districts.get(code or ""), quarter=lab.quarter,
        themes=tidy_themes([theme]), group_name=group, consent=Consent.PROGRAMME, reach_given=Consent.PROGRAMME,
        status=Status.DRAFT, source_kind="question", source_id=question.public_id, person_id=question.asker_id, position=position,
        edited_by=question.edited_by_name, edited_at=question.edited_at, created_at=question.submitted_at or question.created_at,
    )  # fmt: skip
    tx.session.add(item)
    return item


def _from_contribution(tx: Tx, lab: Lab, row: ContributionRow, position: int, districts: dict[str, int]) -> ArchiveItem:
    consent = Consent(row.consent)
    anonymous = consent is Consent.PUBLIC_ANONYMOUS
    participant = tx.session.get(Participant, row.author) if row.author and not anonymous else None
    item = ArchiveItem(
        lab=lab, programme_id=lab.programme_id, kind=row.kind, text=row.text, original_text=row.text, quarter=lab.quarter,
        municipality_code=None if anonymous else row.municipality, district_id=None if anonymous else districts.get(row.municipality or ""),
        themes=tidy_themes(row.themes), consent=consent, reach_given=consent,
        status=Status.DROPPED if row.status == "hidden" else Status.DRAFT, source_kind="contribution", source_id=row.id,
        person_id=None if anonymous else row.person_id, participant_id=participant.id if participant else None,
        group_name=row.group, step_title=row.step, position=out_of_order(row.text) if anonymous else position,
        votes=row.votes, owner=row.owner or "", due=_day(row.due),
        action_status=ActionStatus.OPEN if row.kind == "action" else None, answered=row.answered,
        created_at=lab.starts_at if anonymous else row.at,
    )  # fmt: skip
    tx.session.add(item)
    return item


def _tie_answers(rows: Sequence[ContributionRow], have: dict[tuple[str, str | None], ArchiveItem]) -> None:
    """A solution keeps the bottleneck that it was sent as an answer to; a draft that was tied by hand stays so."""
    for row in rows:
        item, solved = have["contribution", row.id], have.get(("contribution", row.answers))
        if solved is not None and item.answers_id is None and item.status is Status.DRAFT:
            item.answers_id = solved.id


def _tie_lineage(tx: Tx, rows: Sequence[ContributionRow], have: dict[tuple[str, str | None], ArchiveItem], fresh: set[str]) -> None:
    """What became one card on the day comes as one, and what was split off points to where it came from."""
    for row in rows:
        item, into = have["contribution", row.id], have.get(("contribution", row.merged))
        if row.id in fresh and into is not None and item.status is Status.DRAFT and into.status in (Status.DRAFT, Status.CONFIRMED):
            changed(item, status=Status.MERGED, merged_into_id=into.id)
        whole = have.get(("contribution", row.origin))
        if whole is not None and row.origin is not None:
            link(tx, item.id, whole.id, LinkKind.ORIGIN)


def _tie_recalled(tx: Tx, rows: Sequence[ContributionRow], have: dict[tuple[str, str | None], ArchiveItem]) -> None:
    """What somebody linked to something of an earlier lab belongs with it, as long as it is a draft."""
    earlier = queries.some(tx.session, {row.recalls for row in rows if row.recalls})
    for row in rows:
        item, other = have["contribution", row.id], earlier.get(row.recalls or "")
        if other is not None and other.programme_id == item.programme_id and other.id != item.id and item.status is Status.DRAFT:
            link(tx, item.id, other.id, LinkKind.RELATED)


def _remember_groups(tx: Tx, lab: Lab) -> None:
    """Who sat where: by the groups that were made before the day, and as people moved in the room. One statement for all who are new."""
    seats = {(group.name, member.person_id) for group in grouping.groups_of(tx.session, lab.id) for member in group.members}
    state = state_of(tx.session, lab.id)
    person = dict(tx.session.execute(sa.select(Participant.id, Participant.person_id).where(Participant.lab_id == lab.id)).all())
    for participant in state.people.values():
        group, person_id = state.groups.get(participant.group or ""), person.get(participant.id)
        if group is not None and person_id is not None:
            seats.add((group["name"], person_id))
    known = tx.session.execute(sa.select(SeatedIn.group_name, SeatedIn.person_id).where(SeatedIn.lab_id == lab.id))
    new = sorted(seats - {(name, person_id) for name, person_id in known})
    if new:
        rows = [{"lab_id": lab.id, "group_name": name, "person_id": person_id} for name, person_id in new]
        tx.session.execute(sa.insert(SeatedIn), rows)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None
