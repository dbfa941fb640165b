"""Waves of mail: only to who needs them, asked again when each leaves, planned by the clock, and honest about a lab that changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from icalendar import Calendar

from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Person
from kennislab.core import clock, jobs
from kennislab.core.db import db
from kennislab.core.errors import Conflict, Invalid
from kennislab.core.mail import Mail
from kennislab.core.transaction import transaction
from kennislab.invitations import kinds, operations, queries, waves
from kennislab.invitations.models import Answer
from kennislab.programme import operations as programmes
from kennislab.programme.models import Lab, LabState
from kennislab.programme.operations import LabData
from kennislab.questions import operations as questions
from kennislab.questions.operations import QuestionData
from tests.factories.world import World
from tests.invitations.houses import Clock, house, invitation, invite, mailed, mark, prepare, release, rounds, say, the_lab
from tests.programme.worlds import signed_in
from tests.support.mailserver import MailServer, mail_server

FATMA, BRAM, LOTTE = "fatma@voorbeeld.example", "bram@voorbeeld.example", "lotte@voorbeeld.example"


@pytest.fixture(scope="module")
def _server() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def server(_server: MailServer) -> MailServer:
    _server.taken.clear()
    _server.refuse.clear()
    return _server


@pytest.fixture
def app(make_app: Callable[..., Flask], sqlite_url: str, server: MailServer) -> Flask:
    return make_app(sqlite_url, SMTP_URL=server.url, MAIL_FROM="post@kennislab.example", PUBLIC_URL="https://kennislab.example")


@pytest.fixture
def world(app: Flask) -> World:
    """Fatma, Bram and Lotte are invited; Amina has no address."""
    made = house(app, LabState.COLLECTING, Fatma=FATMA, Bram=BRAM, Lotte=LOTTE, Amina="")
    invite(app, made, "Fatma", "Bram", "Lotte", "Amina")
    return made


def edit(app: Flask, world: World, **changes: object) -> None:
    with app.app_context(), transaction() as tx:
        lab = the_lab(tx, world)
        names = ("title", "starts_at", "ends_at", "question_deadline", "kind", "place", "description")
        programmes.edit_lab(tx, lab, LabData(**{**{name: getattr(lab, name) for name in names}, **changes}), lab.rev)


def wanted(app: Flask, world: World, kind: str) -> tuple[list[str], list[str]]:
    """Who can be reached with it, and who cannot."""
    with app.app_context():
        found = kinds.kind(kind)
        assert found is not None
        who = waves.needs(db.session(), db.session.get_one(Lab, world.lab_id), found)
        return [one.name for one in who.reachable], [one.name for one in who.unreachable]


def test_from_invitation_to_reminder_through_a_real_mail_server(app: Flask, world: World, server: MailServer) -> None:
    assert wanted(app, world, "invitation") == (["Bram", "Fatma", "Lotte"], ["Amina"])
    assert wanted(app, world, "reminder_answer") == ([], []), "nobody has heard of it yet"
    first = prepare(app, world, "invitation")
    assert wanted(app, world, "invitation") == ([], ["Amina"]), "theirs is waiting"
    say(app, world, "Lotte", Answer.NOT_COMING)
    server.refuse[BRAM] = "550 5.1.1 nobody"
    assert release(app, first) == 3
    jobs.run_all(app)
    assert mailed(app, world, "invitation") == {"Bram": "failed", "Fatma": "sent", "Lotte": "skipped"}
    (letter,) = server.taken
    assert letter.to == FATMA and "Dag Fatma," in letter.text
    with app.app_context():
        from kennislab.invitations import links

        fatma = queries.invitation_of(db.session(), world.lab_id, world.people["Fatma"])
        assert fatma is not None
        address = links.address_of(fatma)
        assert address in letter.text and address.startswith("https://kennislab.example/antwoord/")
        assert not [row for row in db.session.query(Mail) if "/antwoord/" in row.body], "the link lies about nowhere"
    (file,) = [part for part in letter.message.walk() if part.get_content_type() == "text/calendar"]
    assert file.get_param("method") == "REQUEST"
    assert Calendar.from_ical(file.get_payload(decode=True)).walk("VEVENT")[0]["ATTENDEE"] == f"mailto:{FATMA}"

    assert wanted(app, world, "invitation") == ([], ["Amina", "Bram"]), "mail to Bram does not arrive"
    with app.app_context(), transaction() as tx:
        tx.session.get_one(Person, world.people["Bram"]).email = "bram.nieuw@voorbeeld.example"
    again = prepare(app, world, "invitation")
    assert mailed(app, world, "invitation") == {"Bram": "draft", "Fatma": "sent", "Lotte": "skipped"}
    release(app, again)
    jobs.run_all(app)
    assert server.to() == [FATMA, "bram.nieuw@voorbeeld.example"]

    assert wanted(app, world, "reminder_answer") == (["Bram", "Fatma"], [])
    reminder = prepare(app, world, "reminder_answer")
    say(app, world, "Fatma", Answer.COMING)
    release(app, reminder)
    jobs.run_all(app)
    assert mailed(app, world, "reminder_answer") == {"Bram": "sent", "Fatma": "skipped"}
    assert server.to()[2:] == ["bram.nieuw@voorbeeld.example"]
    with app.app_context(), pytest.raises(Conflict), transaction() as tx:
        say_all = the_lab(tx, world)
        for one in queries.of_lab(tx.session, world.lab_id):
            operations.answer(tx, one, Answer.COMING, "staff")
        waves.prepare_wave(tx, say_all, "reminder_answer", "Marit")
    assert len(rounds(app, world)) == 3, "a wave to nobody is not made"


def test_a_renewed_link_is_the_one_that_is_mailed(app: Flask, world: World, server: MailServer) -> None:
    with app.app_context(), transaction() as tx:
        tx.session.get_one(Person, world.people["Bram"]).language = "en"
    wave = prepare(app, world, "invitation")
    old = invitation(app, world, "Fatma")
    with app.app_context():
        from kennislab.invitations import links

        before = links.token_of(old)
    with app.app_context(), transaction() as tx:
        found = queries.invitation_of(tx.session, world.lab_id, world.people["Fatma"])
        assert found is not None
        operations.renew_link(tx, found)
    release(app, wave)
    jobs.run_all(app)
    letter = next(one for one in server.taken if one.to == FATMA)
    assert before not in letter.text
    english = next(one for one in server.taken if one.to == BRAM).text
    assert "Hello Bram," in english and "?taal=en" in english
    with app.app_context():
        assert links.token_of(invitation(app, world, "Fatma")) in letter.text


def test_what_somebody_holds_stays_and_who_left_gets_nothing(app: Flask, world: World, server: MailServer) -> None:
    from kennislab.accounts import queries as people
    from kennislab.accounts.operations import remove_from_programme
    from kennislab.core import mail

    wave = prepare(app, world, "invitation")
    with app.app_context(), transaction() as tx:
        mail.hold(tx, tx.session.query(Mail).filter_by(to=BRAM).one())
    assert release(app, wave) == 2
    with app.app_context(), transaction() as tx:
        member = people.membership(tx.session, world.people["Lotte"], world.programme_id)
        assert member is not None
        remove_from_programme(tx, member)
    jobs.run_all(app)
    assert mailed(app, world, "invitation") == {"Bram": "held", "Fatma": "sent", "Lotte": "skipped"}


def test_who_comes_without_a_question_is_asked_for_one(app: Flask, world: World) -> None:
    for name in ("Fatma", "Bram", "Amina"):
        say(app, world, name, Answer.COMING)
    say(app, world, "Lotte", Answer.NOT_COMING)
    assert wanted(app, world, "reminder_question") == (["Bram", "Fatma"], ["Amina"])
    with app.app_context(), transaction() as tx:
        asker = Actor(world.people["Fatma"], "Fatma", "GM0503")
        questions.submit(tx, the_lab(tx, world), asker, QuestionData("Hoe bereik je bewoners die nooit komen?"))
    assert wanted(app, world, "reminder_question") == (["Bram"], ["Amina"])
    with app.app_context(), transaction() as tx:
        the_lab(tx, world).question_deadline = clock.now() - timedelta(minutes=1)
    assert wanted(app, world, "reminder_question") == ([], [])


def test_a_lab_that_moves_after_the_mails_were_made(app: Flask, world: World, server: MailServer) -> None:
    wave = prepare(app, world, "invitation")
    release(app, wave, clock.now() + timedelta(hours=3))
    edit(app, world, place="De Nieuwe Bibliotheek, Tilburg")
    assert set(mailed(app, world, "invitation").values()) == {"draft"}, "they wait for somebody again"
    with pytest.raises(Conflict) as refused:
        release(app, wave)
    assert refused.value.type == "wave-stale"
    with app.app_context(), transaction() as tx:
        found = queries.wave(tx.session, wave)
        assert found is not None
        fresh = waves.prepare_again(tx, found, "Marit").public_id
    release(app, fresh)
    jobs.run_all(app)
    assert sorted(server.to()) == [BRAM, FATMA, LOTTE] and all("De Nieuwe Bibliotheek" in one.text for one in server.taken)
    assert wanted(app, world, "lab_changed") == ([], []), "they know"


def test_who_has_the_old_time_is_told_the_new_one(app: Flask, world: World, server: MailServer) -> None:
    release(app, prepare(app, world, "invitation"))
    jobs.run_all(app)
    server.taken.clear()
    say(app, world, "Lotte", Answer.NOT_COMING)
    with app.app_context():
        lab = db.session.get_one(Lab, world.lab_id)
        starts, ends = lab.starts_at + timedelta(days=1), lab.ends_at + timedelta(days=1)
    edit(app, world, starts_at=starts, ends_at=ends, place="Raadhuis")
    invite(app, world, "participant")
    assert wanted(app, world, "lab_changed") == (["Bram", "Fatma", "Lotte"], []), "who cannot come may be able to now"
    wave = prepare(app, world, "lab_changed")
    release(app, wave)
    jobs.run_all(app)
    letter = next(one for one in server.taken if one.to == FATMA)
    assert "Het is nu op " in letter.text and "De plaats is bekend: Raadhuis." in letter.text
    (file,) = [part for part in letter.message.walk() if part.get_content_type() == "text/calendar"]
    event = Calendar.from_ical(file.get_payload(decode=True)).walk("VEVENT")[0]
    assert event["SEQUENCE"] == 1 and event.decoded("DTSTART") == starts.replace(microsecond=0)
    assert wanted(app, world, "lab_changed") == ([], [])


def test_a_lab_that_is_taken_away_is_cancelled_in_their_calendars(
    make_app: Callable[..., Flask], sqlite_url: str, server: MailServer
) -> None:
    app = make_app(sqlite_url, SMTP_URL=server.url, PUBLIC_URL="https://kennislab.example")
    world = house(app, LabState.PLANNED, Fatma=FATMA, Bram=BRAM)
    invite(app, world, "Fatma")
    release(app, prepare(app, world, "invitation"))
    jobs.run_all(app)
    (first,) = server.taken
    server.taken.clear()
    invite(app, world, "Bram")
    prepare(app, world, "invitation")
    with app.app_context(), transaction() as tx:
        programmes.delete_lab(tx, the_lab(tx, world))
    assert mailed(app, world, "invitation") == {"Fatma": "sent", "Bram": "skipped"}
    with app.app_context(), transaction() as tx:
        tx.session.query(Mail).filter_by(purpose="lab_cancelled").one().send_after = clock.now()
        tx.session.query(jobs.Job).update({"not_before": clock.now()})
    jobs.run_all(app)
    (letter,) = server.taken
    assert letter.to == FATMA and "gaat niet door" in letter.text

    def event(message: object) -> tuple[str, str, int]:
        (file,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]  # type: ignore[attr-defined]
        calendar = Calendar.from_ical(file.get_payload(decode=True))
        shown = calendar.walk("VEVENT")[0]
        return str(calendar["METHOD"]), str(shown["UID"]), int(shown["SEQUENCE"])

    (asked, uid, sequence), (off, same, later) = event(first.message), event(letter.message)
    assert (asked, off) == ("REQUEST", "CANCEL") and uid == same and later > sequence


# --- by themselves ----------------------------------------------------------------------------------------------------------


def tick(app: Flask) -> int:
    """The periodic job, as the runner calls it."""
    with app.app_context():
        return waves.prepare_reminders(lambda percent, note="": None)


@pytest.fixture
def planned(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[World, Clock, datetime]:
    """A lab in thirty days, invitations sent, reminders a week (read first) and two days (by itself) before it; and the clock."""
    start = (clock.now() + timedelta(days=30)).replace(hour=12, minute=0, second=0, microsecond=0)
    edit(app, world, starts_at=start, ends_at=start + timedelta(hours=4))
    prepare(app, world, "invitation")
    mark(app, world, "invitation", "sent")
    with app.app_context(), transaction() as tx:
        waves.plan_reminders(tx, the_lab(tx, world), {7: False, 2: True}, "Marit")
    return world, Clock(monkeypatch), start


def test_reminders_are_prepared_by_the_clock_and_leave_as_was_said(app: Flask, planned: tuple[World, Clock, datetime]) -> None:
    world, at, start = planned
    due = datetime.combine(start.astimezone(clock.LOCAL).date() - timedelta(days=7), waves.REMIND_AT, clock.LOCAL)
    at.moment = due - timedelta(minutes=1)
    assert tick(app) == 0 and mailed(app, world, "reminder_answer") == {}
    say(app, world, "Fatma", Answer.COMING)
    at.on(minutes=2)
    assert tick(app) == 1 and tick(app) == 0
    assert mailed(app, world, "reminder_answer") == {"Bram": "draft", "Lotte": "draft"}, "they wait to be read"
    at.on(days=5)
    say(app, world, "Lotte", Answer.COMING)
    with app.app_context(), transaction() as tx:
        tx.session.query(Mail).filter_by(purpose="reminder_answer").update({"state": "sent"})
    assert tick(app) == 1
    with app.app_context():
        last = db.session.query(Mail).filter_by(state="released").one()
        assert last.to == BRAM and last.purpose == "reminder_answer"
    assert [one.released_by_name for one in rounds(app, world) if one.days_before == 2] == ["Marit"]


def test_planned_reminders_move_with_the_lab_and_stop_with_it(app: Flask, planned: tuple[World, Clock, datetime]) -> None:
    world, at, start = planned
    edit(app, world, starts_at=start + timedelta(days=10), ends_at=start + timedelta(days=10, hours=4))
    with app.app_context():
        lab = db.session.get_one(Lab, world.lab_id)
        assert {one.days_before: one.send_at for one in waves.planned(db.session(), lab.id)} == {7: waves.due(lab, 7), 2: waves.due(lab, 2)}
    at.moment = start + timedelta(days=20)  # the server slept through it all
    assert tick(app) == 0 and mailed(app, world, "reminder_answer") == {}
    assert [one.kind for one in rounds(app, world)] == ["invitation"]


def test_a_plan_can_be_changed_and_knows_what_cannot_be(app: Flask, planned: tuple[World, Clock, datetime]) -> None:
    world, at, _start = planned
    with app.app_context(), transaction() as tx:
        waves.plan_reminders(tx, the_lab(tx, world), {7: True, 3: False}, "Joris")
    assert {one.days_before: one.released_at is not None for one in rounds(app, world) if one.days_before} == {7: True, 3: False}
    for days in (0, 61, 40):
        with app.app_context(), pytest.raises(Invalid), transaction() as tx:
            waves.plan_reminders(tx, the_lab(tx, world), {days: False}, "Joris")
    with app.app_context(), transaction() as tx:
        assert waves.plan_reminders(tx, the_lab(tx, world), {}, "Joris") == []
    at.on(days=60)
    assert tick(app) == 0


def test_your_group_is_told_once_and_again_when_it_changes(app: Flask, world: World, server: MailServer) -> None:
    from kennislab.grouping import telling
    from kennislab.grouping.models import GroupMember, WorkingGroup

    assert telling.YOUR_GROUP.key == "your_group"
    with app.app_context(), transaction() as tx:
        lab = the_lab(tx, world)
        lab.state = LabState.READY
        first = WorkingGroup(lab_id=lab.id, name="Bewoners en vertrouwen", room="Zaal 2", leader_id=world.people["facilitator"])
        other = WorkingGroup(lab_id=lab.id, name="Geld", room="", position=1)
        first.members = [GroupMember(lab_id=lab.id, person_id=world.people[name]) for name in ("Fatma", "Bram", "Lotte")]
        tx.session.add_all([first, other])
        tx.session.flush()
        numbers = first.id, other.id
    say(app, world, "Lotte", Answer.NOT_COMING)
    assert wanted(app, world, "your_group") == (["Bram", "Fatma"], [])
    wave = prepare(app, world, "your_group")
    page = signed_in(app, world, "facilitator").get(f"/kennislabs/{world.lab_id}/uitnodigingen/mails/{wave}").text
    assert "letter__secret" in page and "[eigen link]" not in page
    with app.app_context(), transaction() as tx:
        tx.session.query(GroupMember).filter_by(person_id=world.people["Bram"]).one().group_id = numbers[1]
    release(app, wave)
    jobs.run_all(app)
    (letter,) = server.taken
    assert letter.to == FATMA and "Ruimte: Zaal 2" in letter.text and "Gespreksleider: Facilitator" in letter.text
    assert mailed(app, world, "your_group") == {"Bram": "skipped", "Fatma": "sent"}, "what it said to Bram was no longer so"
    assert wanted(app, world, "your_group") == (["Bram"], []), "Fatma knows"
