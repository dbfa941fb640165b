"""Looking over one's own contributions before the seal: who is asked, until when, and what an author may do with their own words.

The look-over opens with the harvest and lasts three days; until the seal an author keeps their rights, also after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts import operations as accounts
from kennislab.accounts import queries as people
from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Person, Role
from kennislab.archive import lessons, queries
from kennislab.archive.changing import changed, parts_of, reword, whole_of
from kennislab.archive.judging import free_merged, leave_whole
from kennislab.archive.models import REACH, ArchiveItem, Consent, HarvestCheck, Status
from kennislab.archive.rewording import set_consent
from kennislab.core import clock, jobs, mail
from kennislab.core.errors import N_, Gone, Invalid, require
from kennislab.core.mail import Mail
from kennislab.core.text import tidy
from kennislab.core.transaction import Tx, transaction
from kennislab.programme import mails, states
from kennislab.programme.models import Lab, LabState
from kennislab.programme.signals import lab_moving

DAYS = 3
REMIND_FROM = time(9)
LINK_LIFE = timedelta(days=30)
ASK, REMIND = "check_own", "check_own_reminder"
MOST_REASON = 500


# --- opening and settling -----------------------------------------------------------------------------------------------------


def open_check(tx: Tx, lab: Lab, by: str) -> HarvestCheck:
    """Opens the look-over until the end of the third day from now; one that is open goes on, one of an earlier closing begins anew."""
    now = clock.now()
    last = datetime.combine(now.astimezone(clock.LOCAL).date() + timedelta(days=DAYS), time(23, 59), clock.LOCAL)
    found = check_of(tx.session, lab.id)
    if found is None:
        found = HarvestCheck(lab_id=lab.id, opened_at=now, until=last.astimezone(now.tzinfo), by=by)
        tx.session.add(found)
    elif found.until <= now:
        found.opened_at, found.until, found.reminded_at = now, last.astimezone(now.tzinfo), None
    tx.session.flush()
    return found


def follow_lab(sender: object, *, tx: Tx, lab: Lab, was: LabState, by: Actor) -> None:
    """Inside a lab's move to harvesting: the look-over opens."""
    if lab.state is LabState.HARVESTING:
        open_check(tx, lab, by.name)


lab_moving.connect(follow_lab)


def check_of(session: Session, lab_id: int) -> HarvestCheck | None:
    """The look-over of a lab; labs that were sealed before there was one have none."""
    return session.get(HarvestCheck, lab_id)


def settle(tx: Tx, lab: Lab, why: str) -> None:
    """Before the seal: while the look-over is still open, staff say why they do not wait. Raises Invalid without a reason."""
    check = check_of(tx.session, lab.id)
    if check is None or check.until <= clock.now():
        return
    reason = tidy(why)[:MOST_REASON]
    if not reason:
        raise Invalid(fields={"why": N_("Schrijf op waarom je niet wacht tot iedereen heeft kunnen kijken.")})
    check.early_reason = reason


@dataclass(frozen=True, slots=True)
class Progress:
    """How the look-over goes. ``people``: who contributed under their name; ``done``: of whom nothing is left to look at; ``guests``: who
    of them have no account, and look on the phone with which they took part."""

    people: int = 0
    guests: int = 0
    done: int = 0
    corrected: int = 0
    withdrawn: int = 0


def progress(items: Sequence[ArchiveItem]) -> Progress:
    """Sums up what the authors did with these items of one lab."""
    mine: dict[int | str, list[ArchiveItem]] = {}
    for item in items:
        author = item.person_id if item.person_id is not None else item.participant_id
        if author is not None:
            mine.setdefault(author, []).append(item)
    return Progress(
        people=len(mine),
        guests=sum(isinstance(author, str) for author in mine),
        done=sum(not any(to_look_at(item) for item in own) for own in mine.values()),
        corrected=sum(item.corrected_at is not None for item in items),
        withdrawn=sum(item.withdrawn_at is not None for item in items),
    )


def to_look_at(item: ArchiveItem) -> bool:
    """Whether its author has not said anything of it yet."""
    return item.checked_at is None and item.withdrawn_at is None


