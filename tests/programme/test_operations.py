"""Writing the programme, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from kennislab.accounts.actors import Actor
from kennislab.core.db import db
from kennislab.core.errors import Conflict, DomainError, Invalid, Refused
from kennislab.core.transaction import Tx, transaction
from kennislab.programme import agenda, operations, places, queries, signals
from kennislab.programme.agenda import TEMPLATES, AgendaDraft
from kennislab.programme.models import Block, Lab, LabKind, LabState, Municipality, ParticipationStatus, Programme
from kennislab.programme.operations import LabData

BY = Actor(None, "Marit")
AT = datetime(2026, 11, 19, 12, 30, tzinfo=UTC)


def data(**changes: object) -> LabData:
    values: dict[str, object] = {
        "title": "Warmte",
        "starts_at": AT,
        "ends_at": AT + timedelta(hours=4),
        "question_deadline": AT - timedelta(days=7),
    }
    return LabData(**(values | changes))  # type: ignore[arg-type]


def planned(tx: Tx, template: str = "half-day") -> Lab:
    programme = operations.create_programme(tx, name="Proef")
    return operations.plan_lab(tx, programme, data(), template)


def test_the_official_municipalities(app_context: Flask) -> None:
    with transaction() as tx:
        count = operations.ensure_municipalities(tx)
    assert count == len(places.official()) > 300
    with transaction() as tx:
        tx.session.get_one(Municipality, "GM0855").name = "Tilborg"
    with transaction() as tx:
        assert operations.ensure_municipalities(tx) == count
    read = db.session()
    assert queries.municipality_names(read, ["GM0855", None, "GM9999"]) == {"GM0855": "Tilburg"}
    assert db.session.query(Municipality).count() == count
    in_2020 = {m.code for m in queries.municipalities_on(read, date(2020, 12, 31))}
    in_2021 = {m.code for m in queries.municipalities_on(read, date(2021, 1, 1))}
    assert ("GM0010" in in_2020, "GM1979" in in_2020) == (True, False)  # Delfzijl went up in Eemsdelta on the first of January 2021
    assert ("GM0010" in in_2021, "GM1979" in in_2021) == (False, True)


def test_a_form_of_a_lab_offers_who_takes_part_and_exists_on_its_day(app_context: Flask) -> None:
    with transaction() as tx:
        operations.ensure_municipalities(tx)
        lab = planned(tx)
        assert len(queries.municipalities_for(tx.session, lab)) > 300
        for code in ("GM0855", "GM1895", "GM1979"):
            operations.set_participation(tx, lab.programme, municipality_code=code, year=2026, status=ParticipationStatus.CONTINUES, by=BY)
        operations.set_participation(
            tx, lab.programme, municipality_code="GM0855", year=2026, status=ParticipationStatus.STOPPED, reason="Geen geld.", by=BY
        )
        assert [m.name for m in queries.municipalities_for(tx.session, lab)] == ["Eemsdelta", "Oldambt"]
        with pytest.raises(Invalid) as refused:
            operations.set_participation(tx, lab.programme, municipality_code="GM0010", year=2026, status=ParticipationStatus.JOINED, by=BY)
        assert list(refused.value.fields) == ["municipality_code"]
        operations.set_participation(tx, lab.programme, municipality_code="GM0010", year=2020, status=ParticipationStatus.JOINED, by=BY)


def test_planning(app_context: Flask) -> None:
    with transaction() as tx:
        labs = [planned(tx, key) for key in TEMPLATES]
        assert {key: sum(item.minutes for item in lab.agenda) for key, lab in zip(TEMPLATES, labs, strict=True)} == {
            "day": 390,
            "half-day": 200,
            "deep-dive": 160,
            "empty": 0,
        }
        assert [item.position for item in labs[0].agenda] == list(range(12))
        assert {item.block for item in labs[0].agenda} == set(Block) - {Block.DEEP_DIVE}
        assert len({lab.join_code for lab in labs} | {lab.join_token for lab in labs}) == 8
        assert all(set(lab.join_code) <= set("ABCDEFGHJKMNPQRSTVWXYZ23456789") for lab in labs)
        assert queries.lab_by_code(tx.session, labs[1].join_code) is labs[1]
        assert queries.lab_by_token(tx.session, labs[2].join_token) is labs[2]


@pytest.mark.parametrize(
    ("moment", "quarter"),
    [
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), "2026-Q4"),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), "2027-Q1"),  # midnight in Amsterdam
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), "2026-Q3"),
    ],
)
def test_the_quarter_is_that_of_the_netherlands(moment: datetime, quarter: str) -> None:
    assert operations.quarter_of(moment) == quarter


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "  "}, "title"),
        ({"ends_at": AT}, "ends"),
        ({"question_deadline": AT + timedelta(seconds=1)}, "deadline_day"),
        ({"quarter": "2026-Q5"}, "quarter"),
    ],
)
def test_a_lab_that_cannot_be(app_context: Flask, changes: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused, transaction() as tx:
        operations.plan_lab(tx, operations.create_programme(tx, name="Proef"), data(**changes))
    assert list(refused.value.fields) == [field]
    assert db.session.query(Programme).count() == 0


def test_cloning(app_context: Flask) -> None:
    with transaction() as tx:
        old = planned(tx)
        new = operations.clone_lab(tx, old, data(title="Volgende", kind=LabKind.DEEP_DIVE))
        assert new.cloned_from_id == old.id and new.kind is LabKind.DEEP_DIVE
        assert [agenda.draft_of(i).title for i in new.agenda] == [agenda.draft_of(i).title for i in old.agenda]


def test_the_agenda_keeps_the_ids_of_what_stays(app_context: Flask) -> None:
    with transaction() as tx:
        lab = planned(tx, "deep-dive")
        drafts = [agenda.draft_of(item) for item in lab.agenda]
        ids = [draft.id for draft in drafts]
        wanted = [drafts[3], AgendaDraft(Block.NEWS, " Nieuws ", minutes=5), drafts[0]]
        operations.replace_agenda(tx, lab, wanted, rev=1)
        lab_id = lab.id
    with transaction() as tx:
        lab = tx.session.get_one(Lab, lab_id)
        assert [(i.position, i.title) for i in lab.agenda] == [(0, "Verdieping"), (1, "Nieuws"), (2, "Inloop")]
        assert [lab.agenda[0].id, lab.agenda[2].id] == [ids[3], ids[0]]
        assert lab.rev == 2
        with pytest.raises(Conflict):
            operations.replace_agenda(tx, lab, wanted, rev=1)
        with pytest.raises(Invalid) as refused:
            operations.replace_agenda(tx, lab, [AgendaDraft(Block.NEWS, "", minutes=0, phone_kinds=("joke",))], rev=2)
        assert sorted(refused.value.fields) == ["items-0-minutes", "items-0-phone_kinds", "items-0-title"]


def test_an_item_of_another_lab_is_not_taken_over(app_context: Flask) -> None:
    with transaction() as tx:
        mine, other = planned(tx), planned(tx)
        stolen = agenda.draft_of(other.agenda[0])
        operations.replace_agenda(tx, mine, [stolen], rev=1)
        tx.session.flush()
        assert mine.agenda[0].id != stolen.id
        assert other.agenda[0].id == stolen.id


def test_a_move_is_announced_after_the_commit_and_lets_others_move_along(app_context: Flask) -> None:
    heard: list[tuple[str, object]] = []

    def along(sender: object, *, tx: Tx, lab: Lab, was: LabState, by: Actor) -> None:
        heard.append(("along", (was, lab.state, by.name)))

    def after(sender: object, **payload: object) -> None:
        heard.append(("after", payload))

    with signals.lab_moving.connected_to(along), signals.lab_state_changed.connected_to(after):
        with transaction() as tx:
            lab = planned(tx)
            operations.move_lab(tx, lab, LabState.COLLECTING, BY)
            assert [what for what, _ in heard] == ["along"]
            lab_id = lab.id
    assert heard == [
        ("along", (LabState.PLANNED, LabState.COLLECTING, "Marit")),
        ("after", {"lab": lab_id, "was": LabState.PLANNED, "now": LabState.COLLECTING, "by": "Marit"}),
    ]


def test_who_moves_along_can_stop_the_move(app_context: Flask) -> None:
    with transaction() as tx:
        lab_id = planned(tx).id

    def no(sender: object, **payload: object) -> None:
        raise DomainError("not-now", "Nu niet")

    with signals.lab_moving.connected_to(no), pytest.raises(DomainError), transaction() as tx:
        operations.move_lab(tx, tx.session.get_one(Lab, lab_id), LabState.COLLECTING, BY)
    db.session.rollback()
    assert db.session.get_one(Lab, lab_id).state is LabState.PLANNED


def test_the_archive_is_reached_by_sealing_only(app_context: Flask) -> None:
    with transaction() as tx:
        lab = planned(tx)
        for state in (LabState.COLLECTING, LabState.GROUPING, LabState.READY):
            operations.move_lab(tx, lab, state, BY)
            with pytest.raises(Refused):
                operations.archive_lab(tx, lab, BY)
        lab.state = LabState.HARVESTING
        with pytest.raises(Conflict):
            operations.move_lab(tx, lab, LabState.ARCHIVED, BY)
        operations.archive_lab(tx, lab, BY)
        assert lab.state is LabState.ARCHIVED
        with pytest.raises(Conflict):
            operations.move_lab(tx, lab, LabState.HARVESTING, BY)


def test_programme_data(app_context: Flask) -> None:
    for changes, field in (
        ({"name": ""}, "name"),
        ({"starts_on": date(2026, 1, 2), "ends_on": date(2026, 1, 1)}, "ends_on"),
        ({"retention_months": 0}, "retention_months"),
    ):
        with pytest.raises(Invalid) as refused, transaction() as tx:
            operations.create_programme(tx, **({"name": "Proef"} | changes))
        assert list(refused.value.fields) == [field]
