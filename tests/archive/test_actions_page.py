"""The agreements of a programme on one page: one's own first, filters in the address, to take along, and on the dashboard when overdue."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook

from kennislab.archive import following
from kennislab.archive.models import ActionStatus, ArchiveItem, Consent
from kennislab.core import clock
from kennislab.core.transaction import transaction
from kennislab.programme import operations as programmes
from kennislab.programme.models import LabState, Programme
from tests.archive.rooms import Said, hold_a_lab, item_of
from tests.programme.worlds import signed_in


@pytest.fixture
def held(make_app: Any, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Flask, Said]:
    """A sealed lab with one agreement that was to be done on 15 January 2027. It is February."""
    app = make_app(sqlite_url)
    said = hold_a_lab(app, LabState.ARCHIVED)
    later = datetime(2027, 2, 1, 12, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: later)
    return app, said


def test_the_page_and_its_filters(held: tuple[Flask, Said]) -> None:
    app, said = held
    path = f"/programmas/{said.world.programme_id}/acties"
    for role, status in {"anonymous": 302, "outsider": 404, "participant": 200, "coordinator": 200}.items():
        assert signed_in(app, said.world, role).get(path).status_code == status, role
    client = signed_in(app, said.world, "participant")
    page = client.get(path).text
    assert "Nabellen" in page and "Over tijd" in page and "Van jou<" in page and "15-01-2027" in page
    assert "Nabellen" in client.get(f"{path}?stand=te-laat&gemeente=GM0855&lab={said.world.lab_id}&mijn=1").text
    for question in ("stand=gedaan", "gemeente=GM0503", "lab=999"):
        answer = client.get(f"{path}?{question}").text
        assert "Nabellen" not in answer and "Niets dat hierbij past" in answer, question
    assert "Nabellen" not in signed_in(app, said.world, "coordinator").get(f"{path}?mijn=1").text


def test_what_there_is_to_choose_from_does_not_hang_on_what_is_shown(held: tuple[Flask, Said], monkeypatch: pytest.MonkeyPatch) -> None:
    app, said = held
    monkeypatch.setattr("kennislab.archive.routes.ledger.PER_PAGE", 1)
    with app.app_context(), transaction() as tx:
        item = item_of(tx, said, "plan")
        values = {column.key: getattr(item, column.key) for column in ArchiveItem.__table__.columns}
        for number in (1, 2):
            said_again = {"id": f"again{number}", "source_id": f"again{number}", "text": f"Nog {number} keer bellen", "rev": 1}
            tx.session.add(ArchiveItem(**values | said_again))
    path = f"/programmas/{said.world.programme_id}/acties"
    client = signed_in(app, said.world, "participant")
    pages = [client.get(f"{path}?bladzijde={number}").text for number in (1, 2, 3, 9)]
    shown = [[text for text in ("Nabellen", "Nog 1 keer", "Nog 2 keer") if text in page] for page in pages]
    assert [len(one) for one in shown] == [1, 1, 1, 1] and len({one[0] for one in shown}) == 3 and shown[3] == shown[2]
    assert all("3 acties" in page and "bladzijde=2" in page for page in pages[:1])
    settled = client.get(f"{path}?stand=gedaan").text
    assert "Niets dat hierbij past" in settled and ">Proeflab</option>" in settled and ">Tilburg</option>" in settled


def test_taking_them_along(held: tuple[Flask, Said]) -> None:
    app, said = held
    path = f"/programmas/{said.world.programme_id}/acties"
    client = signed_in(app, said.world, "participant")
    head, row = client.get(f"{path}.csv").get_data().decode("utf-8-sig").splitlines()
    assert row.startswith("Nabellen;Open;ja;Pia;15-01-2027;Tilburg;Proeflab;") and len(head.split(";")) == len(row.split(";"))
    book = load_workbook(io.BytesIO(client.get(f"{path}.xlsx?stand=gedaan").get_data()))
    assert book.active is not None and book.active.max_row == 1, "the same filters"
    assert signed_in(app, said.world, "outsider").get(f"{path}.csv").status_code == 404


def test_what_stays_in_a_group_is_on_nobody_elses_page(held: tuple[Flask, Said]) -> None:
    app, said = held
    with app.app_context(), transaction() as tx:
        item = item_of(tx, said, "plan")
        item.consent, item.group_name = Consent.GROUP, "Groep 1"
    path = f"/programmas/{said.world.programme_id}/acties"
    for address in (path, f"{path}.csv"):
        assert "Nabellen" not in signed_in(app, said.world, "participant").get(address).text
        assert "Nabellen" in signed_in(app, said.world, "facilitator").get(address).text


def test_the_dashboard_says_what_is_overdue(held: tuple[Flask, Said]) -> None:
    app, said = held
    with app.app_context(), transaction() as tx:
        programme, starts = tx.session.get_one(Programme, said.world.programme_id), datetime(2027, 3, 1, 9, tzinfo=UTC)
        programmes.plan_lab(tx, programme, programmes.LabData("Lentelab", starts, starts.replace(hour=16), starts.replace(hour=8)))
    page = f"/programmas/{said.world.programme_id}"
    told = signed_in(app, said.world, "coordinator").get(page).text
    assert f'<li><a href="{page}/acties?stand=te-laat">1 actie is over tijd</a> </li>' in told  # of the programme, not of the lab to come
    assert "1 actie is over tijd" not in signed_in(app, said.world, "participant").get(page).text
    with app.app_context(), transaction() as tx:
        following.update_action(tx, item_of(tx, said, "plan"), ActionStatus.DONE, "", said.actor("participant"))
    assert "over tijd" not in signed_in(app, said.world, "coordinator").get(page).text
