"""The client's reducer, in Python: what a phone does with frames (see static/js/live/reducer.js)."""

from __future__ import annotations

import copy
from typing import Any

SINGLETONS = ("lab", "step", "counts", "projector", "day", "previous", "evaluation", "me")


def reduce(state: dict[str, Any], frame: dict[str, Any]) -> dict[str, Any]:
    """The state after one frame. Frames that are old are passed over, events that are known skipped."""
    assert frame["from"] <= state["seq"], "a gap: the client would have asked for what is between"
    state = copy.deepcopy(state)
    for event in frame["events"]:
        if event["seq"] <= state["seq"]:
            continue
        for name, value in event.get("set", {}).items():
            if name in SINGLETONS:
                state[name].update(value)
            else:
                state[name].update(value)
        for name, ids in event.get("gone", {}).items():
            for id_ in ids:
                state[name].pop(id_, None)
    state["seq"] = max(state["seq"], frame["to"])
    return state
