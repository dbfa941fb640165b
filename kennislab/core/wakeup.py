"""Between processes: "this stream is at that number", over Redis. It may be lost, late or double; the journal is the truth.

A request never waits for Redis: publishing goes through a small mailbox that keeps only the newest number per stream.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)
CHANNEL = "kennislab:journal"


class Wakeup:
    """Publishes and listens; on trouble it waits and tries again, for ever. ``on_news(stream, number)`` is called for what others wrote."""

    def __init__(self, url: str, on_news: Callable[[str, int], None]) -> None:
        self.url, self.on_news = url, on_news
        self._mailbox: dict[str, int] = {}
        self._mail = threading.Event()
        self.stopping = False

    def publish(self, stream: str, number: int) -> None:
        """Tells the other processes, soon. Never waits, never fails."""
        self._mailbox[stream] = max(number, self._mailbox.get(stream, 0))
        self._mail.set()

    def send_loop(self) -> None:
        """Empties the mailbox, for the life of the process."""
        client = self._connect()
        while not self.stopping:
            self._mail.wait(timeout=1)
            self._mail.clear()
            news, self._mailbox = self._mailbox, {}
            try:
                for stream, number in news.items():
                    client.publish(CHANNEL, f"{stream} {number}")
            except Exception as error:  # whatever is wrong with Redis: the look every second does the work meanwhile
                log.warning("no Redis to tell; others look by themselves", error=str(error)[:200])
                time.sleep(1)

    def listen_loop(self) -> None:
        """Passes on what others tell, for the life of the process."""
        while not self.stopping:
            try:
                subscription = self._connect(listening=True).pubsub(ignore_subscribe_messages=True)
                subscription.subscribe(CHANNEL)
                while not self.stopping:
                    message = subscription.get_message(timeout=5)
                    if message is not None:
                        stream, _, number = message["data"].rpartition(" ")
                        self.on_news(stream, int(number))
            except Exception as error:
                log.warning("no Redis to listen to", error=str(error)[:200])
                time.sleep(1)

    def _connect(self, listening: bool = False):
        import redis  # an extra, only there when REDIS_URL is set

        return redis.Redis.from_url(
            self.url,
            decode_responses=True,
            socket_timeout=10 if listening else 1,
            socket_connect_timeout=1,
            health_check_interval=0 if listening else 10,
        )
