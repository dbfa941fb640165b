"""What a programme learned, counted and drawn: exact numbers, only what the reader may see, and the same in the table to take along."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kennislab.archive.models import ArchiveItem, Consent, Evidence, Outcome, Status
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.evaluation.insight import queries
from kennislab.evaluation.insight.scope import Period, Scope, periods, quarters_between, scope_of
from kennislab.live.models import Participant
from kennislab.programme.models import Lab, LabState, Municipality, Participation, ParticipationStatus
from tests.factories.world import World, make_world

TILBURG, DELFT, EMMEN = "GM0855", "GM0503", "GM0114"
TRUST, MONEY, QUOTED = "Vertrouwen", "Geld & schulden", 'Eén "loket"'


@dataclass
class Past:
    """Two sealed labs of the world's programme and one that is still harvested; ``ids`` of items by a word."""

    world: World
    labs: dict[str, int]
    ids: dict[str, str] = field(default_factory=dict)

    def scope(self, staff: bool = True, **more: Any) -> Scope:
        return Scope(self.world.programme_id, staff, **{"first": "2025-Q4", "last": "2026-Q2", **more})


@pytest.fixture
def past(app: Flask) -> Past:
    world = make_world(app, "planned")
    with app.app_context(), transaction() as tx:
        tx.session.add(Municipality(code=EMMEN, name="Emmen", province="", valid_from=None, valid_until=None, tooi=""))
        tx.session.flush()
        labs = {
            "2025-Q4": _lab(tx.session, world, "2025-Q4", LabState.ARCHIVED),
            "2026-Q2": _lab(tx.session, world, "2026-Q2", LabState.ARCHIVED),
            "open": _lab(tx.session, world, "2026-Q3", LabState.HARVESTING),
        }
        past = Past(world, labs)
        _fill(tx.session, past)
    return past


def _lab(session: Session, world: World, quarter: str, state: LabState) -> int:
    day = datetime(int(quarter[:4]), 3 * int(quarter[6]) - 1, 12, 9, tzinfo=UTC)
    lab = Lab(programme_id=world.programme_id, quarter=quarter, title=f"Lab {quarter}", starts_at=day, ends_at=day, question_deadline=day)
    lab.state = state
    session.add(lab)
    session.flush()
    return lab.id


