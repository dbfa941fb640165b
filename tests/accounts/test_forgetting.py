"""Somebody is forgotten: nowhere is their name, what they said stays, and a restored backup forgets them again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kennislab.accounts import erasures, forgetting
from kennislab.accounts import operations as accounts
from kennislab.accounts.models import Erasure, Membership, Person, Role
from kennislab.core import mail
from kennislab.core.db import db
from kennislab.core.errors import Conflict
from kennislab.core.transaction import Tx, transaction
from kennislab.grouping.models import Assignment, GroupMember, Ranking, Wish, WorkingGroup
from kennislab.invitations.models import Invitation
from kennislab.live import operations as live
from kennislab.live.models import Participant
from kennislab.live.queries import state_of
from kennislab.programme.models import LabKind, LabProposal
from kennislab.questions.models import CoAsker, KnowledgeQuestion, Lineage, Notice, QuestionStatus
from tests.factories.world import World, make_world

NAME = "Roos van Dalen"
EMAIL = "roos@voorbeeld.example"


def asked(tx: Tx, lab_id: int, **values: Any) -> KnowledgeQuestion:
    question = KnowledgeQuestion(**{"lab_id": lab_id, "status": QuestionStatus.SUBMITTED, "asker_name": "", **values})
    tx.session.add(question)
    tx.session.flush()
    return question


@pytest.fixture
def roos(app: Flask) -> tuple[World, int]:
    """Roos took part in everything: her number, and the world she was in."""
    world = make_world(app)
    lab_id = world.lab_id
    with app.app_context(), transaction() as tx:
        person = accounts.create_person(tx, name=NAME, email=EMAIL, organisation="Gemeente Delft", municipality_code="GM0503")
        accounts.set_role(tx, person, world.programme_id, Role.PARTICIPANT)
        accounts.make_access_token(tx, person, "dashboard")
        other = world.people["participant"]
        one = asked(tx, lab_id, asker_id=person.id, asker_name=NAME, text="Hoe komt de buurt binnen?", context=f"{NAME} vroeg dit al.")
        two = asked(tx, lab_id, asker_id=other, asker_name="Participant", text=f"Wat zei {NAME.upper()} ook weer?", edited_by_id=person.id,
                    edited_by_name=NAME)  # fmt: skip
        asked(tx, lab_id, asker_id=person.id, asker_name=NAME, text="Half", status=QuestionStatus.DRAFT)
        group = WorkingGroup(lab_id=lab_id, name="Bereik", position=0, leader_id=person.id)
        tx.session.add(group)
        tx.session.flush()
        tx.session.add_all(
            [
                CoAsker(question_id=two.id, person_id=person.id, name=NAME, text="Ik ook"),
                Notice(person_id=other, lab_id=lab_id, question_id=two.id, kind="edited", details={"was": f"v. {NAME}"}, by_name=NAME),
                Lineage(
                    question_id=one.id, from_id=two.id, how="merged", details={"asker_name": NAME, "asker_id": person.id}, by_name=NAME
                ),
                Invitation(lab_id=lab_id, person_id=person.id, note="Ik kom later"),
                GroupMember(lab_id=lab_id, person_id=person.id, group_id=group.id),
                Ranking(lab_id=lab_id, person_id=person.id, choices=[], solved=[], by_name=NAME),
                Wish(lab_id=lab_id, kind="together", people=[person.id, other], by_name=NAME),
                Assignment(lab_id=lab_id, asked={}, outcome={"said": f"{NAME} kreeg keuze 1"}, by_name=NAME),
                LabProposal(id="v1", lab_id=lab_id, kind=LabKind.DEEP_DIVE, title="Verder", people=[{"name": NAME, "municipality": None}]),
            ]
        )
        mail.release(tx, mail.draft(tx, to=EMAIL, subject="Kom je?", body=f"Dag {NAME}", person_id=person.id))
        sent = mail.draft(tx, to=EMAIL, subject="Dag", body=f"Dag {NAME}", person_id=person.id)
        sent.state = "sent"
        mail.draft(tx, to="x@voorbeeld.example", subject="Samen", body=f"{NAME} ({EMAIL}) vraagt mee", person_id=other)
        live.join(tx, lab_id, NAME, "GM0503", person.id)
        return world, person.id


def everything(app: Flask) -> str:
    """Every value of every table, as text."""
    with app.app_context():
        rows = {table.name: [list(map(str, row)) for row in db.session.execute(sa.select(table))] for table in db.metadata.sorted_tables}
        db.session.remove()
    return json.dumps(rows, ensure_ascii=False)


def forget(app: Flask, person_id: int) -> dict[str, int]:
    with app.app_context(), transaction() as tx:
        return forgetting.forget(tx, person_id, "self")


def test_the_name_is_nowhere_and_the_words_stay(app: Flask, roos: tuple[World, int]) -> None:
    world, person_id = roos
    before = everything(app)
    assert NAME in before and EMAIL in before and "Hoe komt de buurt binnen?" in before
    gone = forget(app, person_id)
    after = everything(app)
    for secret in (NAME, NAME.upper(), EMAIL, "Gemeente Delft", "Ik kom later"):
        assert secret not in after, [line for line in after.split("], [") if secret in line]
    assert "Hoe komt de buurt binnen?" in after and "Ik ook" in after
    assert gone["vragen zonder naam"] == 1 and gone["concepten"] == 1
    with app.app_context():
        session = db.session()
        assert session.scalars(sa.select(Membership).where(Membership.person_id == person_id)).all() == []
        assert session.scalars(sa.select(WorkingGroup.leader_id)).one() is None
        assert session.scalars(sa.select(Wish)).all() == []
        question = session.scalars(sa.select(KnowledgeQuestion).where(KnowledgeQuestion.text.startswith("Wat zei"))).one()
        assert (question.text, question.asker_name) == ("Wat zei … ook weer?", "Participant")
        state = state_of(session, world.lab_id)
        participant = session.scalars(sa.select(Participant).where(Participant.name.is_(None))).one()
        assert state.people[participant.id].name is None and state.people[participant.id].gone
        assert participant.token_hash is None and participant.revoked_at is not None
        assert session.scalars(sa.select(Erasure.person_id)).one() == person_id
        assert sorted(session.scalars(sa.select(mail.Mail.body))) == ["", "… (…) vraagt mee"]
        db.session.remove()
    line = json.loads((Path(app.config["DATA_DIR"]) / "erasures.jsonl").read_text())
    assert line["person"] == person_id and line["how"] == "self" and set(line) == {"id", "person", "made", "how", "at"}


def test_somebody_with_the_same_name_keeps_it(app: Flask, roos: tuple[World, int]) -> None:
    world, person_id = roos
    with app.app_context(), transaction() as tx:
        twin = accounts.create_person(tx, name=NAME, email="andere.roos@voorbeeld.example")
        live.join(tx, world.lab_id, NAME, "GM0855", twin.id)
        asked(tx, world.lab_id, asker_id=twin.id, asker_name=NAME, text="Een vraag van de andere Roos?")
    forget(app, person_id)
    with app.app_context():
        assert db.session.scalars(sa.select(KnowledgeQuestion.asker_name).where(KnowledgeQuestion.asker_id == twin.id)).one() == NAME
        assert sorted(str(one.name) for one in state_of(db.session(), world.lab_id).people.values()) == ["None", NAME]
        db.session.remove()


def test_a_restored_backup_forgets_again(app: Flask, roos: tuple[World, int]) -> None:
    """The ledger is applied to a database in which the person is back; not to another row with the same number."""
    _, person_id = roos
    forget(app, person_id)
    with app.app_context():
        db.session.remove()
        with transaction() as tx:  # as a backup of an hour ago would have it
            row = tx.session.get_one(Person, person_id)
            row.name, row.email = NAME, EMAIL
            tx.session.execute(sa.delete(Erasure))
        assert erasures._all_forgotten(db.session()) != []
        db.session.remove()
        with transaction() as tx:
            assert erasures.apply_again(tx) == 1
        assert erasures._all_forgotten(db.session()) == []
        db.session.remove()
        with transaction() as tx:
            assert erasures.apply_again(tx) == 0
            tx.session.execute(sa.delete(Erasure))
            row = tx.session.get_one(Person, person_id)
            row.name, row.created_at = "Iemand anders", row.created_at.replace(year=2031)
        with transaction() as tx:
            assert erasures.apply_again(tx) == 0
        assert len((Path(app.config["DATA_DIR"]) / "erasures.jsonl").read_text().splitlines()) == 1


def test_a_programme_keeps_a_coordinator(app: Flask, roos: tuple[World, int]) -> None:
    world, _ = roos
    with app.app_context(), pytest.raises(Conflict), transaction() as tx:
        forgetting.forget(tx, world.people["coordinator"], "self")


def test_every_reference_to_a_person_is_told_by_somebody(sqlite_url: str, make_app: Callable[..., Flask]) -> None:
    """A new table with a person in it must be told about on the page; what only says who did something is counted there."""
    make_app(sqlite_url)
    assert forgetting.untold() == {
        "archive_act",
        "archive_evidence_prompt",
        "archive_group_member",
        "archive_seal",
        "produced_file",
        "year_decision",
    }
