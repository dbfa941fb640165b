"""Waves: mails of one kind to who needs it, prepared as drafts, released by somebody, and asked once more when each of them leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts import queries as people
from kennislab.accounts.models import Person
from kennislab.core import clock, jobs, mail
from kennislab.core.errors import N_, Conflict, Gone, Invalid, require
from kennislab.core.mail import Mail
from kennislab.core.transaction import Tx, transaction
from kennislab.invitations import calendar, kinds, links, queries
from kennislab.invitations.kinds import Wanted, WaveKind
from kennislab.invitations.models import Answer, Wave
from kennislab.programme import mails, signals, states
from kennislab.programme.models import Lab

REMIND_AT = time(9, 0)
"""When on its day a planned reminder is prepared, in the Netherlands."""
FURTHEST = 60
"""So many days before a lab a reminder may be planned."""


@dataclass(frozen=True, slots=True)
class Needs:
    """Who needs a mail of a kind now. ``reachable`` get one; ``unreachable``: no address, or mail to it came back; ``have``: one waits."""

    reachable: Sequence[Person]
    unreachable: Sequence[Person]
    have: int
    values: Wanted


def needs(session: Session, lab: Lab, kind: WaveKind) -> Needs:
    """Who of the programme needs this mail now and does not have one waiting."""
    wanted = kind.wanted(session, lab)
    if not wanted:
        return Needs((), (), 0, {})
    members = [person for person, _role in people.people_of(session, lab.programme_id) if person.id in wanted]
    members.sort(key=lambda person: (person.name.casefold(), person.id))
    earlier = [one for one in queries.mailed(session, lab.id) if one.purpose == kind.key]
    waiting = {one.person_id for one in earlier if one.state in queries.UNSENT}
    done = {(one.person_id, one.to) for one in earlier if one.state == "sent"} if kind.once else set()
    trouble = mail.trouble(session, {person.email for person in members})
    reachable: list[Person] = []
    unreachable: list[Person] = []
    for person in members:
        if person.id in waiting or (person.id, person.email) in done:
            continue
        (unreachable if not person.email or person.email in trouble else reachable).append(person)
    return Needs(reachable, unreachable, len(waiting & wanted.keys()), wanted)


def prepare_wave(tx: Tx, lab: Lab, kind: str, by: str, send_at: datetime | None = None) -> Wave:
    """Drafts of this kind for everybody who needs one, in one wave. ``send_at``: when they are to leave, once released.

    Raises Conflict when nobody needs it (now), KeyError for an unknown kind, or the state's refusal.
    """
    require(states.verdict(lab.state, "invite"))
    what = _kind(kind)
    wave = Wave(lab_id=lab.id, kind=kind, by_name=by, send_at=send_at)
    tx.session.add(wave)
    tx.session.flush()
    if not _fill(tx, wave, lab, what):
        raise Conflict(
            "nobody-needs-it",
            N_("Niemand heeft deze mail nodig"),
            N_("Iedereen kreeg hem al, antwoordde al, of heeft geen e-mailadres dat werkt."),
        )
    return wave


def _kind(key: str) -> WaveKind:
    found = kinds.kind(key)
    if found is None:
        raise KeyError(key)
    return found


def _fill(tx: Tx, wave: Wave, lab: Lab, kind: WaveKind) -> int:
    who = needs(tx.session, lab, kind)
    said = queries.answers(tx.session, lab.id)
    for person in who.reachable:
        text = ""
        if kind.calendar:
            text = calendar.calendar_text(lab, person, answer=said.get(person.id, Answer.OPEN), language=person.language)
        mails.prepare(tx, person, kind.key, lab, dict(who.values[person.id]), calendar=text, wave_id=wave.id)
    wave.prepared_at, wave.sequence = clock.now(), lab.calendar_sequence
    tx.session.flush()
    return len(who.reachable)


def release_wave(tx: Tx, wave: Wave, by: str, send_at: datetime | None = None) -> int:
    """Lets the drafts of a wave go, now or at ``send_at``; what somebody holds stays held. Returns how many.

    Raises Conflict when nothing waits or the lab has changed since they were written, Invalid for a moment that is past or after the lab.
    """
    require(states.verdict(wave.lab.state, "invite"))
    if send_at is not None and not clock.now() - timedelta(minutes=1) <= send_at <= wave.lab.ends_at:
        raise Invalid(fields={"send_at": N_("Kies een moment dat nog komt, en vóór het einde van de bijeenkomst.")})
    drafts = [one for one in queries.mails_of_wave(tx.session, wave.id) if one.state == "draft"]
    if not drafts:
        raise Conflict("nothing-waits", N_("Er is niets te versturen"), N_("De mails van deze ronde zijn al weg, of worden tegengehouden."))
    if is_stale(wave):
        raise Conflict(
            "wave-stale",
            N_("Deze mails kloppen niet meer"),
            N_("De tijd of plaats is veranderd nadat ze gemaakt zijn. Maak ze opnieuw; dan staat alles er goed in."),
        )
    for one in drafts:
        mail.release(tx, one, send_at)
    wave.released_at, wave.released_by_name, wave.send_at = clock.now(), by, send_at
    tx.session.flush()
    return len(drafts)


def is_stale(wave: Wave) -> bool:
    """Whether its mails tell a title, time or place that somebody changed since."""
    return wave.prepared_at is not None and wave.sequence != wave.lab.calendar_sequence


def take_back(tx: Tx, wave: Wave) -> int:
    """Mails of a released wave that have not left yet wait for a release again. Returns how many; raises Conflict when all have left."""
    waiting = [one for one in queries.mails_of_wave(tx.session, wave.id) if one.state == "released"]
    if not waiting and wave.prepared_at is not None:
        raise Conflict("all-gone", N_("Deze mails zijn al weg"), N_("Wat verstuurd is, kun je niet meer terughalen."))
    for one in waiting:
        mail.hold(tx, one)
        one.state = "draft"
    wave.released_at, wave.released_by_name = None, ""
    if wave.days_before is None or wave.prepared_at is not None:
        wave.send_at = None
    tx.session.flush()
    return len(waiting)


def drop_wave(tx: Tx, wave: Wave) -> None:
    """Throws away the mails of a wave that have not left; the wave too, when none has. What was sent stays to be seen.

    Raises Conflict when nothing is left to throw away.
    """
    gone = sa.delete(Mail).where(Mail.wave_id == wave.id, Mail.state.in_(tuple(mail.WAITING)))
    dropped = tx.session.execute(gone).rowcount  # type: ignore[attr-defined]  # of a DELETE there is one
    left = tx.session.scalar(sa.select(sa.func.count()).where(Mail.wave_id == wave.id))
    if not left:
        tx.session.delete(wave)
    elif not dropped:
        raise Conflict("all-gone", N_("Deze mails zijn al weg"), N_("Wat verstuurd is, kun je niet meer terughalen."))
    tx.session.flush()


def prepare_again(tx: Tx, wave: Wave, by: str) -> Wave:
    """Throws the waiting mails away and writes them anew, for who needs them now. Raises as :func:`drop_wave` and :func:`prepare_wave`."""
    lab, kind = wave.lab, wave.kind
    drop_wave(tx, wave)
    return prepare_wave(tx, lab, kind, by)


# --- reminders by themselves ------------------------------------------------------------------------------------------------


def due(lab: Lab, days_before: int) -> datetime:
    """When a reminder so many days before the lab is prepared."""
    day = lab.day - timedelta(days=days_before)
    return datetime.combine(day, REMIND_AT, clock.LOCAL).astimezone(clock.now().tzinfo)


def planned(session: Session, lab_id: int) -> list[Wave]:
    """The reminders that are to be prepared later, soonest first."""
    return [one for one in queries.waves_of(session, lab_id) if one.prepared_at is None]


def plan_reminders(tx: Tx, lab: Lab, days: Mapping[int, bool], by: str, kind: str = "reminder_answer") -> list[Wave]:
    """The reminders as they should be planned: days before the lab → whether they leave by themselves. Others of this kind are dropped.

    Raises Invalid for a day that cannot be, or the state's refusal.
    """
    require(states.verdict(lab.state, "invite"))
    _kind(kind)
    there = {one.days_before: one for one in planned(tx.session, lab.id) if one.kind == kind and one.days_before is not None}
    wrong = [number for number in days if not 1 <= number <= FURTHEST or (number not in there and due(lab, number) <= clock.now())]
    if wrong:
        raise Invalid(fields={"days": N_("Kies dagen die nog komen: van 1 tot 60 dagen vóór de bijeenkomst.")})
    for number, one in there.items():
        if number not in days:
            tx.session.delete(one)
    for number, unread in days.items():
        one = there.get(number) or Wave(lab_id=lab.id, kind=kind, days_before=number)
        one.by_name, one.send_at = by, due(lab, number)
        if unread != (one.released_at is not None):
            one.released_at, one.released_by_name = (clock.now(), by) if unread else (None, "")
        tx.session.add(one)
    tx.session.flush()
    return planned(tx.session, lab.id)


@jobs.every(300, "prepare-reminders")
def prepare_reminders(progress: jobs.Progress) -> int:
    """Prepares the planned reminders that are due, and releases those of which somebody said so. Returns how many waves."""
    with transaction() as tx:
        W = Wave
        ready = sa.select(W).where(W.prepared_at.is_(None), W.send_at <= clock.now()).order_by(W.id)
        found = tx.session.scalars(ready.with_for_update(skip_locked=True)).all()
        done = 0
        for wave in found:
            if not states.allows(wave.lab.state, "invite") or wave.lab.starts_at <= clock.now():
                tx.session.delete(wave)  # its day is over
                continue
            unread, name = wave.released_at is not None, wave.released_by_name
            wave.released_at, wave.released_by_name = None, ""
            wave.send_at = None
            if _fill(tx, wave, wave.lab, _kind(wave.kind)) and unread:
                release_wave(tx, wave, name)
            done += 1
    return done


# --- what is filled in when a mail leaves -----------------------------------------------------------------------------------


@mail.fill(mails.SECRET)
def _personal_link(tx: Tx, one: Mail) -> str:
    found = queries.invitation_of(tx.session, one.lab_id, one.person_id) if one.lab_id and one.person_id else None
    if found is None:
        raise Gone("no-invitation", N_("Er is geen uitnodiging voor deze persoon"), N_("Nodig de persoon uit en maak de mail opnieuw."))
    return links.address_of(found)


# --- when the lab changes ---------------------------------------------------------------------------------------------------


@signals.lab_rescheduling.connect
def _rescheduled(sender: object, tx: Tx, lab: Lab) -> None:
    """Planned reminders move along; what was to leave by itself with the old time in it waits for somebody."""
    for wave in queries.waves_of(tx.session, lab.id):
        if wave.prepared_at is None and wave.days_before is not None:
            wave.send_at = due(lab, wave.days_before)
        elif wave.released_at is not None and any(one.state == "released" for one in queries.mails_of_wave(tx.session, wave.id)):
            take_back(tx, wave)


@signals.lab_deleting.connect
def _cancelled(sender: object, tx: Tx, lab: Lab) -> None:
    """What waits about a lab that goes away is not needed any more; whose calendar shows it is told that it is off."""
    tx.session.execute(
        sa.update(Mail).where(Mail.lab_id == lab.id, Mail.state.in_(tuple(mail.WAITING))).values(state="skipped", send_after=None)
    )
    for person_id in sorted(queries.told(tx.session, lab.id)):
        person = queries.person(tx.session, person_id)
        if person is None or people.membership(tx.session, person_id, lab.programme_id) is None:
            continue
        text = calendar.calendar_text(lab, person, "CANCEL", lab.calendar_sequence + 1, language=person.language)
        mails.notify(tx, person, "lab_cancelled", lab, calendar=text)
