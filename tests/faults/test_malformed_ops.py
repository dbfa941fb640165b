"""Ten thousand malformed ops: nothing falls over, nothing is written for them, the log stays short, honest people are answered in time."""

from __future__ import annotations

import json
import random
import socket
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask

from kennislab.core import journal
from kennislab.core.db import db
from kennislab.live.models import stream
from tests.factories.world import make_world
from tests.faults.crowd import join
from tests.live.phones import uuid7
from tests.support.served import Served, stamp

pytestmark = [pytest.mark.fault, pytest.mark.timeout(180)]

BODIES = 500
BATCHES = 190
PER_BATCH = 50
ATTACKERS = 4
HONEST = 60

ODD: list[Any] = [None, True, -1, 1e308, 10**30, "", " ", "\x00", "\ud800", "\u202e", "x" * 3000, "../../etc/passwd", "' OR 1=1 --"]
ODD += [[], [[]], {}, {"a": {"b": {}}}, ["\ud800"]]
TYPES: list[Any] = [
    "contribution.add",
    "contribution.edit",
    "vote.cast",
    "hand.raise",
    "ready.set",
    "question.mark",
    "action.add",
    "step.go",
]
TYPES += ["", "no.such", 7, None, {}, "\ud800"]
FIELDS = ["kind", "text", "group", "answers", "themes", "consent", "step", "on_behalf_of", "paper", "contribution", "base_rev", "choices"]
FIELDS += ["ballot", "up", "at", "run", "position", "cell", "extra"]


def bad_op(chance: random.Random) -> dict[str, Any]:
    """An op whose envelope can be read, and which is nonsense inside."""
    op: dict[str, Any] = {"id": uuid7(), "type": chance.choice(TYPES)}
    for name in chance.sample(FIELDS, chance.randint(1, 6)):
        op[name] = chance.choice(ODD)
    op["nonsense"] = chance.choice(ODD)  # so that none of them is right by accident
    if chance.random() < 0.002:
        op["id"] = chance.choice(["\ud800", "\x00", "x", "-", "ffffffff-ffff-ffff-ffff-fffffffffffg"])
    return op


def bad_bodies(chance: random.Random) -> Iterator[bytes]:
    """Bodies that are wrong as a whole."""
    good = json.dumps({"ops": [bad_op(chance)]}).encode()
    while True:
        yield chance.choice(
            [
                lambda: good[: chance.randrange(len(good))],
                lambda: b'{"ops":' + b"[" * chance.choice([50, 5_000, 30_000]),
                lambda: b'{"ops":[' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"]}",
                lambda: b'{"ops":[{"id":NaN}]}',
                lambda: b'{"ops":[{"id":Infinity,"type":-Infinity}]}',
                lambda: b'{"ops":[' + b"9" * 5_000 + b"]}",
                lambda: b'{"ops":"' + b"\xff\xfe\x00" * 20 + b'"}',
                lambda: json.dumps(chance.choice(ODD)).encode(),
                lambda: json.dumps({"ops": chance.choice(ODD)}).encode(),
                lambda: json.dumps({"ops": [chance.choice(ODD)], "more": 1}).encode(),
                lambda: json.dumps({"ops": [{"id": chance.choice(ODD), "type": "hand.raise"}]}).encode(),
                lambda: b'{"ops":[' + b"x" * 66_000 + b"]}",
                lambda: json.dumps({"ops": [{"id": uuid7()}] * 51}).encode(),
                lambda: bytes(chance.randrange(256) for _ in range(chance.randrange(200))),
            ]
        )()


class Attacker(threading.Thread):
    """Sends nonsense as fast as it is answered."""

    def __init__(self, url: str, lab_id: int, token: str, works: list[bytes]) -> None:
        super().__init__(daemon=True)
        self.client = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"}, timeout=30
        )
        self.path, self.works = f"/live/{lab_id}/ops", works
        self.answers: Counter[int] = Counter()
        self.accepted: list[Any] = []

    def run(self) -> None:
        for body in self.works:
            answer = self.client.post(self.path, content=body)
            self.answers[answer.status_code] += 1
            if answer.status_code == 200:
                self.accepted += [one for one in answer.json()["results"] if one["status"] != "refused"]


def cut_off(server: Served, lab_id: int, token: str, number: int) -> None:
    """A body that stops halfway: the line is let go, or nothing comes any more."""
    lines = []
    for turn in range(number):
        line = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        head = ["Host: x", f"Authorization: Bearer {token}", "Content-Type: application/json", "Content-Length: 5000", "", '{"ops":[{"id":']
        line.sendall("\r\n".join([f"POST /live/{lab_id}/ops HTTP/1.1", *head]).encode())
        if turn % 2:
            line.close()
        else:
            lines.append(line)
    time.sleep(0.2)
    for line in lines:
        line.close()


def test_ten_thousand_malformed_ops(make_app: Callable[..., Flask], sqlite_url: str, tmp_path: Path) -> None:
    app = make_app(sqlite_url)
    world = make_world(app)
    stamp(app)
    server = Served(tmp_path, {"DATABASE_URL": sqlite_url, "DATA_DIR": str(tmp_path / "data")}).start()
    chance = random.Random(1)
    bodies = bad_bodies(chance)
    works = [next(bodies) for _ in range(BODIES)]
    works += [json.dumps({"ops": [bad_op(chance) for _ in range(PER_BATCH)]}).encode() for _ in range(BATCHES)]
    chance.shuffle(works)
    try:
        tokens = [join(server.url, world.code, f"Nr {number}") for number in range(ATTACKERS)]
        before = server.memory()
        attackers = [Attacker(server.url, world.lab_id, token, works[number::ATTACKERS]) for number, token in enumerate(tokens)]
        for attacker in attackers:
            attacker.start()
        cut_off(server, world.lab_id, tokens[0], 40)
        took = honest(server, world.lab_id, world.tokens["facilitator"])
        for attacker in attackers:
            attacker.join(120)
        answers = sum((attacker.answers for attacker in attackers), Counter())
        log = server.log()
        print(f"\n{answers}, honest p95 {statistics.quantiles(took, n=20)[-1] * 1000:.0f} ms, log {len(log)} bytes")
        assert sum(answers.values()) == len(works) and set(answers) <= {200, 400, 413, 422, 429}
        assert not any(attacker.accepted for attacker in attackers)
        assert statistics.quantiles(took, n=20)[-1] < 1
        assert len(log) < 20_000, log[-3000:]
        assert server.memory() - before < 80e6
        assert server.process is not None and server.process.poll() is None
    finally:
        server.stop()
    with app.app_context():
        kinds = Counter(row.type for row in journal.read(db.session(), stream(world.lab_id), 0, 1_000_000))
    assert kinds == {"lab.opened": 1, "participant.joined": ATTACKERS, "contribution.added": HONEST}


def honest(server: Served, lab_id: int, token: str) -> list[float]:
    """Somebody who means well, meanwhile: seconds until each contribution was answered."""
    took = []
    with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"}, timeout=30) as client:
        for number in range(HONEST):
            began = time.perf_counter()
            op = {"id": uuid7(), "type": "contribution.add", "kind": "insight", "text": f"Eerlijk {number}"}
            answer = client.post(f"/live/{lab_id}/ops", json={"ops": [op]})
            took.append(time.perf_counter() - began)
            assert answer.json()["results"][0]["status"] == "accepted"
            time.sleep(0.02)
    return took
