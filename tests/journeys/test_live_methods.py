"""Methods with several phones at once: groups at their own pace, led from a phone; silence, stations, cards, and what stays in a group."""

from __future__ import annotations

import json
import re
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.live import Room, connected, fate, mine
from tests.support import browser as chromium
from tests.support.demo import start_demo

CITIES = ["GM0855", "GM0363", "GM0599", "GM0344", "GM0518"]


class Caller:
    """A phone without a screen."""

    def __init__(self, room: Methods, name: str, city: str | None = None) -> None:
        self.room = room
        joined = self._ask("/join", {"code": room.server.join["code"], "name": name, "municipality": city})
        self.id, self.token = joined["participant"]["id"], joined["token"]

    def _ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self.token}"} if hasattr(self, "token") else {})
        data = json.dumps(body).encode() if body is not None else None
        with urllib.request.urlopen(urllib.request.Request(self.room.server.url + path, data=data, headers=headers), timeout=10) as answer:
            told: dict[str, Any] = json.load(answer)
        return told

    def state(self) -> dict[str, Any]:
        return self._ask(f"/live/{self.room.lab}/snapshot")

    def do(self, type_: str, **fields: Any) -> dict[str, Any]:
        result: dict[str, Any] = self._ask(f"/live/{self.room.lab}/ops", {"ops": [{"id": str(uuid.uuid4()), "type": type_, **fields}]})[
            "results"
        ][0]
        return result


class Methods(Room):
    """The room with what methods need: groups of one's own making, runs, and who is who."""

    def ready(self) -> None:
        """Nobody here, no method on, everybody together."""
        state = self.state()
        for run in state["runs"].values():
            if run["state"] == "running":
                self.op("run.end", run=run["id"])
        if state["lab"]["gathered"]:
            self.op("group.gather", on=False)
        for id_ in state["people"]:
            self.op("participant.remove", participant=id_)
        for id_ in state["groups"]:
            self.op("group.remove", group=id_)
        super().ready()
        self.op("projector.show", scene="step", follow=True)

    def groups(self, number: int) -> list[str]:
        made: list[str] = self.op("group.make", how="by_hand", number=number)["groups"]
        return made

    def id_of(self, name: str) -> str:
        return next(id_ for id_, person in self.state()["people"].items() if person["name"] == name)

    def seat(self, group: str, *people: str) -> None:
        for one in people:
            self.op("participant.move", participant=one, group=group)

    def start(self, method: str, group: str | None = None, **more: Any) -> str:
        run: str = self.op("run.start", method=method, **({"group": group} if group else {}), **more)["run"]
        return run

    def run(self, id_: str) -> dict[str, Any]:
        run: dict[str, Any] = self.state()["runs"][id_]
        return run

    def bring(self, run: str, step: int, unit: int = 0, part: int = 0) -> None:
        """A run to this position."""
        self.op("run.go", run=run, rev=self.run(run)["rev"], to={"step": step, "unit": unit, "part": part})

    def cast(self, run: str, person: str, role: str) -> None:
        self.op("run.role", run=run, participant=person, role=role)


@pytest.fixture(scope="module")
def _room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Methods]:
    server = start_demo("live", tmp_path_factory.mktemp("live-methods"))
    yield Methods(server)
    server.stop()