# --- what an author may do ----------------------------------------------------------------------------------------------------


def words_now(session: Session, item: ArchiveItem) -> str:
    """What its author reads of it now: their own words, or those that they were made one with."""
    return (whole_of(session, item) or item).text


def mark_of(words: str) -> str:
    """Short for these words, to know in a form whether they are still the same."""
    return sha256(words.encode()).hexdigest()[:12]


def approve_own(tx: Tx, items: Sequence[ArchiveItem], seen: Mapping[str, str] | None = None) -> int:
    """Its author says that it is right so. Returns of how many that is new.

    ``seen``: item → mark of the words that its author had before them; what reads otherwise by now is left to look at.
    """
    fresh = [item for item in items if to_look_at(item)]
    if seen is not None:
        fresh = [item for item in fresh if seen.get(item.id) == mark_of(words_now(tx.session, item))]
    for item in fresh:
        require(states.verdict(item.lab.state, "check_own"))
        item.checked_at = clock.now()
    return len(fresh)


def correct_own(tx: Tx, item: ArchiveItem, text: str, by: Actor, seen: str | None = None) -> None:
    """Its author puts it in other words. What was said first is kept, and staff look at it again. Raises Invalid.

    ``seen``: mark of the words that its author had before them. When staff reworded it meanwhile, those are shown first.
    """
    require(states.verdict(item.lab.state, "check_own"))
    before = item.text
    if seen is not None and seen != mark_of(before) and tidy(text) != before:
        raise Invalid(fields={"text": N_("De begeleider heeft dit intussen anders verwoord. Lees het na; jouw tekst staat nog hieronder.")})
    reword(tx, item, text, by)
    now = clock.now()
    item.checked_at = now
    if item.text == before:
        return
    changed(item, corrected_at=now, lesson=lessons.parts_of(item.text) if item.kind == "lesson" else {})
    _look_again(tx, item)


def withdraw_own(tx: Tx, item: ArchiveItem) -> None:
    """Its author takes it back, before the seal. What was merged into it stands by itself again."""
    require(states.verdict(item.lab.state, "check_own"))
    _look_again(tx, item)
    leave_whole(tx, item)
    free_merged(tx, item)
    changed(item, status=Status.DROPPED, withdrawn_at=clock.now(), checked_at=clock.now())


def leave_in_own(tx: Tx, item: ArchiveItem) -> None:
    """Its author withdrew it and lets it stay after all: staff look at it again."""
    require(states.verdict(item.lab.state, "check_own"))
    if item.withdrawn_at is not None:
        changed(item, status=Status.DRAFT, withdrawn_at=None, checked_at=clock.now())


def limit_own(tx: Tx, item: ArchiveItem, consent: Consent) -> None:
    """Its author chooses anew how far it may go: nearer, further, or anonymous. Raises Invalid.

    Of what was made one, the nearest wish holds for the whole. What is to stay in another group than the whole, or without a name beside
    somebody else's name, stands by itself again.
    """
    require(states.verdict(item.lab.state, "check_own"))
    if any(REACH[part.reach_given] < REACH[consent] for part in parts_of(tx.session, item)):
        raise Invalid(fields={"consent": N_("Deze kaart is één met die van iemand anders, die minder ver wil gaan.")})
    set_consent(tx, item, consent, agreed=True)
    item.reach_given, item.checked_at = item.consent, clock.now()
    whole = whole_of(tx.session, item)
    if whole is None or REACH[consent] >= REACH[whole.consent]:
        return
    if consent is Consent.PUBLIC_ANONYMOUS or (consent is Consent.GROUP and whole.group_name != item.group_name):
        _look_again(tx, item)
        leave_whole(tx, item)
        changed(item, status=Status.DRAFT)
    else:
        set_consent(tx, whole, consent)


def _look_again(tx: Tx, item: ArchiveItem) -> None:
    """Staff judge anew what its author changed, and what it was merged into."""
    for one in (item, whole_of(tx.session, item)):
        if one is not None and one.status is Status.CONFIRMED:
            changed(one, status=Status.DRAFT)


# --- asking by mail -----------------------------------------------------------------------------------------------------------


