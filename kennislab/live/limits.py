"""How much one participant may send: generous for people, tight for a script gone wild. Per process, in memory."""

from __future__ import annotations

import time
from collections import OrderedDict

RATE = 100.0
"""Ops per second that one actor may keep up."""
BURST = 2000.0
"""Ops at once: a phone that comes back with a full outbox, several times over."""
MOST_ACTORS = 20_000

_left: OrderedDict[tuple[int, str], tuple[float, float]] = OrderedDict()


def wait_for(lab_id: int, actor: str, ops: int) -> int:
    """Takes ``ops`` from what this actor may send; 0 when that was there, else the seconds to wait."""
    now = time.monotonic()
    left, since = _left.pop((lab_id, actor), (BURST, now))
    left = min(BURST, left + (now - since) * RATE)
    wait = 0 if left >= ops else int((ops - left) / RATE) + 1
    _left[(lab_id, actor)] = (left if wait else left - ops, now)
    while len(_left) > MOST_ACTORS:
        _left.popitem(last=False)
    return wait
