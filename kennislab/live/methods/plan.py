"""What holds at every position in a method: instruction, time, who speaks, what phones offer. And how long it all takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kennislab.core.errors import N_, Refused
from kennislab.live.methods.model import Choices, Method, Option, Part, Step
from kennislab.live.methods.sizing import repetitions
from kennislab.live.methods.vocabulary import KIND, ROLE

WRITING = ("text", "multi_text", "choice_with_reason", "matrix")
"""Inputs in which words are typed."""
ADVISING = ("advice", "solution")


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where a group is. Indexes from 0. ``unit``: which round, participant or station; ``part``: which part of the round."""

    step: int
    unit: int = 0
    part: int = 0


@dataclass(frozen=True, slots=True)
class Slot:
    """What holds at one position. ``seconds`` for this part of this unit; ``kinds`` what may be sent; ``speaking`` one role, or
    ``participant`` for everybody; ``writing``: roles whose phones write; ``silent``: roles that listen; ``hidden``: what is written stays
    with its author until the step ends or it is revealed; ``units``: how often the step repeats.

    ``number``: the step's number, from 1. ``advice_step``: number of the first step from here on that takes advice, None if none does;
    ``choices`` and ``options``: what is voted on, sorted or scored (``choices.steps`` by id); ``collects``: kinds that may be written in a
    vote to vote on; ``columns``: of a matrix.
    """

    step_id: str
    part_id: str | None
    title: dict[str, str]
    instruction: dict[str, str]
    seconds: int
    mode: str
    input: str
    kinds: tuple[str, ...]
    speaking: str
    silent: tuple[str, ...]
    hidden: bool
    units: int
    scale: str
    writing: tuple[str, ...] = ()
    number: int = 1
    step_title: dict[str, str] | None = None
    advice_step: int | None = None
    choices: Choices | None = None
    collects: tuple[str, ...] = ()
    votes: int = 0
    options: tuple[Option, ...] = ()
    columns: tuple[Option, ...] = ()


def parts(method: Method, step_index: int) -> list[Part]:
    """The parts of one unit of a step; empty when it has none."""
    return method.round_steps if method.steps[step_index].scale != "fixed" else []


def units(
    method: Method, step_index: int, people: int, stations: int | None = None, *, tables: Sequence[Sequence[str]] | None = None
) -> int:
    """How often the step is repeated for so many people; 1 for a step that is not.

    ``tables``: how they really sit, where turns go round the table: after somebody left, three, three and two need no fourth round.
    """
    return repetitions(method, method.steps[step_index], people, stations, tables)


def slot(
    method: Method,
    position: Position,
    *,
    people: int,
    stations: int | None = None,
    stretch: float = 1.0,
    tables: Sequence[Sequence[str]] | None = None,
) -> Slot:
    """What holds there. ``stretch`` multiplies its time. IndexError for a position that the method does not have."""
    step = method.steps[position.step]
    pieces = parts(method, position.step)
    part = pieces[position.part] if pieces else None
    if part is None and position.part:
        raise IndexError(f"step {step.id} has no parts")
    minutes = part.minutes if part else step.minutes_per_unit or step.minutes
    speaking = ROLE[(part or step).speaking]
    writing = (part or step).writing
    phone = (part.input if part else None) or step.input
    kinds = tuple(KIND[word] for word in (part or step).outputs) if phone != "none" else ()
    choices = step.choices
    collects = tuple(KIND[word] for word in choices.outputs) if choices and step.id in choices.steps else ()
    title = _both((part or step).title_nl, (part or step).title_en)
    return Slot(
        step_id=step.id,
        part_id=part.id if part else None,
        title=title,
        instruction=_both((part or step).instruction_nl, (part or step).instruction_en),
        seconds=max(1, round(minutes * 60 * stretch)),
        mode=step.mode,
        input=phone,
        kinds=kinds + tuple(kind for kind in collects if kind not in kinds),
        speaking=speaking,
        silent=tuple(ROLE[word] for word in (part or step).silent),
        hidden=step.mode == "individual" and phone in WRITING,
        units=units(method, position.step, people, stations, tables=tables),
        scale=step.scale,
        writing=tuple(ROLE[word] for word in writing) or (speaking,),
        number=position.step + 1,
        step_title=_both(step.title_nl, step.title_en),
        advice_step=_advice_from(method, position),
        choices=choices,
        collects=collects,
        votes=choices.votes if choices else 0,
        options=tuple(choices.options) if choices else (),
        columns=tuple(step.columns),
    )


def _both(dutch: str, english: str) -> dict[str, str]:
    return {"nl": dutch, "en": english or dutch}


