"""A log that cannot be flooded from outside.

Whatever a stranger sends, one kind of complaint is written at most a few times a minute, with the
number that was held back, so that a disk does not fill and the hub does not spend its time on it.
"""

from __future__ import annotations

import logging
import time

MOST_PER_MINUTE = 10


class AtMost(logging.Filter):
    """Lets through the first few records of each message template per minute."""

    def __init__(self, per_minute: int = MOST_PER_MINUTE) -> None:
        super().__init__()
        self.per_minute = per_minute
        self._minute = 0
        self._seen: dict[str, int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        minute = int(time.monotonic() // 60)
        if minute != self._minute:
            self._minute, held = minute, sum(max(0, count - self.per_minute) for count in self._seen.values())
            self._seen.clear()
            if held:
                record.msg = f"{record.msg} ({held} earlier complaints held back)"
        kind = str(record.msg)[:80]
        if len(self._seen) > 1000:
            return False
        self._seen[kind] = count = self._seen.get(kind, 0) + 1
        return count <= self.per_minute


log = logging.getLogger("kennislab.sockets")
log.setLevel(logging.WARNING)
log.addFilter(AtMost())
