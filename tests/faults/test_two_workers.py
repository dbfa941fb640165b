"""Two workers behind one address, on PostgreSQL with Redis: phones spread over both see the same, also when Redis dies halfway."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from flask import Flask

from kennislab.core import journal
from kennislab.core.db import db
from kennislab.live.models import stream
from tests.factories.world import make_world
from tests.faults.crowd import Follower, Sender, join, until_equal
from tests.support.served import Served, stamp
from tests.support.services import redis_server

pytestmark = [pytest.mark.fault, pytest.mark.redis, pytest.mark.timeout(300)]


@pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
@pytest.mark.parametrize("redis_dies", [False, True], ids=["with Redis", "Redis killed halfway"])
def test_two_workers_are_one_room(app: Flask, database_url: str, tmp_path: Path, redis_dies: bool) -> None:
    world = make_world(app)
    stamp(app)
    with redis_server() as redis:
        server = Served(
            tmp_path, {"DATABASE_URL": database_url, "DATA_DIR": str(tmp_path / "data"), "REDIS_URL": redis.url}, workers=2
        ).start()
        followers: list[Follower] = []
        try:
            tokens = [join(server.url, world.code, f"Nr {number}") for number in range(8)]
            followers = [Follower(server.url, world.lab_id, token).start() for token in tokens]
            senders = [Sender(server.url, world.lab_id, token, f"s{number}", most=25) for number, token in enumerate(tokens)]
            for sender in senders:
                sender.start()
            if redis_dies:
                time.sleep(0.5)
                redis.process.kill()
            for sender in senders:
                sender.join(90)
            told = sorted(text for sender in senders for text in sender.accepted)
            assert len(told) == 8 * 25 and not any(sender.refused for sender in senders)
            until_equal(followers, told, 15)
            assert all(follower.seen == sorted(set(follower.seen)) for follower in followers)
            leader = Sender(server.url, world.lab_id, world.tokens["facilitator"], "leader")
            _remove(leader, followers[0])
            _hears_nothing_more(leader, followers)
        finally:
            for follower in followers:
                follower.stop()
            server.stop()
    with app.app_context():
        rows = journal.read(db.session(), stream(world.lab_id), 0, 1_000_000)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))


def _remove(leader: Sender, follower: Follower) -> None:
    from tests.live.phones import uuid7

    op = {"id": uuid7(), "type": "participant.remove", "participant": follower.state["me"]["id"]}
    answer = leader.client.post(f"/live/{leader.lab_id}/ops", json={"ops": [op]})
    assert answer.json()["results"][0]["status"] == "accepted"


def _hears_nothing_more(leader: Sender, followers: list[Follower]) -> None:
    """Two seconds after somebody was taken out, nothing new reaches that phone, on whatever worker it was."""
    time.sleep(2)
    leader.send("na het verwijderen")
    time.sleep(1.5)
    assert set(followers[0].byes) == {"revoked"}  # a worker that had not heard yet may have let it in for a moment, and out again
    assert "na het verwijderen" not in followers[0].texts()
    assert all("na het verwijderen" in follower.texts() for follower in followers[1:])
