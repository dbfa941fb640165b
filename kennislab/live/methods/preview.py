"""What everybody will see in a method, step by step, before a room runs it."""

from __future__ import annotations

from dataclasses import dataclass

from kennislab.live.methods.casting import rotates
from kennislab.live.methods.model import Method
from kennislab.live.methods.plan import Position, Slot, parts, slot
from kennislab.live.methods.rules import listens, may_mark, may_speak, may_vote, may_write, offered
from kennislab.live.methods.vocabulary import ROLE


@dataclass(frozen=True, slots=True)
class Phone:
    """The phones of one role. ``does``: listens, writes, captures, votes, marks or watches; ``kinds``: what it offers to write."""

    roles: tuple[str, ...]
    speaks: bool
    does: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Screen:
    """One position: the slot, and the phones there; roles with the same phone stand together. The projector shows the slot."""

    position: Position
    slot: Slot
    phones: tuple[Phone, ...]


def screens(method: Method) -> list[Screen]:
    """Every step, and every part of a repeated one once, as the ideal group sees it."""
    people = method.group_size.ideal
    result = []
    for index in range(len(method.steps)):
        for part in range(max(1, len(parts(method, index)))):
            position = Position(index, 0, part)
            now = slot(method, position, people=people)
            result.append(Screen(position, now, _phones(now, cast(method, index))))
    return result


def cast(method: Method, step_index: int) -> list[str]:
    """The roles that people can have in a step, in the order of the file."""
    given = [ROLE[word] for word in method.roles]
    step = method.steps[step_index]
    if rotates(step):
        turns = ["case_owner" if "case_owner" in given and "client" not in given else "client"]
        helpers: list[str] = [role for role in ("coach", "observer") if role in given]
        return turns + (helpers or ["consultant"])
    rest = "consultant" if "consultant" in given else "participant"
    rotating = {"client", "coach", "observer"} | ({"case_owner"} if "coach" in given else set())
    return [role for role in dict.fromkeys([*given, rest]) if role not in rotating]


def _phones(now: Slot, roles: list[str]) -> tuple[Phone, ...]:
    grouped: dict[tuple[bool, str, tuple[str, ...]], list[str]] = {}
    for role in roles:
        grouped.setdefault((may_speak(now, role), *_does(now, role)), []).append(role)
    return tuple(Phone(tuple(names), speaks, does, kinds) for (speaks, does, kinds), names in grouped.items())


def _does(now: Slot, role: str) -> tuple[str, tuple[str, ...]]:
    if listens(now, role):
        return "listens", ()
    if may_mark(now, role) is True:
        return "marks", ()
    if may_vote(now, role) is True:
        return "votes", offered(now, role) if now.collects or now.input == "choice_with_reason" else ()
    kinds = offered(now, role)
    if kinds:
        return ("writes" if _for_itself(now, role, kinds[0]) else "captures"), kinds
    return "watches", ()


def _for_itself(now: Slot, role: str, kind: str) -> bool:
    """Whether an ordinary helper could do the same: else this role only writes down what others say."""
    if role in now.writing or "participant" in now.writing:
        return True
    return may_write(now, "timekeeper", kind) is True
