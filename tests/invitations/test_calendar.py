"""The calendar file, read back with a calendar library: the same UID for ever, a growing SEQUENCE, the right hour in summer and winter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar

from kennislab.accounts.models import Person
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.invitations import links, queries
from kennislab.invitations.calendar import calendar_text
from kennislab.invitations.models import Answer
from kennislab.programme import operations as programmes
from kennislab.programme.models import Lab, LabState
from kennislab.programme.operations import LabData
from tests.factories.world import World
from tests.invitations.houses import house, invite, the_lab
from tests.programme.worlds import signed_in

NAME = "Fatma; Yıldız, de «eerste»"


@pytest.fixture
def place(make_app: Callable[..., Flask], sqlite_url: str) -> Iterator[tuple[Flask, World]]:
    app = make_app(sqlite_url, PUBLIC_URL="https://kennislab.example", MAIL_FROM="Kennislab <post@kennislab.example>")
    yield app, house(app, LabState.COLLECTING, **{NAME: "fatma@voorbeeld.example"})


def _edit(app: Flask, world: World, **changes: Any) -> None:
    with app.app_context(), transaction() as tx:
        lab = the_lab(tx, world)
        now = {name: getattr(lab, name) for name in ("title", "starts_at", "ends_at", "question_deadline", "kind", "place", "description")}
        programmes.edit_lab(tx, lab, LabData(**{**now, **changes}), lab.rev)


def _read(app: Flask, world: World, *arguments: Any, **options: Any) -> Any:
    """The text, as a calendar program reads it; the raw text goes along as ``raw``."""
    with app.app_context():
        person = db.session.get_one(Person, world.people[NAME])
        text = calendar_text(db.session.get_one(Lab, world.lab_id), person, *arguments, **options)
    calendar = Calendar.from_ical(text)
    event = calendar.walk("VEVENT")[0]
    event.whole, event.raw = calendar, text
    return event


def test_the_same_lab_in_every_calendar_for_ever(place: tuple[Flask, World]) -> None:
    app, world = place
    first = _read(app, world)
    assert first.whole["METHOD"] == "REQUEST" and first["SEQUENCE"] == 0
    _edit(app, world, description="Andere tekst")
    assert _read(app, world)["SEQUENCE"] == 0, "no calendar shows that"
    _edit(app, world, place="De Nieuwe Bibliotheek, Tilburg")
    _edit(app, world, title="Kennislab herfst; met, tekens")
    moved = _read(app, world)
    assert moved["SEQUENCE"] == 2 and moved["UID"] == first["UID"]
    assert moved["LOCATION"] == "De Nieuwe Bibliotheek, Tilburg" and moved["SUMMARY"] == "Kennislab herfst; met, tekens"
    app.config["PUBLIC_URL"] = "https://elders.example"
    assert _read(app, world)["UID"] == first["UID"]
    cancelled = _read(app, world, "CANCEL", 3)
    assert cancelled.whole["METHOD"] == "CANCEL" and cancelled["STATUS"] == "CANCELLED"
    assert cancelled["UID"] == first["UID"] and cancelled["SEQUENCE"] == 3


@pytest.mark.parametrize(
    ("starts", "local", "offset"),
    [
        (datetime(2026, 11, 19, 12, 30, tzinfo=UTC), "20261119T133000", 1),
        (datetime(2026, 6, 18, 11, 30, tzinfo=UTC), "20260618T133000", 2),
        (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), "20270328T013000", 1),  # the night in which summer time begins
    ],
)
def test_the_hour_is_the_dutch_one_in_summer_and_winter(place: tuple[Flask, World], starts: datetime, local: str, offset: int) -> None:
    app, world = place
    _edit(app, world, starts_at=starts, ends_at=starts + timedelta(hours=3), question_deadline=starts - timedelta(days=3))
    event = _read(app, world)
    assert f"DTSTART;TZID=Europe/Amsterdam:{local}" in event.raw
    assert event.decoded("DTSTART") == starts and event.decoded("DTEND") == starts + timedelta(hours=3)
    assert event.decoded("DTSTART").utcoffset() == timedelta(hours=offset)
    (zone,) = event.whole.walk("VTIMEZONE")
    assert zone["TZID"] == "Europe/Amsterdam"
    spelled_out = zone.to_tz(lookup_tzid=False)  # by its own rules, as a program without a list of zones has to
    assert starts.astimezone(spelled_out).utcoffset() == timedelta(hours=offset)


def test_who_is_asked_and_what_stands_in_it(place: tuple[Flask, World]) -> None:
    app, world = place
    event = _read(app, world, answer=Answer.COMING)
    assert event["ATTENDEE"] == "mailto:fatma@voorbeeld.example"
    assert event["ATTENDEE"].params["CN"] == NAME and event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"
    assert event["ORGANIZER"] == "mailto:post@kennislab.example" and event["ORGANIZER"].params["CN"] == "Proefprogramma"
    assert f"https://kennislab.example/kennislabs/{world.lab_id}" in event["DESCRIPTION"]
    invite(app, world, NAME)
    with app.app_context():
        found = queries.invitation_of(db.session(), world.lab_id, world.people[NAME])
        assert found and links.token_of(found) not in event.raw.replace("\r\n ", "")
    assert all(len(line.encode()) <= 75 for line in event.raw.split("\r\n"))
    assert _read(app, world, language="en")["DESCRIPTION"] != ""


def test_the_file_to_download(place: tuple[Flask, World]) -> None:
    app, world = place
    answer = signed_in(app, world, "participant").get(f"/kennislabs/{world.lab_id}/kalender.ics")
    assert answer.content_type == "text/calendar; charset=utf-8; method=PUBLISH"
    assert "attachment" in answer.headers["Content-Disposition"]
    calendar: Any = Calendar.from_ical(answer.data)
    assert calendar["METHOD"] == "PUBLISH" and "ATTENDEE" not in calendar.walk("VEVENT")[0]
