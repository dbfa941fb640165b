"""The whole day from before to after, on both databases: what a room gets from last time, what it says, and where that ends up."""

from __future__ import annotations

import io
import json
import struct
import zlib
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Role
from kennislab.archive import queries as archive
from kennislab.archive import reporting as report
from kennislab.archive.models import ActionStatus, ArchiveItem, Consent, EvidencePrompt, Status
from kennislab.core.db import db
from kennislab.core.journal import JournalEntry
from kennislab.core.transaction import transaction
from kennislab.live.models import LiveOp
from kennislab.live.room.fitting import fit, floor_of
from kennislab.programme import after, uploads
from kennislab.programme import operations as programmes
from kennislab.programme.models import Block, Lab, LabProposal, LabState
from tests.factories.world import World, bring_to, make_world, steps
from tests.live.phones import Phone, uuid7

FIXTURES = Path(__file__).parent / "fixtures"


def _last_time(world: World) -> dict[str, str]:
    """A sealed lab before this one: a question with an answer, an action, and two that must not be told."""
    with transaction() as tx:
        now = tx.session.get_one(Lab, world.lab_id)
        starts = now.starts_at - timedelta(weeks=13)
        data = programmes.LabData("Vorige keer", starts, starts + timedelta(hours=4), starts - timedelta(days=7))
        lab = programmes.plan_lab(tx, now.programme, data)
        lab.state = LabState.ARCHIVED
        made = {}
        for name, kind, text, consent, answers in (
            ("asked", "question", "Hoe bereik je huurders?", Consent.PROGRAMME, None),
            ("answer", "solution", "Keukentafelgesprekken", Consent.PUBLIC_CITY, "asked"),
            ("secret", "solution", "Alleen voor de groep", Consent.GROUP, "asked"),
            ("action", "action", "Corporatie bellen", Consent.PROGRAMME, None),
            ("quiet", "action", "Anonieme afspraak", Consent.PUBLIC_ANONYMOUS, None),
        ):
            item = ArchiveItem(
                lab=lab, programme_id=lab.programme_id, kind=kind, text=text, original_text=text, quarter=lab.quarter, consent=consent,
                reach_given=consent, status=Status.CONFIRMED, source_kind="added", source_id=name, municipality_code="GM0855",
                group_name="Geld", answers_id=made[answers].id if answers else None,
                action_status=ActionStatus.OPEN if kind == "action" else None, owner="Anna" if name == "action" else "",
            )  # fmt: skip
            tx.session.add(item)
            tx.session.flush()
            made[name] = item
        return {name: item.id for name, item in made.items()}


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(app, "ready")


def _open(app: Flask, world: World, to: LabState = LabState.LIVE) -> None:
    with app.app_context(), transaction() as tx:
        bring_to(tx, tx.session.get_one(Lab, world.lab_id), to, Actor(world.people["coordinator"], "Coordinator"))


