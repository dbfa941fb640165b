"""A phone without a screen: joins, sends ops, follows events."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from flask.testing import FlaskClient

from tests.factories.world import World
from tests.live.reducer import reduce


def uuid7(at: float | None = None) -> str:
    """A version 7 UUID of now, or of ``at`` (Unix seconds)."""
    milliseconds = int((time.time() if at is None else at) * 1000)
    value = (milliseconds << 80 | int.from_bytes(os.urandom(10), "big")) & ~(0xF << 76) | (7 << 76)
    value = value & ~(0x3 << 62) | (0x2 << 62)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class Phone:
    """Talks to a room over HTTP, with a token."""

    def __init__(self, client: FlaskClient, lab_id: int, token: str) -> None:
        self.client, self.lab_id, self.token = client, lab_id, token
        self.headers = {"Authorization": f"Bearer {token}"}
        self.state: dict[str, Any] = {}

    @classmethod
    def join(cls, client: FlaskClient, world: World, name: str | None = "Anna", municipality: str | None = "GM0855") -> Phone:
        """Comes in by code."""
        answer = client.post("/join", json={"code": world.code, "name": name, "municipality": municipality})
        assert answer.status_code == 201, answer.text
        return cls(client, world.lab_id, answer.json["token"])  # type: ignore[index]

    def ops(self, *ops: dict[str, Any]) -> Any:
        """Sends ops; the whole response."""
        return self.client.post(f"/live/{self.lab_id}/ops", json={"ops": list(ops)}, headers=self.headers)

    def do(self, type_: str, **fields: Any) -> dict[str, Any]:
        """Sends one op; its result."""
        answer = self.ops({"id": uuid7(), "type": type_, **fields})
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json["results"][0]
        return result

    def snapshot(self) -> dict[str, Any]:
        """All that this phone may see."""
        answer = self.client.get(f"/live/{self.lab_id}/snapshot", headers=self.headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = json.loads(answer.text)
        found.pop("now")
        return found

    def events(self, since: int, wait: float | None = None) -> dict[str, Any]:
        """What came after ``since``."""
        more = "" if wait is None else f"&wait={wait}"
        answer = self.client.get(f"/live/{self.lab_id}/events?since={since}{more}", headers=self.headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = json.loads(answer.text)
        return found

    def follow(self) -> dict[str, Any]:
        """Catches up as a phone does, and returns its state."""
        if not self.state:
            self.state = self.snapshot()
        frame = self.events(self.state["seq"])
        self.state = self.snapshot() if frame.get("reset") or frame["epoch"] != self.state["epoch"] else reduce(self.state, frame)
        return self.state

    def texts(self) -> list[str]:
        """The wall as this phone has it."""
        return sorted(one["text"] for one in self.follow()["contributions"].values())
