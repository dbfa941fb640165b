"""The transport in a served process, on every way it can be served."""

from __future__ import annotations

import json
import random
import signal
import socket
import struct
import time
from collections.abc import Iterator
from typing import Any

import pytest
import socketio

from tests.core.transport.raw import Client, Closed, Room, served

pytestmark = pytest.mark.slow  # it serves, in processes of its own

WAYS = {"direct": ((), {}), "pywsgi": (("--pywsgi",), {}), "stock": ((), {"SOCKET_TRANSPORT": "stock"})}


@pytest.fixture(scope="module", params=WAYS)
def room(request: pytest.FixtureRequest) -> Iterator[Room]:
    options, config = WAYS[request.param]
    with served(*options, **config) as running:
        running.way = request.param  # type: ignore[attr-defined]
        yield running


@pytest.fixture(scope="module")
def direct() -> Iterator[Room]:
    with served(SOCKET_PING_SECONDS=1) as running:
        yield running


def until(condition: Any, seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def test_the_socketio_client_everybody_uses(room: Room) -> None:
    heard: list[Any] = []
    client = socketio.Client()
    client.on("events", heard.append, namespace="/live")
    client.connect(room.url, namespaces=["/live"], transports=["websocket"], auth={"name": "Noor"})
    try:
        assert client.call("follow", {"since": 3}, namespace="/live", timeout=5) == {"ok": True, "heard": {"since": 3}}
        room.post("/say?count=3&size=20")
        until(lambda: len(heard) == 3)
        assert heard == [{"n": n, "text": "abc"[n] * 10 + "é" * 5} for n in range(3)]
        assert [person[0] for person in room.stats()["present"].values()] == ["Noor"]
    finally:
        client.disconnect()
    until(lambda: not room.stats()["present"])


@pytest.mark.parametrize("size", [1, 50, 200, 30_000, 100_000])
def test_frames_of_every_length_arrive_whole_and_in_order(room: Room, size: int) -> None:
    with Client(room) as client:
        assert client.join().startswith('40/live,{"sid":"')
        room.post(f"/say?count=5&size={size}")
        for number in range(5):
            assert client.event() == ["events", {"n": number, "text": chr(97 + number) * (size // 2) + "é" * (size // 4)}]


def test_deflate_is_not_agreed(room: Room) -> None:
    with Client(room, {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}) as client:
        assert client.status == 101
        assert "sec-websocket-extensions" not in client.headers
        client.join()
        room.post("/say?count=1&size=3000")
        assert client.event()[1]["n"] == 0  # read() refuses reserved bits


@pytest.mark.parametrize(
    "path",
    [
        "/socket.io/?EIO=4&transport=polling",
        "/socket.io/?EIO=4",
        "/socket.io/?EIO=3&transport=websocket",
        "/socket.io/?EIO=4&transport=websocket&j=0",
        "/socket.io/?EIO=4&transport=websocket&sid=abc",
    ],
)
def test_anything_but_a_websocket_is_refused_with_a_sentence(room: Room, path: str) -> None:
    with Client(room, path=path) as client:
        assert client.status == 400
        assert client.headers["content-type"] == "application/problem+json"
        problem = json.loads(client.body)
        assert problem["type"] == "/problems/websocket-only"
        assert problem["detail"].startswith("Deze verbinding werkt alleen met websockets.")


def test_polling_posts_are_refused(room: Room) -> None:
    with Client(room, {"Upgrade": None, "Connection": None}, path="/socket.io/?EIO=4&transport=polling") as client:
        assert client.status == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-WebSocket-Version": "8"}, 426),
        ({"Sec-WebSocket-Key": "short"}, 400),
        ({"Sec-WebSocket-Key": None}, 400),
        ({"Connection": "keep-alive"}, 400),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1"}, 403),
    ],
)
def test_handshakes_that_are_refused(room: Room, headers: dict[str, str | None], status: int) -> None:
    with Client(room, headers) as client:
        assert client.status == status
        assert json.loads(client.body)["status"] == status


def test_without_an_origin_cookies_do_not_count(room: Room) -> None:
    for origin, cookie in ((None, ""), (room.url, "kl_session=secret")):
        with Client(room, {"Cookie": "kl_session=secret", "Origin": origin}) as client:
            client.join(name="cookie")
            assert [person for person in room.stats()["present"].values() if person[0] == "cookie"] == [["cookie", cookie, "127.0.0.1"]]
        until(lambda: not room.stats()["present"])


def test_a_connect_handler_may_refuse(room: Room) -> None:
    with Client(room) as client:
        assert client.join(token="wrong").startswith("44/live,")
        room.post("/say")
        client.sock.settimeout(0.3)
        with pytest.raises(TimeoutError):
            client.packet()


def test_a_failing_handler_answers_with_a_problem(room: Room) -> None:
    with Client(room) as client:
        client.join()
        client.say('42/live,7["follow",{"fail":true}]')
        answer = client.packet()
        assert answer.startswith("43/live,7")
        assert json.loads(answer[9:])[0]["problem"]["type"] == "/problems/internal"
        client.say('42/live,8["follow",{}]')
        assert client.packet() == '43/live,8[{"ok":true,"heard":{}}]'


def test_websocket_pings_are_answered(room: Room) -> None:
    with Client(room) as client:
        client.join()
        client.frame(9, b"are you there")
        assert client.read() == (10, b"are you there")


def test_fragments(room: Room) -> None:
    with Client(room) as client:
        client.join()
        client.frame(1, b'42/live,1["fol', final=False)
        client.frame(9, b"")
        client.frame(0, b'low",{}]')
        assert client.read() == (10, b"")
        assert client.packet() == '43/live,1[{"ok":true,"heard":{}}]'


def test_close_is_answered_and_noticed(room: Room) -> None:
    with Client(room) as client:
        client.join(name="leaver")
        client.frame(8, struct.pack("!H", 1000) + b"bye")
        assert client.code() == 1000
    until(lambda: not room.stats()["present"])
    assert room.stats()["connections"] == 0


def test_somebody_who_vanishes_is_noticed(room: Room) -> None:
    client = Client(room)
    client.join(name="vanished")
    client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    until(lambda: not room.stats()["present"])
    assert ["vanished", "transport close"] in room.stats()["left"]


def test_the_server_may_close(room: Room) -> None:
    with Client(room) as client:
        client.join()
        room.post("/close")
        assert client.code() in (0, 1000)
    until(lambda: not room.stats()["present"])


def violations() -> dict[str, Any]:
    return {
        "not masked": (lambda c: c.frame(1, b"42/live,[]", masked=False), 1002),
        "binary": (lambda c: c.frame(2, b"\0\1"), 1003),
        "compressed": (lambda c: c.frame(1, b"x", reserved=0x40), 1002),
        "not utf-8": (lambda c: c.frame(1, b"\xff\xff"), 1007),
        "oversized": (lambda c: c.frame(1, b"4" + b"x" * 17_000), 1009),
        "oversized in pieces": (lambda c: [c.frame(0 if n else 1, b"4" + b"x" * 6000, final=False) for n in range(3)], 1009),
        "long ping": (lambda c: c.frame(9, b"x" * 126), 1002),
        "nothing to continue": (lambda c: c.frame(0, b"x"), 1002),
        "polling's probe": (lambda c: c.say("2probe"), 1008),
        "empty": (lambda c: c.say(""), 1008),
        "not json": (lambda c: c.say("42/live,[nope"), 1008),
        "event that has no handler": (lambda c: c.say('42/live,["other"]'), 1008),
        "reserved event": (lambda c: c.say('42/live,["disconnect","x"]'), 1008),
        "binary event": (lambda c: c.say('451-/live,["follow",{"_placeholder":true,"num":0}]'), 1008),
        "joins twice": (lambda c: c.say("40/live,"), 1008),
        "other namespace": (lambda c: c.say("40/other,"), 1008),
        "deep": (lambda c: c.say("42/live," + "[" * 9000), 1008),
        "too many": (lambda c: [c.say('42/live,["follow",{}]') for _ in range(100)], 1008),
    }


@pytest.mark.parametrize("name", violations())
def test_breaking_the_protocol_ends_only_that_connection(direct: Room, name: str) -> None:
    break_it, code = violations()[name]
    with Client(direct) as good, Client(direct) as bad:
        good.join()
        bad.join()
        break_it(bad)
        assert bad.code() == code
        direct.post("/say")
        assert good.event()[1]["n"] == 0


def test_events_before_joining_are_refused(direct: Room) -> None:
    with Client(direct) as client:
        client.packet()
        client.say('42/live,["follow",{}]')
        assert client.code() == 1008


def test_who_never_joins_is_sent_away(direct: Room) -> None:
    with Client(direct) as client:
        assert client.code() == 1008
    assert direct.stats()["ended"]["no welcome"] >= 1


def test_who_does_not_answer_pings_is_cut(direct: Room) -> None:
    """A half-open connection: the phone lost its network and never said so."""
    with Client(direct) as client:
        client.join(name="half open")
        until(lambda: ["half open", "ping timeout"] in direct.stats()["left"])


def test_who_answers_pings_stays(direct: Room) -> None:
    with Client(direct) as client:
        client.join(name="alive")
        end = time.monotonic() + 3.5
        client.sock.settimeout(0.2)
        while time.monotonic() < end:
            try:
                client.packet()
            except TimeoutError:
                continue
        assert ["alive"] in [person[:1] for person in direct.stats()["present"].values()]


def test_leaving_while_the_connect_handler_still_works_leaves_nothing_behind(direct: Room) -> None:
    with Client(direct) as client:
        client.packet()
        client.say('40/live,{"wait":0.3,"name":"hasty"}')
        time.sleep(0.1)
    until(lambda: ["hasty", "transport close"] in direct.stats()["left"])
    stats = direct.stats()
    assert (stats["present"], stats["connections"]) == ({}, 0)


def test_ten_thousand_broken_packets() -> None:
    """No crash, no leak, no log flood, and the others notice nothing."""
    chance = random.Random(7)
    with served() as room, Client(room) as good:
        good.join(name="good")
        before = room.stats()["rss"]
        sent = 0
        while sent < 10_000:
            with Client(room) as bad:
                bad.join()
                try:
                    for _ in range(50):
                        sent += 1
                        kind = chance.randrange(4)
                        if kind == 0:
                            bad.sock.sendall(chance.randbytes(chance.randrange(1, 200)))
                        elif kind == 1:
                            bad.frame(chance.randrange(16), chance.randbytes(chance.randrange(126)), final=chance.random() < 0.5)
                        elif kind == 2:
                            bad.say("4" + "".join(chance.choices('0123456/live,[]{}"follow:-NaN', k=40)))
                        else:
                            bad.say('42/live,["follow",' + "[" * chance.randrange(9000))
                except OSError:
                    pass
                sent += 49  # the first that is wrong ends the connection; what was behind it counts as sent
        room.post("/say")
        assert good.event()[1]["n"] == 0
        until(lambda: len(room.stats()["present"]) == 1)
        assert room.stats()["rss"] - before < 15e6
        room.process.send_signal(signal.SIGTERM)
        assert len(room.process.communicate(timeout=10)[1].splitlines()) < 60


def test_five_hundred_leave_at_once() -> None:
    with served() as room:
        crowd = [Client(room) for _ in range(500)]
        for client in crowd:
            client.join()
        assert room.stats()["connections"] == 500
        for client in crowd:
            client.close()
        until(lambda: room.stats()["connections"] == 0, 3)
        until(lambda: not room.stats()["present"], 3)


def test_full_is_said() -> None:
    with served(SOCKET_MOST=2) as room, Client(room) as one, Client(room) as two:
        one.join(), two.join()
        with Client(room) as three:
            assert (three.status, three.headers["retry-after"]) == (503, "5")


def test_stopping_says_goodbye_within_two_seconds() -> None:
    with (
        served() as room,
        Client(room) as client,
        Client(room, path="/slow", headers={"Upgrade": None, "Connection": "keep-alive"}) as idle,
    ):
        assert (idle.status, idle.body) == (200, b"slowly")
        client.join()
        slow = socket.create_connection(room.address)
        slow.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.1)
        start = time.monotonic()
        room.process.send_signal(signal.SIGTERM)
        assert client.code() == 1001
        with slow.makefile("rb") as answer:
            assert answer.read().endswith(b"slowly")  # what was being answered is answered
        assert room.process.wait(5) == 0
        assert time.monotonic() - start < 2
        slow.close()


def test_two_workers_on_one_address() -> None:
    with served("--workers", "2") as room:
        until(lambda: len({room.stats()["pid"] for _ in range(6)}) == 2, 10)
        with Client(room) as client:
            client.join()
            with pytest.raises(Closed) as closed:
                room.process.send_signal(signal.SIGTERM)
                client.packet()
            assert closed.value.code == 1001
        assert room.process.wait(5) == 0


@pytest.mark.parametrize("proxies", [0, 1])
def test_forwarded_headers_count_only_from_configured_proxies(proxies: int) -> None:
    with served(TRUSTED_PROXIES=proxies) as room:
        forwarded = {"X-Forwarded-For": "10.1.2.3", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "kennislab.example"}
        with Client(room, {**forwarded, "Origin": "https://kennislab.example"}) as client:
            assert client.status == (101 if proxies else 403)
        with Client(room, forwarded) as client:
            assert client.status == (403 if proxies else 101)
            if not proxies:
                client.join(name="forwarded")
                assert [person[2] for person in room.stats()["present"].values()] == ["127.0.0.1"]


def test_configured_origins_may_connect() -> None:
    with served(PUBLIC_URL="https://kennislab.example/", ALLOWED_ORIGINS="https://other.example http://localhost:3000") as room:
        for origin, status in (
            ("https://kennislab.example", 101),
            ("https://other.example", 101),
            ("http://localhost:3000", 101),
            ("http://kennislab.example", 403),
            (room.url, 101),
        ):
            with Client(room, {"Origin": origin}) as client:
                assert client.status == status, origin
