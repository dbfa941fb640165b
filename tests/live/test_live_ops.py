"""The room over HTTP, on both databases: what is accepted is there once, what is refused says why."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kennislab.core import clock
from kennislab.core.db import db
from kennislab.programme.models import Lab, LabState
from tests.factories.world import World, make_world, steps
from tests.live.phones import Phone, uuid7


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(app)


@pytest.fixture
def leader(client: FlaskClient, world: World) -> Phone:
    return Phone(client, world.lab_id, world.tokens["facilitator"])


def _add(text: str, **more: object) -> dict[str, object]:
    return {"id": uuid7(), "type": "contribution.add", "kind": "bottleneck", "text": text, **more}


def test_joining_answers_as_agreed(client: FlaskClient, world: World) -> None:
    answer = client.post("/join", json={"code": world.code.lower(), "name": "Anna", "municipality": "GM0855"})
    assert answer.status_code == 201
    body = answer.json
    assert body is not None
    base = f"/live/{world.lab_id}"
    assert body["lab"] == {"id": world.lab_id, "title": "Proeflab"}
    assert (body["snapshot"], body["events"], body["ops"], body["socket"]) == (
        f"{base}/snapshot",
        f"{base}/events",
        f"{base}/ops",
        "/socket.io",
    )
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith(f"kl_live_{world.lab_id}="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    me = Phone(client, world.lab_id, body["token"]).snapshot()["me"]
    assert (me["id"], me["name"], me["municipality"], me["role"]) == (body["participant"]["id"], "Anna", "GM0855", "participant")


@pytest.mark.parametrize("code", ["ZZZZ-ZZZZ", "", "'; drop table lab;--", "A" * 59])
def test_a_wrong_code_is_told_the_same_whatever_the_cause(client: FlaskClient, world: World, code: str) -> None:
    answer = client.post("/join", json={"code": code, "name": None, "municipality": None})
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.json == {
        "type": "/problems/wrong-code",
        "title": "Deze code werkt niet",
        "detail": "Kijk of je de acht tekens goed hebt overgenomen, en of het Kennislab al open is.",
        "status": 404,
    }


def test_a_lab_that_is_not_open_answers_like_a_wrong_code(app: Flask, client: FlaskClient) -> None:
    world = make_world(app, "ready")
    assert client.post("/join", json={"code": world.code}).status_code == 404


def test_what_is_accepted_is_seen_by_all_once(client: FlaskClient, world: World) -> None:
    anna, bram = Phone.join(client, world), Phone.join(client, world, "Bram")
    bram.follow()
    answer = anna.ops(_add("Drie loketten"), _add("Geen monteurs"))
    assert [r["status"] for r in answer.json["results"]] == ["accepted", "accepted"]
    first, second = (r["seq"] for r in answer.json["results"])
    assert second == first + 1 == answer.json["head"]
    assert bram.texts() == ["Drie loketten", "Geen monteurs"]
    assert bram.state == bram.snapshot()
    assert len(bram.events(0)["events"]) <= answer.json["head"]


def test_the_same_op_again_gives_the_same_answer_and_no_second_effect(client: FlaskClient, world: World) -> None:
    anna = Phone.join(client, world)
    op = _add("Eén keer")
    first = anna.ops(op).json["results"]
    again = [anna.ops(op).json["results"] for _ in range(3)] + [anna.ops(op, op).json["results"][:1]]
    assert again == [first] * 4
    assert anna.texts() == ["Eén keer"]
    other = anna.ops({**op, "text": "Anders"}).json["results"][0]
    assert (other["status"], other["problem"]["type"]) == ("refused", "/problems/op-id-reused")


def test_the_same_id_of_somebody_else_is_another_op(client: FlaskClient, world: World) -> None:
    anna, bram = Phone.join(client, world), Phone.join(client, world, "Bram")
    op = _add("Van wie?")
    assert anna.ops(op).json["results"][0]["status"] == bram.ops(op).json["results"][0]["status"] == "accepted"
    assert anna.texts() == ["Van wie?", "Van wie?"]


@pytest.mark.parametrize(
    ("fields", "type_"),
    [
        ({"type": "contribution.add", "kind": "gossip", "text": "x"}, "invalid-op"),
        ({"type": "contribution.add", "kind": "bottleneck", "text": "   "}, "invalid-op"),
        ({"type": "contribution.add", "kind": "bottleneck", "text": "x" * 2001}, "too-long"),
        ({"type": "contribution.add", "kind": "bottleneck", "text": "x", "extra": 1}, "invalid-op"),
        ({"type": "contribution.add", "kind": "bottleneck", "text": 5}, "invalid-op"),
        ({"type": "no.such", "text": "x"}, "invalid-op"),
        ({"type": "step.go", "to": "1", "step_rev": 0}, "facilitator-only"),
        ({"type": "contribution.add", "kind": "bottleneck", "text": "x", "on_behalf_of": "Piet"}, "facilitator-only"),
        ({"type": "contribution.add", "kind": "solution", "text": "x", "answers": "nonesuch"}, "no-such-thing"),
        ({"type": "vote.cast", "ballot": "nonesuch", "choices": {}}, "no-such-ballot"),
        ({"type": "contribution.edit", "contribution": "nonesuch", "base_rev": 1, "text": "y"}, "no-such-contribution"),
        ({"type": "lab.close"}, "facilitator-only"),
    ],
)
def test_refusals_come_per_op_with_a_sentence(client: FlaskClient, world: World, fields: dict[str, object], type_: str) -> None:
    anna = Phone.join(client, world)
    answer = anna.ops({"id": uuid7(), **fields}, _add("gaat wel"))
    assert answer.status_code == 200
    refused, accepted = answer.json["results"]
    assert (refused["status"], refused["problem"]["type"], accepted["status"]) == ("refused", f"/problems/{type_}", "accepted")
    assert refused["problem"]["title"] and refused["problem"]["detail"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[]", 422),
        (b'{"ops": []}', 422),
        (b'{"ops": "x"}', 422),
        (b'{"ops": [{"type": "hand.raise"}]}', 422),
        (b'{"ops": [{"id": NaN}]}', 422),
        (b'{"ops": [' + b'{"id":"x"},' * 50 + b'{"id":"x"}]}', 422),
        (b"[" * 30_000, 422),
        (b"\xff\xfe", 422),
        (b'{"ops": [{"id": "' + b"x" * 70_000 + b'"}]}', 413),
    ],
)
def test_a_body_that_cannot_be_read_is_a_problem_never_a_500(client: FlaskClient, world: World, body: bytes, status: int) -> None:
    anna = Phone.join(client, world)
    answer = client.post(f"/live/{world.lab_id}/ops", data=body, headers={**anna.headers, "Content-Type": "application/json"})
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_nobody_writes_without_a_key(client: FlaskClient, world: World) -> None:
    stranger = Phone(client, world.lab_id, "not-a-token")
    client.delete_cookie(f"kl_live_{world.lab_id}")
    assert stranger.ops(_add("x")).status_code == 401
    assert client.get(f"/live/{world.lab_id}/snapshot", headers=stranger.headers).status_code == 401
    outsider = Phone(client, world.lab_id, world.tokens["outsider"])
    assert outsider.ops(_add("x")).status_code == 403


def test_two_facilitators_race_for_the_step(app: Flask, client: FlaskClient, world: World, leader: Phone) -> None:
    ids = steps(app, world)
    other = Phone(client, world.lab_id, world.tokens["coordinator"])
    rev = leader.follow()["step"]["rev"]
    won, lost = leader.do("step.go", to=ids[1], step_rev=rev), other.do("step.go", to=ids[2], step_rev=rev)
    assert won["status"] == "accepted"
    assert (lost["problem"]["type"], lost["problem"]["status"], lost["step"]["id"]) == ("/problems/step-moved", 409, ids[1])
    assert leader.follow()["step"]["id"] == other.follow()["step"]["id"] == ids[1]


def test_hidden_writing_is_revealed_at_the_end_of_the_step(app: Flask, client: FlaskClient, world: World, leader: Phone) -> None:
    ids = steps(app, world)
    anna, bram = Phone.join(client, world), Phone.join(client, world, "Bram")
    leader.do("step.go", to=ids[2], step_rev=0)
    anna.do("contribution.add", kind="insight", text="nog geheim")
    assert (anna.texts(), bram.texts(), leader.texts()) == (["nog geheim"], [], [])
    leader.do("step.go", to=ids[1], step_rev=1)
    assert (anna.texts(), bram.texts(), leader.texts()) == (["nog geheim"],) * 3
    assert all(phone.state == phone.snapshot() for phone in (anna, bram, leader))


def test_moderation_and_approval(client: FlaskClient, world: World, leader: Phone) -> None:
    anna, bram = Phone.join(client, world), Phone.join(client, world, "Bram")
    leader.do("moderation.set", mode="pre")
    waiting = anna.do("contribution.add", kind="bottleneck", text="eerst kijken")["contribution"]
    assert anna.follow()["contributions"][waiting]["status"] == "pending"
    assert (bram.texts(), leader.texts()) == ([], ["eerst kijken"])
    leader.do("contribution.show", contribution=waiting)
    assert bram.texts() == ["eerst kijken"]


def test_a_vote_is_secret_until_it_is_closed(client: FlaskClient, world: World, leader: Phone) -> None:
    anna, bram = Phone.join(client, world), Phone.join(client, world, "Bram")
    first = anna.do("contribution.add", kind="bottleneck", text="A")["contribution"]
    second = anna.do("contribution.add", kind="linking_opportunity", text="B")["contribution"]
    ballot = leader.do("round.open", ballot={"title": "Wat eerst?", "kind": "dots", "budget": 3})["ballot"]
    assert anna.do("vote.cast", ballot=ballot, choices={first: 2, second: 2})["problem"]["type"] == "/problems/over-budget"
    assert anna.do("vote.cast", ballot=ballot, choices={first: 3})["status"] == "accepted"
    assert anna.do("vote.cast", ballot=ballot, choices={first: 1, second: 2})["status"] == "accepted"
    bram.do("vote.cast", ballot=ballot, choices={second: 1})
    seen = bram.follow()
    assert (seen["ballots"][ballot]["result"], seen["counts"]["voters"], seen["me"]["votes"]) == (None, {ballot: 2}, {ballot: {second: 1}})
    leader.do("round.close", ballot=ballot)
    assert bram.follow()["ballots"][ballot]["result"] == {first: 1, second: 3}
    assert anna.do("vote.cast", ballot=ballot, choices={first: 1})["problem"]["type"] == "/problems/ballot-closed"


def test_a_removed_participant_hears_and_says_nothing_more(client: FlaskClient, world: World, leader: Phone) -> None:
    anna = Phone.join(client, world)
    anna.do("contribution.add", kind="bottleneck", text="blijft staan")
    leader.do("participant.remove", participant=anna.snapshot()["me"]["id"])
    assert anna.do("contribution.add", kind="bottleneck", text="x")["problem"]["type"] == "/problems/removed"
    assert client.get(f"/live/{world.lab_id}/events?since=0", headers=anna.headers).status_code == 403
    assert leader.texts() == ["blijft staan"]


def test_after_closing_into_quarantine_and_later_gone(
    app: Flask, client: FlaskClient, world: World, leader: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, bram = Phone.join(client, world), Phone.join(client, world, "Bram")
    known = _add("op tijd")
    told = anna.ops(known).json["results"]
    assert leader.do("lab.close")["status"] == "accepted"
    with app.app_context():
        assert db.session.get_one(Lab, world.lab_id).state is LabState.HARVESTING
    late = anna.do("contribution.add", kind="bottleneck", text="te laat")
    assert (late["status"], late["quarantined"]) == ("accepted", True)
    refused = anna.do("contribution.add", kind="bottleneck", text="ook te laat")["contribution"]
    assert (bram.texts(), anna.texts()) == (["op tijd"], ["ook te laat", "op tijd", "te laat"])
    assert anna.do("hand.raise", up=True)["problem"]["type"] == "/problems/lab-closed"
    assert leader.do("quarantine.accept", contribution=late["contribution"])["status"] == "accepted"
    assert leader.do("quarantine.reject", contribution=refused)["status"] == "accepted"
    assert (bram.texts(), anna.follow()["contributions"][refused]["status"]) == (["op tijd", "te laat"], "rejected")
    later = clock.now() + timedelta(hours=73)
    monkeypatch.setattr(clock, "now", lambda: later)
    gone = anna.ops(_add("veel te laat"))
    assert (gone.status_code, gone.json["type"]) == (410, "/problems/lab-over")
    assert anna.ops(known).json["results"] == told


def test_opening_again_goes_on_where_it_was(app: Flask, client: FlaskClient, world: World, leader: Phone) -> None:
    anna = Phone.join(client, world)
    anna.do("contribution.add", kind="bottleneck", text="voor de pauze")
    leader.do("lab.close")
    assert leader.do("lab.open")["status"] == "accepted"
    assert anna.do("contribution.add", kind="bottleneck", text="na de pauze")["status"] == "accepted"
    assert anna.texts() == ["na de pauze", "voor de pauze"]


def test_a_new_process_reads_the_same_room(app: Flask, client: FlaskClient, world: World, make_app, database_url: str) -> None:  # type: ignore[no-untyped-def]  # a fixture that makes apps
    anna = Phone.join(client, world)
    anna.do("contribution.add", kind="bottleneck", text="eerste proces")
    other = Phone(make_app(database_url).test_client(), world.lab_id, anna.token)
    assert other.texts() == ["eerste proces"]
    other.do("contribution.add", kind="bottleneck", text="tweede proces")
    anna.do("contribution.add", kind="bottleneck", text="weer eerste")
    assert anna.texts() == other.texts() == ["eerste proces", "tweede proces", "weer eerste"]
    assert anna.snapshot() == other.snapshot()


def test_long_poll_waits_and_is_woken(app: Flask, client: FlaskClient, world: World) -> None:
    import threading
    import time

    anna, bram = Phone.join(client, world), Phone.join(client, world, "Bram")
    head = anna.events(0)["head"]

    def later() -> None:
        time.sleep(0.3)
        Phone(app.test_client(), world.lab_id, bram.token).do("contribution.add", kind="bottleneck", text="wakker")

    writer = threading.Thread(target=later)
    writer.start()
    began = time.monotonic()
    frame = anna.events(head, wait=10)
    writer.join()
    assert [event["type"] for event in frame["events"]] == ["contribution.added"]
    assert time.monotonic() - began < 5


def test_too_far_behind_takes_a_snapshot(client: FlaskClient, world: World) -> None:
    anna = Phone.join(client, world)
    frame = anna.events(10_000)
    assert clock.parse_iso(frame.pop("now")) <= clock.now()
    assert frame == {"epoch": anna.snapshot()["epoch"], "reset": True, "head": anna.snapshot()["seq"]}


def test_a_cookie_writes_only_with_the_forms_token(make_app, sqlite_url: str) -> None:  # type: ignore[no-untyped-def]  # a fixture that makes apps
    app = make_app(sqlite_url, WTF_CSRF_ENABLED=True)
    world = make_world(app)
    client = app.test_client()
    assert client.post("/join", json={"code": world.code}).status_code == 201
    answer = client.post(f"/live/{world.lab_id}/ops", json={"ops": [_add("x")]}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["type"]) == (400, "/problems/csrf")
