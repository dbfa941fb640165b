"""The client's reducer, in Python: what a phone does with frames (see static/js/live/reducer.js)."""

from __future__ import annotations

import copy
from typing import Any


def reduce(state: dict[str, Any], frame: dict[str, Any]) -> dict[str, Any]:
    """The state after one frame. Frames that are old are passed over, events that are known skipped."""
    assert frame["from"] <= state["seq"], "a gap: the client would have asked for what is between"
    state = copy.deepcopy(state)
    for event in frame["events"]:
        if event["seq"] <= state["seq"]:
            continue
        for name, value in event.get("set", {}).items():
            state[name].update(value)  # whole entities of a collection, changed fields of what there is one of
        for name, ids in event.get("gone", {}).items():
            for id_ in ids:
                state[name].pop(id_, None)
    state["seq"] = max(state["seq"], frame["to"])
    return state
