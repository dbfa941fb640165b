"""Going through what was caught: taking it over, confirming, leaving out, merging, rewording, tying together. All before the seal.

What happens afterwards (sealing, corrections, what became of it) stands in :mod:`kennislab.archive.sealing`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from kennislab.accounts.actors import Actor
from kennislab.archive import previous, queries
from kennislab.archive.models import KINDS, REACH, ActionStatus, ArchiveItem, Consent, ItemLink, LinkKind, SeatedIn, Status
from kennislab.core import clock
from kennislab.core.errors import N_, Conflict, Invalid, require
from kennislab.core.text import tidy
from kennislab.core.transaction import Tx
from kennislab.grouping import queries as grouping
from kennislab.live.models import Participant
from kennislab.live.queries import ContributionRow, contributions_of, state_of
from kennislab.programme import states
from kennislab.programme.models import District, Lab, LabState
from kennislab.programme.signals import lab_moving
from kennislab.questions.models import KnowledgeQuestion
from kennislab.questions.queries import of_lab

MOST_TEXT = 2000
MOST_THEMES = 8


@dataclass(frozen=True, slots=True)
class Revision:
    """What the harvest makes of an item. ``agreed``: its author said yes to reaching further than they first chose."""

    text: str
    kind: str
    themes: Sequence[str]
    consent: Consent
    agreed: bool = False
    answers: str | None = None
    question: str | None = None
    contact: str = ""
    owner: str = ""
    due: date | None = None


# --- taking over --------------------------------------------------------------------------------------------------------------


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
        themes=_themes([theme]), group_name=group, consent=Consent.PROGRAMME, reach_given=Consent.PROGRAMME,
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
        themes=_themes(row.themes), consent=consent, reach_given=consent,
        status=Status.DROPPED if row.status == "hidden" else Status.DRAFT, source_kind="contribution", source_id=row.id,
        person_id=None if anonymous else row.person_id, participant_id=participant.id if participant else None,
        group_name=row.group, step_title=row.step, position=position, votes=row.votes, owner=row.owner or "", due=_day(row.due),
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
            _changed(item, status=Status.MERGED, merged_into_id=into.id)
        whole = have.get(("contribution", row.origin))
        if whole is not None and row.origin is not None:
            _link(tx, item.id, whole.id, LinkKind.ORIGIN)


def _tie_recalled(tx: Tx, rows: Sequence[ContributionRow], have: dict[tuple[str, str | None], ArchiveItem]) -> None:
    """What somebody linked to something of an earlier lab belongs with it, as long as it is a draft."""
    earlier = queries.some(tx.session, {row.recalls for row in rows if row.recalls})
    for row in rows:
        item, other = have["contribution", row.id], earlier.get(row.recalls or "")
        if other is not None and other.programme_id == item.programme_id and other.id != item.id and item.status is Status.DRAFT:
            _link(tx, item.id, other.id, LinkKind.RELATED)


def _remember_groups(tx: Tx, lab: Lab) -> None:
    for working_group in grouping.groups_of(tx.session, lab.id):
        for member in working_group.members:
            tx.session.merge(SeatedIn(lab_id=lab.id, group_name=working_group.name, person_id=member.person_id))
    state = state_of(tx.session, lab.id)
    person = dict(tx.session.execute(sa.select(Participant.id, Participant.person_id).where(Participant.lab_id == lab.id)).all())
    for participant in state.people.values():
        group, person_id = state.groups.get(participant.group or ""), person.get(participant.id)
        if group is not None and person_id is not None:
            tx.session.merge(SeatedIn(lab_id=lab.id, group_name=group["name"], person_id=person_id))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _themes(wanted: Collection[str]) -> list[str]:
    """Themes without repeats, whatever their capitals."""
    found: dict[str, str] = {}
    for theme in wanted:
        clean = " ".join(tidy(theme).split())[:80]
        if clean:
            found.setdefault(clean.casefold(), clean)
    return list(found.values())[:MOST_THEMES]


# --- judging ------------------------------------------------------------------------------------------------------------------


def confirm(tx: Tx, item: ArchiveItem) -> None:
    """It stays. Also takes a left-out one back in."""
    _unsealed(item)
    if item.status is Status.MERGED:
        raise Conflict("merged", N_("Deze kaart is samengevoegd"), N_("Haal haar eerst uit de samenvoeging."))
    _changed(item, status=Status.CONFIRMED)


def confirm_all(tx: Tx, lab: Lab) -> int:
    """Confirms every draft of a lab. Returns how many."""
    require(states.verdict(lab.state, "harvest"))
    drafts = queries.items_of(tx.session, lab.id, Status.DRAFT)
    for item in drafts:
        confirm(tx, item)
    return len(drafts)


def drop(tx: Tx, item: ArchiveItem) -> None:
    """Left out: kept, and not shown. What was merged into it comes free as drafts."""
    _unsealed(item)
    _free_merged(tx, item)
    _changed(item, status=Status.DROPPED, merged_into_id=None)


def reopen(tx: Tx, item: ArchiveItem) -> None:
    """Back to a draft: out of what it was merged into, or not left out any more."""
    _unsealed(item)
    _changed(item, status=Status.DRAFT, merged_into_id=None)


def _free_merged(tx: Tx, item: ArchiveItem) -> None:
    for other in tx.session.scalars(sa.select(ArchiveItem).where(ArchiveItem.merged_into_id == item.id)):
        _changed(other, status=Status.DRAFT, merged_into_id=None)


def merge(tx: Tx, keep: ArchiveItem, others: Sequence[ArchiveItem], text: str, by: Actor) -> None:
    """Makes one of several that say the same: ``keep`` gets the text, the others point to it and are not shown any more.

    Themes and votes add up; of the consents the nearest counts. Raises Invalid when they are not of one lab, or stay in different groups.
    """
    _unsealed(keep)
    others = [other for other in others if other.id != keep.id]
    every = [keep, *others]
    if not others:
        raise Invalid("nothing-to-merge", N_("Kies minstens twee kaarten"), N_("Vink aan wat je wilt samenvoegen."))
    if any(other.lab_id != keep.lab_id or other.status is Status.MERGED for other in every):
        raise Invalid("cannot-merge", N_("Deze kaarten kun je niet samenvoegen"), N_("Vernieuw de pagina en kies opnieuw."))
    near = min((one.consent for one in every), key=REACH.__getitem__)
    if near is Consent.GROUP and len({one.group_name for one in every}) > 1:
        raise Invalid(
            "group-consent",
            N_("Deze kaarten kun je niet samenvoegen"),
            N_("Een van de kaarten blijft in haar groep en de andere komt uit een andere groep. Vraag eerst of ze verder mag."),
        )
    _reword(keep, text, by)
    keep.themes = _themes([theme for one in every for theme in one.themes])
    keep.votes += sum(other.votes for other in others)
    if near is Consent.PUBLIC_ANONYMOUS:
        _cut(keep)
    _changed(keep, consent=near, status=Status.CONFIRMED)
    gone = [other.id for other in others]
    for other in others:
        _free_merged(tx, other)
        _changed(other, status=Status.MERGED, merged_into_id=keep.id)
    if keep.answers_id in gone:
        keep.answers_id = None
    for solution in tx.session.scalars(sa.select(ArchiveItem).where(ArchiveItem.answers_id.in_(gone), ArchiveItem.id != keep.id)):
        solution.answers_id = keep.id
    _take_links(tx, keep, gone)
    tx.session.flush()


def _take_links(tx: Tx, keep: ArchiveItem, gone: Sequence[str]) -> None:
    """What pointed to or from the merged ones points to or from the one that stays, too."""
    for link in tx.session.scalars(sa.select(ItemLink).where(sa.or_(ItemLink.from_id.in_(gone), ItemLink.to_id.in_(gone)))).all():
        start = keep.id if link.from_id in gone else link.from_id
        end = keep.id if link.to_id in gone else link.to_id
        if start != end:
            _link(tx, start, end, link.kind)


# --- rewording and tying ------------------------------------------------------------------------------------------------------


def revise(tx: Tx, item: ArchiveItem, revision: Revision, rev: int, by: Actor) -> None:
    """All that the harvest can change of one item at once. ``rev``: what the editor saw.

    Raises Conflict when somebody else changed it meanwhile, Invalid when it cannot be so.
    """
    _unsealed(item)
    if item.rev != rev:
        raise Conflict(
            "changed-meanwhile",
            N_("Iemand anders heeft deze kaart intussen veranderd"),
            N_("Jouw tekst staat nog in het formulier. Vergelijk hem met de kaart en sla daarna opnieuw op."),
        )
    if revision.kind not in KINDS:
        raise Invalid(fields={"kind": N_("Kies een soort uit de lijst.")})
    set_consent(tx, item, revision.consent, agreed=revision.agreed)
    _reword(item, revision.text, by)
    _changed(item, kind=revision.kind, contact=_line(revision.contact, 160))
    set_themes(tx, item, revision.themes)
    set_action(tx, item, revision.owner, revision.due)
    set_answers(tx, item, revision.answers)
    _set_question(tx, item, revision.question)
    tx.session.flush()


def set_themes(tx: Tx, item: ArchiveItem, themes: Sequence[str]) -> None:
    """The themes it belongs to, at most eight."""
    _unsealed(item)
    _changed(item, themes=_themes(themes))


def set_action(tx: Tx, item: ArchiveItem, owner: str, due: date | None) -> None:
    """Who does it, and when it is done. Of something that is not an action both are emptied."""
    _unsealed(item)
    if item.kind == "action":
        _changed(item, owner=_line(owner, 120), due=due, action_status=item.action_status or ActionStatus.OPEN)
    else:
        _changed(item, owner="", due=None, action_status=None)


def set_consent(tx: Tx, item: ArchiveItem, consent: Consent, *, agreed: bool = False) -> None:
    """How far it may go. Nearer: always. Further than its author chose: only when they agreed. From anonymous there is no way back.

    Raises Invalid.
    """
    _unsealed(item)
    if consent is item.consent:
        return
    if item.reach_given is Consent.PUBLIC_ANONYMOUS and consent is Consent.PUBLIC_CITY:
        raise Invalid(fields={"consent": N_("Deze kaart is anoniem ingestuurd. Bij welke gemeente zij hoort, weten we niet meer.")})
    if REACH[consent] > REACH[item.reach_given] and not agreed:
        raise Invalid(fields={"agreed": N_("De inbrenger koos voor minder ver. Vraag het eerst en vink dan aan dat het mag.")})
    if consent is Consent.PUBLIC_ANONYMOUS:
        _cut(item)
    _changed(item, consent=consent)


def _cut(item: ArchiveItem) -> None:
    """Nothing leads back to who said it any more."""
    item.person_id = item.participant_id = item.municipality_code = item.district_id = None
    item.contact, item.created_at, item.reach_given = "", item.lab.starts_at, Consent.PUBLIC_ANONYMOUS


def set_answers(tx: Tx, item: ArchiveItem, solved: str | None) -> None:
    """Ties a solution to the bottleneck or question that it solves, or unties it. Raises Invalid."""
    _unsealed(item)
    other = queries.item(tx.session, solved) if solved else None
    if solved and (other is None or other.programme_id != item.programme_id or other.id == item.id or other.answers_id == item.id):
        raise Invalid(fields={"answers": N_("Kies een knelpunt of vraag uit de lijst.")})
    _changed(item, answers_id=other.id if other else None)


def _set_question(tx: Tx, item: ArchiveItem, question: str | None) -> None:
    """The one knowledge question with which it came up."""
    wanted = [question] if question and question != item.id else []
    tx.session.execute(
        sa.delete(ItemLink).where(ItemLink.from_id == item.id, ItemLink.kind == LinkKind.QUESTION, ItemLink.to_id.not_in(wanted))
    )
    for target in wanted:
        add_link(tx, item, target, LinkKind.QUESTION)


def add_link(tx: Tx, item: ArchiveItem, to_id: str, kind: LinkKind) -> None:
    """Says that an item came from, or belongs with, another of the same programme, also of an earlier lab. Raises Invalid."""
    _unsealed(item)
    other = queries.item(tx.session, to_id)
    if other is None or other.programme_id != item.programme_id or other.id == item.id:
        raise Invalid("no-such-item", N_("Deze kaart bestaat niet"), N_("Kies een andere kaart om aan te koppelen."))
    _link(tx, item.id, other.id, kind)


def _link(tx: Tx, from_id: str, to_id: str, kind: LinkKind) -> None:
    there = sa.select(ItemLink.id).where(ItemLink.from_id == from_id, ItemLink.to_id == to_id, ItemLink.kind == kind)
    if tx.session.scalar(there) is None:
        tx.session.add(ItemLink(from_id=from_id, to_id=to_id, kind=kind))
        tx.session.flush()


# --- one's own ----------------------------------------------------------------------------------------------------------------


def withdraw_own(tx: Tx, item: ArchiveItem) -> None:
    """Its author takes it back, before the seal."""
    require(states.verdict(item.lab.state, "check_own"))
    _changed(item, status=Status.DROPPED, merged_into_id=None)


def limit_own(tx: Tx, item: ArchiveItem, consent: Consent) -> None:
    """Its author chooses anew how far it may go: nearer, further, or anonymous. Raises Invalid."""
    require(states.verdict(item.lab.state, "check_own"))
    set_consent(tx, item, consent, agreed=True)
    item.reach_given = item.consent


# --- small --------------------------------------------------------------------------------------------------------------------


def _unsealed(item: ArchiveItem) -> None:
    require(states.verdict(item.lab.state, "harvest"))


def _changed(item: ArchiveItem, **values: Any) -> None:
    for name, value in values.items():
        setattr(item, name, value)
    item.rev += 1


def _reword(item: ArchiveItem, text: str, by: Actor) -> None:
    clean = tidy(text)
    if not 1 <= len(clean) <= MOST_TEXT:
        raise Invalid(fields={"text": N_("Schrijf 1 tot 2000 tekens.")})
    if clean != item.text:
        _changed(item, text=clean, edited_by=by.name, edited_at=clock.now())


def _line(text: str, most: int) -> str:
    return " ".join(tidy(text).split())[:most]
