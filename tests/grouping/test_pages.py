"""Every address of the board and the groups, for every role in every state; what a script gets; what a form gets back."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.grouping import keeping, operations, placing, queries
from kennislab.programme.models import Lab, LabState
from kennislab.questions import queries as questions
from tests.factories.world import World
from tests.grouping.boards import person, with_questions
from tests.grouping.test_assigning import PATHS
from tests.programme.worlds import ROLES, STATES, set_state, signed_in

JSON = {"Accept": "application/json"}
#                          planned collecting grouping ready live harvesting archived
ADDRESSES: list[tuple[str, str, dict[str, str], str, str]] = [
    # method, path, form, participant, staff
    ("GET", "themas", {}, "---++++", "+++++++"),
    ("GET", "themas/gebeurtenissen?since=0", {}, "---++++", "+++++++"),
    ("GET", "themas/geschiedenis", {}, "xxxxxxx", "+++++++"),
    ("GET", "themas/afdruk", {}, "---++++", "+++++++"),
    ("GET", "themas/vullen?titel=Warmte", {}, "xxxxxxx", "--++---"),
    ("GET", "themas/bewaard", {}, "xxxxxxx", "+++++++"),
    ("GET", "themas/bewaard/{kept}", {}, "xxxxxxx", "+++++++"),
    ("GET", "groepen", {}, "---++++", "+++++++"),
    ("GET", "groepen/gebeurtenissen?since=0", {}, "---++++", "+++++++"),
    ("POST", "themas/verplaatsen", {"cards": "{card}", "to": "{theme}"}, "xxxxxxx", "-->>---"),
    ("POST", "themas/vastzetten", {"cards": "{card}", "fixed": "0"}, "xxxxxxx", "-->>---"),
    ("POST", "themas/nieuw", {"title": "Nieuw"}, "xxxxxxx", "-->>---"),
    ("POST", "themas/{theme}/naam", {"title": "Anders"}, "xxxxxxx", "-->>---"),
    ("POST", "themas/{theme}/plaats", {"direction": "right"}, "xxxxxxx", "-->>---"),
    ("POST", "themas/{theme}/samenvoegen", {"to": "{other}"}, "xxxxxxx", "-->>---"),
    ("POST", "themas/{theme}/splitsen", {"cards": "{card}", "title": "Apart"}, "xxxxxxx", "-->>---"),
    ("POST", "themas/{theme}/weghalen", {}, "xxxxxxx", "-->>---"),
    ("POST", "themas/voorstel", {"groups": "4"}, "xxxxxxx", "-->>---"),
    ("POST", "themas/ongedaan", {}, "xxxxxxx", "-->>---"),
    ("POST", "themas/opnieuw", {}, "xxxxxxx", "-->>---"),
    ("POST", "themas/handen", {"cards": "{card}"}, "xxxxxxx", "-->>---"),
    ("POST", "themas/vullen/zoeken", {"cards": "{card}"}, "xxxxxxx", "-->>---"),
    ("POST", "themas/vullen", {"cards": "{card}", "title": "Vol"}, "xxxxxxx", "-->>---"),
    ("POST", "themas/bewaard", {"name": "Zo"}, "xxxxxxx", "-->>---"),
    ("POST", "themas/bewaard/{kept}/terugzetten", {}, "xxxxxxx", "-->>---"),
    ("POST", "themas/bewaard/{kept}/weggooien", {}, "xxxxxxx", "-->0---"),
    ("POST", "groepen/maken", {}, "xxxxxxx", "-->>>--"),
    ("POST", "groepen/nieuw", {"name": "Extra"}, "xxxxxxx", "-->>>--"),
    ("POST", "groepen/{group}", {"name": "Anders"}, "xxxxxxx", "-->>>--"),
    ("POST", "groepen/{group}/weghalen", {}, "xxxxxxx", "-->>>--"),
    ("POST", "groepen/indelen", {"cards": "{person}", "to": "{group}"}, "xxxxxxx", "-->>>--"),
    ("POST", "groepen/bij-eigen-vraag", {}, "xxxxxxx", "-->>>--"),
]  # fmt: skip
STATUS = {"+": 200, ">": 303, "-": 409, "x": 403, "0": 404}


class Place:
    """A board with two themes and their groups, to be put in any state."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.world, self.ids = with_questions(app, 6)
        by = person(self.world, "facilitator")
        with app.app_context(), transaction() as tx:
            lab = tx.session.get_one(Lab, self.world.lab_id)
            self.themes = [
                operations.create_theme(tx, lab, by, title, self.ids[at : at + 2]).id for title, at in (("Warmte", 0), ("Geld", 2))
            ]
            self.groups = [group.id for group in placing.make_groups(tx, lab, by)]
            self.kept = keeping.keep(tx, lab, by, "Maandag").id

    def fill(self, text: str) -> str:
        return text.format(
            card=self.ids[0],
            theme=self.themes[0],
            other=self.themes[1],
            group=self.groups[0],
            kept=self.kept,
            person=self.world.people["participant"],
        )

    def url(self, path: str) -> str:
        return f"/kennislabs/{self.world.lab_id}/{self.fill(path)}"

    def put(self, state: LabState) -> None:
        with self.app.app_context(), transaction() as tx:
            set_state(tx, tx.session.get_one(Lab, self.world.lab_id), state)