def _fill(session: Session, past: Past) -> None:
    def item(word: str, lab: str, kind: str, place: str | None, *themes: str, **more: Any) -> ArchiveItem:
        made = ArchiveItem(
            programme_id=past.world.programme_id, lab_id=past.labs[lab], kind=kind, text=f"Tekst {word}", original_text="",
            source_kind="added", municipality_code=place, quarter="2026-Q3" if lab == "open" else lab, themes=list(themes),
            **{"consent": Consent.PUBLIC_CITY, "reach_given": Consent.PUBLIC_CITY, "status": Status.CONFIRMED, **more},
        )  # fmt: skip
        session.add(made)
        session.flush()
        past.ids[word] = made.id
        return made

    def tried(of: ArchiveItem, place: str, outcome: Outcome, day: date) -> None:
        session.add(Evidence(item_id=of.id, municipality_code=place, status=outcome, at=day))
        session.flush()

    item("alleen", "2025-Q4", "bottleneck", TILBURG, TRUST)
    waits = item("wacht", "2025-Q4", "bottleneck", DELFT, TRUST, MONEY, votes=3)
    solved = item("opgelost", "2026-Q2", "bottleneck", DELFT, QUOTED)
    item("geheim", "2026-Q2", "bottleneck", DELFT, TRUST, consent=Consent.GROUP, group_name="Groep 1")
    item("weg", "2026-Q2", "bottleneck", DELFT, TRUST, status=Status.DROPPED)
    item("te vroeg", "open", "bottleneck", DELFT, TRUST)
    failed = item("mislukt", "2026-Q2", "solution", DELFT, MONEY, answers_id=waits.id)
    tried(failed, TILBURG, Outcome.WORKED, date(2026, 5, 1))
    tried(failed, TILBURG, Outcome.FAILED, date(2026, 6, 1))
    worked = item("gelukt", "2026-Q2", "solution", DELFT, QUOTED, answers_id=solved.id)
    tried(worked, DELFT, Outcome.WORKED, date(2026, 5, 20))
    tried(worked, EMMEN, Outcome.PLANNED, date(2026, 6, 3))
    anonymous = item("naamloos", "2026-Q2", "solution", None, MONEY, consent=Consent.PUBLIC_ANONYMOUS)
    tried(anonymous, TILBURG, Outcome.PARTLY, date(2026, 5, 2))
    tried(anonymous, EMMEN, Outcome.TRIED, date(2026, 7, 2))
    item("in de groep", "2026-Q2", "solution", DELFT, answers_id=past.ids["alleen"], consent=Consent.GROUP)
    item("koppel", "2026-Q2", "linking_opportunity", TILBURG, TRUST, MONEY)
    item("koppel2", "2025-Q4", "linking_opportunity", TILBURG, MONEY, TRUST, QUOTED)
    item("koppel3", "2025-Q4", "linking_opportunity", TILBURG, MONEY)
    item("vraag", "2025-Q4", "question", DELFT)
    person = past.world.people["participant"]
    for lab, who, place, gone in (
        ("2025-Q4", person, TILBURG, False), ("2025-Q4", person, TILBURG, False), ("2025-Q4", None, DELFT, False),
        ("2025-Q4", None, DELFT, True), ("2025-Q4", None, None, False), ("open", None, DELFT, False),
    ):  # fmt: skip
        revoked = datetime(2026, 1, 1, tzinfo=UTC) if gone else None
        session.add(Participant(lab_id=past.labs[lab], person_id=who, municipality_code=place, revoked_at=revoked))
    for code, year in ((TILBURG, 2025), (TILBURG, 2026), (DELFT, 2025), (DELFT, 2026), (EMMEN, 2026)):
        session.add(
            Participation(programme_id=past.world.programme_id, municipality_code=code, year=year, status=ParticipationStatus.CONTINUES)
        )


def test_themes_over_time(app: Flask, past: Past) -> None:
    with app.app_context():
        found = queries.themes_over_time(db.session(), past.scope())
        assert [period.key for period in found.periods] == ["2025-Q4", "2026-Q1", "2026-Q2"]
        assert found.rows == [(MONEY, [3, None, 3]), (TRUST, [3, None, 2]), (QUOTED, [1, None, 2])], "no lab is not nothing"
        assert queries.themes_over_time(db.session(), past.scope(staff=False)).rows[1] == (TRUST, [3, None, 1])
        some = queries.themes_over_time(db.session(), past.scope(themes=(QUOTED,), first="2026-Q2"))
        assert (some.rows, some.items, some.all_themes) == ([(QUOTED, [2])], 2, [MONEY, QUOTED, TRUST])


def test_bottlenecks_and_what_became_of_them(app: Flask, past: Past) -> None:
    """Tilburg said first that it worked and then that it did not: the last word counts. A solution that stayed in a group is nobody's."""
    with app.app_context():
        session = db.session()

        def numbers(scope: Scope) -> queries.Bottlenecks:
            return queries.bottlenecks(scope, queries.standing(session, scope))

        def waiting(scope: Scope, limit: int | None = None) -> list[tuple[str, int, int]]:
            found = queries.unsolved(session, queries.standing(session, scope), limit)
            return [(one.text.removeprefix("Tekst "), one.answers, one.votes) for one in found]

        staff, others = numbers(past.scope()), numbers(past.scope(staff=False))
        assert (staff.total, staff.without, staff.untested, staff.worked) == (4, 1, 2, 1)
        assert staff.by_theme == [(TRUST, 1, 2, 0), (MONEY, 0, 1, 0), (QUOTED, 0, 0, 1)]
        assert (others.total, others.without, others.untested, others.worked) == (3, 1, 1, 1)
        assert numbers(past.scope(themes=(QUOTED,))).by_theme == [(QUOTED, 0, 0, 1)]
        assert numbers(past.scope(themes=("loket",))).total == 0
        assert waiting(past.scope(staff=False)) == [("alleen", 0, 0), ("wacht", 1, 3)]
        assert waiting(past.scope()) == [("geheim", 0, 0), ("wacht", 1, 3), ("alleen", 1, 0)]
        assert waiting(past.scope(first="2026-Q2"), limit=1) == [("geheim", 0, 0)]


