"""Taking back the last acts of a harvest. Each of the staff takes back their own, last one first, as long as nobody went on with it.

An act is remembered as what it changed: a picture of the harvest before and after. Who said something is never in it, so what was made
anonymous stays so.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Person
from kennislab.archive import queries
from kennislab.archive.models import ActionStatus, ArchiveItem, Consent, HarvestAct, ItemLink, LinkKind, Status
from kennislab.core import clock
from kennislab.core.errors import N_, Conflict, require
from kennislab.core.transaction import Tx
from kennislab.programme import states
from kennislab.programme.models import Lab, LabState
from kennislab.programme.signals import lab_moving

KEPT = timedelta(days=1)
MOST_ACTS = 50
FIELDS = (
    "text", "kind", "themes", "consent", "reach_given", "status", "merged_into_id", "answers_id", "votes", "contact", "owner", "due",
    "action_status", "lesson", "edited_by", "edited_at", "checked_at",
)  # fmt: skip
_AUTHORS = ("consent", "reach_given", "contact")
_READ = {
    "consent": Consent,
    "reach_given": Consent,
    "status": Status,
    "action_status": ActionStatus,
    "due": date.fromisoformat,
    "edited_at": datetime.fromisoformat,
    "checked_at": datetime.fromisoformat,
}
Picture = tuple[dict[str, dict[str, Any]], set[tuple[str, str, str]]]


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date | datetime) else value


def _picture(session: Session, lab_id: int) -> Picture:
    columns = [ArchiveItem.id, ArchiveItem.rev, *(getattr(ArchiveItem, name) for name in FIELDS)]
    rows = session.execute(sa.select(*columns).where(ArchiveItem.lab_id == lab_id))
    items = {row.id: {"rev": row.rev, **{name: _plain(getattr(row, name)) for name in FIELDS}} for row in rows}
    return items, {(link.from_id, link.to_id, link.kind.value) for link in queries.links_of_lab(session, lab_id)}


@contextmanager
def remembered(tx: Tx, lab: Lab, by: Actor, what: str) -> Iterator[set[str]]:
    """Around an act at the harvest; ``what`` (a message id) says what it was. What changes nothing is not remembered.

    Gives a set that afterwards holds the ids of all items that the act touched.
    """
    touched: set[str] = set()
    tx.session.flush()
    before, links_before = _picture(tx.session, lab.id)
    yield touched
    tx.session.flush()
    after, links_after = _picture(tx.session, lab.id)
    items = {
        item_id: {
            "from": before[item_id]["rev"],
            "rev": now["rev"],
            "was": {name: before[item_id][name] for name in FIELDS if before[item_id][name] != now[name]},
        }
        for item_id, now in after.items()
        if item_id in before and now != before[item_id]
    }
    added, gone = sorted(links_after - links_before), sorted(links_before - links_after)
    touched |= {*items, *(end for link in (*added, *gone) for end in link[:2])}
    if by.person_id is None or not (added or gone or any(one["was"] for one in items.values())):
        return
    session = tx.session
    session.execute(sa.delete(HarvestAct).where(HarvestAct.lab_id == lab.id, HarvestAct.at < clock.now() - KEPT))
    session.add(HarvestAct(lab_id=lab.id, by_id=by.person_id, what=what, before={"items": items, "added": added, "gone": gone}))
    session.flush()
    older = session.scalars(_mine(lab.id, by).offset(MOST_ACTS)).all()
    for act in older:
        session.delete(act)


def _mine(lab_id: int, by: Actor) -> sa.Select[HarvestAct]:
    return sa.select(HarvestAct).where(HarvestAct.lab_id == lab_id, HarvestAct.by_id == by.person_id).order_by(HarvestAct.id.desc())


def last_by_other(session: Session, lab_id: int, item_id: str, by: Actor) -> tuple[str, str] | None:
    """Who else did something with this item last, and what (a message id); None when that was nobody of the staff."""
    acts = sa.select(HarvestAct, Person.name).join(Person, Person.id == HarvestAct.by_id).where(HarvestAct.lab_id == lab_id)
    for act, name in session.execute(acts.where(HarvestAct.by_id != by.person_id).order_by(HarvestAct.id.desc()).limit(MOST_ACTS)):
        if item_id in act.before["items"]:
            return name, act.what
    return None


def last_act(session: Session, lab_id: int, by: Actor) -> HarvestAct | None:
    """What this person could take back now."""
    return session.scalar(_mine(lab_id, by).where(HarvestAct.at >= clock.now() - KEPT).limit(1))


def undo(tx: Tx, lab: Lab, by: Actor) -> tuple[str, list[str]]:
    """Takes the last act back. Returns what it was (a message id) and the items that it touches.

    Raises Conflict when there is nothing to take back, or when somebody went on with one of the items.
    """
    require(states.verdict(lab.state, "harvest"))
    act = last_act(tx.session, lab.id, by)
    if act is None:
        raise Conflict("nothing-to-undo", N_("Er is niets om terug te draaien"), N_("Je laatste handelingen zijn al teruggedraaid."))
    touched: dict[str, dict[str, Any]] = act.before["items"]
    items = queries.some(tx.session, touched)
    tx.session.delete(act)
    if any(item_id not in items or items[item_id].rev != one["rev"] for item_id, one in touched.items()):
        raise Conflict(
            "went-on",
            N_("Dit is niet teruggedraaid"),
            N_("Iemand is met deze kaart verder gegaan. Kijk hoe zij nu is en verander haar zelf."),
        )
    for item_id, one in touched.items():
        _restore(items[item_id], one["was"])
    tx.session.flush()
    for from_id, to_id, kind in act.before["added"]:
        tx.session.execute(sa.delete(ItemLink).where(ItemLink.from_id == from_id, ItemLink.to_id == to_id, ItemLink.kind == LinkKind(kind)))
    for from_id, to_id, kind in act.before["gone"]:
        tx.session.add(ItemLink(from_id=from_id, to_id=to_id, kind=LinkKind(kind)))
    tx.session.flush()
    ends = {end for link in (*act.before["added"], *act.before["gone"]) for end in link[:2]}
    _rebase(tx, lab, by, {item_id: (one["from"], items[item_id].rev) for item_id, one in touched.items()})
    return act.what, sorted({*touched, *ends})


def _restore(item: ArchiveItem, was: dict[str, Any]) -> None:
    anonymised = item.reach_given is Consent.PUBLIC_ANONYMOUS and was.get("reach_given", item.reach_given.value) != item.reach_given.value
    for name, value in was.items():
        looked_since = name == "checked_at" and item.checked_at is not None
        if not (anonymised and name in _AUTHORS) and not looked_since:
            setattr(item, name, _READ[name](value) if value is not None and name in _READ else value)
    item.rev += 1


def _rebase(tx: Tx, lab: Lab, by: Actor, revs: dict[str, tuple[int, int]]) -> None:
    """The act before can be taken back next: it knows its items by their new revision, where nobody came in between.

    ``revs``: item → the revision before the act that was taken back, and the one of now.
    """
    for act in tx.session.scalars(_mine(lab.id, by)):
        mine = act.before["items"]
        known = {item_id: rev for item_id, (old, rev) in revs.items() if item_id in mine and mine[item_id]["rev"] == old}
        if known:
            act.before = act.before | {"items": mine | {item_id: mine[item_id] | {"rev": rev} for item_id, rev in known.items()}}


def forget_acts(sender: object, *, tx: Tx, lab: Lab, was: LabState, by: Actor) -> None:
    """Inside a lab's move out of harvesting: nothing can be taken back any more."""
    if was is LabState.HARVESTING:
        tx.session.execute(sa.delete(HarvestAct).where(HarvestAct.lab_id == lab.id))


lab_moving.connect(forget_acts)
