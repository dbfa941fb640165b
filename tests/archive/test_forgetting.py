"""Somebody of a sealed lab is forgotten: the lesson stays, the person goes, and every seal still verifies."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from kennislab.accounts import forgetting
from kennislab.accounts import operations as accounts
from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Role
from kennislab.archive import following, operations, produced, sealing
from kennislab.archive.models import ActionStatus, ActionUpdate, ArchiveItem, Correction, Evidence, Outcome, ProducedFile, Seal
from kennislab.archive.sealed import addenda, keys, opening, package, verify
from kennislab.archive.sealed.mdto import Keeping
from kennislab.core import clock, search
from kennislab.core.backup import afterwards
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.live import operations as live
from kennislab.live.policies import LiveActor
from kennislab.live.queries import state_of
from kennislab.products import operations as products
from kennislab.programme import operations as programmes
from kennislab.programme import retention, uploads
from kennislab.programme.models import Lab, LabState, Upload
from tests.archive.rooms import SAID, Said, do, hold_a_lab, item_of


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


ROOS, MAIL = "Róos van Dalen", "roos.vandalen@voorbeeld.example"


def everything(app: Flask) -> dict[str, list[str]]:
    """Table → every value of every row as text, also of tables that are nobody's model (the index of the search); and the files."""
    with app.app_context():
        connection = db.session.connection()
        found: dict[str, list[str]] = {}
        for name in sorted(set(sa.inspect(connection).get_table_names()) - {"search_word_index"}):  # single words, not to be read as rows
            for row in connection.execute(sa.text(f'SELECT * FROM "{name}"')):
                found.setdefault(name, []).extend(str(one) for one in row)
        for path in Path(app.config["DATA_DIR"]).rglob("*"):
            if path.is_file() and ".sqlite3" not in path.name:
                found.setdefault(f"file {path.name}", []).append(path.read_bytes().decode("utf-8", "replace"))
        db.session.remove()
    return found


def places(app: Flask, *words: str) -> set[str]:
    """The tables and files in which one of these words stands, as it is or as JSON may write it."""
    forms = {form.casefold() for word in words for form in (word, json.dumps(word)[1:-1])}
    return {name for name, values in everything(app).items() if any(form in value.casefold() for value in values for form in forms)}


@pytest.fixture
def roos(app: Flask) -> tuple[Said, int]:
    """Somebody who said, led, sealed, corrected, reported and took on things, and whom others named, before and after the seal."""
    made = hold_a_lab(app, LabState.LIVE)
    with app.app_context(), transaction() as tx:
        person = accounts.create_person(tx, name=ROOS, email=MAIL)
        accounts.set_role(tx, person, made.world.programme_id, Role.FACILITATOR)
        me, lab = Actor(person.id, ROOS, "GM0855", {made.world.programme_id: Role.FACILITATOR}), made.lab()
        joined = live.join(tx, lab.id, ROOS, "GM0855", person.id).participant
        speaker = LiveActor(joined.id, "participant", lab.id, ROOS, "GM0855", person.id)
        for text in (f"Vraag het {ROOS}, die weet het.", f"Mail {MAIL} voor de regels."):
            do(tx, speaker, type="contribution.add", kind="insight", text=text, consent="public_city")
        do(tx, speaker, type="action.add", text=f"Bellen met {ROOS}", owner=ROOS, due="2027-01-15")
        programmes.move_lab(tx, lab, LabState.HARVESTING, me)
        lab.title = f"Lab van {ROOS}"
        lab.agenda[2].speaker, lab.agenda[2].instruction = ROOS, f"{ROOS} vertelt."
        tx.session.flush()
        inside = item_of(tx, made, "inside")
        inside.text, inside.edited_by = f"Vertrouwen, zegt {ROOS}.", ROOS
        item_of(tx, made, "purse").contact = ROOS
        uploads.keep(tx, lab, uploads.File(f"{ROOS}.pdf", "application/pdf", b"%PDF slides"), Path(app.config["DATA_DIR"]), ROOS)
        operations.confirm_all(tx, lab)
        sealing.seal(tx, lab, me)
        sealing.correct(tx, item_of(tx, made, "purse"), f"Volgens {ROOS} twee wijken.", me)
        line = following.report_outcome(tx, item_of(tx, made, "purse"), "GM0855", Outcome.WORKED, f"{ROOS} deed het.", None, me)
        line.item.evidence.append(
            Evidence(municipality_code="GM0503", status=Outcome.FAILED, note=f"Niet bij {ROOS}.", at=lab.day, reporter="Ander")
        )
        update = following.update_action(tx, item_of(tx, made, "plan"), ActionStatus.CARRIED_ON, f"{ROOS} belt.", me, owner=ROOS)
        addenda.added(tx, *line.item.evidence, update)
        products.create(tx, made.world.programme_id, products.ProductData(f"Plan van {ROOS}", f"Door {ROOS}", authors=f"{ROOS}, Ander"))
        tx.session.add(
            ProducedFile(lab_id=lab.id, kind="report", format="json", sha256="x", expires_at=clock.now() + timedelta(days=1), id="a")
        )
        produced.place_of(Path(app.config["DATA_DIR"]), "a").parent.mkdir(parents=True)
        produced.place_of(Path(app.config["DATA_DIR"]), "a").write_text(ROOS)
        return made, person.id


