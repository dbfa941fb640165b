"""The harvest's operations, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from kennislab.archive import operations, queries, sealing, tracing, undoing
from kennislab.archive.models import ActionStatus, ArchiveItem, Consent, ItemLink, LinkKind, Status
from kennislab.archive.operations import Revision
from kennislab.core.db import db
from kennislab.core.errors import Conflict, DomainError, Invalid
from kennislab.core.transaction import transaction
from kennislab.grouping.models import GroupMember as Seat
from kennislab.grouping.models import Placement, Theme, WorkingGroup
from kennislab.programme import operations as programmes
from kennislab.programme.models import Lab, LabState
from kennislab.questions.models import KnowledgeQuestion
from tests.archive.rooms import SAID, Said, hold_a_lab, item_of


@pytest.fixture
def said(app: Flask) -> Said:
    return hold_a_lab(app)


@pytest.fixture(autouse=True)
def inside(app: Flask, said: Said) -> Iterator[None]:
    with app.app_context():
        yield


def texts(said: Said, *statuses: Status) -> list[str]:
    return [item.text for item in queries.items_of(db.session(), said.world.lab_id, *statuses)]


def test_closing_the_room_takes_everything_over(said: Said) -> None:
    items = queries.items_of(db.session(), said.world.lab_id)
    assert [item.text for item in items] == [
        "Hoe organiseer je draagvlak bij bewoners?",
        *(one["text"] for name, one in SAID.items() if name != "unnamed"),
        "Nabellen",
        SAID["unnamed"]["text"],  # behind the order of the day, so that this tells nothing
    ]
    assert {item.status for item in items} == {Status.DRAFT}
    by_text = {item.text: item for item in items}
    question, slow, purse = (
        by_text[text] for text in ("Hoe organiseer je draagvlak bij bewoners?", SAID["slow"]["text"], SAID["purse"]["text"])
    )
    assert (question.kind, question.source_kind, question.themes, question.consent) == (
        "question",
        "question",
        ["Draagvlak"],
        Consent.PROGRAMME,
    )
    assert (slow.kind, slow.municipality_code, slow.person_id, slow.themes) == (
        "bottleneck",
        "GM0855",
        said.world.people["participant"],
        ["Geld"],
    )
    assert purse.answers_id == slow.id
    action = by_text["Nabellen"]
    assert (action.kind, action.owner, action.due, action.action_status) == ("action", "Pia", date(2027, 1, 15), ActionStatus.OPEN)


def test_what_is_anonymous_leads_back_to_nobody(said: Said) -> None:
    with transaction() as tx:
        item = item_of(tx, said, "unnamed")
        assert (item.person_id, item.participant_id, item.municipality_code, item.district_id) == (None, None, None, None)
        assert item.created_at == item.lab.starts_at


def test_taking_over_again_adds_only_what_is_new(said: Said) -> None:
    with transaction() as tx:
        lab = tx.session.get_one(Lab, said.world.lab_id)
        operations.confirm(tx, item_of(tx, said, "slow"))
        assert operations.open_harvest(tx, lab) == 0
        assert item_of(tx, said, "slow").status is Status.CONFIRMED
        programmes.move_lab(tx, lab, LabState.LIVE, said.actor("coordinator"))
        with pytest.raises(DomainError, match="lab-too-early"):
            operations.open_harvest(tx, lab)
        programmes.move_lab(tx, lab, LabState.HARVESTING, said.actor("coordinator"))
    assert len(texts(said)) == len(SAID) + 2


def test_confirm_drop_and_back(said: Said) -> None:
    with transaction() as tx:
        item = item_of(tx, said, "inside")
        operations.drop(tx, item)
        assert item.status is Status.DROPPED
        operations.reopen(tx, item)
        assert item.status is Status.DRAFT
        operations.confirm(tx, item)
        assert (item.status, item.rev) == (Status.CONFIRMED, 4)
        assert operations.confirm_all(tx, item.lab) == len(SAID) + 1
    assert texts(said, Status.DRAFT) == []


def revision(item: ArchiveItem, **changes: object) -> Revision:
    values = {"text": item.text, "kind": item.kind, "themes": item.themes, "consent": item.consent, "answers": item.answers_id}
    return Revision(**{**values, **changes})  # type: ignore[arg-type]


def test_rewording_keeps_what_was_said(said: Said) -> None:
    with transaction() as tx:
        item = item_of(tx, said, "slow")
        changed = revision(item, text="  Het budget komt\u202e te laat.\r\n", themes=["Geld", " geld ", "Regie"])
        operations.revise(tx, item, changed, item.rev, said.actor("facilitator"))
        assert (item.text, item.original_text, item.themes) == (
            "Het budget komt te laat.",
            "Het budget komt te laat vrij.",
            ["Geld", "Regie"],
        )
        assert (item.edited, item.edited_by) == (True, "Facilitator")
        with pytest.raises(Conflict):
            operations.revise(tx, item, changed, 1, said.actor("facilitator"))
        for wrong in ("", " ", "x" * 2001):
            with pytest.raises(Invalid) as error:
                operations.revise(tx, item, revision(item, text=wrong), item.rev, said.actor("facilitator"))
            assert list(error.value.fields) == ["text"]
            tx.session.expire(item)


def test_an_action_gets_owner_and_date_and_loses_them_with_its_kind(said: Said) -> None:
    with transaction() as tx:
        item = item_of(tx, said, "inside")
        operations.revise(
            tx, item, revision(item, kind="action", owner=" Noor ", due=date(2027, 3, 1)), item.rev, said.actor("facilitator")
        )
        assert (item.owner, item.due, item.action_status) == ("Noor", date(2027, 3, 1), ActionStatus.OPEN)
        operations.revise(tx, item, revision(item, kind="lesson", owner="Noor"), item.rev, said.actor("facilitator"))
        assert (item.owner, item.due, item.action_status) == ("", None, None)
        with pytest.raises(Invalid):
            operations.revise(tx, item, revision(item, kind="nonsense"), item.rev, said.actor("facilitator"))


def test_consent_goes_nearer_freely_and_further_only_when_agreed(said: Said) -> None:
    with transaction() as tx:
        item = item_of(tx, said, "inside")
        operations.set_consent(tx, item, Consent.GROUP)
        operations.set_consent(tx, item, Consent.PROGRAMME)
        with pytest.raises(Invalid) as refused:
            operations.set_consent(tx, item, Consent.PUBLIC_CITY)
        assert list(refused.value.fields) == ["agreed"]
        operations.set_consent(tx, item, Consent.PUBLIC_CITY, agreed=True)
        assert item.municipality_code == "GM0855"
        operations.set_consent(tx, item, Consent.PUBLIC_ANONYMOUS, agreed=True)
        assert (item.municipality_code, item.person_id) == (None, None)
        with pytest.raises(Invalid) as refused:
            operations.set_consent(tx, item, Consent.PUBLIC_CITY, agreed=True)
        assert list(refused.value.fields) == ["consent"]


def test_merging_keeps_the_lineage(said: Said) -> None:
    with transaction() as tx:
        keep, twin, purse = (item_of(tx, said, name) for name in ("twin", "slow", "purse"))
        lesson = item_of(tx, said, "unnamed")
        operations.add_link(tx, lesson, twin.id, LinkKind.ORIGIN)
        operations.merge(tx, keep, [twin, keep], "Het budget komt te laat.", said.actor("facilitator"))
        assert (keep.status, keep.text, keep.themes, keep.consent) == (
            Status.CONFIRMED,
            "Het budget komt te laat.",
            ["geld", "Planning"],
            Consent.PROGRAMME,
        )
        assert (twin.status, twin.merged_into_id, twin.text) == (Status.MERGED, keep.id, SAID["slow"]["text"])
        assert purse.answers_id == keep.id
        assert queries.linked(tx.session, lesson.id, LinkKind.ORIGIN) == [twin.id, keep.id]
        with pytest.raises(Conflict):
            operations.confirm(tx, twin)
        with pytest.raises(Invalid):
            operations.merge(tx, keep, [], "x", said.actor("facilitator"))
        chain, here = tracing.chain(tx.session, said.actor("facilitator"), keep), tracing.ref_of(keep.id)
        assert ("merged_into", tracing.ref_of(twin.id)) in [(edge.kind, node.key) for edge, node in chain.before(here)]
        led_to = {(edge.kind, node.key) for edge, node in chain.after(here)}
        assert led_to == {("answers", tracing.ref_of(purse.id)), ("drawn_from", tracing.ref_of(lesson.id))}
        operations.drop(tx, keep)
        assert (twin.status, twin.merged_into_id) == (Status.DRAFT, None)


def test_what_stays_in_a_group_is_not_merged_into_another_group(said: Said) -> None:
    with transaction() as tx:
        secret, slow = item_of(tx, said, "secret"), item_of(tx, said, "slow")
        secret.group_name = "Groep 1"
        with pytest.raises(Invalid, match="group-consent"):
            operations.merge(tx, slow, [secret], "Samen", said.actor("facilitator"))
        assert (slow.text, secret.status) == (SAID["slow"]["text"], Status.DRAFT)


def test_ties_stay_within_the_programme(said: Said) -> None:
    with transaction() as tx:
        item, other = item_of(tx, said, "purse"), item_of(tx, said, "slow")
        for wrong in ("nooitgeweest", item.id):
            with pytest.raises(Invalid):
                operations.set_answers(tx, item, wrong)
            with pytest.raises(Invalid):
                operations.add_link(tx, item, wrong, LinkKind.RELATED)
        with pytest.raises(Invalid):  # no circles
            operations.set_answers(tx, other, item.id)
        operations.set_answers(tx, item, None)
        assert item.answers_id is None
        question = queries.items_of(tx.session, said.world.lab_id)[0]
        operations.revise(tx, item, revision(item, question=question.id), item.rev, said.actor("facilitator"))
        operations.revise(tx, item, revision(item, question=question.id), item.rev, said.actor("facilitator"))
        assert queries.linked(tx.session, item.id, LinkKind.QUESTION) == [question.id]
        operations.revise(tx, item, revision(item), item.rev, said.actor("facilitator"))
        assert queries.linked(tx.session, item.id, LinkKind.QUESTION) == []


def test_ones_own_words_can_be_taken_back_or_kept_nearer(said: Said) -> None:
    with transaction() as tx:
        item = item_of(tx, said, "slow")
        operations.limit_own(tx, item, Consent.PROGRAMME)
        assert (item.consent, item.reach_given) == (Consent.PROGRAMME, Consent.PROGRAMME)
        operations.withdraw_own(tx, item)
        assert item.status is Status.DROPPED


def test_after_the_seal_nothing_changes_any_more(said: Said) -> None:
    staff = said.actor("facilitator")
    with transaction() as tx:
        lab = tx.session.get_one(Lab, said.world.lab_id)
        operations.confirm_all(tx, lab)
        slow, purse = item_of(tx, said, "slow"), item_of(tx, said, "purse")
        sealing.seal(tx, lab, staff)
        refused = [
            lambda: operations.open_harvest(tx, lab),
            lambda: operations.confirm(tx, slow),
            lambda: operations.confirm_all(tx, lab),
            lambda: operations.drop(tx, slow),
            lambda: operations.reopen(tx, slow),
            lambda: operations.merge(tx, slow, [purse], "x", staff),
            lambda: operations.revise(tx, slow, revision(slow), slow.rev, staff),
            lambda: operations.set_themes(tx, slow, []),
            lambda: operations.set_action(tx, slow, "", None),
            lambda: operations.set_consent(tx, slow, Consent.GROUP),
            lambda: operations.set_answers(tx, purse, None),
            lambda: operations.add_link(tx, slow, purse.id, LinkKind.RELATED),
            lambda: operations.withdraw_own(tx, slow),
            lambda: operations.limit_own(tx, slow, Consent.GROUP),
            lambda: sealing.seal(tx, lab, staff),
        ]
        for change in refused:
            with pytest.raises(DomainError, match="lab-too-late") as error:
                change()
            assert error.value.detail, "a refusal says what to do"
        assert tx.session.scalar(sa.select(sa.func.count()).select_from(ItemLink)) == 0


def test_a_question_brings_its_theme_and_group_along(app: Flask, said: Said) -> None:
    with transaction() as tx:
        lab = tx.session.get_one(Lab, said.world.lab_id)
        item = queries.items_of(tx.session, lab.id)[0]
        question = tx.session.scalars(sa.select(KnowledgeQuestion).where(KnowledgeQuestion.public_id == item.source_id)).one()
        theme = Theme(lab_id=lab.id, title="Vertrouwen")
        tx.session.add(theme)
        tx.session.flush()
        group = WorkingGroup(lab_id=lab.id, theme_id=theme.id, name="Groep vertrouwen")
        group.members.append(Seat(lab_id=lab.id, person_id=said.other_id))
        tx.session.add_all([Placement(question_id=question.id, lab_id=lab.id, theme_id=theme.id), group])
        tx.session.delete(item)
        tx.session.flush()
        assert operations.open_harvest(tx, lab) == 1
        fresh = next(one for one in queries.items_of(tx.session, lab.id) if one.kind == "question")
        assert (fresh.themes, fresh.group_name) == (["Vertrouwen"], "Groep vertrouwen")
        assert queries.groups_of(tx.session, lab.id, said.other_id) == {"Groep vertrouwen"}
        assert queries.groups_of(tx.session, lab.id, None) == frozenset()


def test_taking_back_a_merge_puts_everything_where_it_was(said: Said) -> None:
    staff = said.actor("facilitator")
    with transaction() as tx:
        lab = tx.session.get_one(Lab, said.world.lab_id)
        keep, twin, purse, lesson = (item_of(tx, said, name) for name in ("twin", "slow", "purse", "unnamed"))
        operations.add_link(tx, lesson, twin.id, LinkKind.ORIGIN)
        was = {one.id: (one.text, one.status, list(one.themes), one.consent, one.votes, one.answers_id) for one in (keep, twin, purse)}
        with undoing.remembered(tx, lab, staff, "Opgeslagen"):
            operations.set_themes(tx, keep, ["Regie"])
        with undoing.remembered(tx, lab, staff, "Samengevoegd"):
            operations.merge(tx, keep, [twin], "Samen", staff)
        undoing.undo(tx, lab, staff)
        undoing.undo(tx, lab, staff)
        now = {one.id: (one.text, one.status, list(one.themes), one.consent, one.votes, one.answers_id) for one in (keep, twin, purse)}
        assert now == was
        assert queries.linked(tx.session, lesson.id, LinkKind.ORIGIN) == [twin.id]
        assert (keep.edited_by, keep.original_text) == ("", SAID["twin"]["text"])
