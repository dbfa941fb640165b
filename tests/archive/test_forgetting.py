"""Somebody of a sealed lab is forgotten: the lesson stays, the person goes, and every seal still verifies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from kennislab.accounts import forgetting
from kennislab.accounts import operations as accounts
from kennislab.archive import following, operations, sealing
from kennislab.archive.models import ActionStatus, ActionUpdate, ArchiveItem, Correction, Seal
from kennislab.archive.sealed import verify
from kennislab.core import clock
from kennislab.core.backup import afterwards
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.live.queries import state_of
from kennislab.programme import retention, uploads
from kennislab.programme.models import Lab, Upload
from tests.archive.rooms import Said, hold_a_lab, item_of


@pytest.fixture
def said(app: Flask) -> Said:
    made = hold_a_lab(app)
    with app.app_context(), transaction() as tx:
        file = uploads.File("dia.pdf", "application/pdf", b"%PDF slides")
        uploads.keep(tx, made.lab(), file, Path(app.config["DATA_DIR"]), "Coordinator")
        operations.confirm_all(tx, made.lab())
        sealing.seal(tx, made.lab(), made.actor("coordinator"))
    with app.app_context(), transaction() as tx:
        sealing.correct(tx, item_of(tx, made, "purse"), "Het ging om twee wijken.", made.actor("participant"))
    return made


def wrong(app: Flask) -> list[str]:
    with app.app_context():
        verdict = verify.database(db.session())
        return [finding.said() for finding in verdict.findings]


def all_text(app: Flask) -> str:
    with app.app_context():
        return json.dumps([[list(map(str, row)) for row in db.session.execute(sa.select(table))] for table in db.metadata.sorted_tables])


def test_the_seal_holds_when_a_participant_is_forgotten(app: Flask, said: Said) -> None:
    assert wrong(app) == []
    assert "Pia" in all_text(app)
    with app.app_context(), transaction() as tx:
        forgetting.forget(tx, said.world.people["participant"], "self")
    assert wrong(app) == []
    after = all_text(app)
    assert "Pia" not in after
    with app.app_context():
        session = db.session()
        item = session.scalars(sa.select(ArchiveItem).where(ArchiveItem.text == "Geef bewoners een wijkbudget.")).one()
        assert (item.person_id, item.participant_id, item.original_text) == (None, None, "Geef bewoners een wijkbudget.")
        action = session.scalars(sa.select(ArchiveItem).where(ArchiveItem.text == "Nabellen")).one()
        assert action.owner == ""
        correction = session.scalars(sa.select(Correction)).one()
        assert (correction.text, correction.by, correction.by_id) == ("Het ging om twee wijken.", "", None)
        state = state_of(session, said.world.lab_id)  # the room can still be read
        assert {person.name for person in state.people.values()} <= {None, ""}


def test_the_seal_holds_when_who_sealed_it_is_forgotten(app: Flask, said: Said) -> None:
    with app.app_context(), transaction() as tx:
        forgetting.forget(tx, said.world.people["coordinator"], "self", again=("x", clock.now()))
    assert wrong(app) == []
    with app.app_context():
        assert db.session.scalars(sa.select(Seal.sealed_by)).all() == [""]
        assert db.session.scalars(sa.select(Upload.by)).all() == [""]


def took_on(app: Flask, said: Said, *owners: str) -> None:
    """After the seal the coordinator writes down, again and again, who does it."""
    with app.app_context(), transaction() as tx:
        for owner in owners:
            following.update_action(tx, item_of(tx, said, "plan"), ActionStatus.CARRIED_ON, "", said.actor("coordinator"), owner=owner)


def owners(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(sa.select(ActionUpdate.owner).order_by(ActionUpdate.id)))


def test_who_took_an_action_on_afterwards_is_forgotten_too(app: Flask, said: Said) -> None:
    took_on(app, said, "Participant", "Pia", "participant (Tilburg)", "Ander")
    with app.app_context(), transaction() as tx:
        forgetting.forget(tx, said.world.people["participant"], "self")
    assert owners(app) == ["", "", "", "Ander"] and wrong(app) == []


def test_a_namesake_keeps_what_they_took_on(app: Flask, said: Said) -> None:
    with app.app_context(), transaction() as tx:
        accounts.create_person(tx, name="Participant", email="naamgenoot@voorbeeld.example")
    took_on(app, said, "Participant")
    with app.app_context(), transaction() as tx:
        forgetting.forget(tx, said.world.people["participant"], "self")
    assert owners(app) == ["Participant"]


def test_the_seal_holds_when_the_time_of_a_lab_is_up(app: Flask, said: Said) -> None:
    took_on(app, said, "Pia")
    with app.app_context(), transaction() as tx:
        lab = tx.session.get_one(Lab, said.world.lab_id)
        retention_ids = [lab.id]
        for clear in retention._clears:
            clear(tx, retention_ids)
        retention._clear_tables(tx, retention_ids)
    assert wrong(app) == []
    assert "Pia" not in all_text(app)


def test_a_change_by_hand_is_still_seen_after_a_restore(app: Flask, said: Said) -> None:
    """The seals are looked at when a backup is put back; what was turned back on purpose is no cut end."""
    with app.app_context():
        assert {name: found for name, found in afterwards.problems(db.session()).items() if found} == {}
        db.session.remove()
        with transaction() as tx:
            tx.session.execute(sa.update(ArchiveItem).where(ArchiveItem.text == "Nabellen").values(text="Niet bellen"))
        found = afterwards.problems(db.session())
        assert len(found["zegels van het archief"]) == 1
