"""Judging what was caught: it stays, it is left out, or it is one with others."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from kennislab.accounts.actors import Actor
from kennislab.archive import lessons, queries
from kennislab.archive.changing import changed, link, parts_of, reword, tidy_themes, unsealed, whole_of
from kennislab.archive.models import REACH, ArchiveItem, Consent, ItemLink, Status
from kennislab.core.errors import N_, Conflict, Invalid, require
from kennislab.core.transaction import Tx
from kennislab.programme import states
from kennislab.programme.models import Lab


def confirm(tx: Tx, item: ArchiveItem) -> None:
    """It stays. Also takes a left-out one back in."""
    unsealed(item)
    if item.status is Status.MERGED:
        raise Conflict("merged", N_("Deze kaart is samengevoegd"), N_("Haal haar eerst uit de samenvoeging."))
    _not_withdrawn(item)
    changed(item, status=Status.CONFIRMED)


def confirm_all(tx: Tx, lab: Lab) -> int:
    """Confirms every draft of a lab. Returns how many."""
    require(states.verdict(lab.state, "harvest"))
    drafts = queries.items_of(tx.session, lab.id, Status.DRAFT)
    for item in drafts:
        confirm(tx, item)
    return len(drafts)


def confirm_some(tx: Tx, items: Sequence[ArchiveItem]) -> int:
    """Confirms those of these that can be: not what is merged or withdrawn. Returns how many."""
    able = [item for item in items if item.status in (Status.DRAFT, Status.DROPPED) and item.withdrawn_at is None]
    for item in able:
        confirm(tx, item)
    return len(able)


def drop_some(tx: Tx, items: Sequence[ArchiveItem]) -> int:
    """Leaves those of these out that are not merged into another. Returns how many."""
    able = [item for item in items if item.status in (Status.DRAFT, Status.CONFIRMED)]
    for item in able:
        drop(tx, item)
    return len(able)


def drop(tx: Tx, item: ArchiveItem) -> None:
    """Left out: kept, and not shown. What was merged into it comes free as drafts."""
    unsealed(item)
    leave_whole(tx, item)
    free_merged(tx, item)
    changed(item, status=Status.DROPPED)


def reopen(tx: Tx, item: ArchiveItem) -> None:
    """Back to a draft: out of what it was merged into, or not left out any more."""
    unsealed(item)
    _not_withdrawn(item)
    leave_whole(tx, item)
    changed(item, status=Status.DRAFT)


def _not_withdrawn(item: ArchiveItem) -> None:
    if item.withdrawn_at is not None:
        raise Conflict(
            "withdrawn",
            N_("Deze kaart is ingetrokken"),
            N_("De inbrenger wil haar eruit. Alleen die kan haar terughalen, op de eigen pagina."),
        )


def free_merged(tx: Tx, item: ArchiveItem) -> None:
    """What was merged into it stands by itself again, as drafts."""
    for other in parts_of(tx.session, item):
        leave_whole(tx, other)
        changed(other, status=Status.DRAFT)


def leave_whole(tx: Tx, item: ArchiveItem) -> None:
    """Out of what it was merged into, with the votes that it brought."""
    whole = whole_of(tx.session, item)
    if whole is not None:
        changed(whole, votes=max(0, whole.votes - item.votes))
        changed(item, merged_into_id=None)


def merge(tx: Tx, keep: ArchiveItem, others: Sequence[ArchiveItem], text: str, by: Actor) -> ArchiveItem:
    """Makes one of several that say the same: ``keep`` gets the text, the others point to it and are not shown any more.

    Themes and votes add up; of the consents the nearest counts. When that is without a name, it is a card without one that stays, and when
    it is not, one with a name: so no author is forgotten and none is found out. What stays takes over what ``keep`` was. Returns it.
    Raises Invalid when they are not of one lab, or stay in different groups.
    """
    unsealed(keep)
    others = [other for other in others if other.id != keep.id]
    every = [keep, *others]
    if not others:
        raise Invalid("nothing-to-merge", N_("Kies minstens twee kaarten"), N_("Vink aan wat je wilt samenvoegen."))
    if any(other.lab_id != keep.lab_id or other.status is Status.MERGED or other.withdrawn_at is not None for other in every):
        raise Invalid("cannot-merge", N_("Deze kaarten kun je niet samenvoegen"), N_("Vernieuw de pagina en kies opnieuw."))
    near = min((one.consent for one in every), key=REACH.__getitem__)
    if near is Consent.GROUP and len({one.group_name for one in every}) > 1:
        raise Invalid(
            "group-consent",
            N_("Deze kaarten kun je niet samenvoegen"),
            N_("Een van de kaarten blijft in haar groep en de andere komt uit een andere groep. Vraag eerst of ze verder mag."),
        )
    if keep.anonymous is not (near is Consent.PUBLIC_ANONYMOUS):
        stays = next((one for one in others if one.anonymous is not keep.anonymous), None)
        if stays is not None:  # else all of them came without a name
            _stand_in(stays, keep)
            keep, others = stays, [one for one in every if one is not stays]
    reword(tx, keep, text, by)
    keep.lesson = keep.lesson if keep.lesson and lessons.sentence(keep.lesson) == keep.text else {}
    keep.themes = tidy_themes([theme for one in every for theme in one.themes])
    keep.votes += sum(other.votes for other in others)
    changed(keep, consent=near, status=Status.CONFIRMED)
    gone = [other.id for other in others]
    for other in others:
        for part in parts_of(tx.session, other):
            other.votes = max(0, other.votes - part.votes)  # each with its own, as it may leave
            changed(part, merged_into_id=keep.id, checked_at=None)
        changed(other, status=Status.MERGED, merged_into_id=keep.id, checked_at=None)
    if keep.answers_id in gone:
        keep.answers_id = None
    for solution in tx.session.scalars(sa.select(ArchiveItem).where(ArchiveItem.answers_id.in_(gone), ArchiveItem.id != keep.id)):
        solution.answers_id = keep.id
    _take_links(tx, keep, gone)
    tx.session.flush()
    return keep


def _stand_in(stays: ArchiveItem, chosen: ArchiveItem) -> None:
    """What stays becomes what was chosen to stay, in all but who said it."""
    stays.kind, stays.lesson, stays.answers_id = chosen.kind, dict(chosen.lesson), chosen.answers_id
    stays.owner, stays.due, stays.action_status = chosen.owner, chosen.due, chosen.action_status
    if not stays.anonymous:
        stays.contact = stays.contact or chosen.contact


def _take_links(tx: Tx, keep: ArchiveItem, gone: Sequence[str]) -> None:
    """What pointed to or from the merged ones points to or from the one that stays, too."""
    for tie in tx.session.scalars(sa.select(ItemLink).where(sa.or_(ItemLink.from_id.in_(gone), ItemLink.to_id.in_(gone)))).all():
        start = keep.id if tie.from_id in gone else tie.from_id
        end = keep.id if tie.to_id in gone else tie.to_id
        if start != end:
            link(tx, start, end, tie.kind)
