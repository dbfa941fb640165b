"""A live room for the tests of one file: one server for all of them, and the room as it should be at the start of each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.live import Room
from tests.support.demo import start_demo


@pytest.fixture(scope="module")
def _room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    room = Room(start_demo("live", tmp_path_factory.mktemp("live-room")))
    yield room
    room.server.stop()  # perhaps another than the one it began with


@pytest.fixture
def room(_room: Room) -> Room:
    _room.ready()
    return _room
