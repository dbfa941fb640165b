"""The tests of the room once more, over the network: SQLite in one process; PostgreSQL and Redis with two workers, one address.

Every request may reach either worker, so what one has taken the other has to show.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask

from kennislab.core.db import db
from tests.factories.world import World, make_world, steps
from tests.live.phones import Phone, uuid7
from tests.live.test_live_ops import (  # noqa: F401  collected here once more, with this module's fixtures
    leader,
    test_a_removed_participant_hears_and_says_nothing_more,
    test_a_vote_is_secret_until_it_is_closed,
    test_a_wrong_code_is_told_the_same_whatever_the_cause,
    test_hidden_writing_is_revealed_at_the_end_of_the_step,
    test_joining_answers_as_agreed,
    test_moderation_and_approval,
    test_nobody_writes_without_a_key,
    test_opening_again_goes_on_where_it_was,
    test_refusals_come_per_op_with_a_sentence,
    test_the_same_id_of_somebody_else_is_another_op,
    test_the_same_op_again_gives_the_same_answer_and_no_second_effect,
    test_too_far_behind_takes_a_snapshot,
    test_two_facilitators_race_for_the_step,
    test_what_is_accepted_is_seen_by_all_once,
)
from tests.support import databases
from tests.support.served import Served, stamp

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


class Answer:
    """An httpx response with the face of Flask's test client."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status_code, self.text, self.headers = answer.status_code, answer.text, _Headers(answer)
        self.mimetype = answer.headers.get("Content-Type", "").split(";")[0]
        self._answer = answer

    @property
    def json(self) -> Any:
        return self._answer.json()


class _Headers:
    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer

    def getlist(self, name: str) -> list[str]:
        return self._answer.headers.get_list(name)


class Net:
    """A client that opens a new connection for every request, so that each may reach another worker."""

    def __init__(self, url: str) -> None:
        self.url = url

    def post(self, path: str, **what: Any) -> Answer:
        content = {"content": what.pop("data")} if isinstance(what.get("data"), bytes) else {}
        return Answer(httpx.post(self.url + path, timeout=30, **content, **what))

    def get(self, path: str, **what: Any) -> Answer:
        return Answer(httpx.get(self.url + path, timeout=30, **what))

    def delete_cookie(self, name: str) -> None:
        """It keeps none."""


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(("sqlite", 1), id="one process"),
        pytest.param(("postgresql", 2), id="two workers", marks=[pytest.mark.postgres, pytest.mark.redis]),
    ],
)
def deployment(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, _databases: databases.Databases
) -> Iterator[tuple[Flask, Served]]:
    """A running server, and an app of our own on the same database to prepare things with."""
    kind, workers = request.param
    folder: Path = tmp_path_factory.mktemp("served")
    url = _databases.filled(kind, folder)
    app = databases.create_app(databases.settings(folder, url))
    stamp(app)
    settings = {"DATABASE_URL": url, "DATA_DIR": str(folder / "data")}
    if workers > 1:
        settings["REDIS_URL"] = request.getfixturevalue("redis_service").url
    server = Served(folder, settings, workers=workers).start()
    yield app, server
    server.stop()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    _databases.drop()


@pytest.fixture
def app(deployment: tuple[Flask, Served]) -> Flask:
    return deployment[0]


@pytest.fixture
def client(deployment: tuple[Flask, Served]) -> Net:
    return Net(deployment[1].url)


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(app)


def _together(works: list[Any]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def test_the_same_op_twenty_times_at_once(client: Any, world: World) -> None:
    anna = Phone.join(client, world)
    op = {"id": uuid7(), "type": "contribution.add", "kind": "bottleneck", "text": "Eén keer, hoe vaak ook gestuurd"}
    answers: list[Any] = []
    _together([lambda: answers.append(anna.ops(op).json["results"])] * 20)
    assert len(answers) == 20 and all(answer == answers[0] for answer in answers)
    assert anna.texts() == ["Eén keer, hoe vaak ook gestuurd"]


def test_many_races_for_the_step_and_none_is_skipped(app: Flask, client: Any, world: World, leader: Phone) -> None:  # noqa: F811  the fixture of that name
    """Two facilitators press *next* at the same moment, again and again: one wins, the other is told where the room is."""
    ids = steps(app, world)
    other = Phone(client, world.lab_id, world.tokens["coordinator"])
    rev = leader.snapshot()["step"]["rev"]
    for turn in range(60):
        told: list[dict[str, Any]] = []
        _together([lambda who=who: told.append(who.do("step.go", to=ids[turn % 3], step_rev=rev)) for who in (leader, other)])  # noqa: B023
        assert sorted(one["status"] for one in told) == ["accepted", "refused"]
        lost = next(one for one in told if one["status"] == "refused")
        rev += 1
        assert (lost["problem"]["status"], lost["step"]["rev"], lost["step"]["id"]) == (409, rev, ids[turn % 3])
    assert leader.snapshot()["step"]["rev"] == other.snapshot()["step"]["rev"] == rev


def _socket(client: Any, auth: dict[str, Any]) -> dict[str, Any]:
    """What the door of the socket says: the answer to ``follow``, or ``{"refused": …}``."""
    import socketio  # a client of its own, only here

    sio = socketio.Client(reconnection=False)
    refused: list[Any] = []
    sio.on("connect_error", refused.append, namespace="/live")
    try:
        sio.connect(client.url, transports=["websocket"], namespaces=["/live"], auth=auth, wait_timeout=10)
        told = sio.call("follow", {"since": 0}, namespace="/live", timeout=10)
    except socketio.exceptions.ConnectionError:
        return {"refused": refused}
    finally:
        sio.disconnect()
    assert isinstance(told, dict)
    return told


def test_the_socket_lets_in_who_may_see_the_room(app: Flask, client: Any, world: World) -> None:
    """The authorisation matrix of the two things a socket takes: connecting, and ``follow``."""
    anna = Phone.join(client, world)
    head = anna.snapshot()["seq"]
    welcome = [anna.token, *(world.tokens[role] for role in ("coordinator", "facilitator"))]
    for token in welcome:
        told = _socket(client, {"lab": world.lab_id, "token": token})
        assert told["ok"] is True and told["head"] >= head
    assert _socket(client, {"lab": world.lab_id, "token": world.tokens["participant"]})["ok"] is True
    unwelcome: list[dict[str, Any]] = [
        {"lab": world.lab_id, "token": world.tokens["outsider"]},
        {"lab": world.lab_id, "token": "nonsense"},
        {"lab": world.lab_id},
        {"lab": 10_000_000, "token": anna.token},
        {"lab": "x", "token": anna.token},
        {"token": anna.token},
    ]
    for auth in unwelcome:
        assert "refused" in _socket(client, auth), auth
    for state in ("planned", "ready"):
        closed = make_world(app, state)
        assert "refused" in _socket(client, {"lab": closed.lab_id, "token": closed.tokens["facilitator"]})