@pytest.fixture(scope="module")
def _screens(_room: Methods, browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[dict[str, Page]]:
    """The desk and the projector, signed in once for all of these."""
    contexts = {
        "desk": browser.new_context(**{**browser_context_args, **chromium.LAPTOP}),
        "projector": browser.new_context(**{**browser_context_args, **chromium.PROJECTOR}),
    }
    yield {screen: _room.staff(context, screen) for screen, context in contexts.items()}
    for context in contexts.values():
        context.close()


@pytest.fixture
def desk(room: Methods, _screens: dict[str, Page]) -> Page:
    page = _screens["desk"]
    page.locator('[data-action="view"][data-view="wall"]').click()
    return page


@pytest.fixture
def screen(room: Methods, _screens: dict[str, Page]) -> Page:
    return _screens["projector"]


@pytest.fixture
def telephone(new_context: Callable[..., Any], room: Methods) -> Callable[[str], Page]:
    """Somebody comes in with a phone of their own."""
    return lambda name: room.phone(new_context(**chromium.PHONE), name)


def step(page: Page) -> Any:
    """Where the phone says the method is."""
    return page.locator("[data-role=step-number]")


def send(page: Page, text: str) -> None:
    page.get_by_label("Jouw inbreng").fill(text)
    page.get_by_role("button", name="Versturen", exact=True).click()


def in_group(desk: Page, name: str) -> Any:
    return desk.locator(".group-card").filter(has=desk.get_by_role("heading", name=name, exact=True))


def test_two_groups_at_their_own_pace(room: Methods, telephone: Callable[[str], Page], desk: Page) -> None:
    """One method in two groups; one of them is led from a phone. The facilitator sees both, speaks to one, and calls all back."""
    ans, bo = telephone("Ans de Boer"), telephone("Bo Visser")
    first, second = room.groups(2)
    room.seat(first, room.id_of("Ans de Boer"), *(Caller(room, f"Eerste {n}").id for n in range(3)))
    room.seat(second, room.id_of("Bo Visser"), *(Caller(room, f"Tweede {n}").id for n in range(3)))

    desk.keyboard.press("g")
    expect(in_group(desk, "Groep 1")).to_contain_text("Nog geen werkvorm")
    desk.get_by_role("button", name="Werkvorm starten").click()
    desk.get_by_label("Zoek een werkvorm").fill("waarderende inter")
    desk.get_by_role("radio", name=re.compile("Waarderende intervisie")).check()
    expect(desk.locator("[data-role=start-when]")).not_to_be_empty()
    desk.get_by_role("button", name="Starten in alle groepen").click()
    expect(in_group(desk, "Groep 2")).to_contain_text("Waarderende intervisie")
    runs = {run["group"]: run["id"] for run in room.state()["runs"].values() if run["state"] == "running"}
    room.cast(runs[first], room.id_of("Ans de Boer"), "discussion_leader")
    room.cast(runs[second], room.id_of("Bo Visser"), "note_taker")

    expect(step(ans)).to_contain_text("Stap 1 van 6")
    expect(bo.locator("[data-role=lead]")).to_be_hidden()
    ans.locator("[data-action=lead-next]").click()
    expect(step(ans)).to_contain_text("Stap 2 van 6")
    expect(step(bo)).to_contain_text("Stap 1 van 6")
    expect(in_group(desk, "Groep 1")).to_contain_text("stap 2 van 6")
    expect(in_group(desk, "Groep 2")).to_contain_text("stap 1 van 6")
    ans.get_by_role("button", name="Ongedaan maken").click()
    expect(step(ans)).to_contain_text("Stap 1 van 6")

    bo.get_by_role("button", name="Hulp vragen").click()
    expect(in_group(desk, "Groep 2").get_by_label("Hulp gevraagd")).to_be_visible()
    in_group(desk, "Groep 2").locator("summary").click()
    in_group(desk, "Groep 2").get_by_role("button", name="Bericht sturen").click()
    desk.get_by_label("Wat wil je zeggen?").fill("Ik kom zo bij jullie.")
    desk.locator("[data-role=say-dialog]").get_by_role("button", name="Versturen").click()
    expect(bo.locator("[data-role=message]")).to_contain_text("Ik kom zo bij jullie.")
    expect(ans.locator("[data-role=message]")).to_be_hidden()
    bo.get_by_role("button", name="Gelezen").click()
    expect(bo.locator("[data-role=message]")).to_be_hidden()

    in_group(desk, "Groep 1").get_by_role("button", name="Volgen", exact=True).click()
    expect(desk.locator("[data-role=run-who]")).to_have_text("Groep 1")
    desk.keyboard.press("n")
    expect(step(ans)).to_contain_text("Stap 2 van 6")
    assert room.state()["step"]["id"] == room.step(input="text", block="bottlenecks"), "N brought the group on, not the day"

    desk.get_by_role("button", name="Terug naar plenair").click()
    expect(ans.locator("[data-role=message]")).to_contain_text("Terug naar plenair")
    expect(step(bo)).to_contain_text("van 10")
    desk.get_by_role("button", name="Weer uit elkaar").click()
    expect(step(bo)).to_contain_text("Stap 1 van 6")
    expect(step(ans)).to_contain_text("Stap 2 van 6")


def test_silence_hidden_words_and_warm_or_cold(room: Methods, telephone: Callable[[str], Page]) -> None:
    ans, bo = telephone("Ans de Boer"), telephone("Bo Visser")
    (group,) = room.groups(1)
    owner, helper = room.id_of("Ans de Boer"), room.id_of("Bo Visser")
    cem = Caller(room, "Cem", "GM0855")
    room.seat(group, owner, helper, cem.id, *(Caller(room, f"Ander {n}").id for n in range(2)))

    ten = room.start("tienstappenmethode", group)
    room.cast(ten, owner, "case_owner")
    room.cast(ten, helper, "timekeeper")
    room.bring(ten, 1)
    expect(step(bo)).to_contain_text("Stap 2 van 10")
    expect(bo.locator("[data-role=notice-hidden]")).to_contain_text("Niemand ziet dit")
    send(bo, "Wie bepaalt of dit doorgaat?")
    expect(fate(bo, "Wie bepaalt")).to_have_text("Nog even verborgen")
    expect(ans.locator("[data-role=listen-title]")).to_have_text("Je luistert nu.")
    expect(ans.get_by_role("button", name="Versturen", exact=True)).to_be_hidden()
    assert "Wie bepaalt" not in json.dumps(cem.state())
    bo.get_by_label("Jouw inbreng").fill("Ik zou gewoon eens bellen.")
    expect(bo.locator("[data-role=advice-text]")).to_contain_text("lijkt op een advies")
    bo.get_by_label("Jouw inbreng").fill("")

    room.bring(ten, 2)
    expect(fate(bo, "Wie bepaalt")).to_have_text("Op het bord")
    question = ans.locator(".sort-card").filter(has_text="Wie bepaalt")
    question.focus()
    ans.keyboard.press("w")
    expect(question.get_by_role("button", name="Warm")).to_have_attribute("aria-pressed", "true")
    expect(ans.locator("[data-role=sort-count]")).to_have_text("1 / 1")
    expect(bo.locator("[data-view=sort]")).to_be_hidden()
    bo.locator("[data-role=wall] > summary").click()
    expect(bo.locator("[data-role=wall-list] [data-role=place]")).to_have_text("warm")
    assert next(one["warmth"] for one in room.state()["contributions"].values() if one["text"].startswith("Wie bepaalt")) == "warm"
    room.op("run.end", run=ten)

    gossip = room.start("roddelmethode", group)
    room.cast(gossip, owner, "case_owner")
    room.bring(gossip, 1)
    assert cem.do("contribution.add", kind="advice", text="Bel de wethouder", run=gossip, position="1/0/0")["problem"]["type"].endswith(
        "no-advice-now"
    )
    room.bring(gossip, 2)
    expect(step(ans)).to_contain_text("Roddelen")
    expect(ans.locator("[data-role=listen-sign]")).to_contain_text("Aan het woord: adviseurs")
    refused = ans.evaluate(
        """async ([lab, id]) => {
            const headers = {"Content-Type": "application/json", "X-CSRF-Token": document.querySelector("meta[name=csrf-token]").content};
            const body = JSON.stringify({ops: [{id, type: "contribution.add", kind: "insight", text: "Toch iets zeggen"}]});
            return (await (await fetch(`/live/${lab}/ops`, {method: "POST", headers, body})).json()).results[0];
        }""",
        [room.lab, str(uuid.uuid4())],
    )
    assert (refused["status"], refused["problem"]["title"]) == ("refused", "Je luistert nu")
    assert cem.do("contribution.add", kind="insight", text="Het gaat over vertrouwen", run=gossip, position="2/0/0")["status"] == "accepted"
    ans.locator("[data-role=wall] > summary").click()
    expect(ans.locator("[data-role=wall-list]")).to_contain_text("Het gaat over vertrouwen")


def test_every_phone_knows_where_to_go_and_cards_go_round(room: Methods, telephone: Callable[[str], Page], screen: Page) -> None:
    ans, bo = telephone("Ans de Boer"), telephone("Bo Visser")
    callers = [Caller(room, f"Deelnemer {n}", CITIES[n % 5]) for n in range(10)]
    pages = {room.id_of("Ans de Boer"): ans, room.id_of("Bo Visser"): bo}

    carousel = room.start("vragencarrousel")
    for unit in range(2):
        room.bring(carousel, 1, unit)
        tables = room.run(carousel)["tables"]
        for id_, page in pages.items():
            station = next(table["station"] for table in tables if any(one["id"] == id_ for one in table["people"]))
            expect(page.locator("[data-role=where-title]")).to_have_text(re.compile(rf"station {station}$"))
        expect(screen.locator("[data-role=run-round]")).to_have_text(re.compile(f"Ronde {unit + 1} van"))
        expect(screen.locator(".p-table").first).to_contain_text("Station 1")
    room.op("run.end", run=carousel)

    cards = room.start("25_10_crowdsourcing")
    room.bring(cards, 1)
    ideas = {
        caller.do("contribution.add", kind="solution", text=f"Idee {n}", run=cards, position="1/0/0")["contribution"]: caller.id
        for n, caller in enumerate(callers)
    }
    for page in pages.values():
        expect(step(page)).to_contain_text("Stap 2 van 4")
        send(page, f"Idee van {page.url}")
        expect(page.get_by_text("Je hebt er al een verstuurd")).to_be_visible()
        expect(page.get_by_role("button", name="Versturen", exact=True)).to_have_attribute("aria-disabled", "true")
    seen: dict[str, list[str]] = {caller.id: [] for caller in callers}
    for unit in range(5):
        room.bring(cards, 2, unit)
        for caller in callers:
            turn = caller.state()["me"]["turn"]
            assert ideas.get(turn["card"]) != caller.id, "nobody gets her own card"
            seen[caller.id].append(turn["card"])
            assert caller.do("vote.cast", ballot=turn["vote"], choices={turn["card"]: 3})["status"] == "accepted"
        for page in pages.values():
            expect(page.locator("[data-role=round]")).to_have_text(f"Ronde {unit + 1} van 5")
            page.locator(".score__marks .choice").nth(4).click()
            page.get_by_role("button", name="Geef door").click()
            expect(page.locator("[data-role=score-state]")).to_contain_text("Doorgegeven")
        expect(screen.locator("[data-scene-section=run]")).to_be_visible()
    assert all(len(set(held)) == 5 for held in seen.values()), "nobody gets the same card twice"
    room.bring(cards, 3)
    ballot = next(one for one in room.state()["ballots"].values() if one["run"] == cards)
    assert sum(ballot["result"].values()) == 10 * 5 * 3 + 2 * 5 * 5
    assert set(ballot["rated"].values()) == {5}, "each card five marks"
    expect(ans.locator("[data-view=result]")).to_be_visible()


def test_a_confidential_case_stays_in_its_group(room: Methods, telephone: Callable[[str], Page], desk: Page, screen: Page) -> None:
    ans, bo, cem = telephone("Ans de Boer"), telephone("Bo Visser"), telephone("Cem Kaya")
    first, second = room.groups(2)
    owner, helper = room.id_of("Ans de Boer"), room.id_of("Bo Visser")
    room.seat(first, owner, helper, *(Caller(room, f"Binnen {n}").id for n in range(2)))
    room.seat(second, room.id_of("Cem Kaya"))
    secret, said = "Mijn wethouder houdt dit tegen en ik durf het niet te zeggen", "Wie kan er naast je staan?"

    ans.get_by_text("Casussen in je groep").click()
    ans.get_by_role("button", name="Casus inbrengen").click()
    ans.get_by_label("Wat speelt er, en wat is je vraag?").fill(secret)
    ans.get_by_label("Vertrouwelijk").check()
    ans.get_by_role("button", name="Inbrengen", exact=True).click()
    bo.get_by_text("Casussen in je groep").click()
    expect(bo.locator("[data-role=cases-list]")).to_contain_text(secret)
    case = bo.locator("[data-role=cases-list] > li").get_attribute("data-id")
    run = room.start("vijfstappenmethode", first, case=case)
    room.bring(run, 1)
    expect(step(bo)).to_contain_text("Probleemverkenning")
    expect(bo.locator("[data-role=notice-confidential]")).to_be_visible()
    send(bo, said)
    expect(fate(bo, said)).to_have_text("Op het bord")
    ans.locator("[data-role=wall] > summary").click()
    expect(ans.locator("[data-role=wall-list]")).to_contain_text(said)
    desk.keyboard.press("g")
    in_group(desk, "Groep 1").get_by_role("button", name="Volgen", exact=True).click()
    expect(desk.locator("[data-role=run-case]")).to_contain_text("vertrouwelijke casus")
    expect(screen.locator("[data-scene-section=groups]")).to_contain_text("Groep 1")
    for page in (desk, screen, cem):
        for words in (secret, said):
            assert words not in page.content()
    assert secret not in json.dumps(room.state())

    room.op("run.end", run=run)
    expect(ans.locator("[data-role=harvest]")).to_contain_text(secret)
    expect(bo.locator("[data-role=harvest]")).to_be_hidden()
    ans.get_by_role("button", name="Nee, hou in de groep").click()
    expect(ans.locator("[data-role=harvest]")).to_be_hidden()
    assert secret not in screen.content()


def test_a_phone_that_missed_a_step_and_one_that_came_late(
    room: Methods, new_context: Callable[..., Any], telephone: Callable[[str], Page]
) -> None:
    device = new_context(**chromium.PHONE)
    bo = room.phone(device, "Bo Visser")
    first, second = room.groups(2)
    helper = room.id_of("Bo Visser")
    others = [Caller(room, f"Ander {n}", CITIES[n]) for n in range(5)]
    room.seat(first, helper, *(one.id for one in others[:2]))
    room.seat(second, *(one.id for one in others[2:]), Caller(room, "Nog een").id)
    run = room.start("leren_van_successen", first)
    room.cast(run, helper, "timekeeper")
    room.cast(run, others[0].id, "case_owner")
    room.bring(run, 1)
    expect(step(bo)).to_contain_text("Stap 2 van 4")
    area = bo.get_by_label("Jouw inbreng")
    area.press_sequentially("Dat de huismeester")
    device.set_offline(True)
    expect(bo.locator("body")).to_have_attribute("data-connection", "offline", timeout=15_000)
    area.press_sequentially(" iedereen kende")
    room.bring(run, 2)
    late = telephone("Late Lies")
    expect(step(late)).to_contain_text("Stap 3 van 4")
    expect(late.locator("[data-role=group]")).to_have_text("Groep 1")

    device.set_offline(False)
    connected(bo)
    expect(step(bo)).to_contain_text("Stap 3 van 4")
    expect(area).to_have_value("Dat de huismeester iedereen kende")
    expect(bo.locator("[data-role=draft-text]")).to_contain_text("Hoort bij: ")
    bo.get_by_role("button", name="Versturen", exact=True).click()
    expect(fate(bo, "Dat de huismeester")).to_have_text("Op het bord")
    expect(mine(bo, "Dat de huismeester")).to_have_count(1)
    arrived = next(one for one in room.state()["contributions"].values() if one["text"].startswith("Dat de huismeester"))
    assert (arrived["position"], arrived["late"], arrived["kind"]) == ("1/0/0", True, "success_factor")
