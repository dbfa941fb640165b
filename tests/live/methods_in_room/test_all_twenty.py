"""Each of the twenty methods, played through in a room with as many phones as it is for."""

from __future__ import annotations

import pytest

from kennislab.live.methods import plan
from kennislab.live.methods.schema import BUILT_IN
from kennislab.live.room.runs_state import written
from tests.live.methods_in_room.player import ALL, Player

pytestmark = pytest.mark.slow

MOST = 14


@pytest.mark.parametrize("key", ALL)
def test_played_through_by_the_script(key: str) -> None:
    """With the fewest people, every phone trying everything at every position."""
    method = BUILT_IN[key]
    player = Player(key, method.group_size.min)
    passed = player.play()
    stations = player.run.stations
    assert passed == [written(one) for one in plan.all_positions(method, method.group_size.min, stations)]
    assert player.accepted > 0


@pytest.mark.parametrize("key", ALL)
def test_played_through_with_the_usual_number(key: str) -> None:
    """With the number it is best for (at most fourteen): every phone does what it is offered."""
    method = BUILT_IN[key]
    player = Player(key, min(method.group_size.ideal, MOST) if method.group_size.min <= MOST else method.group_size.min, thorough=False)
    player.play()
    assert player.accepted > 0