def test_solutions_that_travelled(app: Flask, past: Past) -> None:
    with app.app_context():
        found = queries.travelled(db.session(), past.scope())
        assert [(one.text, one.came_from, one.to, one.worked) for one in found] == [
            ("Tekst naamloos", None, ((TILBURG, Outcome.PARTLY), (EMMEN, Outcome.TRIED)), True),
            ("Tekst mislukt", DELFT, ((TILBURG, Outcome.FAILED),), False),
        ], "what is planned, or at home, has not travelled"
        until_june = past.scope(open_end=False)
        assert [one.text for one in queries.travelled(db.session(), until_june)] == ["Tekst mislukt"], "in July only one city had it"
        assert queries.travelled(db.session(), past.scope(themes=(QUOTED,))) == []


def test_what_ties_what(app: Flask, past: Past) -> None:
    with app.app_context():
        found = queries.linking(db.session(), past.scope())
        assert (found.total, found.alone) == (3, 1) and found.themes == {MONEY: 3, TRUST: 2, QUOTED: 1}
        assert found.pairs == [(MONEY, TRUST, 2), (QUOTED, MONEY, 1), (QUOTED, TRUST, 1)]


def test_who_took_part(app: Flask, past: Past) -> None:
    """One with two phones counts once; who was sent out does not; Emmen was not in the programme in 2025; of 2026-Q2 nobody is known."""
    with app.app_context():
        people = queries.taking_part(db.session(), past.scope(), "people")
        assert people.rows == {TILBURG: [1, None, None], DELFT: [1, None, None], EMMEN: [None, None, None], "": [1, None, None]}
        assert people.totals == {TILBURG: 1, DELFT: 1, "": 1}
        items = queries.taking_part(db.session(), past.scope(staff=False), "items")
        assert items.rows == {TILBURG: [3, None, 1], DELFT: [2, None, 3], EMMEN: [None, None, 0], "": [0, None, 1]}
        assert queries.taking_part(db.session(), past.scope(), "questions").totals == {DELFT: 1}
        assert queries.taking_part(db.session(), past.scope(themes=(QUOTED,)), "items").totals == {TILBURG: 1, DELFT: 2}


def test_the_period_of_an_address() -> None:
    held = quarters_between("2020-Q1", "2026-Q3")
    assert (scope := scope_of(1, True, held, "", "", ["", "a", "a"])) and (scope.first, scope.last, scope.themes) == (
        "2023-Q4",
        "2026-Q3",
        ("a",),
    )
    assert (turned := scope_of(1, True, held, "2026-Q1", "2025-Q2", [])) and (turned.first, turned.last, turned.open_end) == (
        "2025-Q2", "2026-Q1", False,
    )  # fmt: skip
    assert turned.days == (date(2025, 4, 1), date(2026, 3, 31))
    long = scope_of(1, True, held, "2020-Q1", "9999-Q9", [])
    assert long and [period.key for period in periods(long)] == ["2020", "2021", "2022", "2023", "2024", "2025", "2026"]
    assert periods(long)[-1] == Period("2026", ("2026-Q1", "2026-Q2", "2026-Q3")) and long.open_end
    assert scope_of(1, True, [], "", "", []) is None


