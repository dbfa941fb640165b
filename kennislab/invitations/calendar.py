"""A lab as a calendar file (RFC 5545, 5546): the same UID for ever, a SEQUENCE that grows, and the time zone spelled out.

No personal link stands in it: calendars are shared with colleagues and read by other programs.
"""

from __future__ import annotations

from datetime import datetime
from email.utils import parseaddr
from functools import lru_cache
from typing import Literal

from flask import current_app
from flask_babel import force_locale, gettext
from icalendar import Calendar, Component, Event, Timezone, vCalAddress, vText
from icalendar.parser import Contentline

from kennislab.accounts.models import Person
from kennislab.core import clock
from kennislab.core.mail import site_address
from kennislab.invitations.models import Answer
from kennislab.programme.models import Lab

Method = Literal["REQUEST", "CANCEL", "PUBLISH"]

# The rule of the European Union since 1996, good for every lab: clocks change on the last Sundays of March and October.
_ZONE = """\
BEGIN:VTIMEZONE
TZID:Europe/Amsterdam
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
"""


@lru_cache(maxsize=1)
def _zone() -> Component:
    return Timezone.from_ical(_ZONE.replace("\n", "\r\n"))


def uid_of(lab: Lab) -> str:
    """How every calendar names this lab, whatever becomes of it."""
    return f"{lab.calendar_id}@kennislab"


def calendar_text(
    lab: Lab,
    person: Person | None,
    method: Method = "REQUEST",
    sequence: int | None = None,
    *,
    answer: Answer = Answer.OPEN,
    language: str = "nl",
) -> str:
    """The lab as an iCalendar text. ``sequence``: the lab's own when not given; a CANCEL takes one that is higher.

    Without ``person`` (a file to download) nobody is invited in it, which is METHOD PUBLISH. Mail programs are not asked for an answer
    (RSVP=FALSE): nobody would read it; people answer with the link in the mail.
    """
    text = _about_nobody(
        uid_of(lab),
        lab.calendar_sequence if sequence is None else sequence,
        clock.now().replace(second=0, microsecond=0),
        lab.starts_at,
        lab.ends_at,
        lab.title,
        lab.place,
        lab.programme.name,
        parseaddr(current_app.config["MAIL_FROM"])[1],
        site_address(f"/kennislabs/{lab.id}"),
        method,
        language,
    )
    if person is None or not person.email:
        return text
    attendee = _attendee(person, answer)
    line = Contentline.from_parts("ATTENDEE", attendee.params, attendee).to_ical().decode("utf-8")
    return text.replace("END:VEVENT", f"{line}\r\nEND:VEVENT", 1)


@lru_cache(maxsize=16)
def _about_nobody(
    uid: str,
    sequence: int,
    stamp: datetime,
    starts: datetime,
    ends: datetime,
    title: str,
    place: str,
    programme: str,
    organiser: str,
    address: str,
    method: Method,
    language: str,
) -> str:
    """The text without anybody in it: for a wave it is written once per language."""
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", stamp)
    event.add("sequence", sequence)
    for name, moment in (("dtstart", starts), ("dtend", ends)):
        event.add(name, moment.astimezone(clock.LOCAL))
    with force_locale(language):
        event.add("summary", title)
        description = gettext("Kennislab van %(programme)s.", programme=programme)
        if method != "CANCEL":
            description += "\n\n" + gettext("Alles over deze dag: %(address)s", address=address)
            description += "\n" + gettext("Kom je toch wel of toch niet? Verander je antwoord met de link in de mail met je uitnodiging.")
    event.add("description", description)
    if method != "CANCEL":
        event.add("url", address)
    if place:
        event.add("location", place)
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if method == "CANCEL" else "OPAQUE")
    sender = vCalAddress(f"mailto:{organiser}")
    sender.params["CN"] = vText(programme)
    event.add("organizer", sender, encode=False)
    calendar = Calendar()
    calendar.add("prodid", "-//Kennislab//Kennislab//NL")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(_zone())
    calendar.add_component(event)
    return str(calendar.to_ical().decode("utf-8"))


def _attendee(person: Person, answer: Answer) -> vCalAddress:
    attendee = vCalAddress(f"mailto:{person.email}")
    attendee.params["CN"] = vText(person.name)
    attendee.params["CUTYPE"] = vText("INDIVIDUAL")
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    said = {Answer.COMING: "ACCEPTED", Answer.NOT_COMING: "DECLINED", Answer.OPEN: "NEEDS-ACTION"}
    attendee.params["PARTSTAT"] = vText(said[answer])
    attendee.params["RSVP"] = vText("FALSE")
    return attendee


def start_in(text: str) -> datetime | None:
    """When the lab begins according to a calendar text of ours; None for an empty one."""
    event = next(iter(Calendar.from_ical(text).walk("VEVENT")), None) if text else None
    start = event.decoded("dtstart") if event is not None else None
    return start if isinstance(start, datetime) else None