def test_last_time_goes_into_the_room_and_what_is_said_of_it_to_the_archive(app: Flask, client: FlaskClient, world: World) -> None:
    with app.app_context():
        ids = _last_time(world)
    _open(app, world)
    leader = Phone(client, world.lab_id, world.tokens["facilitator"])
    anna = Phone.join(client, world, "Anna", "GM0855")
    bram = Phone.join(client, world, "Bram", "GM0503")
    nobody = Phone.join(client, world, "Zonder", None)
    carried = anna.snapshot()["previous"]
    assert carried["lab"]["title"] == "Vorige keer"
    assert [one["id"] for one in carried["answers"]] == [ids["answer"]]
    assert {one["id"]: one["municipality"] for one in carried["actions"]} == {ids["action"]: "GM0855", ids["quiet"]: None}
    assert "Alleen voor de groep" not in json.dumps([leader.snapshot(), anna.snapshot()])

    assert bram.do("action.report", action=ids["action"], state="dropped")["status"] == "accepted"
    assert anna.do("action.report", action=ids["action"], state="carried_on", note="Nog niet bereikt")["status"] == "accepted"
    assert anna.do("evidence.report", item=ids["answer"], outcome="worked")["status"] == "accepted"
    why = bram.do("evidence.report", item=ids["answer"], outcome="failed")
    assert why["problem"]["type"] == "/problems/why"
    assert bram.do("evidence.report", item=ids["answer"], outcome="failed", note="Niemand thuis")["status"] == "accepted"
    assert bram.do("evidence.report", item=ids["answer"], outcome="partly", note="Alleen \u202e's avonds")["status"] == "accepted"
    assert nobody.do("evidence.report", item=ids["answer"], outcome="worked")["problem"]["type"] == "/problems/no-municipality"
    assert anna.do("evidence.report", item=ids["secret"], outcome="worked")["status"] == "refused"
    seen = anna.snapshot()["reports"][ids["answer"]]
    assert seen == {"id": ids["answer"], "sums": {"worked": 1, "partly": 1}, "said": None}
    told = leader.snapshot()["reports"]
    assert told[ids["action"]]["said"] == "carried_on"  # the municipality whose action it is knows best
    assert {"municipality": "GM0503", "said": "partly", "note": "Alleen 's avonds"} in told[ids["answer"]]["notes"]
    assert anna.snapshot()["me"]["reports"][ids["answer"]] == {"said": "worked", "note": ""}

    for _ in range(2):  # opened again and closed again: taken over once
        _open(app, world, LabState.HARVESTING)
        with app.app_context(), transaction() as tx:
            programmes.move_lab(tx, tx.session.get_one(Lab, world.lab_id), LabState.LIVE, Actor(world.people["coordinator"], "Coordinator"))
    _open(app, world, LabState.HARVESTING)
    with app.app_context():
        action, answer = archive.item(db.session(), ids["action"]), archive.item(db.session(), ids["answer"])
        assert action is not None and answer is not None
        assert action.action_status is ActionStatus.CARRIED_ON
        assert [(u.status.value, u.note) for u in archive.action_updates(db.session(), action.id)] == [("carried_on", "Nog niet bereikt")]
        lines = {(line.municipality_code, line.status.value, line.note) for line in answer.evidence}
        assert lines == {("GM0855", "worked", ""), ("GM0503", "partly", "Alleen 's avonds")}
        asked = {(one.item_id, one.municipality_code, one.how) for one in db.session.scalars(sa.select(EvidencePrompt))}
        assert asked == {(answer.id, "GM0855", "room"), (answer.id, "GM0503", "room")}, "so no mail asks them once more this quarter"