@pytest.fixture
def place(make_app: Callable[..., Flask], sqlite_url: str) -> Place:
    return Place(make_app(sqlite_url))


def ask(client: FlaskClient, place: Place, method: str, path: str, form: dict[str, str], **headers: str) -> Any:
    data = {name: place.fill(value) for name, value in form.items()} if method == "POST" else None
    return client.open(place.url(path), method=method, data=data, headers=headers)


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("coordinator", "facilitator")])
def test_what_others_may(place: Place, role: str) -> None:
    """Nothing of this changes anything, so one board will do."""
    client = signed_in(place.app, place.world, role)
    for turn, state in enumerate(STATES):
        place.put(state)
        for method, path, form, participant, _staff in ADDRESSES:
            expected = {"anonymous": 401, "outsider": 404}.get(role, STATUS[participant[turn]])
            answer = ask(client, place, method, path, form, Accept="application/json")
            page = ask(client, place, method, path, form, Accept="text/html")
            assert answer.status_code == expected, (role, state, path)
            away = role == "anonymous" and method == "GET"  # a page sends who is not signed in to the door
            assert page.status_code == (302 if away else expected), (role, state, path)


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda one: f"{one[0]} {one[1]}")
def test_what_staff_may(make_app: Callable[..., Flask], sqlite_url: str, address: tuple[str, str, dict[str, str], str, str]) -> None:
    method, path, form, _participant, staff = address
    place = Place(make_app(sqlite_url))
    client = signed_in(place.app, place.world, "facilitator")
    for turn, state in enumerate(STATES):
        place.put(state)
        expected = STATUS[staff[turn]]
        answer = ask(client, place, method, path, form, Accept="text/html" if "gebeurtenissen" not in path else "application/json")
        assert answer.status_code == expected, (state, answer.get_data(as_text=True)[:300])


def test_every_address_is_in_the_matrix(place: Place) -> None:
    """Here, or where those of a page of its own are tried: having people placed, questions that look alike."""
    rules = {rule.rule.split("/", 3)[3] for rule in place.app.url_map.iter_rules() if rule.endpoint.startswith("grouping.")}
    rules = {rule for rule in rules if rule.startswith(("themas/", "groepen/")) or rule in ("themas", "groepen")} - {
        re.sub("/1/", "/<int:wish_id>/", one[0]) for one in PATHS
    }
    numbers = {"{theme}": "<int:theme_id>", "{group}": "<int:group_id>", "{kept}": "<int:kept_id>"}
    named = {re.sub(r"{\w+}", lambda found: numbers[found[0]], path.split("?")[0]) for _, path, *_ in ADDRESSES}
    assert rules == named


def news(client: FlaskClient, place: Place, since: int = 0, stamp: str = "", wait: int = 0, what: str = "themas") -> dict[str, Any]:
    answer = client.get(f"/kennislabs/{place.world.lab_id}/{what}/gebeurtenissen?since={since}&stamp={stamp}&wait={wait}", headers=JSON)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.get_json()


def test_a_script_gets_only_what_changed(place: Place) -> None:
    client, other = signed_in(place.app, place.world, "facilitator"), signed_in(place.app, place.world, "coordinator")
    start = news(client, place)
    assert start["order"] == ["pile", *map(str, place.themes)]
    assert set(start["columns"]) == set(start["order"])
    assert news(client, place, start["head"], start["stamp"]) == {"head": start["head"], "stamp": start["stamp"]}
    form = {"cards": str(place.ids[5]), "to": str(place.themes[1]), "index": "0", "since": str(start["head"]), "stamp": start["stamp"]}
    answer = other.post(place.url("themas/verplaatsen"), data=form, headers=JSON).get_json()
    assert set(answer["columns"]) == {"pile", str(place.themes[1])}
    assert answer["said"] == []
    mine = news(client, place, start["head"], start["stamp"])
    assert mine["said"] == ["Coordinator zette een kaart in “Geld”."]
    assert set(mine["columns"]) == {"pile", str(place.themes[1])}
    assert mine["columns"][str(place.themes[1])].index(f'data-card="{place.ids[5]}"') < mine["columns"][str(place.themes[1])].index(
        f'data-card="{place.ids[2]}"'
    )
    people = news(client, place, start["head"], start["stamp"], what="groepen")
    assert people["said"] == []


