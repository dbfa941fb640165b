"""Having the app place people of a real lab: who is in it, what they wished, what came of it, and what happened meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from kennislab.accounts import operations as accounts
from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Person, Role
from kennislab.core import jobs
from kennislab.core.db import db
from kennislab.core.errors import Conflict, Invalid
from kennislab.core.transaction import transaction
from kennislab.grouping import assigning, operations, placing, queries, ranking
from kennislab.grouping.assigning import Settings
from kennislab.grouping.models import Assignment, GroupMember
from kennislab.invitations import operations as inviting
from kennislab.invitations import queries as invitations
from kennislab.invitations.models import Answer
from kennislab.programme.models import Lab, LabState
from tests.grouping.boards import person, with_questions
from tests.programme.worlds import ROLES, STATES, set_state, signed_in

Do = Callable[..., object]
TITLES = ("Warmte", "Geld", "Buurt")


class House:
    """A lab with three themes and their groups, and ten more participants (p0 … p9): the even ones of Tilburg, the odd ones of Delft."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.world, self.ids = with_questions(app, 3)
        self.noor = person(self.world, "facilitator")
        self.people: list[int] = []
        with app.app_context(), transaction() as tx:
            lab = tx.session.get_one(Lab, self.world.lab_id)
            self.themes = [operations.create_theme(tx, lab, self.noor, title, [self.ids[at]]).id for at, title in enumerate(TITLES)]
            self.groups = [group.id for group in placing.make_groups(tx, lab, self.noor)]
            placing.say_coming(tx, lab, self.noor, self.world.people["participant"], False)  # who asked the questions stays at home
            for number in range(10):
                one = accounts.create_person(tx, name=f"p{number}", municipality_code="GM0855" if number % 2 == 0 else "GM0503")
                accounts.set_role(tx, one, self.world.programme_id, Role.PARTICIPANT)
                self.people.append(one.id)

    def do(self, verb: Do, *arguments: object, by: Actor | None = None) -> object:
        with self.app.app_context(), transaction() as tx:
            return verb(tx, tx.session.get_one(Lab, self.world.lab_id), by or self.noor, *arguments)

    def choose(self, *choices: tuple[int, ...], solved: dict[int, tuple[int, ...]] | None = None, lead: tuple[int, ...] = ()) -> None:
        """Per person the places of the themes they choose, first wish first; () chooses nothing."""
        with self.app.app_context(), transaction() as tx:
            lab = tx.session.get_one(Lab, self.world.lab_id)
            for number, mine in enumerate(choices):
                if mine:
                    themes = [self.themes[place] for place in mine]
                    done = [self.themes[place] for place in (solved or {}).get(number, ())]
                    ranking.save_ranking(tx, lab, self.people[number], themes, done, number in lead, self.noor)

    def sizes(self, *sizes: tuple[int | None, int | None]) -> None:
        for group_id, title, (least, most) in zip(self.groups, TITLES, sizes, strict=True):
            self.do(placing.change_group, group_id, placing.GroupData(title, least=least, most=most))

    def assign(self, rest: bool = False) -> bool:
        with self.app.app_context():
            return assigning.assign(self.world.lab_id, self.noor, rest)

    def seen(self) -> list[list[int]]:
        """Per group the numbers of who is in it."""
        with self.app.app_context():
            return [
                sorted(self.people.index(member.person_id) for member in group.members)
                for group in queries.groups_of(db.session(), self.world.lab_id)
            ]

    def member(self, number: int) -> GroupMember:
        with self.app.app_context():
            return db.session().get_one(GroupMember, (self.world.lab_id, self.people[number]))

    def outcome(self) -> dict[str, object]:
        with self.app.app_context():
            return dict(db.session().get_one(Assignment, self.world.lab_id).outcome)

    def settings(self, **more: object) -> None:
        self.do(lambda tx, lab, by: assigning.set_up(tx, lab, by, replace(Settings(), **more)))  # type: ignore[arg-type]


@pytest.fixture
def house(app: Flask) -> House:
    return House(app)


