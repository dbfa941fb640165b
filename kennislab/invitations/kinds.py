"""Which mails go in waves, and who needs one. A later feature (groups) declares its own: see :func:`declare`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import force_locale, gettext
from icalendar import Calendar, Event
from sqlalchemy.orm import Session

from kennislab.accounts import queries as people
from kennislab.accounts.models import Membership, Role
from kennislab.core import clock, mail
from kennislab.core.mail import Mail
from kennislab.invitations import queries
from kennislab.invitations.models import Answer, Wave
from kennislab.programme import mails, states
from kennislab.programme.models import Lab
from kennislab.questions.models import CoAsker, KnowledgeQuestion, QuestionStatus
from kennislab.questions.policies import deadline_passed

Wanted = Mapping[int, Mapping[str, str]]
"""Person id → what the words of the mail need beyond the common (placeholder without brackets → text)."""


@dataclass(frozen=True, slots=True)
class WaveKind:
    """A mail that goes in waves. ``key`` is its kind in :mod:`kennislab.programme.mails`, where its words are.

    ``wanted(session, lab)``: who needs it now. It is asked when a wave is prepared and again when each mail leaves, and only the people
    whom it names get one, so it must not count whether they have one already. ``once``: not a second time to the same address.
    ``calendar``: the lab goes along as a calendar file. ``fits(values, mail)``: whether the mail still says what is so, by what ``wanted``
    gives now; one that does not is not sent. ``place``: order on the page.
    """

    key: str
    wanted: Callable[[Session, Lab], Wanted]
    fits: Callable[[Mapping[str, str], Mail], bool] | None = None
    once: bool = False
    calendar: bool = False
    place: int = 50

    @property
    def title(self) -> str:
        """Its name, to be translated."""
        return mails.KINDS[self.key].title


_kinds: dict[str, WaveKind] = {}


def declare(kind: WaveKind) -> WaveKind:
    """Adds a kind, and has it asked for each mail of it when it leaves."""
    _kinds[kind.key] = kind
    mail.needed(kind.key)(_still_needed)
    return kind


def _still_needed(session: Session, one: Mail) -> bool:
    """Whether a mail of a wave still makes sense: its lab is there and open, its person still needs it, and what it says is so."""
    kind = _kinds[one.purpose]
    lab = session.get(Lab, one.lab_id) if one.lab_id else None
    if lab is None or one.person_id is None or not states.allows(lab.state, "invite"):
        return False
    wave = session.get(Wave, one.wave_id) if one.wave_id else None
    if wave is not None and wave.sequence != lab.calendar_sequence:
        return False
    if people.membership(session, one.person_id, lab.programme_id) is None:
        return False
    values = kind.wanted(session, lab).get(one.person_id)
    return values is not None and (kind.fits is None or kind.fits(values, one))


def kind(key: str) -> WaveKind | None:
    """A kind by its key."""
    return _kinds.get(key)


def every() -> list[WaveKind]:
    """All kinds, in the order in which a lab needs them."""
    return sorted(_kinds.values(), key=lambda one: (one.place, one.key))


# --- who needs which --------------------------------------------------------------------------------------------------------


def _with_answer(session: Session, lab: Lab, said: Answer) -> set[int]:
    return {person for person, answer in queries.answers(session, lab.id).items() if answer is said}


def _invited(session: Session, lab: Lab) -> Wanted:
    return {person: {} for person in _with_answer(session, lab, Answer.OPEN)}


def _silent(session: Session, lab: Lab) -> Wanted:
    """Who got an invitation and said nothing."""
    got = {one.person_id for one in queries.mailed(session, lab.id) if one.purpose == "invitation" and one.state == "sent"}
    return {person: {} for person in _with_answer(session, lab, Answer.OPEN) & got}


def _without_question(session: Session, lab: Lab) -> Wanted:
    """Participants who come and have not sent in a question, nor ask along, while it can still be done."""
    if not states.allows(lab.state, "ask_question") or deadline_passed(lab, clock.now()):
        return {}
    Q = KnowledgeQuestion
    live = (Q.lab_id == lab.id, Q.status.in_((QuestionStatus.SUBMITTED, QuestionStatus.MERGED, QuestionStatus.SPLIT)))
    asked = set(session.scalars(sa.select(Q.asker_id).where(*live)))
    asked |= set(session.scalars(sa.select(CoAsker.person_id).join(Q, Q.id == CoAsker.question_id).where(*live)))
    participants = sa.select(Membership.person_id).where(Membership.programme_id == lab.programme_id, Membership.role == Role.PARTICIPANT)
    return {person: {} for person in (_with_answer(session, lab, Answer.COMING) & set(session.scalars(participants))) - asked}


def _behind(session: Session, lab: Lab) -> Wanted:
    """Whose calendar, as far as our mails filled it, shows the lab as it no longer is."""
    if not lab.calendar_sequence:
        return {}
    invited = queries.answers(session, lab.id)
    latest: dict[int, tuple[int, str, str]] = {}
    rows = session.execute(
        sa.select(Mail.person_id, Mail.calendar, Mail.language)
        .where(Mail.lab_id == lab.id, Mail.person_id.in_(invited), Mail.calendar != "", Mail.state == "sent")
        .order_by(Mail.id)
    )
    for person, calendar, language in rows:
        sequence = queries.sequence_in(calendar)
        if person is not None and sequence is not None and (person not in latest or sequence >= latest[person][0]):
            latest[person] = (sequence, calendar, language)
    known: dict[tuple[int, str], str] = {}
    wanted: dict[int, dict[str, str]] = {}
    for person, (sequence, calendar, language) in latest.items():
        if sequence < lab.calendar_sequence:
            if (sequence, language) not in known:
                known[sequence, language] = what_changed(lab, calendar, language)
            wanted[person] = {"wat er veranderde": known[sequence, language]}
    return wanted


def what_changed(lab: Lab, calendar: str, language: str) -> str:
    """Sentences that say how the lab differs from what this calendar file shows."""
    event = next(one for one in Calendar.from_ical(calendar).walk("VEVENT") if isinstance(one, Event))
    start, end = event.decoded("dtstart"), event.decoded("dtend")
    place, title = str(event.get("location", "")), str(event.get("summary", ""))
    lines: list[str] = []
    with force_locale(language):
        if start != lab.starts_at or end != lab.ends_at:
            words = {
                "now": f"{mails.day_words(lab.starts_at, language)}, {mails.hours_words(lab.starts_at, lab.ends_at, language)}",
                "was": f"{mails.day_words(start, language)}, {mails.hours_words(start, end, language)}",
            }
            lines.append(gettext("Het is nu op %(now)s. Het was op %(was)s.", **words))
        if place != lab.place and lab.place:
            sentence = gettext("De plaats is nu %(now)s. Het was %(was)s.", now=lab.place, was=place)
            lines.append(sentence if place else gettext("De plaats is bekend: %(now)s.", now=lab.place))
        elif place != lab.place:
            lines.append(gettext("De plaats %(was)s gaat niet door. Je hoort nog waar het wel is.", was=place))
        if title != lab.title:
            lines.append(gettext("Het heet nu “%(now)s”. Het heette “%(was)s”.", now=lab.title, was=title))
    return "\n".join(lines)


INVITATION = declare(WaveKind("invitation", _invited, once=True, calendar=True, place=10))
REMINDER_ANSWER = declare(WaveKind("reminder_answer", _silent, place=20))
REMINDER_QUESTION = declare(WaveKind("reminder_question", _without_question, place=30))
LAB_CHANGED = declare(WaveKind("lab_changed", _behind, calendar=True, place=40))
