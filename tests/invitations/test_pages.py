"""Invitations through the app: roles × states, the coordinator's pages, and what the dashboard says."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.mail import Mail
from kennislab.core.transaction import transaction
from kennislab.invitations import waves
from kennislab.invitations.models import Answer
from kennislab.programme.models import Lab, LabState
from tests.invitations.houses import house, invitation, invite, mailed, mark, prepare, rounds, say
from tests.programme.worlds import ROLES, signed_in

BEFORE = (LabState.PLANNED, LabState.COLLECTING, LabState.GROUPING, LabState.READY, LabState.LIVE)


@pytest.mark.parametrize("state", list(LabState), ids=lambda state: state.value)
def test_pages_by_role_and_state(make_app: Callable[..., Flask], sqlite_url: str, state: LabState) -> None:
    app = make_app(sqlite_url)
    world = house(app, LabState.COLLECTING, Fatma="fatma@voorbeeld.example")
    invite(app, world, "Fatma", "participant")
    public_id = prepare(app, world, "invitation")
    with app.app_context(), transaction() as tx:
        tx.session.get_one(Lab, world.lab_id).state = state
    base = f"/kennislabs/{world.lab_id}"
    staff = {"anonymous": 302, "outsider": 404, "participant": 403, "facilitator": 200, "coordinator": 200}
    for path in ("uitnodigingen", "uitnodigingen?toon=open", f"uitnodigingen/{world.people['Fatma']}", f"uitnodigingen/mails/{public_id}"):
        assert {role: signed_in(app, world, role).get(f"{base}/{path}").status_code for role in ROLES} == staff, path
    calendar = {role: signed_in(app, world, role).get(f"{base}/kalender.ics").status_code for role in ROLES}
    assert calendar == staff | {"participant": 200}
    own = {role: signed_in(app, world, role).get(f"{base}/antwoord").status_code for role in ROLES}
    assert own == {"anonymous": 302, "outsider": 404, "participant": 200, "facilitator": 404, "coordinator": 404}

    no = 303 if state in BEFORE else 409
    writes = {"anonymous": 401, "outsider": 404, "participant": 403, "facilitator": no, "coordinator": no}
    for path, form in (
        ("uitnodigingen", {"wie": "alle"}),
        (f"uitnodigingen/{world.people['Fatma']}", {"do": "answer", "answer": "coming", "note": ""}),
        ("uitnodigingen/herinneringen", {"dagen": ["1"]}),
        (f"uitnodigingen/mails/{public_id}", {"do": "drop"}),
    ):
        for role in ROLES[:3]:
            assert signed_in(app, world, role).post(f"{base}/{path}", data=form).status_code == writes[role], (role, path)
        assert signed_in(app, world, "coordinator").post(f"{base}/{path}", data=form).status_code == writes["coordinator"], path
    said = signed_in(app, world, "participant").post(f"{base}/antwoord", data={"antwoord": "nee"})
    assert said.status_code == no
    assert invitation(app, world, "participant").answer is (Answer.NOT_COMING if state in BEFORE else Answer.OPEN)


def test_from_nobody_invited_to_answers_per_municipality(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = house(app, Fatma="fatma@voorbeeld.example", Bram="bram@voorbeeld.example", Lotte="")
    client = signed_in(app, world, "coordinator")
    here = f"/kennislabs/{world.lab_id}/uitnodigingen"
    assert "6 mensen van het programma zijn nog niet uitgenodigd" in client.get(here).text
    some = client.post(here, data={"persoon": [str(world.people["Fatma"]), "999999", "x"]}, follow_redirects=True).text
    assert "1 persoon is uitgenodigd. Zet nu de mail klaar." in some
    assert "5 mensen van het programma zijn nog niet uitgenodigd" in some
    assert "5 mensen zijn uitgenodigd" in client.post(here, data={"wie": "alle"}, follow_redirects=True).text
    assert "Kies eerst wie je wilt uitnodigen." in client.post(here, data={"wie": "alle"}, follow_redirects=True).text
    say(app, world, "Fatma", Answer.COMING)
    page = client.get(here).text
    assert "5 mensen hebben hem nodig." not in page and "4 mensen hebben hem nodig. 1 persoon is niet te bereiken." in page
    assert [int(number) for number in re.findall(r"<dd>(\d+)</dd>", page)] == [1, 0, 5, 0]
    delft = re.search(r'<th scope="row">Delft</th>(.*?)</tr>', page)
    assert delft and re.findall(r">(\d+)<", delft[1]) == ["1", "0", "2"]
    lone = client.get(f"{here}?toon=onbereikbaar").text
    assert ">Lotte</a>" in lone and ">Fatma</a>" not in lone

    one = f"{here}/{world.people['Lotte']}"
    told = client.post(one, data={"do": "answer", "answer": "not_coming", "note": "Belde: ziek."}, follow_redirects=True).text
    assert "Het antwoord van Lotte is opgeschreven." in told and "“Belde: ziek.”" in told
    assert "ingevuld door Coordinator" in client.get(one).text
    assert client.post(one, data={"do": "answer", "answer": "coming", "note": "x" * 301}).status_code == 422
    assert client.post(one, data={"do": "nonsense"}).status_code == 404
    assert client.get(f"{here}/{world.people['outsider']}").status_code == 404


def test_a_wave_is_read_sent_later_taken_back_and_thrown_away(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = house(app, Fatma="fatma@voorbeeld.example", Bram="bram@voorbeeld.example")
    invite(app, world, "Fatma", "Bram")
    client = signed_in(app, world, "facilitator")
    base = f"/kennislabs/{world.lab_id}/uitnodigingen"
    made = client.post(f"{base}/mails", data={"soort": "invitation"})
    address = made.headers["Location"]
    page = client.get(address).text
    assert "2 mails staan klaar" in page and "Dag Bram," in page and "persoonlijke link, wordt ingevuld bij het versturen" in page
    assert "[persoonlijke link]" not in page and "/antwoord/" not in page
    with app.app_context():
        fatma = db.session.query(Mail).filter_by(to="fatma@voorbeeld.example").one().public_id
    assert "Dag Fatma," in client.get(f"{address}?mail={fatma}").text
    assert "2 mails wachten op jou" in client.get(f"/programmas/{world.programme_id}").text
    assert "wachten op jou" not in signed_in(app, world, "participant").get(f"/programmas/{world.programme_id}").text
    assert client.post(f"{base}/mails", data={"soort": "invitation"}).status_code == 409
    assert client.post(f"{base}/mails", data={"soort": "sign-in"}).status_code == 404

    assert client.post(address, data={"do": "send_later", "send_at": ""}).status_code == 422
    assert client.post(address, data={"do": "send_later", "send_at": "2020-01-01T10:00"}).status_code == 422
    later = (clock.now() + timedelta(hours=5)).astimezone(clock.LOCAL).replace(second=0, microsecond=0)
    timed = client.post(address, data={"do": "send_later", "send_at": f"{later:%Y-%m-%dT%H:%M}"}, follow_redirects=True).text
    assert "2 mails gaan op tijd weg." in timed and "Gaat vanzelf weg" in timed
    with app.app_context():
        assert {row.send_after for row in db.session.query(Mail)} == {later}
    assert "wachten nu weer op jou" in client.post(address, data={"do": "take_back"}, follow_redirects=True).text
    assert mailed(app, world, "invitation") == {"Fatma": "draft", "Bram": "draft"}
    assert client.post(address, data={"do": "send"}).status_code == 303
    mark(app, world, "invitation", "sent")
    assert client.post(address, data={"do": "take_back"}).status_code == 409
    assert client.post(address, data={"do": "drop"}).status_code == 409
    assert client.post(address, data={"do": "send"}).status_code == 409

    reminder = client.post(f"{base}/mails", data={"soort": "reminder_answer"}).headers["Location"]
    assert client.post(reminder, data={"do": "drop"}).status_code == 303
    assert client.get(reminder).status_code == 404 and len(rounds(app, world)) == 1
    other = house(app)
    assert signed_in(app, other, "coordinator").get(address).status_code == 404
    assert signed_in(app, other, "coordinator").get(address.replace(f"/{world.lab_id}/", f"/{other.lab_id}/")).status_code == 404


def test_only_a_coordinator_lets_reminders_leave_unread(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = house(app)
    with app.app_context(), transaction() as tx:
        tx.session.get_one(Lab, world.lab_id).starts_at = clock.now() + timedelta(days=30)
        tx.session.get_one(Lab, world.lab_id).ends_at = clock.now() + timedelta(days=30, hours=6)
    to = f"/kennislabs/{world.lab_id}/uitnodigingen/herinneringen"
    facilitator, coordinator = signed_in(app, world, "facilitator"), signed_in(app, world, "coordinator")
    assert facilitator.post(to, data={"dagen": ["7"], "vanzelf": "1"}).status_code == 403
    assert facilitator.post(to, data={"dagen": ["7", "2"]}).status_code == 303
    assert [(one.days_before, one.released_at) for one in rounds(app, world)] == [(7, None), (2, None)]
    assert coordinator.post(to, data={"dagen": ["7"], "vanzelf": "1"}).status_code == 303
    (only,) = rounds(app, world)
    assert "Deze mails worden nog gemaakt" in facilitator.get(f"/kennislabs/{world.lab_id}/uitnodigingen/mails/{only.public_id}").text
    assert only.days_before == 7 and only.released_by_name == "Coordinator"
    assert facilitator.post(to, data={"dagen": ["7"], "vanzelf": "1"}).status_code == 303, "as it was"
    with app.app_context():
        assert only.send_at == waves.due(db.session.get_one(Lab, world.lab_id), 7)
    assert coordinator.post(to, data={"dagen": ["45"]}).status_code == 422
