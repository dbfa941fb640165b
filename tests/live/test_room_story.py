"""Old snapshot + events = new snapshot, for every op and audience; the browser's reducer is held to the same cases.

``tests/js/live-reducer.test.js`` replays ``fixtures/room.json``. When what the room says has changed on purpose, write it anew:

    KENNISLAB_WRITE_FIXTURES=1 python -m pytest tests/live/test_room_story.py
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from kennislab.live.messages import OPS
from tests.live.reducer import reduce
from tests.live.story import play, story

FIXTURES = Path(__file__).parent / "fixtures"
CHAIN = 30


def test_every_op_is_in_the_story() -> None:
    names = {op.model_fields["type"].annotation.__args__[0] for op in OPS}  # type: ignore[union-attr]
    elsewhere = {"lab.open", "lab.close", "quarantine.accept", "quarantine.reject"}  # these need a lab: see test_live_ops.py
    assert names - {type_ for _, type_, _ in story()} == elsewhere


def test_old_snapshot_and_events_make_the_new_snapshot() -> None:
    for case in play():
        state = case["snapshot"]
        for frame in case["frames"]:
            state = reduce(state, frame)
        assert state == case["expected"], (case["op"], case["audience"])


def _chained(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same story for each audience in chains of thirty ops: a snapshot, the frames after it, and the snapshot at the end."""
    chains = []
    for audience in dict.fromkeys(case["audience"] for case in cases):
        mine = [case for case in cases if case["audience"] == audience]
        for at in range(0, len(mine), CHAIN):
            part = mine[at : at + CHAIN]
            frames = [frame for case in part for frame in case["frames"]]
            chains.append({"audience": audience, "snapshot": part[0]["snapshot"], "frames": frames, "expected": part[-1]["expected"]})
    return chains


def test_the_browser_has_the_same_cases() -> None:
    """``KENNISLAB_WRITE_FIXTURES=1`` writes them anew: see above."""
    lines = [json.dumps(case, ensure_ascii=False, sort_keys=True, separators=(",", ":")) for case in _chained(play())]
    told = "[\n" + ",\n".join(lines) + "\n]\n"
    path = FIXTURES / "room.json"
    if os.environ.get("KENNISLAB_WRITE_FIXTURES"):
        FIXTURES.mkdir(exist_ok=True)
        path.write_text(told, "utf-8")
    assert path.read_text("utf-8") == told
