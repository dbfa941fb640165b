"""One afternoon of a facilitator who has people placed: choosing opened, placed, one moved, one not coming, a wish that does not fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from playwright.sync_api import expect

from kennislab.core.db import db
from kennislab.grouping import ranking
from tests.grouping.boards import running_jobs
from tests.grouping.test_assigning import House
from tests.programme.served import serving, sign_in_browser
from tests.support.browser import LAPTOP
from tests.support.looking import violations


def test_people_are_placed_moved_and_placed_again(make_app: Callable[..., Flask], sqlite_url: str, new_context: Callable[..., Any]) -> None:
    house = House(make_app(sqlite_url, WTF_CSRF_ENABLED=True))
    house.choose(*[(0, 1, 2)] * 8, (1, 0, 2), (1, 2, 0), lead=(0, 8))
    house.settings()
    with running_jobs(house.app), serving(house.app) as url:  # on a busy machine it becomes a job
        context = new_context(**LAPTOP)
        sign_in_browser(context, house.app, house.world, "facilitator", url)
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{url}/kennislabs/{house.world.lab_id}/groepen")
        expect(page.locator('[data-controller="board"]')).to_have_attribute("data-bound", "")
        tools = page.locator("#assign-tools")

        page.get_by_text("Thema’s laten kiezen").click()
        page.get_by_role("button", name="Kiezen openen").click()
        expect(tools).to_contain_text("Kiezen staat open.")
        with house.app.app_context():
            assert ranking.is_open(db.session(), house.world.lab_id)

        page.get_by_text("Voorwaarden", exact=True).click()
        page.get_by_label("Hoogstens", exact=True).first.fill("4")
        page.get_by_label("Minstens", exact=True).first.fill("2")
        page.get_by_role("button", name="Voor alle groepen instellen").click()
        expect(page.locator(f"#group-{house.groups[0]}")).to_contain_text("2 tot en met 4")
        page.get_by_role("button", name="Indelen", exact=True).click()
        expect(tools.locator(".assign__profile")).to_contain_text("Eerste keus", timeout=20_000)  # the solver is loaded first
        expect(tools).to_contain_text("Met deze voorwaarden kan het niet beter: dat is bewezen.")
        warm, money, quarter = house.seen()
        assert [len(warm), len(money), len(quarter)] == [4, 4, 2]

        second = page.locator(f"#person-{house.people[quarter[0]]}")
        second.locator(".group__why summary").click()
        expect(second).to_contain_text("“Warmte” zat vol.")

        moved = house.people[warm[0]]  # dragged to the third group, and so pinned there
        card, target = page.locator(f"#person-{moved}"), page.locator(f"#group-{house.groups[2]} [data-role=cards]")
        card.scroll_into_view_if_needed()
        start, end = card.bounding_box(), target.bounding_box()
        assert start and end
        page.mouse.move(start["x"] + start["width"] - 8, start["y"] + 8)
        page.mouse.down()
        for step in range(1, 9):
            page.mouse.move(
                start["x"] + start["width"] - 8 + (end["x"] + 30 - start["x"] - start["width"]) * step / 8,
                start["y"] + 8 + (end["y"] + 20 - start["y"]) * step / 8,
            )
        page.mouse.up()
        expect(page.locator(f"#group-{house.groups[2]} #person-{moved} .tag").first).to_have_text("Vast")

        away = house.people[warm[1]]
        page.locator(f"#person-{away} .card-move summary").click()
        page.locator(f"#person-{away}").get_by_role("button", name="Komt niet").click()
        expect(tools).to_contain_text("2 komen niet.")
        page.get_by_role("button", name="Indelen", exact=True).click()
        expect(page.locator(f"#person-{away}")).to_have_count(0, timeout=20_000)
        expect(page.locator(f"#group-{house.groups[0]} [data-card]")).to_have_count(4)
        assert house.people.index(moved) in house.seen()[2]

        for number in (house.people.index(moved), house.seen()[0][0]):
            page.locator(f"#person-{house.people[number]} [data-role=pick]").check()
        page.get_by_role("button", name="Bij elkaar").click()
        other = house.people[house.seen()[0][0]]
        page.locator(f"#person-{other} .card-move summary").click()
        page.locator(f"#person-{other}").get_by_role("button", name="Vastzetten").click()
        expect(page.locator(f"#person-{other} .tag").first).to_have_text("Vast")
        page.get_by_role("button", name="Indelen", exact=True).click()
        clash = tools.locator(".assign__clash")
        expect(clash).to_contain_text("Deze wensen gaan niet samen.")
        expect(clash).to_contain_text("zitten bij elkaar.")
        assert violations(page) == []
        clash.get_by_role("button", name="Zo indelen").first.click()
        expect(clash).to_have_count(0)
        expect(tools.locator(".assign__profile")).to_be_visible()
        assert sum(len(group) for group in house.seen()) == 9
        assert complaints == []
