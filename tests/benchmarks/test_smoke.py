"""The benchmarks run, and count what they say they count. Small: numbers that hold are printed by `kennislab bench`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import fanout, servers
from tests.benchmarks.crowd import Kennislab, NodeRoom, Numbers
from tests.benchmarks.wire import Loop

pytestmark = [pytest.mark.bench, pytest.mark.slow]


def check(numbers: Numbers) -> None:
    assert numbers.sent > 20
    assert (numbers.accepted, numbers.refused, numbers.lost, numbers.doubled, numbers.gaps) == (numbers.sent, 0, 0, 0, 0)
    assert 0 < numbers.answer[0] < 2000
    assert 0 < numbers.screens[0] < 2000


def test_a_live_room_loses_and_doubles_nothing(tmp_path: Path) -> None:
    with servers.demo(tmp_path / "data") as served:
        crowd = Kennislab(Loop(), served)
        crowd.enter(90)
        check(crowd.measure(15, 3))
        back = crowd.reload(60)
        assert back["phones"] == 90
        assert back["cpu_s"] < 3  # a floor, of processor time; how fast on the clock is for `kennislab bench live --storm 90` to say
        check(crowd.measure(15, 2))
        crowd.leave()


def test_the_node_room_to_compare_with(tmp_path: Path) -> None:
    with servers.node_room(f"sqlite:{tmp_path / 'room.sqlite3'}") as served:
        crowd = NodeRoom(Loop(), served)
        crowd.enter(30)
        check(crowd.measure(15, 3))
        crowd.leave()


def test_fan_out() -> None:
    with servers.room() as served:
        result = fanout.measure(served, 50, 0.5)
    assert result["deliveries_per_second"] > 500
