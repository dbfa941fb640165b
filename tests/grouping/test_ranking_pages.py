"""Choosing themes: who may when, what is refused and comes back whole, by staff for somebody, the mail, and an afternoon on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect

from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Person
from kennislab.core import clock, mail, search
from kennislab.core.db import db
from kennislab.core.mail import Mail
from kennislab.core.search import Document
from kennislab.core.transaction import transaction
from kennislab.grouping import operations, placing, queries, ranking, telling
from kennislab.programme.models import Lab, LabState
from tests.grouping.test_assigning import House
from tests.programme.served import serving, sign_in_browser
from tests.programme.worlds import ROLES, STATES, set_state, signed_in
from tests.support.browser import PHONE
from tests.support.looking import violations


@pytest.fixture
def house(make_app: Callable[..., Flask], sqlite_url: str) -> House:
    return House(make_app(sqlite_url))


def open_up(house: House, until: Any = None) -> None:
    house.do(lambda tx, lab, by: ranking.open_ranking(tx, lab, until, by))


def put(house: House, state: LabState) -> None:
    house.do(lambda tx, lab, by: set_state(tx, lab, state))


def address(house: House, page: str = "themas-kiezen") -> str:
    return f"/kennislabs/{house.world.lab_id}/{page}"


def order(house: House, *places: int, **more: Any) -> dict[str, Any]:
    """A form in which the themes get these places; 0 is not chosen."""
    return {f"plaats-{theme}": str(place or "") for theme, place in zip(house.themes, places, strict=True)} | more


def chosen(house: House, person_id: int) -> ranking.Chosen | None:
    with house.app.app_context():
        return ranking.ranking_of(db.session(), house.world.lab_id, person_id)


@pytest.mark.parametrize("role", ROLES)
def test_who_may_choose_when(house: House, role: str) -> None:
    client = signed_in(house.app, house.world, role)
    staff = role in ("facilitator", "coordinator")
    whose = {"voor": str(house.people[0])} if staff else {}
    for opened in (False, True):
        if opened:
            put(house, LabState.GROUPING)
            open_up(house)
        for state in STATES:
            put(house, state)
            now = state in (LabState.GROUPING, LabState.READY)
            away = {"anonymous": (302, 401), "outsider": (404, 404)}.get(role)
            page, post = away or (200 if now else 409, 303 if now and (opened or staff) else 409)
            assert client.get(address(house)).status_code == page, (state, opened)
            assert client.post(address(house), data=order(house, 2, 1, 3, **whose)).status_code == post, (state, opened)


def test_a_participant_cannot_fill_in_for_another_and_staff_only_for_who_takes_part(house: House) -> None:
    open_up(house)
    other = {"voor": str(house.people[0])}
    participant, staff = signed_in(house.app, house.world, "participant"), signed_in(house.app, house.world, "facilitator")
    assert participant.get(address(house), query_string=other).status_code == 403
    assert participant.post(address(house), data=order(house, 1, 2, 3, **other)).status_code == 403
    for stranger in (house.world.people["outsider"], house.world.people["coordinator"], "x", 999999):
        assert staff.post(address(house), data=order(house, 1, 2, 3, voor=str(stranger))).status_code == 404
    assert staff.post(address(house), data=order(house, 0, 1, 0, leiden="1", **other)).status_code == 303
    mine = chosen(house, house.people[0])
    assert mine is not None and (mine.choices, mine.can_lead, mine.by_name) == ((house.themes[1],), True, "Facilitator")
    page = staff.get(address(house)).get_data(as_text=True)
    assert "1 / 10" in page and "ingevuld door Facilitator" in page and "Keuze van p0 veranderen" in page
    assert "Participant" not in page, "who does not come need not choose"


def test_what_is_refused_comes_back_as_it_was(house: House) -> None:
    open_up(house)
    client = signed_in(house.app, house.world, "participant")
    page = client.get(address(house)).get_data(as_text=True)
    assert page.count("Eigen vraag") == 3 and "Het is een voorstel" in page  # the participant asked all three
    few = client.post(address(house), data=order(house, 2, 1, 0, opgelost=[str(house.themes[2])], leiden="1"))
    text = few.get_data(as_text=True)
    assert few.status_code == 422 and "Kies minstens drie thema’s" in text
    titles = re.findall(r'data-title="(\w+)"', text)
    assert titles == ["Geld", "Warmte", "Buurt"] and text.count(" selected>") == 2 and text.count(" checked") == 2
    twice = client.post(address(house), data=order(house, 1, 1, 2))
    assert twice.status_code == 422 and "op dezelfde plaats" in twice.get_data(as_text=True)
    assert chosen(house, house.world.people["participant"]) is None
    assert client.post(address(house), data=order(house, 9, 4, 7)).location == address(house, "mijn")
    mine = chosen(house, house.world.people["participant"])
    assert mine is not None and mine.choices == (house.themes[1], house.themes[2], house.themes[0])
    house.do(lambda tx, lab, by: ranking.close_ranking(tx, lab, by))
    shut = client.post(address(house), data=order(house, 1, 2, 3))
    assert shut.status_code == 409 and "Kiezen kan nu niet" in shut.get_data(as_text=True)
    closed = client.get(address(house)).get_data(as_text=True)
    assert "Dit koos je" in closed and "plaats-" not in closed


def mails(house: House) -> list[Mail]:
    with house.app.app_context():
        return list(db.session().query(Mail).filter_by(purpose="ranking_open").order_by(Mail.id))


def test_opening_mails_who_can_choose_once_with_a_way_in(house: House) -> None:
    staff = signed_in(house.app, house.world, "facilitator")
    with house.app.app_context(), transaction() as tx:
        for number in range(3):
            tx.session.get_one(Person, house.people[number]).email = f"p{number}@voorbeeld.example"
    house.choose((), (0, 1, 2))  # p1 chose already, by telephone
    assert staff.post(address(house, "groepen/kiezen"), data={}).status_code == 303
    assert sorted(one.to for one in mails(house)) == ["p0@voorbeeld.example", "p2@voorbeeld.example"], "nor who does not come"
    day = (clock.now() + timedelta(days=1)).astimezone(clock.LOCAL)
    staff.post(address(house, "groepen/kiezen"), data={"day": day.strftime("%Y-%m-%d"), "time": "17:00"})
    first, second = mails(house)
    assert "17.00 uur" in first.body and "[eigen link]" in first.body and first.state == "released"
    with house.app.app_context(), transaction() as tx:
        one = tx.session.get_one(Mail, first.id)
        one.state = "sent"
        body = mail.filled(tx, one)
        assert mail.still_needed(tx.session, one)
    found = re.search(r"https?://[^/]+(/uitnodiging/\S+)", body)
    assert found is not None
    phone = house.app.test_client()
    door = phone.get(found[1]).get_data(as_text=True)
    further = re.search(r'name="next" value="([^"]+)"', door)
    assert further is not None and "Welkom, p0" in door
    landed = phone.post(found[1].split("?")[0], data={"next": further[1]})
    assert landed.location == address(house) and "Waar wil je over meepraten?" in phone.get(landed.location).get_data(as_text=True)
    assert phone.post(found[1].split("?")[0], data={"next": "//elders.example"}).location == address(house, "").rstrip("/")
    staff.post(address(house, "groepen/kiezen"), data={})
    assert [one.to for one in mails(house)].count(first.to) == 1, "who got one gets no second"
    staff.post(address(house, "groepen/kiezen"), data={"dicht": "1"})
    with house.app.app_context():
        assert not any(mail.still_needed(db.session(), one) for one in mails(house) if one.id != first.id)
    assert second.to != first.to


def test_the_page_about_a_person_tells_their_group(house: House) -> None:
    house.choose((0, 1, 2))
    with house.app.app_context():
        said = telling.told(db.session(), house.people[0], [house.world.lab_id])
        assert said == {house.world.lab_id: [("Koos thema’s: %(number)s", {"number": 3})]}
    house.assign()
    with house.app.app_context():
        group, wish = telling.told(db.session(), house.people[0], [house.world.lab_id, 999])[house.world.lab_id]
        assert group == ("Groep: %(group)s", {"group": "Warmte"}) and wish[0] == "Eerste keus"


def pull(page: Any, title: str, above: str) -> None:
    """A finger on the handle of one theme, drawn to above another."""
    theme = page.locator(f'[data-theme][data-title="{title}"]')
    theme.scroll_into_view_if_needed()
    handle, target = theme.locator("[data-role=handle]").bounding_box(), page.locator(f'[data-theme][data-title="{above}"]').bounding_box()
    x, y, end = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2, target["y"] + 10
    finger = page.context.new_cdp_session(page)
    for kind, at in (("touchStart", y), *(("touchMove", y + (end - y) * step / 6) for step in range(1, 7))):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": at}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_choosing_on_a_phone(make_app: Callable[..., Flask], sqlite_url: str, new_context: Callable[..., Any]) -> None:
    """Tapped, moved by the arrows and by keys, refused when too few with nothing lost, saved; then where to be and with whom."""
    house = House(make_app(sqlite_url, WTF_CSRF_ENABLED=True))
    who = Actor(house.world.people["participant"], "Participant")
    house.do(lambda tx, lab, by: placing.say_coming(tx, lab, by, who.person_id, True))
    with house.app.app_context(), transaction() as tx:
        lab = tx.session.get_one(Lab, house.world.lab_id)
        operations.create_theme(tx, lab, house.noor, "Groen in de wijk met bewoners", [])
        # two of the three questions leave their themes, so that one theme is suggested
        operations.move_cards(tx, lab, house.noor, house.ids[1:], None)
        title = f"Wat hielp: {queries.texts_of(tx.session, lab.id)[house.ids[0]]}"
        search.index(tx, Document("lesson", "les1", title, "", f"programme:{lab.programme_id}", "/archief/les1", clock.now()))
    open_up(house)
    with serving(house.app) as url:
        context = new_context(**PHONE)
        sign_in_browser(context, house.app, house.world, "participant", url)
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda one: complaints.append(one.text) if one.type in ("error", "warning") and "422" not in one.text else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(url + address(house, "mijn"))
        page.get_by_role("link", name="Thema’s kiezen").tap()
        form = page.locator("form.choose")
        expect(form).to_have_attribute("data-bound", "")
        order = form.locator("[data-role=chosen] .choose__title")
        expect(order).to_have_text(["Warmte"])
        expect(page.locator("[data-role=left]")).to_have_text("Kies nog 2 thema’s.")
        page.get_by_role("heading", name="Buurt").tap()
        expect(order).to_have_text(["Warmte", "Buurt"])
        form.locator("[data-theme]", has_text="Groen").get_by_label("Hier heb ik een oplossing voor").check()
        page.get_by_role("button", name="Keuze opslaan").tap()
        expect(page.get_by_role("alert")).to_contain_text("Kies minstens drie thema’s")
        expect(form).to_have_attribute("data-bound", "")
        expect(order).to_have_text(["Warmte", "Buurt"])
        expect(form.locator("[data-theme]", has_text="Groen").get_by_label("Hier heb ik een oplossing voor")).to_be_checked()
        page.get_by_role("button", name="Groen in de wijk met bewoners kiezen").tap()
        page.get_by_role("button", name="Buurt eerder").tap()
        expect(order).to_have_text(["Buurt", "Warmte", "Groen in de wijk met bewoners"])
        expect(page.locator("[data-role=spoken]")).to_have_text("Buurt staat op plaats 1 van 3.")
        page.get_by_role("button", name="Groen in de wijk met bewoners eerder").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Alt+ArrowUp")
        expect(order).to_have_text(["Groen in de wijk met bewoners", "Buurt", "Warmte"])
        pull(page, "Warmte", "Buurt")
        expect(order).to_have_text(["Groen in de wijk met bewoners", "Warmte", "Buurt"])
        pull(page, "Buurt", "Warmte")
        expect(order).to_have_text(["Groen in de wijk met bewoners", "Buurt", "Warmte"])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert violations(page) == []
        page.get_by_role("button", name="Keuze opslaan").press("Enter")  # a tap right after a drag is taken for half of a double tap
        expect(page.locator(".flashes")).to_contain_text("Je keuze is opgeslagen.")
        expect(page.locator(".choose__saved li")).to_have_text([re.compile("Groen in de wijk met bewoners"), "Buurt", "Warmte"])

        house.do(placing.place_people, [who.person_id, *house.people[:2]], house.groups[0])
        house.do(placing.change_group, house.groups[0], placing.GroupData("Warmte", room="Zaal 2", leader_id=house.noor.person_id))
        put(house, LabState.READY)
        page.reload()
        group = page.locator(".own__group")
        expect(group.get_by_role("heading", name="Warmte")).to_be_visible()
        for words in ("Zaal 2", "Facilitator", "Met 2 anderen", "p0", "p1"):
            expect(group).to_contain_text(words)
        with page.expect_download() as calendar:
            page.get_by_role("link", name="Zet het in je agenda").tap()
        assert calendar.value.suggested_filename.endswith(".ics")
        expect(page.locator(".own__tips")).to_contain_text("Wat hielp:")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert violations(page) == []
        assert complaints == []
    mine = chosen(house, who.person_id or 0)
    assert mine is not None and mine.choices[1:] == (house.themes[2], house.themes[0]) and mine.solved == mine.choices[:1]
