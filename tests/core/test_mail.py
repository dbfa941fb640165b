"""Mail: read before it leaves, sent by a job to a real mail server, tried again when that helps, never twice by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kennislab.core import clock, delivery, jobs, mail, mail_words
from kennislab.core.db import db
from kennislab.core.errors import Conflict, Invalid, NotFound
from kennislab.core.mail import Mail
from kennislab.core.transaction import Tx, transaction
from tests.support.mailserver import MailServer, mail_server

ME = "fatma@voorbeeld.example"
CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Kennislab\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


@mail.fill("proefgeheim")
def secret(tx: Tx, row: Mail) -> str:
    if row.to.startswith("weg@"):
        raise NotFound(title="Deze persoon is er niet meer.")
    if row.to.startswith("stuk@"):
        raise ZeroDivisionError
    return f"geheim-van-{row.id}"


@mail.needed("proef-nodig")
def is_needed(session: Any, row: Mail) -> bool:
    return not row.to.startswith("klaar@")


@pytest.fixture(scope="module")
def _server() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def server(_server: MailServer) -> MailServer:
    """A server with an empty memory and good manners."""
    _server.taken.clear()
    for rude in (_server.refuse, _server.refuse_data, _server.cut, _server.cut_after, _server.hang):
        rude.clear()
    _server.connections = 0
    return _server


@pytest.fixture
def sender(make_app: Callable[..., Flask], sqlite_url: str, server: MailServer) -> Flask:
    return make_app(sqlite_url, SMTP_URL=server.url, MAIL_FROM="Kennislab <post@kennislab.example>", MAIL_BOUNCES="terug@kennislab.example")


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], datetime]:
    """Moves the clock on."""
    moved = timedelta()
    real = clock.now

    def move(by: timedelta) -> datetime:
        nonlocal moved
        moved += by
        monkeypatch.setattr(clock, "now", lambda: real() + moved)
        return clock.now()

    return move


def put(app: Flask, to: str = ME, *, release: bool = True, after: timedelta | None = None, **more: Any) -> int:
    with app.app_context(), transaction() as tx:
        made = mail.draft(tx, to=to, subject="Kom je ook?", body=more.pop("body", "Dag Fatma"), **more)
        if release:
            mail.release(tx, made, clock.now() + after if after else None)
        return made.id


def rows(app: Flask) -> dict[str, Mail]:
    with app.app_context():
        return {row.to: row for row in db.session.scalars(sa.select(Mail).order_by(Mail.id))}


def row(app: Flask, to: str = ME) -> Mail:
    return rows(app)[to]


# --- what is sent -----------------------------------------------------------------------------------------------------------


def test_a_mail_as_it_arrives(sender: Flask, server: MailServer) -> None:
    """Headers, text, calendar, envelope; and the secret is in the mail alone."""
    put(sender, "bram@bücher.example", body="Dag Bram,\n.\n..punt [proefgeheim] [onbekend] één\n", calendar=CALENDAR)
    assert jobs.run_all(sender) == 1
    [taken] = server.taken
    sent = rows(sender)["bram@bücher.example"]
    assert (taken.sender, taken.to) == ("terug@kennislab.example", "bram@xn--bcher-kva.example")
    assert taken.text == f"Dag Bram,\n.\n..punt geheim-van-{sent.id} [onbekend] één\n"
    message = taken.message
    assert (message["From"], message["Subject"], message["Message-ID"]) == (
        "Kennislab <post@kennislab.example>",
        "Kom je ook?",
        sent.message_id,
    )
    assert (message["Auto-Submitted"], message["Content-Language"]) == ("auto-generated", "nl")
    assert message["Date"].datetime.utcoffset() == clock.now().astimezone(clock.LOCAL).utcoffset()
    assert [name for name in message if name.startswith("List-")] == []
    [invite] = message.iter_attachments()
    assert (invite.get_content_type(), invite["Content-Type"].params["method"], invite.get_filename()) == (
        "text/calendar",
        "REQUEST",
        "kennislab.ics",
    )
    assert invite.get_payload(decode=True) == CALENDAR.encode()
    assert f"RET=HDRS ENVID={sent.public_id}" in taken.options and "NOTIFY=FAILURE" in taken.options
    assert (sent.state, sent.error, sent.tries) == ("sent", "", 1) and sent.sent_at is not None
    assert "geheim-van" not in sent.body and "[proefgeheim]" in sent.body


def test_a_whole_wave_goes_in_one_job_over_one_line(sender: Flask, server: MailServer) -> None:
    with sender.app_context(), transaction() as tx:
        for number in range(30):
            mail.release(tx, mail.draft(tx, to=f"p{number}@voorbeeld.example", subject="Hoi", body="Dag"))
    assert jobs.run_all(sender) == 1
    assert server.to() == [f"p{number}@voorbeeld.example" for number in range(30)] and server.connections == 1


def test_a_turn_ends_so_that_others_get_theirs(sender: Flask, server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sign-in mail that is asked for during a wave goes before what is left of it."""
    monkeypatch.setattr(delivery, "TURN_SECONDS", -1.0)
    put(sender, "a@voorbeeld.example")
    put(sender, "b@voorbeeld.example")
    assert jobs.run_next(sender)
    put(sender, "haast@voorbeeld.example", purpose=mail.SIGN_IN)
    jobs.run_all(sender)
    assert server.to() == ["a@voorbeeld.example", "haast@voorbeeld.example", "b@voorbeeld.example"]


