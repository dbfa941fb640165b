"""Sealing, what is found afterwards and by whom, and what may be added."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from kennislab.archive import chain, following, operations, queries, sealing, tracing
from kennislab.archive.models import ActionStatus, ArchiveItem, Outcome, Status
from kennislab.core import clock, search
from kennislab.core.db import db
from kennislab.core.errors import Conflict, DomainError, Invalid
from kennislab.core.transaction import transaction
from kennislab.programme.models import Lab, LabState
from tests.archive.rooms import SAID, Said, hold_a_lab, item_of


@pytest.fixture
def said(app: Flask) -> Said:
    return hold_a_lab(app)


@pytest.fixture(autouse=True)
def inside(app: Flask, said: Said) -> Iterator[None]:
    with app.app_context():
        yield


def sealed(said: Said) -> None:
    with transaction() as tx:
        lab = tx.session.get_one(Lab, said.world.lab_id)
        operations.drop(tx, item_of(tx, said, "twin"))
        operations.confirm_all(tx, lab)
        sealing.seal(tx, lab, said.actor("facilitator"))


def found(said: Said, query: str, **facets: list[str]) -> list[str]:
    return [hit.title for hit in search.search(db.session(), query, {"public", f"programme:{said.world.programme_id}"}, facets).hits]


def test_nothing_is_sealed_unseen(said: Said) -> None:
    with transaction() as tx, pytest.raises(Conflict, match="drafts-left") as error:
        sealing.seal(tx, tx.session.get_one(Lab, said.world.lab_id), said.actor("facilitator"))
    assert error.value.params == {"n": len(SAID) + 2}
    assert said.lab().state is LabState.HARVESTING


def test_a_sealed_lab_is_found_by_who_may_find_it(said: Said) -> None:
    assert found(said, "wijkbudget") == []
    sealed(said)
    assert said.lab().state is LabState.ARCHIVED
    assert found(said, "wijkbudget") == [SAID["purse"]["text"]]
    assert sorted(found(said, "budget", kind=["bottleneck", "solution"])) == [SAID["purse"]["text"], SAID["slow"]["text"]]
    assert found(said, "vrijgekomen budget te laat", kind=["solution"]) == [SAID["purse"]["text"]], "a solution is found by its bottleneck"
    assert found(said, "wethouder") == [], "what stays in the group is not in the general search"
    assert found(said, "Budget is pas laat beschikbaar", kind=["bottleneck"]) != [SAID["twin"]["text"]]
    assert found(said, "proeflab", kind=["lab"]) == ["Proeflab"]
    assert search.search(db.session(), "wijkbudget", {"public", "programme:999"}).total == 0
    hit = search.search(db.session(), "belooft", {f"programme:{said.world.programme_id}"}).hits[0]
    assert hit.facets.keys() == {"kind", "lab", "quarter"}, "nothing of an anonymous item points to a municipality"


def test_a_question_keeps_its_one_place_in_the_index(said: Said) -> None:
    sealed(said)
    hits = search.search(db.session(), "draagvlak bewoners", {f"programme:{said.world.programme_id}"}).hits
    assert [(hit.kind, hit.url.split("/")[1]) for hit in hits] == [("question", "archief")]


def test_anonymous_items_lose_their_source_and_stay_in_the_chain(said: Said) -> None:
    sealed(said)
    item = db.session.scalars(sa.select(ArchiveItem).where(ArchiveItem.text == SAID["unnamed"]["text"])).one()
    assert (item.source_id, item.person_id, item.participant_id, item.municipality_code) == (None, None, None, None)
    assert chain.intact(db.session(), said.world.lab_id)


def test_every_change_of_a_sealed_item_shows_in_the_head(said: Said) -> None:
    sealed(said)
    seal = queries.seal_of(db.session(), said.world.lab_id)
    assert seal is not None and (seal.items, len(seal.head), seal.sealed_by) == (len(SAID) + 1, 64, "Facilitator")
    changes = ["text = 'anders'", "status = 'dropped'", "municipality_code = 'GM0503'", "answers_id = NULL", "consent = 'programme'"]
    for change in changes:
        with pytest.raises(RuntimeError), transaction() as tx:
            tx.session.execute(sa.text(f"UPDATE archive_item SET {change} WHERE text = :text"), {"text": SAID["purse"]["text"]})
            tx.session.expire_all()
            assert not chain.intact(tx.session, said.world.lab_id), change
            raise RuntimeError
    with pytest.raises(RuntimeError), transaction() as tx:
        tx.session.execute(sa.text("DELETE FROM archive_item WHERE text = :text"), {"text": SAID["inside"]["text"]})
        tx.session.expire_all()
        assert not chain.intact(tx.session, said.world.lab_id)
        raise RuntimeError
    with transaction() as tx:  # a person can be forgotten
        tx.session.execute(sa.text("UPDATE archive_item SET person_id = NULL"))
    assert chain.intact(db.session(), said.world.lab_id)


def test_a_correction_is_added_and_changes_nothing(said: Said) -> None:
    with transaction() as tx, pytest.raises(DomainError, match="lab-too-early"):
        sealing.correct(tx, item_of(tx, said, "slow"), "Het was te laat.", said.actor("coordinator"))
    sealed(said)
    with transaction() as tx:
        item = item_of(tx, said, "slow")
        before = item.text
        correction = sealing.correct(tx, item, "Sinds 2027 komt het in januari al vrij.", said.actor("coordinator"))
        assert (correction.by, item.text, item.rev) == ("Coordinator", before, item.rev)
        with pytest.raises(Invalid):
            sealing.correct(tx, item, "  ", said.actor("coordinator"))
    assert found(said, "januari") == [SAID["slow"]["text"]]
    assert chain.intact(db.session(), said.world.lab_id)


def test_what_became_of_it_adds_up_honestly(said: Said) -> None:
    with transaction() as tx:
        lab = tx.session.get_one(Lab, said.world.lab_id)
        lab.starts_at, lab.ends_at = lab.starts_at - timedelta(days=60), lab.ends_at - timedelta(days=60)
    sealed(said)
    today = clock.now().date()
    with transaction() as tx:
        item, who = item_of(tx, said, "purse"), said.actor("participant")
        following.report_outcome(tx, item, "GM0855", Outcome.TRIED, "", today - timedelta(days=40), who)
        following.report_outcome(tx, item, "GM0855", Outcome.WORKED, "Alles is uitgegeven.", today, who)
        following.report_outcome(tx, item, "GM0503", Outcome.FAILED, "De regels waren te streng.", today - timedelta(days=1), who)
        summed = queries.outcomes(item.evidence)
        assert (summed.tried, summed.worked, summed.partly, summed.failed, summed.planned) == (2, 1, 0, 1, 0)
        for wrong in (
            {"municipality_code": "GM9999"},
            {"status": Outcome.FAILED},
            {"status": Outcome.PARTLY},
            {"at": date(2999, 1, 1)},
            {"note": "x" * 2001},
        ):
            values = {"municipality_code": "GM0855", "status": Outcome.TRIED, "note": "", "at": None, **wrong}
            with pytest.raises(Invalid):
                following.report_outcome(tx, item, by=who, **values)  # type: ignore[arg-type]
    assert found(said, "", outcome=["worked"]) == [SAID["purse"]["text"]]
    assert found(said, "regels streng") == [SAID["purse"]["text"]]


def test_how_an_action_went(said: Said) -> None:
    sealed(said)
    with transaction() as tx:
        item = item_of(tx, said, "plan")
        assert [one.id for one in queries.open_actions(tx.session, said.world.programme_id)] == [item.id]
        following.update_action(tx, item, ActionStatus.CARRIED_ON, "Nog niemand gesproken.", said.actor("participant"))
        assert len(queries.open_actions(tx.session, said.world.programme_id)) == 1
        following.update_action(tx, item, ActionStatus.DONE, "", said.actor("participant"))
        assert queries.open_actions(tx.session, said.world.programme_id) == []
        assert [update.status for update in queries.action_updates(tx.session, item.id)] == [ActionStatus.CARRIED_ON, ActionStatus.DONE]
        with pytest.raises(Invalid):
            following.update_action(tx, item_of(tx, said, "slow"), ActionStatus.DONE, "", said.actor("participant"))


def test_provenance_shows_each_only_what_is_theirs(said: Said) -> None:
    with transaction() as tx:
        secret, lesson = item_of(tx, said, "secret"), item_of(tx, said, "unnamed")
        secret.group_name = "Groep 1"
        operations.set_answers(tx, lesson, secret.id)
    sealed(said)
    lesson_id = db.session.scalars(sa.select(ArchiveItem.id).where(ArchiveItem.text == SAID["unnamed"]["text"])).one()
    lesson = queries.item(db.session(), lesson_id)
    assert lesson is not None
    for role, hidden in (("other", [True]), ("facilitator", [False])):
        chain = tracing.chain(db.session(), said.actor(role), lesson)
        solved = [node for edge, node in chain.before(tracing.ref_of(lesson.id)) if edge.kind in ("answers", "linked")]
        assert [node.hidden for node in solved] == hidden, role
    assert queries.counts(db.session(), said.world.lab_id) == {
        Status.DRAFT: 0, Status.CONFIRMED: len(SAID) + 1, Status.DROPPED: 1, Status.MERGED: 0,
    }  # fmt: skip
