"""A backup made at fifty ops a second is put back: nothing that was accepted before it is lost, phones repair, the archive verifies."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result
from flask import Flask

from kennislab import cli
from kennislab.archive.sealed import verify
from kennislab.core import backup
from kennislab.core.db import db
from kennislab.live.models import LiveRoom
from tests.archive.sealed_rooms import sealed_lab
from tests.factories.world import make_world
from tests.faults.crowd import Follower, join, until_equal
from tests.live.phones import uuid7
from tests.support.served import Served, stamp
from tests.support.warm import Warm


class Phone(threading.Thread):
    """Sends an op every twentieth of a second, and keeps what it sent, as a phone does until the room has it."""

    def __init__(self, url: str, lab_id: int, token: str, name: str) -> None:
        super().__init__(daemon=True)
        self.client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=15)
        self.lab_id, self.name = lab_id, name
        self.kept: list[dict[str, Any]] = []
        self.accepted: list[str] = []
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.is_set():
            text = f"{self.name} {len(self.kept) + 1}"
            self.kept.append({"id": uuid7(), "type": "contribution.add", "kind": "bottleneck", "text": text})
            assert self.offer([self.kept[-1]]) == ["accepted"]
            self.accepted.append(text)
            time.sleep(0.04)

    def offer(self, ops: list[dict[str, Any]]) -> list[str]:
        """The answers of the room."""
        answer = self.client.post(f"/live/{self.lab_id}/ops", json={"ops": ops}).raise_for_status()
        return [result["status"] for result in answer.json()["results"]]


@pytest.fixture
def warm() -> Iterator[Warm]:
    with Warm() as process:
        yield process


@pytest.mark.fault
@pytest.mark.timeout(200)
def test_a_backup_of_a_busy_room_is_put_back(
    make_app: Callable[..., Flask], sqlite_url: str, tmp_path: Path, warm: Warm, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(sqlite_url)
    data, file = Path(app.config["DATA_DIR"]), tmp_path / "busy.klbackup"
    sealed_lab(app)
    world = make_world(app)
    stamp(app)
    for name, value in (("DATABASE_URL", sqlite_url), ("DATA_DIR", str(data)), ("SECRET_KEY", "x" * 40)):
        monkeypatch.setenv(f"KENNISLAB_{name}", value)

    def restore(*more: str) -> Result:
        return CliRunner().invoke(cli.main, ["restore", str(file), *more])

    with app.app_context():
        epoch = db.session.get_one(LiveRoom, world.lab_id).epoch
        db.session.remove()
        db.engine.dispose()
    server = Served(tmp_path, {"DATABASE_URL": sqlite_url, "DATA_DIR": str(data)}, warm=warm).start()
    follower = None
    try:
        tokens = [join(server.url, world.code, f"Nr {number}") for number in range(3)]
        follower = Follower(server.url, world.lab_id, tokens[2]).start()
        phones = [Phone(server.url, world.lab_id, token, f"p{number}") for number, token in enumerate(tokens[:2])]
        for phone in phones:
            phone.start()
        time.sleep(0.4)
        before = [text for phone in phones for text in phone.accepted]
        backup.make(sqlite_url, data, file)
        time.sleep(0.4)
        for phone in phones:
            phone.stopping.set()
        for phone in phones:
            phone.join(20)
        told = sorted(text for phone in phones for text in phone.accepted)
        assert until_equal([follower], told, 10) >= 0 and len(told) == sum(len(phone.kept) for phone in phones)
        refused = restore("--force")
        assert refused.exit_code == 1 and "Er draait nog een Kennislab" in refused.output
        server.stop()
        refused = restore()
        assert refused.exit_code == 2 and "nieuwer dan de back-up" in refused.output
        put = restore("--force")
        assert put.exit_code == 0 and "De keten van het archief is heel" in put.output, put.output
        server.start()
        texts = [one["text"] for one in phones[0].client.get(f"/live/{world.lab_id}/snapshot").json()["contributions"].values()]
        assert set(before) <= set(texts) < set(told), "all that was accepted before it, and no later moment than its own"
        assert sorted(texts) == sorted(text for phone in phones for text in phone.accepted[: sum(phone.name in one for one in texts)])
        assert until_equal([follower], sorted(texts), 10) >= 0, "a screen that stayed on starts anew at the new epoch"
        assert follower.state["epoch"] != epoch
        for phone in phones:  # the new epoch makes them offer what they still have, with the numbers of then
            for start in range(0, len(phone.kept), 50):
                assert set(phone.offer(phone.kept[start : start + 50])) == {"accepted"}
        assert until_equal([follower], told, 10) >= 0, "what the backup did not have is back, and nothing is there twice"
    finally:
        if follower is not None:
            follower.stop()
        server.stop()
    with app.app_context():
        verdict = verify.database(db.session())
        assert verdict.findings == [] and verdict.checked["labs"] == 2