# --- before it is sent ------------------------------------------------------------------------------------------------------


def test_until_it_leaves_it_can_be_held_and_edited(sender: Flask, server: MailServer, later: Callable[[timedelta], datetime]) -> None:
    number = put(sender, after=timedelta(minutes=10))
    jobs.run_all(sender)
    with sender.app_context(), transaction() as tx:
        one = tx.session.get_one(Mail, number)
        mail.hold(tx, one)
        mail.edit(tx, one, "Andere\nwoorden", "Dag\r\nFatma ", one.rev, "Joris")
        rev = one.rev
    later(timedelta(minutes=11))
    jobs.run_all(sender)
    assert server.taken == [] and row(sender).state == "held"
    with sender.app_context():
        with pytest.raises(Conflict), transaction() as tx:
            mail.edit(tx, tx.session.get_one(Mail, number), "Te", "laat", rev - 1, "Bram")
        with pytest.raises(Invalid) as wrong, transaction() as tx:
            mail.edit(tx, tx.session.get_one(Mail, number), " ", "\n", rev, "Bram")
        assert set(wrong.value.fields) == {"subject", "body"}
        with transaction() as tx:
            mail.release(tx, tx.session.get_one(Mail, number))
    jobs.run_all(sender)
    assert [(one.message["Subject"], one.text) for one in server.taken] == [("Andere woorden", "Dag\nFatma\n")]
    with sender.app_context():
        for verb in (mail.hold, mail.release, mail.retry):
            with pytest.raises(Conflict), transaction() as tx:
                verb(tx, tx.session.get_one(Mail, number))
    assert row(sender).edited_by_name == "Joris"


def test_what_is_not_needed_any_more_does_not_go(sender: Flask, server: MailServer) -> None:
    put(sender, "klaar@voorbeeld.example", purpose="proef-nodig")
    put(sender, "open@voorbeeld.example", purpose="proef-nodig")
    put(sender, "concept@voorbeeld.example", release=False)
    put(sender, "weg@voorbeeld.example", body="[proefgeheim]")
    put(sender, "twee@regels.example\nBcc: x@voorbeeld.example")
    put(sender, "stuk@voorbeeld.example", body="[proefgeheim]")
    put(sender, "achter@voorbeeld.example")
    jobs.run_all(sender)
    assert server.to() == ["open@voorbeeld.example", "achter@voorbeeld.example"]
    assert [one.state for one in rows(sender).values()] == ["skipped", "sent", "draft", "failed", "failed", "failed", "sent"]
    with sender.app_context():
        reasons = [mail.reason(one) for one in rows(sender).values()]
    assert reasons[3:] == ["Deze persoon is er niet meer.", delivery.NOT_TO_BE_MADE, delivery.OUR_FAULT, ""]