def test_who_is_at_the_board_hears_of_other_hands_and_of_nothing_else(place: Place) -> None:
    client, other = signed_in(place.app, place.world, "facilitator"), signed_in(place.app, place.world, "coordinator")
    start = news(client, place)
    assert "hands" not in start, "who does not ask (the page without a script, the groups) is not told"
    address = place.url(f"themas/gebeurtenissen?since={start['head']}&stamp={start['stamp']}&hands=")
    empty = client.get(address, headers=JSON).get_json()
    assert empty["hands"]["of"] == []
    other.post(place.url("themas/handen"), data={"cards": str(place.ids[3])}, headers=JSON)
    seen = client.get(address + empty["hands"]["stamp"], headers=JSON).get_json()
    assert [(hand["name"], hand["initials"], hand["cards"]) for hand in seen["hands"]["of"]] == [("Coordinator", "C", [place.ids[3]])]
    assert "columns" not in seen
    assert seen["head"] == start["head"]
    again = client.get(address + seen["hands"]["stamp"], headers=JSON).get_json()
    assert "hands" not in again
    other.post(place.url("themas/handen"), data={"weg": "1"}, headers=JSON)
    assert client.get(address + seen["hands"]["stamp"], headers=JSON).get_json()["hands"]["of"] == []
    own = other.get(address + "x", headers=JSON).get_json()
    assert own["hands"]["of"] == [], "one's own hands are not told"


def test_a_title_fills_a_theme_with_what_was_ticked_and_one_step_takes_it_back(place: Place) -> None:
    client = signed_in(place.app, place.world, "facilitator")
    sought = client.post(place.url("themas/vullen/zoeken"), data={"title": "Schulden", "cards": [place.ids[0], place.ids[4]]})
    page = client.get(sought.headers["Location"]).get_data(as_text=True)
    assert "Wat past bij “Schulden”?" in page
    assert "Deze koos je zelf" in page
    assert page.count('name="cards"') >= 2
    taken = {"title": "Schulden", "cards": [place.ids[0], place.ids[4]]}
    assert client.post(place.url("themas/vullen"), data=taken).status_code == 303
    with place.app.app_context():
        columns = {column.theme.title if column.theme else "": column.cards for column in queries.board(db.session(), place.world.lab_id)}
    assert {card.question.id for card in columns["Schulden"]} == {place.ids[0], place.ids[4]}
    nothing = client.get(place.url("themas/vullen"))
    assert nothing.status_code == 303
    assert "Typ een titel of kies kaarten" in client.get(place.url("themas")).get_data(as_text=True)


def test_history_says_who_moved_what_from_where_to_where(place: Place) -> None:
    client = signed_in(place.app, place.world, "facilitator")
    client.post(place.url("themas/verplaatsen"), data={"cards": str(place.ids[0]), "to": str(place.themes[1])})
    client.post(place.url("themas/verplaatsen"), data={"cards": str(place.ids[1]), "to": str(place.themes[1]), "pile": "1"})
    page = " ".join(client.get(place.url("themas/geschiedenis")).get_data(as_text=True).split())
    assert "Facilitator zette een kaart in “Geld”." in page
    assert "van Warmte naar Geld" in page
    assert "van Warmte naar de stapel" in page
    assert "van de stapel naar Warmte" in page


def test_a_question_that_changes_is_news_too(place: Place) -> None:
    client = signed_in(place.app, place.world, "facilitator")
    start = news(client, place)
    from kennislab.questions import operations as asking  # only here

    with place.app.app_context(), transaction() as tx:
        asking.light_edit(
            tx,
            questions.of_lab(tx.session, place.world.lab_id)[0],
            "Hoe win je het vertrouwen van bewoners?",
            person(place.world, "facilitator"),
            1,
        )
    after = news(client, place, start["head"], start["stamp"])
    assert "Hoe win je het vertrouwen van bewoners?" in after["columns"][str(place.themes[0])]


def test_waiting_ends_when_something_happens(place: Place) -> None:
    client = signed_in(place.app, place.world, "facilitator")
    start = news(client, place)

    def later() -> None:
        time.sleep(0.7)
        with place.app.app_context(), transaction() as tx:
            operations.rename_theme(
                tx, tx.session.get_one(Lab, place.world.lab_id), person(place.world, "coordinator"), place.themes[0], "Warm"
            )

    thread = threading.Thread(target=later)
    thread.start()
    began = time.monotonic()
    after = news(client, place, start["head"], start["stamp"], wait=20)
    thread.join()
    assert after["said"] == ["Coordinator veranderde “Warmte” in “Warm”."]
    assert time.monotonic() - began < 10


