"""Working fast at the desk: lessons, ties, several at once, and taking back what was just done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kennislab.archive import audiences, finding, lessons, operations, policies, queries, sealing, undoing
from kennislab.archive.models import ArchiveItem, Consent, HarvestAct, LinkKind, SeatedIn, Status
from kennislab.archive.operations import Changes
from kennislab.core.db import db
from kennislab.core.errors import Conflict, Invalid
from kennislab.core.transaction import Tx, transaction
from kennislab.programme.models import Lab
from tests.archive.rooms import SAID, Said, hold_a_lab, item_of


@pytest.fixture
def app(make_app: Any, sqlite_url: str) -> Flask:
    return make_app(sqlite_url)


@pytest.fixture
def said(app: Flask) -> Said:
    return hold_a_lab(app)


@pytest.fixture(autouse=True)
def inside(app: Flask, said: Said) -> Iterator[None]:
    with app.app_context():
        yield


def lab_in(tx: Tx, said: Said) -> Lab:
    return tx.session.get_one(Lab, said.world.lab_id)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (("je belooft", "doe je het", "vertrouwen gaat te paard"), "Als je belooft, dan doe je het, want vertrouwen gaat te paard."),
        (("Als je belooft,", "dan doe je het.", " want vertrouwen  telt "), "Als je belooft, dan doe je het, want vertrouwen telt."),
    ],
)
def test_a_lesson_is_a_sentence_of_three_parts(given: tuple[str, str, str], sentence: str) -> None:
    parts = lessons.of(dict(zip(lessons.PARTS, given, strict=True)))
    assert lessons.sentence(parts) == sentence
    assert lessons.parts_of(sentence) == parts, "and it is read back from the sentence"


def test_a_lesson_wants_all_its_parts(said: Said) -> None:
    assert lessons.parts_of("Als je belooft, doe het dan ook.") == {}
    staff = said.actor("facilitator")
    with transaction() as tx:
        item = item_of(tx, said, "inside")
        with pytest.raises(Invalid) as refused:
            operations.change(tx, item, Changes(kind="lesson", lesson={"if": "je komt", "then": " ", "because": ""}), item.rev, staff)
        assert list(refused.value.fields) == ["then", "because"]
        whole = {"if": "je langsgaat", "then": "doen mensen mee", "because": "ze kennen je"}
        operations.change(tx, item, Changes(kind="lesson", lesson=whole), item.rev, staff)
        assert (item.kind, item.text, item.lesson) == ("lesson", "Als je langsgaat, dan doen mensen mee, want ze kennen je.", whole)
        assert item.original_text == SAID["inside"]["text"]
        operations.change(tx, item, Changes(text="Langsgaan helpt."), item.rev, staff)
        assert (item.text, item.lesson) == ("Langsgaan helpt.", {}), "the parts belong to the sentence"
        operations.change(tx, item, Changes(kind="action", action=(" Noor ", date(2027, 2, 1)), contact="Noor"), item.rev, staff)
        assert (item.text, item.owner, item.due, item.contact) == ("Langsgaan helpt.", "Noor", date(2027, 2, 1), "Noor")
        with pytest.raises(Conflict):
            operations.change(tx, item, Changes(text="x"), item.rev - 1, staff)


def test_a_tie_is_of_the_kind_that_fits_and_goes_again(said: Said) -> None:
    with transaction() as tx:
        question = queries.items_of(tx.session, said.world.lab_id)[0]
        plan, twin, lesson, purse = (item_of(tx, said, name) for name in ("inside", "twin", "unnamed", "purse"))
        assert operations.tie(tx, plan, twin.id) and plan.answers_id == twin.id
        assert operations.tie(tx, plan, question.id) and queries.linked(tx.session, plan.id, LinkKind.QUESTION) == [question.id]
        assert operations.tie(tx, lesson, purse.id) and queries.linked(tx.session, lesson.id, LinkKind.ORIGIN) == [purse.id]
        assert [operations.tie(tx, one, other.id) for one, other in ((plan, twin), (plan, question), (lesson, purse))] == [False] * 3
        assert plan.answers_id is None and tx.session.scalar(sa.select(sa.func.count(ArchiveItem.answers_id))) == 1
        assert queries.links_of_lab(tx.session, said.world.lab_id) == []
        with pytest.raises(Invalid):
            operations.tie(tx, plan, plan.id)


def test_the_finder_knows_what_is_meant(said: Said) -> None:
    with transaction() as tx:
        lab, purse = lab_in(tx, said), item_of(tx, said, "purse")
        found = finding.candidates(tx.session, lab, purse, "")
        assert (found[0].item.text, found[0].tied) == (SAID["slow"]["text"], True), "what it is tied to comes first"
        assert {one.item.kind for one in found} == {"bottleneck", "question"}
        assert [one.item.text for one in finding.candidates(tx.session, lab, purse, "DRAAG bewon")] == [
            "Hoe organiseer je draagvlak bij bewoners?"
        ]
        assert finding.candidates(tx.session, lab, purse, "xyzzy") == []


def test_what_was_done_last_is_taken_back_step_by_step(said: Said) -> None:
    staff, other = said.actor("facilitator"), said.actor("coordinator")
    with transaction() as tx:
        lab = lab_in(tx, said)
        keep, twin, purse = (item_of(tx, said, name) for name in ("twin", "slow", "purse"))
        with undoing.remembered(tx, lab, staff, "Opgeslagen") as touched:
            operations.change(tx, keep, Changes(text="Geld komt te laat."), keep.rev, staff)
        assert touched == {keep.id}
        with undoing.remembered(tx, lab, staff, "Samengevoegd") as touched:
            operations.merge(tx, keep, [twin], "Samen: geld komt te laat.", staff)
        assert touched == {keep.id, twin.id, purse.id}
        with undoing.remembered(tx, lab, staff, "Bevestigd"):
            operations.confirm(tx, keep)  # stood so already: only its revision grows
        with pytest.raises(Conflict, match="nothing-to-undo"):
            undoing.undo(tx, lab, other)
        with pytest.raises(Conflict, match="went-on"):
            undoing.undo(tx, lab, staff)  # the merge: its card went on

    with transaction() as tx:
        lab, keep, twin, purse = lab_in(tx, said), *(item_of(tx, said, name) for name in ("twin", "slow", "purse"))
        with undoing.remembered(tx, lab, staff, "Weggelaten"):
            operations.drop(tx, keep)
        assert (keep.status, twin.status, purse.answers_id) == (Status.DROPPED, Status.DRAFT, keep.id)
        what, items = undoing.undo(tx, lab, staff)
        assert (what, items) == ("Weggelaten", sorted([keep.id, twin.id]))
        assert (keep.status, twin.status, twin.merged_into_id) == (Status.CONFIRMED, Status.MERGED, keep.id)


def test_what_was_made_anonymous_stays_so(said: Said) -> None:
    staff = said.actor("facilitator")
    with transaction() as tx:
        lab, item = lab_in(tx, said), item_of(tx, said, "slow")
        with undoing.remembered(tx, lab, staff, "Opgeslagen"):
            operations.change(tx, item, Changes(consent=Consent.PUBLIC_ANONYMOUS, text="Anders"), item.rev, staff)
        undoing.undo(tx, lab, staff)
        assert (item.text, item.consent, item.person_id, item.municipality_code) == (
            SAID["slow"]["text"],
            Consent.PUBLIC_ANONYMOUS,
            None,
            None,
        )


def test_nobody_takes_back_what_another_went_on_with_and_the_seal_ends_it(said: Said) -> None:
    staff = said.actor("facilitator")
    with transaction() as tx:
        lab, item = lab_in(tx, said), item_of(tx, said, "slow")
        with undoing.remembered(tx, lab, staff, "Bevestigd"):
            operations.confirm(tx, item)
        operations.limit_own(tx, item, Consent.PROGRAMME)
        with pytest.raises(Conflict, match="went-on"):
            undoing.undo(tx, lab, staff)
        with undoing.remembered(tx, lab, staff, "Kaarten bevestigd"):
            operations.confirm_all(tx, lab)
        sealing.seal(tx, lab, staff)
        assert tx.session.scalar(sa.select(sa.func.count(HarvestAct.id))) == 0


def test_several_at_once_leave_out_what_cannot_be(said: Said) -> None:
    with transaction() as tx:
        items = [item_of(tx, said, name) for name in ("slow", "twin", "purse")]
        operations.withdraw_own(tx, items[0])
        assert operations.confirm_some(tx, items) == 2
        assert operations.add_theme(tx, items, " geld ") == 0, "they had it, whatever its capitals"
        assert operations.add_theme(tx, items, "Regie") == 3
        assert operations.drop_some(tx, items) == 2


def test_the_preview_is_what_the_policies_will_say(said: Said) -> None:
    """The page before the seal and the rules after it, item by item."""
    reader = said.actor("participant")
    with transaction() as tx:
        lab = lab_in(tx, said)
        item_of(tx, said, "secret").group_name = "Groep 1"
        tx.session.add(SeatedIn(lab_id=lab.id, group_name="Groep 1", person_id=said.world.people["participant"]))
        operations.drop(tx, item_of(tx, said, "twin"))
        tx.session.flush()
        before = queries.items_of(tx.session, lab.id)
        programme, group = (
            {one.id for one in audiences.seen_by(before, audiences.Audience(key))} for key in ("programme", "group:Groep 1")
        )
        operations.confirm_all(tx, lab)
        sealing.seal(tx, lab, said.actor("facilitator"))
    items = queries.items_of(db.session(), said.world.lab_id)
    assert programme == {one.id for one in items if policies.may_see_item(reader, one, ()) is True}
    assert group == {one.id for one in items if policies.may_see_item(reader, one, {"Groep 1"}) is True} != programme
