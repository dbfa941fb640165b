"""People in a room over the real network: each sends until it is answered, as a phone does, and remembers what it was told."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import httpx
import socketio

from tests.live.phones import uuid7
from tests.live.reducer import reduce


class Sender(threading.Thread):
    """Sends ops one after another; the same op again and again until there is an answer."""

    def __init__(self, url: str, lab_id: int, token: str, name: str, most: int = 10_000) -> None:
        super().__init__(daemon=True)
        self.client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=15)
        self.lab_id, self.name, self.most = lab_id, name, most
        self.accepted: list[str] = []
        self.refused: list[dict[str, Any]] = []
        self.retries = 0
        self.stopping = threading.Event()

    def run(self) -> None:
        number = 0
        while not self.stopping.is_set() and number < self.most:
            number += 1
            self.send(f"{self.name} {number}")
            time.sleep(0.004)

    def send(self, text: str, seconds: float = 60) -> None:
        """One contribution, until it is answered."""
        op = {"id": uuid7(), "type": "contribution.add", "kind": "bottleneck", "text": text}
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                answer = self.client.post(f"/live/{self.lab_id}/ops", json={"ops": [op]})
                if answer.status_code == 200:
                    result = answer.json()["results"][0]
                    if result["status"] == "accepted":
                        self.accepted.append(text)
                    else:
                        self.refused.append(result)
                    return
                assert answer.status_code in (429, 503), answer.text
            except httpx.HTTPError:
                pass
            self.retries += 1
            time.sleep(0.05)
        raise TimeoutError(text)


class Follower:
    """A screen: a socket that follows the room, with what it missed fetched by number."""

    def __init__(self, url: str, lab_id: int, token: str) -> None:
        self.http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=15)
        self.url, self.lab_id, self.token = url, lab_id, token
        self.state: dict[str, Any] = {}
        self.lock = threading.Lock()
        self.seen: list[int] = []
        self.reconnects = 0
        self.byes: list[str] = []
        self.sio = socketio.Client(reconnection=True, reconnection_delay=0.1, reconnection_delay_max=0.5, randomization_factor=0)
        self.sio.on("connect", self._connected, namespace="/live")
        self.sio.on("events", self._frame, namespace="/live")
        self.sio.on("heartbeat", self._beat, namespace="/live")
        self.sio.on("bye", lambda told: self.byes.append(told["reason"]), namespace="/live")

    def start(self) -> Follower:
        self.state = self._snapshot()
        self.sio.connect(
            self.url, transports=["websocket"], namespaces=["/live"], auth={"lab": self.lab_id, "token": self.token}, wait_timeout=20
        )
        return self

    def stop(self) -> None:
        self.sio.disconnect()

    def _snapshot(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.http.get(f"/live/{self.lab_id}/snapshot").raise_for_status().text)
        found.pop("now")
        return found

    def _connected(self) -> None:
        self.reconnects += 1
        self.sio.emit("follow", {"since": self.state["seq"]}, namespace="/live")

    def _frame(self, frame: dict[str, Any]) -> None:
        with self.lock:
            if frame.get("reset") or frame["epoch"] != self.state["epoch"]:
                self.state = self._snapshot()
            elif frame["from"] > self.state["seq"]:
                self._fetch()
            else:
                self.seen += [e["seq"] for e in frame["events"] if e["seq"] > self.state["seq"]]
                self.state = reduce(self.state, frame)

    def _beat(self, beat: dict[str, Any]) -> None:
        if beat["head"] > self.state["seq"]:
            with self.lock:
                self._fetch()

    def _fetch(self) -> None:
        frame = json.loads(self.http.get(f"/live/{self.lab_id}/events", params={"since": self.state["seq"]}).raise_for_status().text)
        self.state = self._snapshot() if frame.get("reset") else reduce(self.state, frame)

    def texts(self) -> list[str]:
        with self.lock:
            return sorted(one["text"] for one in self.state["contributions"].values())


def join(url: str, code: str, name: str) -> str:
    """A token of somebody who came in."""
    answer = httpx.post(f"{url}/join", json={"code": code, "name": name, "municipality": None}, timeout=30)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


def until_equal(followers: list[Follower], expected: list[str], seconds: float) -> float:
    """Waits until every follower has exactly these texts; how long that took. Raises AssertionError with the first difference."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if all(follower.texts() == expected for follower in followers):
            return time.monotonic() - began
        time.sleep(0.05)
    for follower in followers:
        missing, extra = set(expected) - set(follower.texts()), len(follower.texts()) - len(expected)
        assert follower.texts() == expected, f"missing {sorted(missing)[:5]}, {extra} more than expected"
    return seconds