@pytest.fixture
def lite(make_app: Callable[..., Flask], sqlite_url: str) -> House:
    return House(make_app(sqlite_url))


def test_everybody_sits_by_their_wishes_and_can_read_why(house: House) -> None:
    house.sizes((2, 4), (2, 4), (2, 4))
    everybody = [(0, 1, 2)] * 6 + [(1, 0, 2)] * 2 + [()] * 2
    house.choose(*everybody, solved={4: (0,)}, lead=(0,))
    house.settings(max_per_municipality=3)
    assert house.assign()
    warm, money, quarter = house.seen()
    assert len(warm) == 4 and set(warm) <= {0, 1, 2, 3, 4, 5}
    assert len(money) == 4 and {6, 7} <= set(money)
    assert quarter == [8, 9], "who chose nothing goes where there is room"
    assert house.outcome()["profile"] == [6, 2, 0, 0] and house.outcome()["optimal"] and house.outcome()["chose"] == 8
    (second, _other) = [number for number in money if number < 6]
    assert house.member(second).rank == 2
    assert house.member(second).reason["key"] == "choice"
    assert [one["why"] for one in house.member(second).reason["because"]] == ["full"]
    assert (house.member(8).rank, house.member(8).reason["key"]) == (None, "open")
    before = house.seen()
    assert house.assign() and house.seen() == before, "asking again with nothing changed changes nothing"


def test_what_a_person_did_stays_and_who_does_not_come_leaves_room(lite: House) -> None:
    lite.sizes((None, 4), (None, 4), (None, 4))
    lite.choose(*[(0, 1, 2)] * 10)
    lite.assign()
    away = lite.seen()[0][0]
    pinned = lite.seen()[0][1]
    lite.do(placing.place_people, [lite.people[pinned]], lite.groups[2])
    assert lite.member(pinned).pinned and (lite.member(pinned).rank, lite.member(pinned).reason) == (3, {})
    lite.do(placing.say_coming, lite.people[away], False)
    with lite.app.app_context():
        assert invitations.answers(db.session(), lite.world.lab_id)[lite.people[away]] is Answer.NOT_COMING
    lite.assign()
    assert pinned in lite.seen()[2] and away not in sum(lite.seen(), [])
    assert lite.outcome()["profile"] == [4, 4, 1, 0]
    lite.do(placing.pin_people, [lite.people[pinned]], False)
    lite.do(placing.say_coming, lite.people[away], True)
    before = lite.seen()
    assert lite.assign(rest=True)
    after = lite.seen()
    assert [set(now) - {away} for now in after] == [set(was) for was in before], "the others keep their places"
    assert away in after[2], "the first two are full"
    with pytest.raises(Invalid, match="nobody-to-place"):
        lite.assign(rest=True)


def test_a_clash_is_told_and_its_relaxation_is_one_step(lite: House) -> None:
    lite.sizes((None, 3), (None, 3), (None, 3))
    lite.choose(*[(0, 1, 2)] * 10)
    lite.settings()
    assert lite.assign()
    assert lite.seen() == [[], [], []], "nobody moves when it does not fit"
    told = lite.outcome()
    assert told["clashes"][0]["text"][1] == {"people": 10, "room": 9}  # type: ignore[index]
    assert [change["kind"] for change in told["relaxations"][0]] == ["most"]  # type: ignore[index]
    assert lite.do(assigning.relax, 0) is False
    assert lite.assign()
    assert [len(one) for one in lite.seen()] == [4, 3, 3] and lite.outcome()["profile"] == [4, 3, 3, 0]
    with pytest.raises(Conflict, match="not-offered"):
        lite.do(assigning.relax, 0)


