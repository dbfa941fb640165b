"""The pages of the outbox, of a programme's own words, and of the example's letter box."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from kennislab.accounts.models import Person
from kennislab.core import clock, jobs, mail, postbox
from kennislab.core.db import db
from kennislab.core.mail import Mail
from kennislab.core.transaction import transaction
from kennislab.programme import mails, outbox
from kennislab.programme.models import Lab, MailTemplate
from kennislab.programme.outbox import Filter
from tests.factories.world import World
from tests.programme.worlds import signed_in, world_in


def write(app: Flask, world: World, kind: str = "invitation", state: str = "draft", to: str = "participant", **more: str) -> str:
    with app.app_context(), transaction() as tx:
        person = tx.session.get_one(Person, world.people[to])
        row = mails.prepare(tx, person, kind, tx.session.get_one(Lab, world.lab_id))
        assert row is not None
        row.state = state
        for name, value in more.items():
            setattr(row, name, value)
        return row.public_id


def mail_of(app: Flask, public_id: str) -> Mail:
    with app.app_context():
        found = mail.by_public_id(db.session(), public_id)
        assert found is not None
        return found


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.fixture
def house(make_app: Callable[..., Flask], sqlite_url: str) -> tuple[Flask, World, str]:
    app = make_app(sqlite_url)
    world = world_in(app)
    return app, world, f"/programmas/{world.programme_id}/post"


def test_finding_mails(app: Flask) -> None:
    """By state, lab, round, person, kind and words; on both databases. Another programme's mail and sign-in mails are not there."""
    world = world_in(app)
    other = world_in(app)
    for state in ("draft", "released", "sending", "held", "sent", "failed", "bounced", "skipped"):
        write(app, world, state=state, to="facilitator" if state == "sent" else "participant")
    write(app, world, "question_edited", "draft", wave_id=7)  # type: ignore[arg-type]
    write(app, other)
    with app.app_context(), transaction() as tx:
        mail.draft(tx, to="a@voorbeeld.example", subject="Geheim", body="x", purpose=mail.SIGN_IN, programme_id=world.programme_id)
    with app.app_context():
        read = db.session()

        def states(**wish: object) -> list[str]:
            return sorted(row.state for row in outbox.find(read, world.programme_id, Filter(**wish)))  # type: ignore[arg-type]

        assert outbox.counts(read, world.programme_id, Filter(state="sent")) == {
            "draft": 2, "released": 2, "held": 1, "sent": 1, "failed": 2, "skipped": 1,
        }  # fmt: skip
        assert states(state="failed") == ["bounced", "failed"] and states(state="bounced") == ["bounced"]
        assert states(wave=7) == states(kind="question_edited") == ["draft"]
        assert states(person=world.people["facilitator"]) == states(text="FACILITATOR- kom") == states(text="facilitator") == ["sent"]
        assert states(text="%") == [] and states(lab=other.lab_id) == [] and len(states(lab=world.lab_id)) == 9
        assert outbox.missed(read, [world.lab_id, other.lab_id]) == {world.lab_id: 2}


def test_a_mail_is_read_edited_held_and_let_go(house: tuple[Flask, World, str]) -> None:
    app, world, address = house
    client = signed_in(app, world, "facilitator")
    key = write(app, world, calendar="BEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR\n")
    page = client.get(f"{address}/{key}").text
    assert 'class="mail-secret"' in page and "persoonlijke link" in page and "METHOD:REQUEST" in page
    row = mail_of(app, key)
    gone = client.post(f"{address}/{key}", data={"subject": "Anders", "body": "Dag [persoonlijke link]", "rev": row.rev})
    assert gone.status_code == 303
    stale = client.post(f"{address}/{key}", data={"subject": "Te laat", "body": "Dag", "rev": row.rev})
    assert stale.status_code == 422 and "intussen veranderd" in stale.text and "Te laat" in stale.text
    assert (mail_of(app, key).subject, mail_of(app, key).edited_by_name) == ("Anders", "Facilitator")
    client.post(f"{address}/{key}/hold")
    assert mail_of(app, key).state == "held"
    client.post(f"{address}/{key}/release", data={"after": "2031-03-03T09:00"})
    later = mail_of(app, key)
    assert later.state == "released" and later.send_after is not None
    assert later.send_after.astimezone(clock.LOCAL).isoformat() == "2031-03-03T09:00:00+01:00"
    assert "Gaat weg na maandag 3 maart 2031, 09.00 uur" in text_of(client.get(f"{address}/{key}").text)
    client.post(f"{address}/{key}/release", data={"after": "morgen"}, follow_redirects=True)
    assert mail_of(app, key).send_after == later.send_after
    with app.app_context(), transaction() as tx:
        tx.session.get_one(Mail, later.id).state = "sent"
    assert client.post(f"{address}/{key}/hold").status_code == 409
    assert "Aanpassen" not in client.get(f"{address}/{key}").text


def test_who_did_not_get_it_and_why(house: tuple[Flask, World, str]) -> None:
    """The reason stands in the list and with the mail; sent again it goes to the address that the person has by then."""
    app, world, address = house
    client = signed_in(app, world, "coordinator")
    key = write(app, world, state="bounced", error="550 5.1.1 <x@y> User unknown", to="participant")
    assert "Dit adres bestaat niet (meer)" in text_of(client.get(f"{address}?state=failed").text)
    assert "1 mail kwam niet aan" in client.get(f"/programmas/{world.programme_id}").text
    page = client.get(f"{address}/{key}").text
    assert "550 5.1.1 &lt;x@y&gt; User unknown" in page
    with app.app_context(), transaction() as tx:
        tx.session.get_one(Person, world.people["participant"]).email = "nieuw@voorbeeld.example"
    assert client.post(f"{address}/{key}/retry").status_code == 303
    assert (mail_of(app, key).to, mail_of(app, key).state) == ("nieuw@voorbeeld.example", "released")


