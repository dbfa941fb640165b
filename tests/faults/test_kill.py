"""`kill -9` in the middle of a burst: nothing that was accepted is lost, nothing is there twice, and everybody ends with the same."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from kennislab.core import journal
from kennislab.core.db import db
from kennislab.live.models import stream
from tests.factories.world import make_world
from tests.faults.crowd import Follower, Sender, join, until_equal
from tests.support.served import Served, stamp
from tests.support.warm import Warm

KILLS = int(os.environ.get("KENNISLAB_KILLS", "20"))


@pytest.fixture
def warm() -> Iterator[Warm]:
    with Warm() as process:
        yield process


@pytest.mark.fault
@pytest.mark.timeout(400)
def test_kill_minus_nine_in_a_burst(make_app: Callable[..., Flask], sqlite_url: str, tmp_path: Path, warm: Warm) -> None:
    app = make_app(sqlite_url)
    world = make_world(app)
    stamp(app)
    server = Served(tmp_path, {"DATABASE_URL": sqlite_url, "DATA_DIR": str(tmp_path / "data")}, warm=warm).start()
    senders: list[Sender] = []
    followers: list[Follower] = []
    try:
        tokens = [join(server.url, world.code, f"Nr {number}") for number in range(6)]
        followers = [Follower(server.url, world.lab_id, token).start() for token in tokens[:3]]
        senders = [Sender(server.url, world.lab_id, token, f"s{number}") for number, token in enumerate(tokens)]
        for sender in senders:
            sender.start()
        back: list[float] = []
        for _ in range(KILLS):
            time.sleep(random.uniform(0.05, 0.35))
            server.kill()
            began = time.monotonic()
            server.start()
            back.append(time.monotonic() - began)
        time.sleep(0.5)
        for sender in senders:
            sender.stopping.set()
        for sender in senders:
            sender.join(70)
        told = sorted(text for sender in senders for text in sender.accepted)
        assert not any(sender.refused for sender in senders)
        assert len(told) > KILLS * 5 and sum(sender.retries for sender in senders) >= KILLS / 2
        took = until_equal(followers, told, 10)
        print(f"\n{KILLS} kills, {len(told)} accepted, serving again after at most {max(back):.1f} s, all equal after {took:.1f} s")
        assert max(back) < 60  # how fast is for the benchmark to say; here it only has to come back
    finally:
        for follower in followers:
            follower.stop()
        server.stop()
    with app.app_context():
        rows = journal.read(db.session(), stream(world.lab_id), 0, 1_000_000)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    assert sorted(row.data["text"] for row in rows if row.type == "contribution.added") == told