def test_user_text_is_escaped_in_pages_and_answers(place: Place) -> None:
    client = signed_in(place.app, place.world, "facilitator")
    nasty = "<img src=x onerror=alert(1)>"
    client.post(place.url("themas/nieuw"), data={"title": nasty}, headers=JSON)
    client.post(place.url("groepen/nieuw"), data={"name": nasty}, headers=JSON)
    for text in (
        client.get(place.url("themas")).get_data(as_text=True),
        client.get(place.url("groepen")).get_data(as_text=True),
        client.get(place.url("themas/geschiedenis")).get_data(as_text=True),
        *news(client, place)["columns"].values(),
    ):
        assert "<img" not in text
    assert any("&lt;img" in text for text in news(client, place)["columns"].values())


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("themas/nieuw", {"title": ""}, 422),
        ("themas/nieuw", {"title": "x" * 121}, 422),
        ("themas/verplaatsen", {"to": "pile"}, 422),
        ("themas/verplaatsen", {"cards": "1; drop", "to": "pile"}, 422),
        ("themas/verplaatsen", {"cards": "{card}", "to": "nergens"}, 422),
        ("themas/verplaatsen", {"cards": "{card}", "to": "99999"}, 409),
        ("themas/verplaatsen", {"cards": "424242", "to": "pile"}, 404),
        ("themas/99999/naam", {"title": "Anders"}, 409),
        ("themas/{theme}/samenvoegen", {"to": "{theme}"}, 422),
        ("themas/{theme}/splitsen", {}, 422),
        ("themas/voorstel", {"groups": "999"}, 422),
        ("themas/voorstel", {"groups": "veel"}, 422),
        ("themas/voorstel", {"largest": "1"}, 422),
        ("themas/vullen", {"title": "Vol"}, 422),
        ("themas/vullen", {"thema": "99999", "cards": "{card}"}, 409),
        ("groepen/{group}", {"name": "Naam", "least": "0"}, 422),
        ("groepen/{group}", {"name": "Naam", "leader": "99999"}, 422),
        ("groepen/99999", {"name": "Naam"}, 404),
        ("groepen/indelen", {"cards": "{person}", "to": "99999"}, 409),
        ("groepen/nieuw", {"name": " "}, 422),
    ],
)
def test_refusals_say_why_and_change_nothing(place: Place, path: str, form: dict[str, str], status: int) -> None:
    client = signed_in(place.app, place.world, "facilitator")
    before = news(client, place)["head"]
    answer = ask(client, place, "POST", path, form, **JSON)
    assert answer.status_code == status, answer.get_json()
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["title"]
    page = ask(client, place, "POST", path, form, Accept="text/html")
    assert page.status_code == (404 if status == 404 else 303)
    assert news(client, place)["head"] == before


def test_a_lab_without_questions_says_what_will_be_here(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world, _ = with_questions(app, 1)
    with app.app_context(), transaction() as tx:
        from kennislab.questions import operations as asking  # only here

        asking.withdraw(tx, questions.of_lab(tx.session, world.lab_id)[0])
    client = signed_in(app, world, "facilitator")
    page = client.get(f"/kennislabs/{world.lab_id}/themas").get_data(as_text=True)
    assert "Er zijn nog geen kennisvragen" in page


def test_a_participant_reads_who_sits_where_and_no_more(place: Place) -> None:
    with place.app.app_context(), transaction() as tx:
        lab = tx.session.get_one(Lab, place.world.lab_id)
        placing.place_people(tx, lab, person(place.world, "facilitator"), [place.world.people["participant"]], place.groups[1])
    place.put(LabState.READY)
    client = signed_in(place.app, place.world, "participant")
    page = client.get(place.url("groepen")).get_data(as_text=True)
    assert "Jouw groep: Geld" in page
    assert "Nog geen groep" not in page
    assert "voorbeeld.example" not in page
    board = client.get(place.url("themas")).get_data(as_text=True)
    assert "Warmte" in board
    assert 'name="cards"' not in board
    assert "Stel thema" not in board


@pytest.mark.slow
def test_five_hundred_cards_are_one_quick_page(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world: World
    world, ids = with_questions(app, 500)
    by = person(world, "facilitator")
    with app.app_context(), transaction() as tx:
        lab = tx.session.get_one(Lab, world.lab_id)
        for number in range(10):
            operations.create_theme(tx, lab, by, f"Thema {number}", ids[number * 50 : number * 50 + 45])
    client = signed_in(app, world, "facilitator")
    client.get(f"/kennislabs/{world.lab_id}/themas")
    start = time.process_time()
    page = client.get(f"/kennislabs/{world.lab_id}/themas")
    assert time.process_time() - start < 2
    assert page.get_data(as_text=True).count("data-card=") == 500
    with app.app_context():
        assert len(queries.cards_of(db.session(), world.lab_id)) == 500