# --- when the server will not -----------------------------------------------------------------------------------------------


def test_a_permanent_refusal_fails_at_once_and_only_that_mail(sender: Flask, server: MailServer) -> None:
    server.refuse["fout@voorbeeld.example"] = "550 5.1.1 No such user here"
    server.refuse_data["vol@voorbeeld.example"] = "552 5.2.2 Mailbox full"
    for name in ("fout", "vol", "goed"):
        put(sender, f"{name}@voorbeeld.example")
    jobs.run_all(sender)
    assert server.to() == ["goed@voorbeeld.example"]
    now = rows(sender)
    assert [(one.state, one.error) for one in now.values()] == [
        ("failed", "550 5.1.1 No such user here"),
        ("failed", "552 5.2.2 Mailbox full"),
        ("sent", ""),
    ]
    assert [mail.reason(one)[:40] for one in now.values()] == [
        "Dit adres bestaat niet (meer). Kijk of h",
        "De mailbox van de ontvanger is vol.",
        "",
    ]
    with sender.app_context():
        assert set(mail.trouble(db.session(), [*now, None])) == {"fout@voorbeeld.example", "vol@voorbeeld.example"}
        server.refuse.clear()
        with transaction() as tx:
            mail.retry(tx, tx.session.get_one(Mail, now["fout@voorbeeld.example"].id))
    jobs.run_all(sender)
    again = row(sender, "fout@voorbeeld.example")
    assert (again.state, again.tries, again.message_id) == ("sent", 1, now["fout@voorbeeld.example"].message_id)
    with sender.app_context():
        assert set(mail.trouble(db.session(), list(now))) == {"vol@voorbeeld.example"}


def test_a_temporary_refusal_is_tried_again_with_growing_pauses_and_then_given_up(
    sender: Flask, server: MailServer, later: Callable[[timedelta], datetime]
) -> None:
    server.refuse[ME] = "450 4.2.0 Greylisted"
    put(sender)
    pauses = []
    for _try in range(len(delivery.PAUSES)):
        jobs.run_all(sender)
        waiting = row(sender)
        assert waiting.state == "released" and waiting.send_after is not None
        pauses.append(round((waiting.send_after - clock.now()) / timedelta(minutes=1)))
        later(waiting.send_after - clock.now() + timedelta(seconds=1))
        with sender.app_context(), transaction() as tx:
            jobs.enqueue(tx, "deliver-mails")  # in a serving process it comes by itself every minute
    assert pauses == [1, 3, 10, 30, 60, 120, 240, 480, 720, 1440]
    jobs.run_all(sender)
    assert (row(sender).state, row(sender).tries) == ("failed", 11)
    assert mail.reason(row(sender)) == mail_words.reason("450 4.2.0 Greylisted") != ""


def test_a_server_that_is_away_postpones_all_and_comes_back(
    sender: Flask, server: MailServer, later: Callable[[timedelta], datetime]
) -> None:
    put(sender, "a@voorbeeld.example")
    put(sender, "b@voorbeeld.example")
    server.down()
    try:
        put(sender, "haast@voorbeeld.example", purpose=mail.SIGN_IN)
        jobs.run_all(sender)
    finally:
        server.up()
    waiting = rows(sender)
    assert [(one.state, one.tries) for one in waiting.values()] == [("released", 1)] * 3
    assert {mail.reason(one) for one in waiting.values()} == {"Onze mailserver is niet bereikbaar, of weigert onze aanmelding."}
    later(timedelta(seconds=20))
    jobs.run_all(sender)  # who waits for a mail has it within seconds
    assert server.to() == ["haast@voorbeeld.example"]
    later(timedelta(minutes=2))
    with sender.app_context(), transaction() as tx:
        jobs.enqueue(tx, "deliver-mails")
    jobs.run_all(sender)
    assert server.to() == ["haast@voorbeeld.example", "a@voorbeeld.example", "b@voorbeeld.example"]