def test_wishes_hold_leaders_sit_where_they_lead_and_a_solver_sits_beside_an_asker(lite: House) -> None:
    lite.sizes((2, 4), (2, 4), (2, 4))
    lite.choose(*[(0, 1, 2)] * 10, solved={9: (2,)}, lead=(2, 3, 4))
    together = lite.do(placing.add_wish, "together", [lite.people[0], lite.people[9]])
    again = lite.do(placing.add_wish, "together", [lite.people[9], lite.people[0]])
    assert together.id == again.id  # type: ignore[attr-defined]
    lite.do(placing.add_wish, "apart", [lite.people[1], lite.people[3], lite.people[5]])
    lite.do(placing.change_group, lite.groups[2], placing.GroupData("Buurt", least=2, most=4, leader_id=lite.people[7]))
    lite.settings(leaders="must")
    lite.assign()
    seen = lite.seen()
    where = {number: place for place, group in enumerate(seen) for number in group}
    assert where[0] == where[9] and len({where[1], where[3], where[5]}) == 3
    assert where[7] == 2 and lite.member(7).reason["key"] == "leader"
    assert {where[2], where[3], where[4]} >= {0, 1}, "in both groups without a leader of their own somebody can"
    for wrong in ([lite.people[0]], [lite.people[0], lite.world.people["outsider"]]):
        with pytest.raises(Invalid):
            lite.do(placing.add_wish, "apart", wrong)
    lite.do(placing.remove_wish, together.id)  # type: ignore[attr-defined]
    with lite.app.app_context():
        assert [wish.kind for wish in queries.wishes_of(db.session(), lite.world.lab_id)] == ["apart"]


def test_what_clashes_by_hand_can_be_let_go(lite: House) -> None:
    lite.do(placing.add_wish, "together", lite.people[:2])
    lite.do(placing.place_people, [lite.people[0]], lite.groups[0])
    lite.do(placing.place_people, [lite.people[1]], lite.groups[1])
    lite.settings()
    lite.assign()
    assert lite.seen()[0] == [0]
    kinds = [[change["kind"] for change in changes] for changes in lite.outcome()["relaxations"]]  # type: ignore[attr-defined]
    assert kinds[0] == ["together"] and ["pin"] in kinds
    lite.do(assigning.relax, kinds.index(["pin"]))
    lite.assign()
    assert any({0, 1} <= set(group) for group in lite.seen())


def test_a_walk_in_finds_a_place_in_a_room_that_is_beyond_its_limits(lite: House) -> None:
    lite.do(placing.place_people, lite.people[:8], lite.groups[0])
    lite.sizes((None, 4), (5, 6), (None, 1))
    lite.choose(*[(0, 1, 2)] * 9)
    lite.settings(max_per_municipality=1)
    assert lite.assign(rest=True)
    assert lite.seen() == [[0, 1, 2, 3, 4, 5, 6, 7], [8, 9], []] or lite.seen() == [[0, 1, 2, 3, 4, 5, 6, 7], [8], [9]]
    assert lite.member(8).rank == 2


def test_what_changes_meanwhile_is_not_overwritten(lite: House, monkeypatch: pytest.MonkeyPatch) -> None:
    lite.choose(*[(0, 1, 2)] * 10)
    lite.settings()
    real, calls = assigning.solve, []

    def slow(problem: object, *rest: object) -> object:
        found = real(problem, *rest)  # type: ignore[arg-type]
        if len(calls) < 1:
            lite.do(placing.place_people, [lite.people[4]], lite.groups[2])  # a colleague, while it computes
        calls.append(found)
        return found

    monkeypatch.setattr(assigning, "solve", slow)
    assert lite.assign()
    assert len(calls) == 2 and 4 in lite.seen()[2] and lite.seen()[0] == [0, 1, 2, 3, 5, 6, 7, 8, 9]
    hands = iter(range(100))
    monkeypatch.setattr(
        assigning,
        "solve",
        lambda *asked: (lite.do(placing.place_people, [lite.people[5]], lite.groups[1 + next(hands) % 2]), real(*asked))[1],
    )
    with pytest.raises(Conflict, match="groups-change"):
        lite.assign()


