"""One's own page before, during and after the day, and what is printed: who sees it, what it tells, and what it keeps to itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from kennislab.accounts.actors import Actor
from kennislab.archive.models import ArchiveItem, Consent, Status
from kennislab.core.transaction import transaction
from kennislab.grouping import placing
from kennislab.grouping.models import GroupMember
from kennislab.programme.models import Lab, LabState
from kennislab.questions import co_asking, merging
from kennislab.questions import operations as questions
from kennislab.questions.models import KnowledgeQuestion
from tests.grouping.test_assigning import House
from tests.grouping.test_ranking_pages import address, open_up, put
from tests.programme.worlds import ROLES, STATES, signed_in


@pytest.fixture
def house(make_app: Callable[..., Flask], sqlite_url: str) -> House:
    return House(make_app(sqlite_url))


def read(house: House, role: str = "participant", page: str = "mijn") -> str:
    answer = signed_in(house.app, house.world, role).get(address(house, page))
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("role", ROLES)
def test_who_may_read_what_when(house: House, role: str) -> None:
    client = signed_in(house.app, house.world, role)
    own = {"anonymous": 302, "outsider": 404}.get(role, 200)
    paper = {"anonymous": 302, "outsider": 404, "participant": 403}.get(role, 200)
    for state in STATES:
        put(house, state)
        assert client.get(address(house, "mijn")).status_code == own, state
        for wanted in ("groepen", "deuren", "namen", "anders"):
            assert client.get(address(house, "groepen/printen"), query_string={"wat": wanted}).status_code == paper, state


def test_what_to_do_now_follows_the_day(house: House) -> None:
    assert "Je komt niet." in read(house) and "Antwoord veranderen" in read(house)
    me = house.world.people["participant"]
    house.do(placing.say_coming, me, True)
    assert "Je komt." in read(house) and "Zet het in je agenda" in read(house)
    assert "De begeleider maakt de groepen" in read(house)
    open_up(house)
    assert "Waar wil je over meepraten?" in read(house)
    put(house, LabState.LIVE)
    assert f"/live/{house.world.lab_id}" in read(house) and "Je hebt nog geen groep" in read(house)
    put(house, LabState.HARVESTING)
    assert "Er staat niets onder jouw naam" in read(house) and "agenda" not in read(house)
    with house.app.app_context(), transaction() as tx:
        tx.session.add(_item(house, "Bel eerst de huurders", person_id=me))
    assert "Er staat 1 bijdrage onder jouw naam" in read(house) and f"/kennislabs/{house.world.lab_id}/oogst" in read(house)


def _item(house: House, text: str, **more: object) -> ArchiveItem:
    values: dict[str, object] = {"kind": "solution", "source_kind": "added", "consent": Consent.PROGRAMME, "status": Status.CONFIRMED}
    return ArchiveItem(
        programme_id=house.world.programme_id, lab_id=house.world.lab_id, text=text, original_text=text, quarter="2026-Q4",
        reach_given=Consent.PROGRAMME, **(values | more),
    )  # fmt: skip


def test_the_group_with_whom_and_why_but_not_what_is_between_staff(house: House) -> None:
    me = house.world.people["participant"]
    house.do(placing.say_coming, me, True)
    house.do(placing.place_people, [me, *house.people[:3]], house.groups[0])
    house.do(placing.say_coming, house.people[2], False)
    house.do(placing.change_group, house.groups[0], placing.GroupData("Warmte", room="Zaal 2", leader_id=house.noor.person_id))
    with house.app.app_context(), transaction() as tx:
        because = [
            {"why": "full", "group": house.groups[1], "number": None, "people": []},
            {"why": "apart", "group": house.groups[2], "number": None, "people": [house.people[0]]},
        ]
        member = tx.session.get_one(GroupMember, (house.world.lab_id, me))
        member.pinned, member.rank, member.reason = False, 2, {"key": "choice", "because": because, "beside": []}
    assert "Zaal 2" not in read(house), "not before all is ready"
    put(house, LabState.READY)
    page = read(house)
    for words in ("Zaal 2", "Facilitator", "Met 2 anderen", "p0", "p1", "Dit was je tweede keus.", "“Geld” zat vol.", "Thema: Warmte"):
        assert words in page, words
    assert "uit elkaar" not in page and "p2" not in page
    assert "Jij leidt deze groep" in read(house, "facilitator")


def test_what_became_of_my_questions_there_and_in_the_archive(house: House) -> None:
    me = Actor(house.world.people["participant"], "Participant")
    with house.app.app_context(), transaction() as tx:
        lab = tx.session.get_one(Lab, house.world.lab_id)
        first, second, third = (tx.session.get_one(KnowledgeQuestion, one) for one in house.ids)
        merging.merge(tx, first, [second], house.noor)
        other = questions.submit(
            tx, lab, Actor(house.people[0], "p0"), questions.QuestionData("Hoe betalen we de nieuwe speelplek?", municipality_code="GM0855")
        )
        co_asking.join(tx, other, me, "")
        texts, public_id = (first.text, second.text, third.text), first.public_id
    page = read(house)
    for words in (
        *texts,
        "Hoe betalen we de nieuwe speelplek?",
        "Samen met p0",
        "Samengevoegd. Hij gaat verder als:",
        "Nieuws over je vraag",
    ):
        assert words in page, words
    with house.app.app_context(), transaction() as tx:
        asked = _item(house, texts[0], kind="question", source_kind="question", source_id=public_id)
        tx.session.add(asked)
        tx.session.flush()
        tx.session.add(_item(house, "Begin met een inloopavond", answers_id=asked.id))
        tx.session.add(_item(house, "Alleen voor ons", answers_id=asked.id, consent=Consent.GROUP))
        archived = f"/archief/{asked.id}"
    put(house, LabState.HARVESTING)
    assert archived not in read(house), "until the seal it can still change"
    put(house, LabState.ARCHIVED)
    page = read(house)
    assert page.count(archived) == 2 and page.count("1 oplossing gevonden.") == 2, "the one that was merged, too"
    assert "Deze vraag staat niet in het archief." in page


def test_on_paper(house: House) -> None:
    house.do(placing.place_people, [house.people[1], house.people[0]], house.groups[0])
    house.do(placing.place_people, [house.people[2]], house.groups[1])
    house.do(placing.change_group, house.groups[0], placing.GroupData("Warmte", room="Zaal 2", leader_id=house.noor.person_id))
    house.do(placing.change_group, house.groups[1], placing.GroupData("Geld", room="zaal 2"))
    sheets = read(house, "facilitator", "groepen/printen")
    assert sheets.count('class="handout"') == 3 and sheets.index(">p0") < sheets.index(">p1")
    with house.app.app_context(), transaction() as tx:
        assert tx.session.get_one(KnowledgeQuestion, house.ids[0]).text in sheets
    doors = read(house, "coordinator", "groepen/printen?wat=deuren")
    assert doors.count("handout--door") == 1 and "Met Facilitator" in doors and "Nog geen ruimte: Buurt." in doors
    names = read(house, "facilitator", "groepen/printen?wat=namen")
    assert names.count("<tr><th") == 1 + 11 and "Participant" not in names, "ten participants and who leads; not who stays at home"
    assert names.index("Facilitator</th>") < names.index("p0</th>") and names.count("Nog geen groep") == 7
