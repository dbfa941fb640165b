"""The board as facilitators use it: mouse, keyboard, finger, two at once, and without a script. (axe: tests/contracts/test_axe.py)"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.grouping import operations, queries
from kennislab.programme.models import Lab, LabState
from tests.factories.world import World
from tests.grouping.boards import person, running_jobs, with_questions
from tests.grouping.frames import drag_about, full_board, percentile
from tests.programme.served import serving, sign_in_browser
from tests.programme.worlds import set_state
from tests.support.browser import LAPTOP


@dataclass
class House:
    """A served app with a board of three themes, and a pile of three cards."""

    app: Flask
    world: World
    url: str
    ids: list[int]
    themes: list[int]

    @property
    def board(self) -> str:
        return f"{self.url}/kennislabs/{self.world.lab_id}/themas"

    def columns(self) -> dict[str, list[int]]:
        with self.app.app_context():
            return {
                column.theme.title if column.theme else "": [card.question.id for card in column.cards]
                for column in queries.board(db.session(), self.world.lab_id)
            }

    def page(self, context: Any, role: str) -> Page:
        sign_in_browser(context, self.app, self.world, role, self.url)
        page: Page = context.new_page()
        page.goto(self.board)
        return page


@pytest.fixture
def house(make_app: Callable[..., Flask], sqlite_url: str) -> Iterator[House]:
    app = make_app(sqlite_url, WTF_CSRF_ENABLED=True)
    world, ids = with_questions(app, 12)
    by = person(world, "coordinator")
    with app.app_context(), transaction() as tx:
        lab = tx.session.get_one(Lab, world.lab_id)
        themes = [
            operations.create_theme(tx, lab, by, title, ids[start : start + 3]).id
            for title, start in (("Warmte", 0), ("Geld", 3), ("Buurt", 6))
        ]
    with serving(app) as url:
        yield House(app, world, url, ids, themes)


def ready(page: Page) -> None:
    expect(page.locator('[data-controller="board"]')).to_have_attribute("data-bound", "")


def quiet(page: Page) -> list[str]:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def test_a_card_dragged_by_one_is_seen_by_the_other_and_taken_back(house: House, new_context: Callable[..., Any]) -> None:
    mine, theirs = house.page(new_context(**LAPTOP), "facilitator"), house.page(new_context(**LAPTOP), "coordinator")
    complaints = quiet(mine)
    ready(mine)
    ready(theirs)
    menu = theirs.locator(f"#card-{house.ids[9]} details.card-move")
    menu.locator("summary").click()
    choice = menu.get_by_label("Verplaats naar")
    choice.select_option(label="Buurt")
    choice.focus()
    card = mine.locator(f"#card-{house.ids[9]}")
    target = mine.locator(f"#card-{house.ids[0]}")
    card.scroll_into_view_if_needed()
    start, end = card.bounding_box(), target.bounding_box()
    assert start and end
    mine.mouse.move(start["x"] + start["width"] - 8, start["y"] + 8)
    mine.mouse.down()
    for step in range(1, 9):
        mine.mouse.move(
            start["x"] + start["width"] - 8 + (end["x"] - start["x"]) * step / 8, start["y"] + 8 + (end["y"] + 4 - start["y"]) * step / 8
        )
    mine.mouse.up()
    moved = theirs.locator(f'[data-column="{house.themes[0]}"] [data-card="{house.ids[9]}"]')
    expect(moved).to_be_visible()
    expect(theirs.locator("[data-role=spoken]")).to_have_text("Facilitator zette een kaart in “Warmte”.")
    expect(choice).to_be_focused()  # in the card that went to another column while its menu was open
    expect(choice.locator("option:checked")).to_have_text("Buurt")
    assert house.ids[9] in house.columns()["Warmte"]
    theirs.locator(f"#card-{house.ids[4]} [data-role=pick]").focus()
    mine.get_by_role("button", name="Ongedaan maken").click()
    expect(theirs.locator(f'[data-column="pile"] [data-card="{house.ids[9]}"]')).to_be_visible()
    expect(theirs.locator(f"#card-{house.ids[4]} [data-role=pick]")).to_be_focused()
    assert house.ids[9] in house.columns()[""]
    mine.get_by_role("button", name="Opnieuw doen").click()
    expect(moved).to_be_visible()
    assert complaints == []


def test_two_at_the_board_see_each_others_hands_and_fill_and_put_back(house: House, new_context: Callable[..., Any]) -> None:
    """Mouse and keyboard: choosing several, carrying them together, a theme that is filled, a grouping that is kept and put back."""
    mine, theirs = house.page(new_context(**LAPTOP), "facilitator"), house.page(new_context(**LAPTOP), "coordinator")
    complaints = quiet(mine)
    ready(mine)
    ready(theirs)
    expect(theirs.locator("[data-role=hands]")).to_have_text("Ook aan het bord: Facilitator")
    mine.locator(f"#card-{house.ids[0]} [data-role=pick]").focus()
    mine.keyboard.press("ArrowDown")
    mine.keyboard.press("Space")
    mine.keyboard.press("Shift+ArrowDown")
    expect(mine.locator("[data-role=picked-count]")).to_have_text("2 gekozen")
    for id_ in house.ids[1:3]:
        expect(theirs.locator(f"#card-{id_} .board-hand")).to_have_text("FGekozen door Facilitator")
    mine.keyboard.press("Alt+ArrowRight")
    expect(mine.locator("[data-role=spoken]")).to_have_text("2 kaarten staan nu in Geld.")
    expect(theirs.locator(f'[data-column="{house.themes[1]}"] #card-{house.ids[1]} .board-hand')).to_be_visible()
    assert house.columns()["Geld"] == [house.ids[3], house.ids[1], house.ids[2], *house.ids[4:6]]
    mine.keyboard.press("Escape")
    expect(theirs.locator(".board-hand")).to_have_count(0)
    # With the mouse: a click and one with Shift choose what is in between, and what is dragged takes the others along.
    mine.locator(f"#card-{house.ids[3]} [data-role=text]").click()
    mine.locator(f"#card-{house.ids[4]} .card__meta").click(modifiers=["Shift"], position={"x": 2, "y": 2})
    expect(mine.locator("[data-role=picked-count]")).to_have_text("4 gekozen")
    card = mine.locator(f"#card-{house.ids[4]}")
    card.scroll_into_view_if_needed()
    start, end = card.bounding_box(), mine.locator(f"#card-{house.ids[6]}").bounding_box()
    assert start and end
    mine.mouse.move(start["x"] + start["width"] - 8, start["y"] + 8)
    mine.mouse.down()
    for step in range(1, 9):
        mine.mouse.move(
            start["x"] + start["width"] - 8 + (end["x"] - start["x"]) * step / 8, start["y"] + 8 + (end["y"] - start["y"]) * step / 8
        )
    expect(mine.locator(f"#card-{house.ids[3]}[data-goes]")).to_have_count(1)
    mine.mouse.up()
    expect(theirs.locator(f'[data-column="{house.themes[2]}"] #card-{house.ids[1]}')).to_be_visible()
    assert house.columns()["Geld"] == [house.ids[5]]
    mine.get_by_role("button", name="Niets meer kiezen").click()
    # A grouping is kept; a typed title attracts; then all is put back, and the other one sees it.
    mine.goto(f"{house.board}/bewaard")
    mine.get_by_label("Naam van deze indeling").fill("Voor de lunch")
    mine.get_by_role("button", name="Bewaren zoals het nu is").click()
    mine.goto(house.board)
    ready(mine)
    mine.get_by_label("Nieuw thema").fill("Warmte en energie")
    mine.get_by_role("button", name="Zoek wat erbij past").click()
    expect(mine.get_by_role("heading", name="Wat past bij “Warmte en energie”?")).to_be_visible()
    mine.get_by_role("button", name="Alles aanvinken").click()
    ticked = mine.locator("input[name=cards]:checked").count()
    assert ticked
    mine.get_by_role("button", name="Thema maken met wat is aangevinkt").click()
    filled = theirs.locator("section", has=theirs.get_by_role("heading", name="Warmte en energie"))
    expect(filled.locator("[data-card]")).to_have_count(ticked)
    mine.goto(f"{house.board}/bewaard")
    mine.get_by_role("link", name="Vergelijken").click()
    expect(mine.get_by_role("heading", name="Wat verhuisde")).to_be_visible()
    mine.get_by_role("button", name="Terugzetten").click()
    expect(filled).to_have_count(0)
    expect(theirs.locator("[data-role=spoken]")).to_have_text("Facilitator zette de bewaarde indeling “Voor de lunch” terug.")
    mine.close()
    expect(theirs.locator("[data-role=hands]")).to_be_hidden()
    assert complaints == []


def test_the_keyboard_does_all_that_the_mouse_does(house: House, laptop: Any) -> None:
    page = house.page(laptop, "facilitator")
    ready(page)
    page.locator(f"#card-{house.ids[0]} [data-role=pick]").focus()
    on_their_way: list[Any] = []

    def hold_the_first(route: Any) -> None:
        on_their_way.append(route)
        if len(on_their_way) > 1:
            route.continue_()

    page.route("**/verplaatsen", hold_the_first)
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator("[data-role=spoken]")).to_contain_text("staat nu in Geld, plaats 1.")
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("[data-role=spoken]")).to_contain_text("staat nu in Geld, plaats 2.")
    assert len(on_their_way) == 1, "the second step waits for the first, or it could arrive before it"
    on_their_way[0].continue_()
    expect(page.locator(f"#card-{house.ids[0]} [data-role=pick]")).to_be_focused()
    expect(page.locator(f"#card-{house.ids[0]} .tag")).to_have_text("Vast")
    expect(page.get_by_role("button", name="Ongedaan maken")).to_be_enabled()
    assert house.columns()["Geld"] == [house.ids[3], house.ids[0], house.ids[4], house.ids[5]]
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(page.locator(f'[data-column="{house.themes[0]}"] [data-card="{house.ids[0]}"]')).to_be_visible()
    assert house.columns()["Warmte"] == house.ids[:3]
    page.locator(f'[data-column="{house.themes[1]}"] summary').first.focus()
    page.keyboard.press("F2")
    page.keyboard.type("Geld en lasten")
    page.keyboard.press("Enter")
    expect(page.locator(f"#title-{house.themes[1]}")).to_have_text("Geld en lasten")
    expect(page.locator("#picked-to")).to_contain_text("Geld en lasten")
    assert "Geld en lasten" in house.columns()


def test_several_cards_become_a_theme_and_two_themes_one(house: House, laptop: Any) -> None:
    page = house.page(laptop, "facilitator")
    ready(page)
    for id_ in (house.ids[1], house.ids[9]):
        page.locator(f"#card-{id_} [data-role=pick]").check()
    expect(page.locator("[data-role=picked-count]")).to_have_text("2 gekozen")
    page.get_by_label("Nieuw thema").fill("Samen")
    page.get_by_role("button", name="Thema maken").click()
    expect(page.get_by_role("heading", name="Samen", exact=True)).to_be_visible()
    expect(page.locator("[data-role=picked-count]")).to_contain_text("Kies kaarten")
    assert sorted(house.columns()["Samen"]) == sorted([house.ids[1], house.ids[9]])
    column = page.locator(f'[data-column="{house.themes[2]}"]')
    column.get_by_label("Thema “Buurt” veranderen").click()
    column.get_by_label("Samenvoegen met").select_option(label="Samen")
    column.get_by_role("button", name="Samenvoegen").click()
    expect(page.get_by_role("heading", name="Buurt", exact=True)).to_have_count(0)
    assert len(house.columns()["Samen"]) == 5


def test_a_proposal_comes_by_itself_and_leaves_what_people_placed(house: House, laptop: Any) -> None:
    page = house.page(laptop, "facilitator")
    ready(page)
    before = house.columns()
    page.get_by_label("Aantal thema’s").fill("4")
    expect(page.locator("[data-role=slider-value]")).to_have_text("4")
    page.get_by_role("button", name="Stel thema’s voor").click()
    expect(page.get_by_text("Thema’s voorstellen")).to_be_visible()
    with running_jobs(house.app):
        expect(page.get_by_role("button", name="Stel thema’s voor")).to_be_visible(timeout=30_000)
    after = house.columns()
    for title in ("Warmte", "Geld", "Buurt"):
        assert set(before[title]) <= set(after[title])
    assert sum(map(len, after.values())) == 12
    assert len(after[""]) <= 1
    with house.app.app_context():
        assert queries.history(db.session(), house.world.lab_id)[0].verb == "propose"


def test_a_finger_drags_after_a_moment_and_scrolls_before_it(house: House, phone: Any) -> None:
    page = house.page(phone, "facilitator")
    ready(page)
    card = page.locator(f"#card-{house.ids[2]}")
    card.evaluate("node => node.scrollIntoView({block: 'center'})")
    box = card.bounding_box()
    assert box
    touch = page.context.new_cdp_session(page)
    x, y = box["x"] + box["width"] - 10, box["y"] + 10

    def to(kind: str, dy: float) -> None:
        points = [] if kind == "touchEnd" else [{"x": x, "y": y + dy}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    to("touchStart", 0)
    page.wait_for_timeout(350)
    for step in range(1, 12):
        to("touchMove", -step * 18)
        page.wait_for_timeout(16)
    to("touchEnd", 0)
    expect(page.locator("[data-role=spoken]")).to_contain_text("staat nu in Warmte")
    expect(page.get_by_role("button", name="Ongedaan maken")).to_be_enabled()
    assert house.columns()["Warmte"].index(house.ids[2]) < 2
    for id_ in house.ids[3:5]:  # a tap chooses
        page.locator(f"#card-{id_} .card__meta").tap(position={"x": 3, "y": 3})
    expect(page.locator("[data-role=picked-count]")).to_have_text("2 gekozen")
    page.get_by_role("button", name="Op de stapel").tap()
    expect(page.locator(f'[data-column="pile"] #card-{house.ids[3]}')).to_be_visible()
    assert set(house.ids[3:5]) <= set(house.columns()[""])
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_without_a_script_every_card_has_its_form(house: House, new_context: Callable[..., Any]) -> None:
    page = house.page(new_context(**LAPTOP, java_script_enabled=False), "facilitator")
    card = page.locator(f"#card-{house.ids[10]}")
    card.get_by_text("Verplaats…").click()
    card.get_by_label("Verplaats naar").select_option(label="Buurt")
    card.get_by_role("button", name="Verplaatsen").click()
    expect(page.locator(f'[data-column="{house.themes[2]}"] #card-{house.ids[10]}')).to_be_visible()
    page.locator(f'[data-column="{house.themes[0]}"]').get_by_label("Thema “Warmte” veranderen").click()
    page.get_by_label("Naam van het thema").locator("visible=true").first.fill("Warm wonen")
    page.get_by_role("button", name="Naam veranderen").click()
    expect(page.get_by_role("heading", name="Warm wonen")).to_be_visible()
    page.get_by_role("button", name="Ongedaan maken").click()
    expect(page.get_by_role("heading", name="Warmte")).to_be_visible()


def test_groups_are_made_filled_and_seen_by_who_is_in_them(house: House, new_context: Callable[..., Any]) -> None:
    page = house.page(new_context(**LAPTOP), "facilitator")
    page.goto(f"{house.url}/kennislabs/{house.world.lab_id}/groepen")
    page.get_by_role("button", name="Groepen maken van de thema’s").click()
    ready(page)
    group = page.locator("section", has=page.get_by_role("heading", name="Geld", exact=True))
    group.get_by_text("Groep veranderen").click()
    group.get_by_label("Ruimte").fill("Zaal 2")
    group.get_by_label("Wie leidt de groep").select_option(label="Facilitator")
    group.get_by_role("button", name="Groep opslaan").click()
    expect(group.locator("dd").first).to_have_text("Zaal 2")
    person_card = page.locator(f"#person-{house.world.people['participant']}")
    person_card.get_by_text("Verplaats…").click()
    person_card.get_by_label("Verplaats naar").select_option(label="Geld")
    person_card.get_by_role("button", name="Verplaatsen").click()
    expect(group.locator(f"#person-{house.world.people['participant']}")).to_be_visible()
    with house.app.app_context(), transaction() as tx:
        set_state(tx, tx.session.get_one(Lab, house.world.lab_id), LabState.READY)
    own = house.page(new_context(**LAPTOP), "participant")
    own.goto(f"{house.url}/kennislabs/{house.world.lab_id}/groepen")
    expect(own.get_by_role("heading", name="Jouw groep: Geld")).to_be_visible()
    expect(own.get_by_text("Zaal 2").first).to_be_visible()
    assert own.get_by_role("button", name="Verplaatsen").count() == 0


@pytest.mark.slow
def test_five_hundred_cards_stay_smooth_while_one_is_dragged(
    make_app: Callable[..., Flask], sqlite_url: str, laptop: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A frame costs less than the sixteen milliseconds that there are for it; also on a machine that does more, few are missed.

    The second is time on the clock, so the best of five counts. What a quiet machine makes of it: `kennislab bench board`.
    """
    app = make_app(sqlite_url, WTF_CSRF_ENABLED=True)
    world, ids = full_board(app)
    with serving(app) as url:
        page = House(app, world, url, ids, []).page(laptop, "facilitator")
        page.locator(
            "[data-controller=board][data-bound]"
        ).wait_for()  # not `expect`: it describes the whole page first, half a minute here
        assert page.locator("[data-card]").count() == 500
        for card in ids[:5]:
            page.evaluate("() => document.querySelector('.board').scrollIntoView()")
            frames = drag_about(page, card, steps=60)
            with capsys.disabled():
                print(f"\n500 cards, dragging: {frames}")
            assert frames.processor <= 16
            if percentile(frames.work, 0.5) <= 16 and percentile(frames.apart, 0.95) <= 34:
                break
        assert percentile(frames.work, 0.5) <= 16, frames
        assert percentile(frames.apart, 0.95) <= 34, frames
        assert len(frames.apart) > 25