def test_the_day_after(app: Flask, client: FlaskClient, world: World) -> None:
    """Questions, plans, real times and the evaluation, from the room to the report."""
    _open(app, world)
    leader = Phone(client, world.lab_id, world.tokens["facilitator"])
    anna, bram, chris = (Phone.join(client, world, name, "GM0855") for name in ("Anna", "Bram", "Chris"))
    first, second, _third = steps(app, world)
    leader.do("step.go", to=first, step_rev=0)
    leader.do("step.go", to=second, step_rev=1)
    asked = anna.do("contribution.add", kind="question", text="Wie betaalt het?")["contribution"]
    quiet = anna.do("contribution.add", kind="question", text="Wie beheert het?")["contribution"]
    assert bram.do("support.give", contribution=asked)["status"] == "accepted"
    assert bram.do("support.give", contribution=asked)["status"] == "accepted"
    assert anna.do("support.give", contribution=asked)["problem"]["type"] == "/problems/own-question"
    assert leader.do("question.answer", contribution=asked, answered="parked")["status"] == "accepted"
    assert leader.do("question.answer", contribution=quiet, answered="answered")["status"] == "accepted"
    assert bram.do("question.answer", contribution=asked, answered="answered")["problem"]["type"] == "/problems/facilitator-only"
    one = chris.follow()["contributions"][asked]
    assert (one["support"], one["answered"]) == (1, "parked") and bram.snapshot()["me"]["supports"] == [asked]

    plan = leader.do("plan.add", title="Schuldhulp", kind="deep_dive", when="11 februari 2027", place="Delft")["plan"]
    assert anna.do("plan.join", plan=plan, how="lead")["status"] == bram.do("plan.join", plan=plan, how="join")["status"] == "accepted"
    gone = leader.do("plan.add", title="Toch niet")["plan"]
    leader.do("plan.remove", plan=gone)
    assert anna.snapshot()["plans"][plan] | {"kind": ""} == {
        "id": plan, "title": "Schuldhulp", "kind": "", "when": "11 februari 2027", "place": "Delft", "joins": 2, "leads": 1,
        "leaders": ["GM0855"],
    }  # fmt: skip
    assert [person["name"] for person in leader.snapshot()["plans"][plan]["people"]] == ["Anna", "Bram"]

    _open(app, world, LabState.HARVESTING)
    for phone, text in ((chris, "Zeker doen"), (anna, "Appels"), (bram, "\u200bMelk")):
        assert phone.do("evaluation.answer", question="1", text=text)["status"] == "accepted"
        assert phone.do("evaluation.answer", question="2", score=4)["status"] == "accepted"
    assert anna.do("evaluation.answer", question="1", text="Nog een keer")["problem"]["type"] == "/problems/enough"
    assert anna.do("evaluation.answer", question="3", text="Korter")["status"] == "accepted"
    assert "Zeker doen" not in json.dumps(anna.snapshot())
    results = leader.snapshot()["evaluation"]["results"]
    assert results[0]["texts"] == ["Appels", "Melk", "Zeker doen"]
    assert results[1]["scores"] == {"1": 0, "2": 0, "3": 0, "4": 3, "5": 0}
    assert (results[2]["answers"], results[2]["shown"], results[2]["texts"]) == (1, 0, [])  # one answer would be somebody's
    with app.app_context():
        rows = db.session.execute(sa.select(JournalEntry.actor, JournalEntry.at).where(JournalEntry.type == "evaluation.answered")).all()
        assert {actor for actor, _ in rows} == {None} and {at.minute for _, at in rows} == {0}
        assert db.session.scalar(sa.select(sa.func.count()).select_from(LiveOp).where(LiveOp.result.contains("evaluation"))) == 0

        lab = db.session.get_one(Lab, world.lab_id)
        items = {item.text: item for item in archive.items_of(db.session(), lab.id)}
        assert items["Wie betaalt het?"].answered == "parked" and items["Wie beheert het?"].answered == "answered"
        assert items["Verdiepingssessie: Schuldhulp (11 februari 2027, Delft)"].owner == "Anna"
        staff = Actor(world.people["coordinator"], "Coordinator", None, {world.programme_id: Role.COORDINATOR})
        told = report.build(db.session(), lab, staff)
        assert [(asked.title, asked.number, asked.scores) for asked in told.evaluation] == [
            ("Wat neem je mee?", 3, ()), ("Hoe zinvol was deze dag?", 3, (0, 0, 0, 3, 0)),
        ]  # fmt: skip
        assert [step.began is not None for step in told.agenda] == [True, True, False]
        (proposal,) = after.of_lab(db.session(), lab.id)
        assert (proposal.title, proposal.moment, [person["leads"] for person in proposal.people]) == (
            "Schuldhulp",
            "11 februari 2027",
            [True, False],
        )
    page = client.get(f"/kennislabs/{world.lab_id}/verslag", headers=world.bearer("coordinator"))
    assert page.status_code == 200 and "Hoe zinvol was deze dag?" in page.text
    path = f"/kennislabs/{world.lab_id}/vervolg/{plan}"
    planned = client.post(path, headers=world.bearer("coordinator"))
    assert planned.status_code == 303
    assert client.post(path, headers=world.bearer("coordinator")).location == f"/kennislabs/{world.lab_id}"  # once
    with app.app_context():
        lab = db.session.get_one(Lab, db.session.get_one(LabProposal, plan).planned_id)
        assert (lab.title, lab.kind.value, lab.day, lab.place) == ("Schuldhulp", "deep_dive", date(2027, 2, 11), "Delft")


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in (
            (b"IHDR", struct.pack(">IIBBBBB", 2, 1, 8, 0, 0, 0, 0)),
            (b"IDAT", zlib.compress(b"\x00\x00\xff")),
            (b"IEND", b""),
        )
    )
)  # fmt: skip
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xc0\x00\x0b\x08\x00\x10\x00\x20\x01\x01\x11\x00\xff\xd9"


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (PNG, "image/png"),
        (PDF, "application/pdf"),
        (JPEG, "image/jpeg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", None),
        (b"<html>%PDF-1.4 %%EOF", None),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 40, None),
        (PNG[:16] + struct.pack(">II", 60_000, 60_000) + PNG[24:], None),
        (b"\xff\xd8\xff" + b"\x00" * 40, None),
        (b"PK\x03\x04", None),
        (b"", None),
    ],
)
def test_a_file_is_what_it_holds(content: bytes, media: str | None) -> None:
    assert uploads.media_of(content) == media