def contributors(session: Session, lab: Lab, *, unseen: bool = False) -> list[tuple[Person, int]]:
    """Who has a role in the programme, an address, and said something under their name; with how many items.

    ``unseen``: only who has something left to look at, with how much.
    """
    own = sa.select(ArchiveItem).where(ArchiveItem.lab_id == lab.id, ArchiveItem.person_id.is_not(None))
    number: dict[int, int] = {}
    for item in session.scalars(own):
        if item.withdrawn_at is None and (not unseen or to_look_at(item)):
            number[item.person_id or 0] = number.get(item.person_id or 0, 0) + 1
    everybody = people.people_of(session, lab.programme_id)
    return [(person, number[person.id]) for person, _role in everybody if person.email and person.id in number]


@jobs.every(300, "harvest-checks")
def ask_and_remind(progress: jobs.Progress) -> int:
    """Asks who was not asked yet to look over what they said, and reminds once on the last day. Returns how many mails."""
    with transaction() as tx:
        now = clock.now()
        open_now = sa.select(HarvestCheck).join(Lab, Lab.id == HarvestCheck.lab_id).where(Lab.state == LabState.HARVESTING)
        made = 0
        for check in tx.session.scalars(open_now.where(HarvestCheck.until > now)).all():
            lab = tx.session.get_one(Lab, check.lab_id)
            made += _write(tx, lab, check, ASK, contributors(tx.session, lab))
            if check.reminded_at is None and _last_day(check, now):
                check.reminded_at = now
                made += _write(tx, lab, check, REMIND, contributors(tx.session, lab, unseen=True))
    return made


def _last_day(check: HarvestCheck, now: datetime) -> bool:
    here, last = now.astimezone(clock.LOCAL), check.until.astimezone(clock.LOCAL)
    return here.date() == last.date() and here.time() >= REMIND_FROM


def _write(tx: Tx, lab: Lab, check: HarvestCheck, kind: str, whom: Sequence[tuple[Person, int]]) -> int:
    """A mail of this kind for each of them who has none since the look-over opened."""
    had = sa.select(Mail.person_id).where(Mail.lab_id == lab.id, Mail.purpose == kind, Mail.created_at >= check.opened_at)
    asked = set(tx.session.scalars(had))
    fresh = [(person, number) for person, number in whom if person.id not in asked]
    for person, number in fresh:
        values = {"nakijken tot": mails.moment_words(check.until, person.language), "aantal": str(number)}
        mails.notify(tx, person, kind, lab, values)
    return len(fresh)


@mail.needed(ASK)
@mail.needed(REMIND)
def _still_needed(session: Session, one: Mail) -> bool:
    """Not when the room was opened again, the harvest is sealed, or all of it was looked at meanwhile."""
    lab = session.get(Lab, one.lab_id)
    check = check_of(session, one.lab_id or 0)
    if lab is None or lab.state is not LabState.HARVESTING or check is None or check.until <= clock.now():
        return False
    return any(to_look_at(item) for item in queries.of_person(session, lab.id, one.person_id or 0))


@mail.fill(mails.SECRET, ASK, REMIND)
def _way_in(tx: Tx, one: Mail) -> str:
    """A link that signs in for this programme alone and leads to one's own contributions. Opening it changes nothing.

    Of staff it only leads there: they sign in as always, and stay staff in that browser.
    """
    lab, person = tx.session.get(Lab, one.lab_id), tx.session.get(Person, one.person_id)
    if lab is None or person is None:
        raise Gone("nobody-there", N_("Deze persoon of dit lab is er niet meer"), N_("De mail is niet meer nodig."))
    own = f"/kennislabs/{lab.id}/oogst/eigen"
    place = people.membership(tx.session, person.id, lab.programme_id)
    if place is not None and place.role is not Role.PARTICIPANT:
        return mail.site_address(own + ("?taal=en" if person.language == "en" else ""))
    token = accounts.make_personal_link(tx, person, lab.programme_id, lab.id, life=LINK_LIFE)
    english = "&taal=en" if person.language == "en" else ""
    return mail.site_address(f"/uitnodiging/{token}?next={own}{english}")
