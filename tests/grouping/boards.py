"""What the tests of the board share: a lab in *grouping* with questions of ours, and a job runner for tests with a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Role
from kennislab.core import jobs
from kennislab.core.transaction import transaction
from kennislab.programme.models import Lab, LabState
from kennislab.questions import operations as questions
from kennislab.questions import queries
from tests.factories.world import World
from tests.programme.worlds import world_in

DATA = Path(__file__).parent / "data"


def rows() -> list[tuple[str, str]]:
    """(theme, question) of the set that ships with the tests."""
    lines = (DATA / "kennisvragen.tsv").read_text(encoding="utf-8").splitlines()
    return [(line.split("\t")[0], line.split("\t")[1]) for line in lines]


def with_questions(app: Flask, count: int, state: LabState = LabState.GROUPING) -> tuple[World, list[int]]:
    """A world with ``count`` questions spread over the themes of the set; their ids in order."""
    world = world_in(app, state)
    texts = [text for _, text in rows()]
    chosen = [texts[i * len(texts) // count] for i in range(count)]
    asker = Actor(world.people["participant"], "Participant")
    with app.app_context(), transaction() as tx:
        lab = tx.session.get_one(Lab, world.lab_id)
        for text in chosen:
            questions.submit(tx, lab, asker, questions.QuestionData(text, municipality_code="GM0855"))
        return world, [one.id for one in queries.of_lab(tx.session, world.lab_id)]


def person(world: World, role: str) -> Actor:
    """The person of this role, as an actor."""
    return Actor(world.people[role], role.title(), "GM0855", {world.programme_id: Role(role)})


@contextmanager
def running_jobs(app: Flask) -> Iterator[None]:
    """Does queued work beside the test."""
    stop = threading.Event()

    def loop() -> None:
        while not stop.wait(0.1):
            jobs.run_all(app)

    thread = threading.Thread(target=loop, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)