def test_slides_of_a_speaker(app: Flask, client: FlaskClient, world: World) -> None:
    """Kept by staff, also while the room is open; read by who is in the room, with headers that let them do nothing."""
    _open(app, world)
    first = steps(app, world)[0]
    path = f"/kennislabs/{world.lab_id}/dag"
    form = {f"speaker-{first}": "Sanne \u202ede Vries", f"link-{first}": "https://voorbeeld.example/dia", "evaluation-2": "Hoe was het?"}
    staff = world.bearer("facilitator")
    wrong = client.post(path, headers=staff, data=form | {f"file-{first}": (io.BytesIO(b"<svg>"), "dia.pdf")})
    assert wrong.status_code == 422 and "Kies een PDF" in wrong.text and "Sanne de Vries" in wrong.text
    assert client.post(path, headers=staff, data=form | {f"link-{first}": "javascript:alert(1)"}).status_code == 422
    assert client.post(path, headers=staff, data=form | {f"file-{first}": (io.BytesIO(PDF), "../../Dia's <x>.exe")}).status_code == 303
    anna = Phone.join(client, world, "Anna", "GM0855")
    state = anna.snapshot()
    step = state["agenda"][first]
    file, link = step["links"]
    assert (step["speaker"], file["kind"], file["title"], link["url"]) == (
        "Sanne de Vries", "slides", "Dia's x.pdf", "https://voorbeeld.example/dia",
    )  # fmt: skip
    assert [one["title"] for one in state["evaluation"]["questions"]] == ["Wat neem je mee?", "Hoe was het?", "Wat kan beter?"]
    address = f"/live/{world.lab_id}/bijlagen/{file['id']}"
    got = client.get(address, headers=anna.headers)
    assert (got.status_code, got.data, got.mimetype) == (200, PDF, "application/pdf")
    assert got.headers["X-Content-Type-Options"] == "nosniff" and got.headers["Content-Security-Policy"].startswith("default-src 'none'")
    fresh = app.test_client()
    assert fresh.get(address).status_code in (302, 401) and fresh.get(address, headers=world.bearer("outsider")).status_code == 403
    assert client.get(f"/live/{world.lab_id}/bijlagen/x", headers=anna.headers).status_code == 404
    pictures = f"/live/{world.lab_id}/bijlagen"
    assert client.post(pictures, headers=anna.headers, data={"file": (io.BytesIO(PNG), "a.png")}).status_code == 403
    assert client.post(pictures, headers=staff, data={"file": (io.BytesIO(PDF), "a.png")}).status_code == 422
    kept = client.post(pictures, headers=staff, data={"file": (io.BytesIO(PNG), "a.png")})
    assert kept.status_code == 200 and client.get(kept.json["url"], headers=anna.headers).mimetype == "image/png"  # type: ignore[index]
    client.post(path, headers=staff, data=form | {"do": f"remove:{file['id']}"})
    assert client.get(address, headers=anna.headers).status_code == 404
    assert [one["kind"] for one in anna.snapshot()["agenda"][first]["links"]] == ["link"]


def test_late_and_made_to_fit(app: Flask, client: FlaskClient, world: World) -> None:
    with app.app_context(), transaction() as tx:
        lab = tx.session.get_one(Lab, world.lab_id)
        lab.agenda[1].block, lab.agenda[1].title = Block.BREAK, "Pauze"
    _open(app, world)
    leader = Phone(client, world.lab_id, world.tokens["facilitator"])
    first, second, third = steps(app, world)
    leader.do("step.go", to=first, step_rev=0)
    day = leader.snapshot()["day"]
    agenda = leader.snapshot()["agenda"]
    assert (agenda[second]["planned_minutes"], agenda[second]["real"]) == (10, None)
    assert agenda[first]["real"]["ended_at"] is None
    until = leader.snapshot()["step"]["ends_at"]
    assert leader.do("agenda.fit", until=until)["status"] == "accepted"  # no time left: all as short as may be
    assert [leader.snapshot()["agenda"][id_]["minutes"] for id_ in (first, second, third)] == [10, 5, 3]
    before = leader.snapshot()["day"]["late_seconds"]
    assert leader.do("agenda.set", step=first, minutes=13)["status"] == "accepted"
    after_ = leader.snapshot()
    assert after_["day"]["late_seconds"] - before == 180 and day["late_seconds"] - before == 12 * 60
    assert leader.do("agenda.fit", until="2020-01-01T10:00:00Z")["problem"]["type"] == "/problems/not-a-time"
    anna = Phone.join(client, world, "Anna", "GM0855")
    assert anna.do("agenda.set", step=first, minutes=5)["problem"]["type"] == "/problems/facilitator-only"
    for bad in ("vanmiddag", "2026-99-99T10:00:00Z", ""):
        answer = leader.ops({"id": uuid7(), "type": "agenda.fit", "until": bad})
        assert answer.json["results"][0]["status"] == "refused"


