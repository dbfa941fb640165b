"""Participants look over what they said: who is asked and when, what they may do, and that sealing waits for it or says why not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kennislab.archive import checking, operations, queries, sealing, undoing
from kennislab.archive.models import Consent, HarvestCheck, Status
from kennislab.core import clock, mail
from kennislab.core.errors import Conflict, Invalid
from kennislab.core.mail import Mail
from kennislab.core.transaction import transaction
from kennislab.programme import operations as programmes
from kennislab.programme.models import Lab, LabState
from tests.archive.rooms import SAID, Said, hold_a_lab, item_of

NOON = datetime(2026, 11, 19, 11, 0, tzinfo=UTC)


@pytest.fixture
def app(make_app: Any, sqlite_url: str) -> Flask:
    return make_app(sqlite_url)


@pytest.fixture
def said(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Said:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    return hold_a_lab(app)


@pytest.fixture(autouse=True)
def inside(app: Flask, said: Said) -> Iterator[None]:
    with app.app_context():
        yield


def quiet(_percent: int, _note: str = "") -> None:
    """Nobody looks at the progress."""


def mails() -> list[tuple[str, str]]:
    with transaction() as tx:
        return [
            (one.purpose, one.to.split("-")[0]) for one in tx.session.scalars(sa.select(Mail).where(Mail.purpose != "").order_by(Mail.id))
        ]


def test_the_look_over_lasts_three_days_and_is_asked_for_once(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction() as tx:
        check = tx.session.get_one(HarvestCheck, said.world.lab_id)
        assert check.until.astimezone(clock.LOCAL).strftime("%d-%m %H:%M") == "22-11 23:59"
    assert [checking.ask_and_remind(quiet) for _ in range(2)] == [1, 0]
    assert mails() == [("check_own", "participant")], "who said nothing, and the staff, are not asked"
    with transaction() as tx:
        one = tx.session.scalars(sa.select(Mail).where(Mail.purpose == "check_own")).one()
        assert "Onder jouw naam staat: 7" in one.body, "the question, five under one's name and the action; not the one without a name"
        assert "[persoonlijke link]" in one.body and "/uitnodiging/" not in one.body, "the link is only made when it leaves"
        assert mail.still_needed(tx.session, one)

    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=3))
    with transaction() as tx:
        operations.approve_own(tx, [item_of(tx, said, "slow")])
    assert [checking.ask_and_remind(quiet) for _ in range(2)] == [1, 0]
    assert mails()[-1] == ("check_own_reminder", "participant")
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=4))
    assert checking.ask_and_remind(quiet) == 0


def test_nobody_is_asked_when_the_room_is_open_again(said: Said) -> None:
    checking.ask_and_remind(quiet)
    with transaction() as tx:
        lab = tx.session.get_one(Lab, said.world.lab_id)
        one = tx.session.scalars(sa.select(Mail).where(Mail.purpose == "check_own")).one()
        programmes.move_lab(tx, lab, LabState.LIVE, said.actor("coordinator"))
        assert not mail.still_needed(tx.session, one)
        programmes.move_lab(tx, lab, LabState.HARVESTING, said.actor("coordinator"))
        assert mail.still_needed(tx.session, one)
        operations.approve_own(tx, queries.of_person(tx.session, lab.id, said.world.people["participant"]))
        assert not mail.still_needed(tx.session, one), "who has looked at everything needs no mail"


def test_the_link_in_the_mail_leads_to_ones_own(app: Flask, said: Said) -> None:
    checking.ask_and_remind(quiet)
    with transaction() as tx:
        body = mail.filled(tx, tx.session.scalars(sa.select(Mail).where(Mail.purpose == "check_own")).one())
    found = re.search(r"http\S+(/uitnodiging/\S+)", body)
    assert found is not None
    client = app.test_client()
    page = client.get(found[1])
    assert page.status_code == 200 and "Doorgaan als Participant" in page.text
    action = re.search(r'action="(/uitnodiging/[^"]+)"', page.text)
    assert action is not None
    onward = re.search(r'name="next" value="([^"]+)"', page.text)
    assert onward is not None
    there = client.post(action[1], data={"next": onward[1]})
    assert (there.status_code, there.location) == (303, f"/kennislabs/{said.world.lab_id}/oogst/eigen")
    own = client.get(there.location).text
    assert SAID["slow"]["text"] in own and SAID["unnamed"]["text"] not in own
    assert "Nakijken kan tot zondag 22 november 2026" in own and "Je bent klaar" not in own
    seen = re.findall(r'name="gezien" value="([^"]+)"', own)
    client.post(there.location.replace("eigen", "alles-klopt"), data={"gezien": seen})
    done = client.get(there.location).text
    assert "Je bent klaar, dank je wel." in done and "Dat kan tot zondag 22 november 2026" in done


def test_an_author_corrects_and_staff_look_again(said: Said) -> None:
    with transaction() as tx:
        item, author = item_of(tx, said, "slow"), said.actor("participant")
        operations.confirm(tx, item)
        operations.correct_own(tx, item, SAID["slow"]["text"], author)
        assert (item.status, item.corrected_at, item.checked_at) == (Status.CONFIRMED, None, NOON), "the same words are no correction"
        operations.correct_own(tx, item, "Het budget kwam in mei pas vrij.", author)
        assert (item.status, item.text, item.original_text) == (Status.DRAFT, "Het budget kwam in mei pas vrij.", SAID["slow"]["text"])
        assert (item.corrected_at, item.edited_by) == (NOON, "Participant")
        with pytest.raises(Invalid):
            operations.correct_own(tx, item, " ", author)


def test_what_is_withdrawn_only_its_author_brings_back(said: Said) -> None:
    staff = said.actor("facilitator")
    with transaction() as tx:
        keep, twin = item_of(tx, said, "twin"), item_of(tx, said, "slow")
        operations.merge(tx, keep, [twin], "Samen", staff)
        operations.withdraw_own(tx, twin)
        assert (twin.status, twin.merged_into_id, keep.status) == (Status.DROPPED, None, Status.DRAFT), "the whole is looked at again"
        for verb in (operations.confirm, operations.reopen):
            with pytest.raises(Conflict, match="withdrawn"):
                verb(tx, twin)
        with pytest.raises(Invalid):
            operations.merge(tx, keep, [twin], "Samen", staff)
        operations.leave_in_own(tx, twin)
        assert (twin.status, twin.withdrawn_at) == (Status.DRAFT, None)
        operations.confirm(tx, twin)


def test_the_nearest_wish_holds_for_what_was_made_one(said: Said) -> None:
    staff = said.actor("facilitator")
    with transaction() as tx:
        keep, twin = item_of(tx, said, "slow"), item_of(tx, said, "twin")
        operations.merge(tx, keep, [twin], "Samen", staff)
        assert keep.consent is Consent.PROGRAMME
        with pytest.raises(Invalid):
            operations.limit_own(tx, keep, Consent.PUBLIC_CITY)
        keep.group_name, twin.group_name = "Groep 1", "Groep 2"
        operations.limit_own(tx, twin, Consent.GROUP)
        assert (twin.status, twin.merged_into_id, keep.status, keep.consent) == (Status.DRAFT, None, Status.DRAFT, Consent.PROGRAMME)


def test_sealing_early_says_why(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction() as tx:
        lab = tx.session.get_one(Lab, said.world.lab_id)
        with pytest.raises(Invalid) as refused:
            operations.settle(tx, lab, "  ")
        assert list(refused.value.fields) == ["why"]
        operations.settle(tx, lab, " Iedereen heeft al gekeken. ")
        assert tx.session.get_one(HarvestCheck, lab.id).early_reason == "Iedereen heeft al gekeken."
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=4))
    with transaction() as tx:
        operations.settle(tx, tx.session.get_one(Lab, said.world.lab_id), "")


def test_how_the_look_over_goes(said: Said) -> None:
    with transaction() as tx:
        items = queries.items_of(tx.session, said.world.lab_id)
        operations.withdraw_own(tx, item_of(tx, said, "slow"))
        operations.correct_own(tx, item_of(tx, said, "twin"), "Anders", said.actor("participant"))
        assert checking.progress(items) == checking.Progress(people=1, done=0, corrected=1, withdrawn=1)
        operations.approve_own(tx, [one for one in items if one.person_id])
        assert checking.progress(items).done == 1


# --- what was made one --------------------------------------------------------------------------------------------------------


def test_without_a_name_and_with_one_nobody_is_forgotten_and_nobody_found_out(said: Said) -> None:
    staff = said.actor("facilitator")
    with transaction() as tx:
        named, unnamed, inside = (item_of(tx, said, name) for name in ("slow", "unnamed", "inside"))
        with undoing.remembered(tx, named.lab, staff, "Samengevoegd"):
            assert operations.merge(tx, named, [unnamed], "Samen", staff) is unnamed, "for all to read: then the card without a name stays"
        assert (unnamed.text, unnamed.kind, unnamed.consent, unnamed.person_id) == ("Samen", "bottleneck", Consent.PUBLIC_ANONYMOUS, None)
        assert (named.status, named.merged_into_id) == (Status.MERGED, unnamed.id)
        assert named in queries.of_person(tx.session, named.lab_id, said.world.people["participant"]), "its author still finds it"
        assert checking.words_now(tx.session, named) == "Samen", "and reads what became of it"
        undoing.undo(tx, named.lab, staff)
        assert (named.status, unnamed.text, unnamed.kind) == (Status.DRAFT, SAID["unnamed"]["text"], "lesson")
        assert operations.merge(tx, unnamed, [inside], "Samen", staff) is inside, "nearer than public: then the card with a name stays"
        assert (inside.consent, inside.kind, unnamed.consent) == (Consent.PROGRAMME, "lesson", Consent.PUBLIC_ANONYMOUS)


def test_of_what_was_made_one_every_author_counts(said: Said) -> None:
    staff = said.actor("facilitator")
    with transaction() as tx:
        keep, twin = item_of(tx, said, "slow"), item_of(tx, said, "twin")
        keep.votes, twin.votes = 3, 2
        operations.merge(tx, keep, [twin], "Samen", staff)
        with pytest.raises(Invalid) as refused:
            operations.set_consent(tx, keep, Consent.PUBLIC_CITY)
        assert list(refused.value.fields) == ["agreed"], "its own author said so, the other did not"
        operations.set_consent(tx, keep, Consent.PUBLIC_CITY, agreed=True)
        operations.limit_own(tx, twin, Consent.PUBLIC_ANONYMOUS)
        assert (twin.status, twin.merged_into_id, keep.status) == (Status.DRAFT, None, Status.DRAFT), "not beside another's name"
        assert (keep.votes, keep.person_id) == (3, said.world.people["participant"])


def test_what_came_without_a_name_and_is_kept_nearer_leads_back_to_nobody(said: Said) -> None:
    staff = said.actor("facilitator")
    with transaction() as tx:
        item = item_of(tx, said, "unnamed")
        operations.set_consent(tx, item, Consent.PROGRAMME)
        operations.confirm_all(tx, item.lab)
        sealing.seal(tx, item.lab, staff)
        assert (item.consent, item.source_id, item.person_id, item.participant_id) == (Consent.PROGRAMME, None, None, None)


def test_one_level_of_lineage_and_everybody_leaves_with_their_votes(said: Said) -> None:
    staff = said.actor("facilitator")
    with transaction() as tx:
        first, second, third = (item_of(tx, said, name) for name in ("slow", "twin", "inside"))
        first.votes, second.votes, third.votes = 1, 2, 4
        operations.merge(tx, second, [third], "Twee", staff)
        operations.merge(tx, first, [second], "Drie", staff)
        assert [one.merged_into_id for one in (second, third)] == [first.id] * 2
        assert [one.votes for one in (first, second, third)] == [7, 2, 4]
        operations.reopen(tx, third)
        operations.drop(tx, first)
        assert [one.votes for one in (first, second, third)] == [1, 2, 4]
        assert [one.status for one in (first, second, third)] == [Status.DROPPED, Status.DRAFT, Status.DRAFT]


# --- words that change while somebody looks -----------------------------------------------------------------------------------


def test_who_agreed_agreed_with_these_words(said: Said) -> None:
    staff, author = said.actor("facilitator"), said.actor("participant")
    with transaction() as tx:
        item = item_of(tx, said, "slow")
        seen = checking.mark_of(item.text)
        operations.change(tx, item, operations.Changes(text="Het geld komt laat."), item.rev, staff)
        assert operations.approve_own(tx, [item], {item.id: seen}) == 0, "these words were not on the page"
        with pytest.raises(Invalid) as refused:
            operations.correct_own(tx, item, "Pas in mei.", author, seen)
        assert (list(refused.value.fields), item.text) == (["text"], "Het geld komt laat.")
        assert operations.approve_own(tx, [item], {item.id: checking.mark_of(item.text)}) == 1
        with undoing.remembered(tx, item.lab, staff, "Opgeslagen"):
            operations.change(tx, item, operations.Changes(text="Weer anders."), item.rev, staff)
        assert item.checked_at is None, "other words are looked at anew"
        undoing.undo(tx, item.lab, staff)
        assert item.checked_at == NOON