def test_somebody_who_did_everything_is_nowhere_and_all_they_taught_stays(app: Flask, roos: tuple[Said, int]) -> None:
    said, person_id = roos
    assert wrong(app) == []
    before = places(app, ROOS, MAIL)
    assert {"person", "archive_item", "journal_entry", "archive_correction", "archive_evidence", "archive_action_update", "product",
            "lab", "upload", "agenda_item", "search_document", "archive_seal", "participant", "file a"} <= before  # fmt: skip
    with app.app_context(), transaction() as tx:
        forgetting.forget(tx, person_id, "self")
    assert places(app, ROOS, MAIL, f'"f:{person_id}"') == set()
    assert wrong(app) == []
    with app.app_context():
        session = db.session()
        texts = set(session.scalars(sa.select(ArchiveItem.text)))
        assert {"Vraag het …, die weet het.", "Mail … voor de regels.", "Vertrouwen, zegt ….", SAID["purse"]["text"]} <= texts
        assert session.scalars(sa.select(Evidence.note).order_by(Evidence.id)).all() == ["… deed het.", "Niet bij …."]
        assert session.scalars(sa.select(Evidence.reporter).order_by(Evidence.id)).all() == ["", "Ander"]
        assert state_of(session, said.world.lab_id).people
        assert "Vraag het …, die weet het." in [hit.title for hit in search.search(session, "weet het", {"public", "programme:1"}, {}).hits]
        notes = {one.code for one in verify.database(session).notes}
        assert notes == {"erased_people", "rewritten"}
        out = io.BytesIO()
        package.write(session, said.lab(), said.actor("coordinator"), Keeping("X", None, True), Path(app.config["DATA_DIR"]), out)
        with zipfile.ZipFile(out) as archive:
            told = b"".join(archive.read(name) for name in archive.namelist() if not name.endswith((".pdf", ".odt"))).decode(
                "utf-8", "replace"
            )
        assert ROOS not in told and MAIL not in told and "Vraag het …, die weet het." in told and "… deed het." in told
        Path(app.config["DATA_DIR"], "p.zip").write_bytes(out.getvalue())
        assert opening.package(Path(app.config["DATA_DIR"], "p.zip"), keys.known()).findings == []
    for change in (
        "UPDATE archive_item SET text = 'Anders' WHERE text LIKE 'Vraag het%'",
        "UPDATE archive_evidence SET note = 'Nee' WHERE id = 1",
    ):
        with app.app_context(), pytest.raises(RuntimeError), transaction() as tx:  # what was left still verifies word for word
            tx.session.execute(sa.text(change))
            assert [one.code for one in verify.database(tx.session).findings] == ["changed"]
            raise RuntimeError


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


def test_the_seal_holds_when_the_time_of_a_lab_is_up(app: Flask, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    took_on(app, said, "Pia")
    later = clock.now() + timedelta(days=3700)
    monkeypatch.setattr(clock, "now", lambda: later)
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