def test_a_room_that_opens_again_keeps_its_hours(app: Flask, client: FlaskClient, world: World) -> None:
    """What was fitted stays; what the coordinator planned otherwise in between counts; late is measured by the plan."""
    _open(app, world)
    leader = Phone(client, world.lab_id, world.tokens["facilitator"])
    first, second, third = steps(app, world)
    leader.do("step.go", to=first, step_rev=0)
    leader.do("agenda.set", step=second, minutes=4)
    leader.do("agenda.set", step=third, minutes=6)

    def reopened(minutes: int | None = None) -> list[tuple[int, int]]:
        actor = Actor(world.people["coordinator"], "Coordinator")
        with app.app_context(), transaction() as tx:
            lab = tx.session.get_one(Lab, world.lab_id)
            programmes.move_lab(tx, lab, LabState.HARVESTING, actor)
            if minutes is not None:
                lab.agenda[2].minutes = minutes
                tx.session.flush()
            programmes.move_lab(tx, lab, LabState.LIVE, actor)
        agenda = leader.snapshot()["agenda"]
        return [(agenda[id_]["minutes"], agenda[id_]["planned_minutes"]) for id_ in (second, third)]

    before = leader.snapshot()["agenda"]
    planned = [before[id_]["planned_minutes"] for id_ in (second, third)]
    assert reopened() == [(4, planned[0]), (6, planned[1])]
    assert reopened(25) == [(4, planned[0]), (25, 25)]
    assert reopened() == [(4, planned[0]), (25, 25)]


CASES = [
    ([30, 15, 60, 20], 75), ([30, 15, 60, 20], 125), ([30, 15, 60, 20], 10), ([10, 10, 10], 32), ([3, 3, 90], 40), ([2, 45, 0, 5], 60),
    ([25], 40), ([7, 11, 13, 17], 31), ([1, 1, 1], 9),
]  # fmt: skip


def test_the_rest_of_the_day_fits_to_the_minute() -> None:
    """The desk does the same sum beforehand. When the file is stale, run once with KENNISLAB_WRITE_FIXTURES=1."""
    import os

    told = []
    for minutes, available in CASES:
        floors = [floor_of("break" if n == 15 else "harvest", "Stap", n) for n in minutes]
        got = fit(minutes, floors, available)
        assert all(one >= floor for one, floor in zip(got, floors, strict=True))
        assert sum(got) == max(available, sum(floors)), (minutes, available, got)
        told.append({"minutes": minutes, "floors": floors, "available": available, "expected": got})
    path = FIXTURES / "fit.json"
    text = json.dumps(told, indent=0) + "\n"
    if os.environ.get("KENNISLAB_WRITE_FIXTURES"):
        path.write_text(text, "utf-8")
    assert path.read_text("utf-8") == text
    assert floor_of("harvest", "Lunch en wandelen", 60) == 5 and floor_of("break", "Even weg", 15) == 5


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2027-03-04 in de middag", date(2027, 3, 4)),
        ("donderdag 11 februari", date(2027, 2, 11)),
        ("3 december", date(2026, 12, 3)),
        ("ergens in maart", date(2027, 3, 11)),
        ("", date(2026, 12, 31)),
        ("31 februari 2027", date(2026, 12, 31)),
    ],
)
def test_the_day_that_was_meant(words: str, day: date) -> None:
    assert after.day_of(words, date(2026, 11, 19)) == day
