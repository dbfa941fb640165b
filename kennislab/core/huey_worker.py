"""With Redis, jobs run beside the server: huey carries only the call "there is work"; the rows in ``job`` stay the truth."""

from __future__ import annotations

import signal
from typing import Any

from flask import Flask

from kennislab.core import jobs
from kennislab.core.signals import job_queued


def queue(app: Flask) -> Any:
    """The huey of this app."""
    from huey import RedisHuey  # needs redis, an extra

    return RedisHuey("kennislab", url=app.config["REDIS_URL"])


def announce(app: Flask) -> None:
    """In a web process: every queued job calls a worker. When Redis is away, the worker's own look finds the job later."""
    huey = queue(app)
    run = huey.task(name="run-jobs")(lambda: None)

    def call(sender: object, **payload: Any) -> None:
        try:
            run()
        except Exception as error:  # the row is safe; the worker looks every few seconds anyway
            jobs.log.warning("no Redis to call a worker", error=str(error)[:200])

    job_queued.connect(call, weak=False)


def run(app: Flask) -> None:
    """A worker: woken by calls, looks by itself every few seconds. Until SIGTERM or SIGINT."""
    huey = queue(app)
    runner = jobs.Runner(app)

    @huey.task(name="run-jobs")
    def run_jobs() -> None:
        runner.wake.set()

    def stop(number: int, frame: object) -> None:
        runner.stopping = True
        runner.wake.set()

    consumer = huey.create_consumer(workers=1, periodic=False, max_delay=2.0)
    consumer.start()
    for number in (signal.SIGTERM, signal.SIGINT):  # after the consumer, which sets its own
        signal.signal(number, stop)
    runner.loop()
    consumer.stop(graceful=False)