# --- the page ---------------------------------------------------------------------------------------------------------------------


def _rows(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))


def test_the_page_by_role_with_its_numbers(client: FlaskClient, past: Past) -> None:
    world, address = past.world, f"/programmas/{past.world.programme_id}/inzicht"
    pages = {role: client.get(address, headers=world.bearer(role)) for role in ("coordinator", "facilitator", "participant", "outsider")}
    assert [page.status_code for page in pages.values()] == [200, 200, 200, 404]
    assert "Tekst geheim" in pages["coordinator"].text and "Tekst geheim" not in pages["participant"].text
    assert "Tekst te vroeg" not in pages["coordinator"].text and "Tekst weg" not in pages["coordinator"].text
    assert pages["participant"].text.count("<svg") - pages["participant"].text.count('class="icon"') >= 2 * 5
    assert "Wat in een groep bleef, telt hier niet mee." in pages["participant"].text
    assert "Wat in een groep bleef, telt hier mee;" in pages["coordinator"].text
    for what in ("themas", "knelpunten", "knelpunten-per-thema", "op-reis", "koppelkansen", "deelname", "kaart"):
        assert f"{address}/{what}.csv?van=2025-Q4&amp;tot=2026-Q2" in pages["participant"].text, what
        answers = [client.get(f"{address}/{what}.csv", headers=world.bearer(role)) for role in ("participant", "outsider")]
        assert [answer.status_code for answer in answers] == [200, 404] and answers[0].mimetype == "text/csv"
        assert "geheim" not in answers[0].text and len(_rows(answers[0])) > 1
    assert client.get(f"{address}/anders.csv", headers=world.bearer("coordinator")).status_code == 404
    themes = _rows(client.get(f"{address}/themas.csv?thema=Vertrouwen", headers=world.bearer("participant")))
    assert themes == [["Thema", "4e kwartaal 2025", "1e kwartaal 2026", "2e kwartaal 2026", "Samen"], ["Vertrouwen", "3", "", "1", "4"]]
    travel = _rows(client.get(f"{address}/op-reis.csv", headers=world.bearer("participant")))
    assert travel[1:] == [
        ["Tekst naamloos", "Niet bekend", "Tilburg: deels gewerkt; Emmen: geprobeerd", "3e kwartaal 2026"],
        ["Tekst mislukt", "Delft", "Tilburg: niet gewerkt", "2e kwartaal 2026"],
    ]


def test_filters_stand_in_the_address_and_stay(client: FlaskClient, past: Past) -> None:
    address = f"/programmas/{past.world.programme_id}/inzicht?van=2026-Q2&tot=2026-Q2&thema=E%C3%A9n+%22loket%22&tel=bijdragen"
    page = client.get(address, headers=past.world.bearer("coordinator")).text
    assert '<option value="2026-Q2" selected>' in page and 'value="Eén &#34;loket&#34;" checked' in page
    assert "Tekst wacht" not in page and "Bijdragen per gemeente" in page and "Deelnemers per gemeente" not in page
    assert "themas.csv?van=2026-Q2&amp;tot=2026-Q2&amp;thema=E%C3%A9n+%22loket%22&amp;tel=bijdragen" in page
    odd = client.get(
        f"/programmas/{past.world.programme_id}/inzicht?van=x&tot=' OR 1&thema=%25&tel=y", headers=past.world.bearer("coordinator")
    )
    assert odd.status_code == 200 and "Er is in deze periode nog niets met een thema." in odd.text


def test_before_anything_is_sealed_the_page_says_what_will_be_there(client: FlaskClient, app: Flask) -> None:
    world = make_world(app, "planned")
    address = f"/programmas/{world.programme_id}/inzicht"
    assert "Er is nog niets om te laten zien" in client.get(address, headers=world.bearer("coordinator")).text
    assert client.get(f"{address}/themas.csv", headers=world.bearer("coordinator")).status_code == 404