def test_many_at_once(house: tuple[Flask, World, str]) -> None:
    app, world, address = house
    client = signed_in(app, world, "facilitator")
    drafts = [write(app, world) for _ in range(3)]
    sent = write(app, world, state="sent")
    foreign = write(app, world_in(app))
    page = client.post(address, data={"do": "release", "mail": [drafts[0], sent, foreign]}, follow_redirects=True)
    assert "1 mail gaat weg." in page.text and "Bij 1 mail kon dat niet (meer)." in page.text
    assert [mail_of(app, key).state for key in (*drafts, sent, foreign)] == ["released", "draft", "draft", "sent", "draft"]
    assert "Kies eerst een of meer mails." in client.post(address, data={"do": "hold"}, follow_redirects=True).text
    client.post(f"{address}?state=draft", data={"do": "hold", "everything": "1"})
    assert [mail_of(app, key).state for key in (*drafts, foreign)] == ["released", "held", "held", "draft"]
    assert client.post(address, data={"do": "wissen", "mail": drafts}).status_code == 404


def test_the_list_by_page_and_in_words(house: tuple[Flask, World, str], monkeypatch: pytest.MonkeyPatch) -> None:
    app, world, address = house
    monkeypatch.setattr(outbox, "PER_PAGE", 2)
    client = signed_in(app, world, "facilitator")
    assert "Er is nog geen post" in client.get(address).text
    for _ in range(3):
        write(app, world)
    first, last = client.get(address).text, client.get(f"{address}?page=9").text
    assert (first.count('name="mail"'), last.count('name="mail"')) == (2, 1)
    assert "3 mails in totaal" in first and "Er is geen mailserver ingesteld" in first
    assert "Geen mail gevonden" in client.get(f"{address}?q=nergens").text


def test_own_words_with_an_example(house: tuple[Flask, World, str]) -> None:
    app, world, address = house
    coordinator, facilitator = signed_in(app, world, "coordinator"), signed_in(app, world, "facilitator")
    page = f"{address}/sjablonen/invitation/nl"
    assert "Dag Fatma Yıldız," in facilitator.get(page).text and "Opslaan" not in facilitator.get(page).text
    assert facilitator.post(page, data={"subject": "x", "body": "y", "rev": "0"}).status_code == 403
    words = {"subject": "Kom [naam]", "body": "Op [datum]: [persoonlijke link]", "rev": "0"}
    seen = coordinator.post(page, data={**words, "do": "example"})
    assert seen.status_code == 200 and "Kom Fatma Yıldız" in seen.text
    with app.app_context():
        assert db.session.query(MailTemplate).count() == 0
    wrong = coordinator.post(page, data={**words, "body": "[groep] [persoonlijke link]"})
    assert wrong.status_code == 422 and "Deze mail kent [groep] niet." in wrong.text
    assert coordinator.post(page, data=words).status_code == 303
    assert "eigen tekst" in coordinator.get(f"{address}/sjablonen").text
    assert coordinator.post(page, data=words).status_code == 422  # somebody else's version is there by now
    assert coordinator.post(f"{page}/herstellen").status_code == 303
    assert "eigen tekst" not in coordinator.get(f"{address}/sjablonen").text
    assert coordinator.get(f"{address}/sjablonen/invitation/de").status_code == 404


def test_the_letter_box_of_the_example(make_app: Callable[..., Flask], sqlite_url: str, tmp_path: Path) -> None:
    """The demo's mail server is a process of its own that ends with who started it; what it took is on a page, in a demo only."""
    app = make_app(sqlite_url, DEMO=True)
    folder = Path(app.config["DATA_DIR"]) / "mail"
    client = app.test_client()
    assert "Er is nog niets verstuurd" in client.get("/postvak").text
    server = postbox.start(folder)
    try:
        address = postbox.address(server)
        app.config["SMTP_URL"] = address
        world = world_in(app)
        calendar = (
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:CANCEL\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261119T123000Z\r\n"
            "DTEND:20261119T153000Z\r\nSUMMARY:Kennislab herfst\r\nLOCATION:Tilburg\r\nSEQUENCE:2\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
        key = write(app, world, "lab_cancelled", calendar=calendar)
        signed_in(app, world, "facilitator").post(f"/programmas/{world.programme_id}/post/{key}/release")
        jobs.run_all(app)
        with smtplib.SMTP("127.0.0.1", int(address.rpartition(":")[2])) as other:
            other.sendmail("a@voorbeeld.example", ["b@voorbeeld.example"], b"Subject: Kaal\r\n\r\nZonder kop <b>\r\n")
    finally:
        assert server.stdin is not None
        server.stdin.close()
        assert server.wait(10) == 0
    page = client.get("/postvak").text
    assert "participant-" in page and "Kaal" in page
    assert client.get("/postvak?q=kaal").text.count("<tr>") == 2
    [link] = re.findall(r'href="(/postvak/[^"]+)">Gaat niet door', page)
    one = text_of(client.get(link).text)
    assert "Afgezegd in de agenda" in one and "donderdag 19 november 2026, 13.30 uur" in one and "Tilburg" in one
    app.config["DEMO"] = False
    assert client.get("/postvak").status_code == client.get(link).status_code == 404