def test_a_big_lab_is_a_job_that_shows_how_far_it_is(lite: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assigning, "AT_ONCE", 0)
    lite.choose(*[(2, 1, 0)] * 10)
    lite.settings()
    assert not lite.assign()
    page = signed_in(lite.app, lite.world, "facilitator").get(f"/kennislabs/{lite.world.lab_id}/groepen").get_data(as_text=True)
    assert "Staat klaar om te beginnen" in page and 'id="assign-work"' in page
    assert jobs.run_all(lite.app) >= 1
    assert lite.seen()[2] == list(range(10))
    with lite.app.app_context():
        assert db.session().get_one(Assignment, lite.world.lab_id).job is None


def test_who_looks_on_sees_that_somebody_stays_away(lite: House) -> None:
    lite.do(placing.place_people, [lite.people[0]], lite.groups[1])
    client = signed_in(lite.app, lite.world, "facilitator")
    address, json = f"/kennislabs/{lite.world.lab_id}/groepen/gebeurtenissen", {"Accept": "application/json"}
    start = client.get(f"{address}?since=0&stamp=", headers=json).get_json()
    with lite.app.app_context(), transaction() as tx:
        (invitation,) = inviting.invite(tx, tx.session.get_one(Lab, lite.world.lab_id), [tx.session.get_one(Person, lite.people[0])], "")
        inviting.answer(tx, invitation, Answer.NOT_COMING, "link")  # from their own phone
    news = client.get(f"{address}?since={start['head']}&stamp={start['stamp']}", headers=json).get_json()
    assert "Komt niet" in news["columns"][str(lite.groups[1])] and "2 komen niet." in news["tools"] and not news["said"]


def test_who_counts_as_coming_and_what_is_suggested(lite: House) -> None:
    lite.do(placing.say_coming, lite.people[0], True)
    lite.settings(only_coming=True)
    lite.assign()
    assert sorted(sum(lite.seen(), [])) == [0]
    assert assigning.suggested_sizes(70, 8) == (7, 10) and assigning.suggested_sizes(3, 0) == (2, 5)
    with lite.app.app_context():
        lab = db.session().get_one(Lab, lite.world.lab_id)
        assert assigning.suggested_per_municipality(db.session(), lab) == 3, "five of Delft over three groups, with a little room"
    with pytest.raises(Invalid):
        lite.settings(max_per_municipality=0)


#                                                                              participant      staff
PATHS: list[tuple[str, dict[str, str], str, str]] = [
    ("groepen/automatisch", {}, "xxxxxxx", "-->>>--"),
    ("groepen/ruimer", {"voorstel": "0"}, "xxxxxxx", "-->>>--"),
    ("groepen/voorwaarden", {"leaders": "prefer"}, "xxxxxxx", "-->>>--"),
    ("groepen/grootte", {}, "xxxxxxx", "-->>>--"),
    ("groepen/vastzetten", {"cards": "{person}"}, "xxxxxxx", "-->>>--"),
    ("groepen/wensen", {"cards": "{person}", "kind": "apart"}, "xxxxxxx", "-->>>--"),
    ("groepen/wensen/1/weghalen", {}, "xxxxxxx", "-->>>--"),
    ("groepen/komt", {"cards": "{person}", "komt": "1"}, "xxxxxxx", "-->>>--"),
    ("groepen/kiezen", {}, "xxxxxxx", "-->>>--"),
]  # fmt: skip


def test_who_may_have_people_placed(lite: House) -> None:
    clients = {role: signed_in(lite.app, lite.world, role) for role in ROLES}
    codes = {"-": 409, "x": 403, ">": 303}
    for turn, state in enumerate(STATES):
        with lite.app.app_context(), transaction() as tx:
            set_state(tx, tx.session.get_one(Lab, lite.world.lab_id), LabState(state))
        for role, client in clients.items():
            for path, form, participant, staff in PATHS:
                sent = {name: value.format(person=lite.people[0]) for name, value in form.items()}
                answer = client.post(f"/kennislabs/{lite.world.lab_id}/{path}", data=sent, headers={"Accept": "text/html"})
                signs = participant if role == "participant" else staff
                assert answer.status_code == {"anonymous": 401, "outsider": 404}.get(role, codes[signs[turn]]), (role, state, path)
