"""Phones that read slowly, or not at all, while the room goes on."""

from __future__ import annotations

import json
import statistics
import threading
import time

import pytest

from tests.core.transport.raw import Client, Room, served

pytestmark = pytest.mark.fault

FRAMES = 500
WAYS = {"direct": {}, "stock": {"SOCKET_TRANSPORT": "stock"}}


def read_slowly(client: Client, seen: list[int], failed: list[str]) -> None:
    """A little at a time, with pauses; every frame must parse and be the next one."""
    take = client._take

    def sip(size: int) -> bytes:
        while len(client._in) < size:
            time.sleep(0.002)
            client._in += client.sock.recv(4096)
        return take(size)

    client._take = sip  # type: ignore[method-assign]  # this client sips
    try:
        while len(seen) < FRAMES:
            name, payload = client.event()
            number = payload["n"]
            size = len(payload["text"])
            if name != "events" or payload["text"] != chr(97 + number % 26) * (size * 2 // 3) + "é" * (size - size * 2 // 3):
                failed.append(f"frame {number} is broken")
            seen.append(number)
    except Exception as error:  # whatever it is, the test wants to say it
        failed.append(repr(error))


@pytest.mark.parametrize("way", WAYS)
def test_ten_slow_readers_get_every_frame_whole(way: str) -> None:
    """500 frames of 2 to 20 KB; the backlog is large enough here that nobody is cut."""
    with served(SOCKET_BACKLOG=64 << 20, **WAYS[way]) as room:
        slow = [Client(room, receive_buffer=4096) for _ in range(10)]
        seen: list[list[int]] = [[] for _ in slow]
        failed: list[str] = []
        for client in slow:
            client.join(name="slow")
        threads = [threading.Thread(target=read_slowly, args=(client, seen[at], failed), daemon=True) for at, client in enumerate(slow)]
        for thread in threads:
            thread.start()
        for number, size in enumerate([3_000, 12_000, 6_000, 20_000, 2_000]):
            room.post(f"/say?count=100&size={size}&from={number * 100}&every=1")
        for thread in threads:
            thread.join(60)
        assert failed == []
        assert seen == [list(range(FRAMES))] * 10
        for client in slow:
            client.close()


def delays(room: Room, crowd: list[Client], frames: int, every: float) -> float:
    """How long a frame takes to reach honest readers, 95th percentile in seconds: from before it is asked for to arrival."""
    taken: list[float] = []
    for _ in range(frames):
        start = time.perf_counter()
        room.post("/say?count=1&size=8000")
        for client in crowd:
            client.event()
        taken.append(time.perf_counter() - start)
        time.sleep(every)
    return statistics.quantiles(taken, n=20)[18]


@pytest.mark.parametrize("way", WAYS)
def test_fifty_that_never_read_are_cut_and_cost_little(way: str) -> None:
    """Memory grows by less than 50 MB, they are closed, and the others get every frame as fast as before."""
    with served(**WAYS[way]) as room:
        honest = [Client(room) for _ in range(5)]
        for client in honest:
            client.join(name="honest")
        before = delays(room, honest, 40, 0.005)
        deaf = [Client(room, receive_buffer=4096) for _ in range(50)]
        for client in deaf:
            client.join(name="deaf")
        rss = room.stats()["rss"]
        most, waits = 0, []
        for _ in range(12):
            waits.append(delays(room, honest, 20, 0))
            most = max(most, room.stats()["rss"])
        stats = room.stats()
        assert most - rss < 50e6
        assert stats["ended"].get("slow") == 50
        end = time.monotonic() + 5
        while len(room.stats()["present"]) > 5 and time.monotonic() < end:
            time.sleep(0.05)
        assert sorted(person[0] for person in room.stats()["present"].values()) == ["honest"] * 5
        after = statistics.median(waits)  # of twelve bursts: one of them may meet whatever else this machine does
        assert after < max(before * 3, 0.1), f"others waited {after * 1000:.0f} ms, alone {before * 1000:.0f} ms"
        for client in honest + deaf:
            client.close()


def test_a_pinging_client_that_never_reads_is_cut_too() -> None:
    """Answers to pings wait in the same bounded backlog."""
    with served(SOCKET_BACKLOG=64 * 1024) as room:
        with Client(room, receive_buffer=4096) as client:
            client.join(name="pinger")
            client.sock.settimeout(2)
            with pytest.raises(OSError):
                for _ in range(20_000):
                    client.frame(9, b"x" * 125)
        end = time.monotonic() + 5
        while room.stats()["present"] and time.monotonic() < end:
            time.sleep(0.05)
        assert json.dumps(room.stats()["left"]) in ('[["pinger", "slow"]]', '[["pinger", "transport error"]]')