@pytest.mark.parametrize(("rude", "state"), [("cut", "released"), ("hang", "failed"), ("cut_after", "failed")])
def test_a_line_that_is_cut(sender: Flask, server: MailServer, monkeypatch: pytest.MonkeyPatch, rude: str, state: str) -> None:
    """Before the text: once more, later. After it: nobody knows, so a person decides. What waits behind it is not lost."""
    monkeypatch.setattr(delivery, "ANSWER_SECONDS", 0.3)
    getattr(server, rude).add(ME)
    put(sender)
    put(sender, "achter@voorbeeld.example")
    jobs.run_all(sender)
    assert row(sender).state == state
    if state == "failed":
        assert "Misschien is hij toch aangekomen" in mail.reason(row(sender))
    assert row(sender, "achter@voorbeeld.example").state == "released"
    assert server.to().count(ME) == (rude == "cut_after")


def test_a_process_that_dies_while_sending_sends_nothing_twice(
    sender: Flask, server: MailServer, monkeypatch: pytest.MonkeyPatch, later: Callable[[timedelta], datetime]
) -> None:
    """The server has it, the process is gone before it could write that down: it is found and told, and not sent again by itself."""
    give = delivery._give

    def give_and_die(*arguments: Any) -> None:
        give(*arguments)
        raise SystemExit

    put(sender)
    put(sender, "achter@voorbeeld.example")
    with monkeypatch.context() as dying:
        dying.setattr(delivery, "_give", give_and_die)
        with pytest.raises(SystemExit):
            jobs.run_all(sender)
    assert row(sender).state == "sending" and row(sender).message_id in server.taken[0].message["Message-ID"]
    with sender.app_context(), transaction() as tx:
        jobs.revive(tx)
    jobs.run_all(sender)
    assert row(sender).state == "sending"  # perhaps another process has it in hand
    later(timedelta(minutes=6))
    with sender.app_context(), transaction() as tx:
        jobs.enqueue(tx, "deliver-mails")
    jobs.run_all(sender)
    assert server.to() == [ME, "achter@voorbeeld.example"]
    assert (row(sender).state, row(sender).error) == ("failed", "unsure")


def test_who_takes_a_mail_has_it_alone(app: Flask, server: MailServer) -> None:
    """On both databases: what is taken is out of the others' sight."""
    app.config["SMTP_URL"] = server.url
    put(app)
    jobs.run_all(app)
    with app.app_context():
        assert delivery.deliver_all(lambda percent, note: None) == "nothing due"
    assert server.to() == [ME]


def test_an_address_of_a_server_that_says_no_way_to_it_is_refused_at_the_start(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL"):
        make_app(sqlite_url, SMTP_URL="mail.voorbeeld.example:25")


@pytest.mark.parametrize(
    ("answer", "begin"),
    [
        ("", ""),
        ("550 5.7.1 Message rejected per DMARC", "De mailserver van de ontvanger weigert mail van ons."),
        ("554 rejected", "De mailserver van de ontvanger weigert mail van ons."),
        ("550 nobody at 10.1.1.9", "Dit adres bestaat niet"),
        ("451 try later", "De mailserver van de ontvanger vraagt"),
        ("5.4.4 smtp; unable to route", "De mailserver van de ontvanger antwoordt niet."),
        ("535 5.7.8 nope", "De mailserver van de ontvanger weigert"),
        ("500 what", "De mailserver van de ontvanger nam de mail niet aan."),
        ("gave up: unreachable: TimeoutError", "Onze mailserver"),
    ],
)
def test_why_in_words(answer: str, begin: str) -> None:
    assert mail_words.reason(answer).startswith(begin) and bool(begin) == bool(mail_words.reason(answer))
