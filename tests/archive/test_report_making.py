"""Files of a report: asked for, made in a job, kept a week, and only for who asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kennislab.accounts import operations as accounts
from kennislab.accounts.models import Membership, Role
from kennislab.archive import produced, producing
from kennislab.archive.models import ProducedFile
from kennislab.core import clock, jobs
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.programme.models import LabState
from tests.archive.opened import everything_in
from tests.archive.rooms import SAID, Said, hold_a_lab
from tests.programme.worlds import signed_in
from tests.support import databases


@pytest.fixture
def app(make_app: Any, sqlite_url: str) -> Flask:
    return make_app(sqlite_url)


@pytest.fixture
def sealed(app: Flask) -> Said:
    return hold_a_lab(app, LabState.ARCHIVED)


@pytest.fixture(scope="module")
def shared(_databases: databases.Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Said]]:
    """A sealed lab for tests that change nothing in it."""
    folder = tmp_path_factory.mktemp("sealed")
    app = databases.create_app(databases.settings(folder, _databases.filled("sqlite", folder)))
    yield app, hold_a_lab(app, LabState.ARCHIVED)
    databases.dispose(app)


def made(app: Flask, said: Said, role: str = "participant", **form: Any) -> str:
    """Asks for a file as a browser does and lets the job run; returns the address of the file, or of what came instead."""
    client = signed_in(app, said.world, role)
    page = f"/kennislabs/{said.world.lab_id}/verslag/bestanden"
    assert client.post(page, data={"vorm": "pdf", **form}).status_code == 303
    jobs.run_all(app)
    with app.app_context():
        newest = sa.select(ProducedFile.id).order_by(ProducedFile.at.desc())
        return f"{page}/{db.session.scalar(newest)}"


@pytest.mark.parametrize("form", producing.FORMATS)
def test_each_format_is_made_and_taken(shared: tuple[Flask, Said], form: str) -> None:
    app, sealed = shared
    address = made(app, sealed, vorm=form)
    answer = signed_in(app, sealed.world, "participant").get(address)
    assert (answer.status_code, answer.mimetype) == (200, producing.FORMATS[form].media.split(";")[0])
    assert answer.headers["Content-Disposition"].endswith(f"verslag-2026-Q4-{sealed.world.lab_id}.{form}")
    assert answer.headers["Cache-Control"] == "private, no-store"
    text = everything_in(form, answer.data)
    assert SAID["inside"]["text"] in text and "wethouder" not in text


def test_what_is_chosen_is_what_is_in_it(shared: tuple[Flask, Said]) -> None:
    app, sealed = shared
    address = made(app, sealed, vorm="json", hoofdstuk=["lessen", "verzonnen"], volgorde="thema", openbaar="1")
    data = json.loads(signed_in(app, sealed.world, "participant").get(address).data)
    assert [lesson["tekst"] for lesson in data["lessen"]] == [SAID["unnamed"]["text"]]
    assert (data["knelpunten"], data["acties"], data["volgorde"], data["openbaar"]) == ([], [], "thema", True)
    page = signed_in(app, sealed.world, "participant").get(f"/kennislabs/{sealed.world.lab_id}/verslag?hoofdstuk=lessen&openbaar=1").text
    assert SAID["unnamed"]["text"] in page and SAID["slow"]["text"] not in page and "Openbare versie" in page
    read = signed_in(app, sealed.world, "participant").post(
        f"/kennislabs/{sealed.world.lab_id}/verslag/bestanden", data={"do": "read", "hoofdstuk": "lessen", "volgorde": "groep"}
    )
    assert read.headers["Location"] == f"/kennislabs/{sealed.world.lab_id}/verslag?hoofdstuk=samenvatting&hoofdstuk=lessen&volgorde=groep"


def test_a_file_is_there_for_who_asked_and_for_nobody_else(app: Flask, sealed: Said) -> None:
    address = made(app, sealed)
    page = address.rsplit("/", 1)[0]
    assert address.rsplit("/", 1)[1] in signed_in(app, sealed.world, "participant").get(page).text
    for role in ("facilitator", "coordinator"):
        client = signed_in(app, sealed.world, role)
        assert client.get(address).status_code == 404
        assert address.rsplit("/", 1)[1] not in client.get(page).text
    assert app.test_client().get(address).status_code == 302, "who is not signed in is asked to sign in"
    refused = signed_in(app, sealed.world, "participant").post(page, data={"vorm": "exe"})
    assert refused.status_code == 422 and "Kies een van de bestanden." in refused.text


def test_progress_is_told_and_a_failure_too(app: Flask, sealed: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(app, sealed.world, "participant")
    page = f"/kennislabs/{sealed.world.lab_id}/verslag/bestanden"
    client.post(page, data={"vorm": "csv"})
    assert "Staat klaar om te beginnen" in (waiting := client.get(page).text) and 'data-every="1"' in waiting
    seen: list[tuple[int, str]] = []
    with app.app_context():
        file_id = db.session.scalars(sa.select(ProducedFile.id)).one()
        producing.make_report_file(lambda percent, note: seen.append((percent, note)), file_id)
    assert seen == [(10, "Inbreng verzamelen"), (40, "Bestand schrijven")]
    with app.app_context(), transaction() as tx:
        row = tx.session.get_one(ProducedFile, file_id)
        row.sha256 = ""
        tx.session.execute(sa.update(jobs.Job).values(state="failed"))
    failed = client.get(page).text
    assert "Het maken lukte niet" in failed and "data-every" not in failed


def test_who_may_not_read_it_any_more_gets_no_file(app: Flask, sealed: Said) -> None:
    client = signed_in(app, sealed.world, "participant")
    client.post(f"/kennislabs/{sealed.world.lab_id}/verslag/bestanden", data={"vorm": "csv"})
    with app.app_context(), transaction() as tx:
        tx.session.execute(sa.delete(Membership).where(Membership.person_id == sealed.world.people["participant"]))
    jobs.run_all(app)
    with app.app_context():
        assert db.session.scalars(sa.select(ProducedFile)).all() == []


def test_what_was_asked_as_a_participant_is_made_as_one(app: Flask) -> None:
    """Somebody becomes coordinator while the harvest still changes: what they asked before is not made with more rights."""
    said = hold_a_lab(app)
    with app.app_context(), transaction() as tx:
        lab = said.lab()
        row = producing.ask(tx, lab, said.actor("participant"), "csv", producing.EVERYTHING)
        file_id = row.id
        person = tx.session.get_one(accounts.Person, said.world.people["participant"])
        accounts.set_role(tx, person, said.world.programme_id, Role.COORDINATOR)
    jobs.run_all(app)
    with app.app_context():
        assert db.session.get(ProducedFile, file_id) is None


def test_after_a_week_and_past_a_dozen_they_go(app: Flask, sealed: Said) -> None:
    folder = Path(app.config["DATA_DIR"]) / "produced"
    with app.app_context(), transaction() as tx:
        for _number in range(producing.MOST + 2):
            producing.ask(tx, tx.session.merge(sealed.lab()), sealed.actor("participant"), "csv", producing.EVERYTHING)
    jobs.run_all(app)
    with app.app_context():
        assert len(db.session.scalars(sa.select(ProducedFile)).all()) == producing.MOST == len(list(folder.iterdir()))
        (folder / "stray.part").write_bytes(b"x")
        assert produced.tidy(lambda percent, note: None) == {"gone": 1}
    with app.app_context(), transaction() as tx:
        tx.session.execute(sa.update(ProducedFile).values(expires_at=clock.now() - timedelta(seconds=1)))
    with app.app_context():
        assert producing.files_of(db.session(), sealed.world.lab_id, sealed.world.people["participant"]) == []
        assert produced.tidy(lambda percent, note: None) == {"gone": producing.MOST}
        assert list(folder.iterdir()) == []