def _advice_from(method: Method, position: Position) -> int | None:
    """Number of the first step, this one included, in which advice or a solution may still come."""

    def takes(outputs: list[str]) -> bool:
        return any(KIND[word] in ADVISING for word in outputs)

    for index in range(position.step, len(method.steps)):
        step = method.steps[index]
        if step.input != "none" and takes([*step.outputs]):
            return index + 1
    return None


def first(method: Method) -> Position:
    """Where it begins."""
    return Position(0)


def following(method: Method, position: Position, units: int) -> Position | None:
    """The next part, unit or step; None at the end. ``units`` of the position's own step (it may have grown with a late-comer)."""
    if position.part + 1 < len(parts(method, position.step)):
        return Position(position.step, position.unit, position.part + 1)
    if position.unit + 1 < units:
        return Position(position.step, position.unit + 1)
    return Position(position.step + 1) if position.step + 1 < len(method.steps) else None


def preceding(method: Method, position: Position, units: int = 1) -> Position | None:
    """The part, unit or step before; None at the beginning. ``units``: of the step before this one, whose last unit it is."""
    if position.part > 0:
        return Position(position.step, position.unit, position.part - 1)
    if position.unit > 0:
        return Position(position.step, position.unit - 1, max(0, len(parts(method, position.step)) - 1))
    if position.step == 0:
        return None
    return Position(position.step - 1, max(1, units) - 1, max(0, len(parts(method, position.step - 1)) - 1))


def all_positions(method: Method, people: int, stations: int | None = None) -> list[Position]:
    """Every position from the first to the last."""
    return [
        Position(step, unit, part)
        for step in range(len(method.steps))
        for unit in range(units(method, step, people, stations))
        for part in range(max(1, len(parts(method, step))))
    ]


def step_minutes(method: Method, step: Step, people: int, stations: int | None = None) -> float:
    """How long a step takes by itself: its minutes, or its minutes per unit as often as it is repeated."""
    if step.minutes_per_unit is None:
        return step.minutes
    return step.minutes_per_unit * repetitions(method, step, people, stations)


def minutes(method: Method, people: int, stations: int | None = None) -> float:
    """How long it takes with so many people, unstretched."""
    return sum(step_minutes(method, step, people, stations) for step in method.steps)


def bounds(method: Method) -> tuple[float, float]:
    """The least and the most minutes that it can be fitted into."""
    return sum(step.minutes_min for step in method.steps), sum(step.minutes_max for step in method.steps)


def fit(method: Method, available_minutes: float, people: int, stations: int | None = None) -> dict[str, float]:
    """Minutes for every step (by id) that add up to ``available_minutes``, each between its least and its most.

    Every step gives or takes in proportion to the room it has. Refused when it cannot be: ``method-needs-longer`` (params least,
    minutes), ``method-needs-less`` (params most, minutes).
    """
    least, most = bounds(method)
    if available_minutes < least - 1e-9:
        raise Refused(
            "method-needs-longer",
            N_("Deze werkvorm past niet in de tijd"),
            N_("De werkvorm duurt minstens %(least)g minuten; er zijn er %(minutes)g. Geef meer tijd of kies een kortere werkvorm."),
            status=422,
            least=least,
            minutes=available_minutes,
        )
    if available_minutes > most + 1e-9:
        raise Refused(
            "method-needs-less",
            N_("Deze werkvorm is eerder klaar"),
            N_("De werkvorm duurt hoogstens %(most)g minuten; er zijn er %(minutes)g. Plan iets voor de tijd die overblijft."),
            status=422,
            most=most,
            minutes=available_minutes,
        )
    natural = {step.id: min(max(step_minutes(method, step, people, stations), step.minutes_min), step.minutes_max) for step in method.steps}
    short = available_minutes - sum(natural.values())
    room = {step.id: (step.minutes_max - natural[step.id] if short > 0 else natural[step.id] - step.minutes_min) for step in method.steps}
    total = sum(room.values())
    share = min(1.0, abs(short) / total) if total else 0.0
    sign = 1 if short > 0 else -1
    return {step.id: min(max(natural[step.id] + sign * share * room[step.id], step.minutes_min), step.minutes_max) for step in method.steps}


def stretches(method: Method, fitted: dict[str, float], people: int, stations: int | None = None) -> dict[str, float]:
    """What to multiply the time of each step's slots by (``slot(stretch=…)``) so that it takes what :func:`fit` gave it."""
    return {step.id: fitted[step.id] / step_minutes(method, step, people, stations) for step in method.steps}
