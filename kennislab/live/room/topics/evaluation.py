"""Looking back on the day, without a trace of who said what.

An answer is a fact without an actor, with a coarse time and an id that only its own sender could make again. The three answers of one
person do not hang together. They are shown in threes and sorted, so that who watches the number grow cannot tell whose answer came.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from kennislab.core.errors import N_, Refused
from kennislab.core.journal import Entry, Row
from kennislab.live import messages as m
from kennislab.live.policies import LiveActor
from kennislab.live.room import decision as d
from kennislab.live.room.audience import Audience
from kennislab.live.room.state import Key, RoomState

LEAST = 3
"""Fewer answers than this are not shown: with one or two, somebody could tell whose they are."""


def _answer(state: RoomState, actor: LiveActor, op: m.EvaluationAnswer, now: datetime) -> d.Decision:
    question = next((one for one in state.day.questions if one["id"] == op.question), None)
    if question is None:
        raise d.missing(N_("Deze vraag is er niet"))
    if actor.leads:
        raise Refused("participant-only", N_("Dit doet een deelnemer"), N_("Open het lab op een telefoon om mee te doen."))
    if (op.score is None) if question["kind"] == "score" else not op.text:
        raise Refused("empty", N_("Je antwoord is nog leeg"), N_("Vul iets in of sla deze vraag over."), status=422)
    id_ = hashlib.sha256(op.id.lower().encode()).hexdigest()[:20]
    given = state.day.answers.get(op.question, {})
    if id_ in given:
        return d.NOTHING
    if len(given) >= len(state.people):
        raise Refused("enough", N_("Iedereen heeft al geantwoord"), N_("Je kunt één keer antwoorden. Je antwoord is aangekomen."))
    answer = {"id": id_, "question": op.question, "score": op.score if question["kind"] == "score" else None, "text": op.text}
    return d.Decision([Entry("evaluation.answered", answer, None, now.replace(minute=0, second=0, microsecond=0))], {})


DECIDE: dict[type[m.Op], d.Decide] = {m.EvaluationAnswer: _answer}


def _answered(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.day.answers.setdefault(data["question"], {})[data["id"]] = {"score": data["score"], "text": data["text"]}


APPLY = {"evaluation.answered": _answered}


def _itself(state: RoomState, row: Row) -> list[Key]:
    return [("evaluation", "")]


TOUCHES = {"evaluation.answered": _itself}


def results(state: RoomState, *, all_of_them: bool = False) -> list[dict[str, Any]]:
    """Question → how many answered, of each score how many, and the texts in alphabetical order.

    Only whole threes are told; ``all_of_them``: once nothing can come any more, everything (from three on).
    """
    told = []
    for question in state.day.questions:
        answers = list(state.day.answers.get(question["id"], {}).values())
        number = len(answers) if all_of_them and len(answers) >= LEAST else len(answers) - len(answers) % LEAST
        shown = answers[:number]
        scores = {str(n): sum(one["score"] == n for one in shown) for n in range(1, 6)} if question["kind"] == "score" else None
        texts = sorted((one["text"] for one in shown if one["text"]), key=lambda text: (text.casefold(), text))
        told.append({**question, "answers": len(answers), "shown": number, "scores": scores, "texts": texts})
    return told


def is_open(state: RoomState) -> bool:
    """Whether phones ask it now: in the closing step, and once the room is closed."""
    step = state.agenda.get(state.step.id or "")
    return bool(state.day.questions) and (not state.open or (step is not None and step["block"] == "closing"))


def seen(state: RoomState, audience: Audience, id_: str) -> dict[str, Any] | None:
    """The questions, and whether they are asked now; for who leads what came of them."""
    content: dict[str, Any] = {"open": state.opened and is_open(state), "questions": state.day.questions}
    if audience.kind == "facilitators":
        content["results"] = results(state)
    return content


VIEWS = {"evaluation": seen}
