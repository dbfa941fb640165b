"""Every method that is shipped is played through: with the fewest, the best and the most people, a late-comer and a leaver."""

from __future__ import annotations

import pytest

from kennislab.live.methods.plan import WRITING, Position, Slot, first, following, slot, units
from kennislab.live.methods.rules import listens, may_mark, may_vote, may_write, offered
from kennislab.live.methods.schema import BUILT_IN, Method
from kennislab.live.methods.seating import Member, hand_round, roles, suggest, tables

CASES = [(key, count) for key, m in BUILT_IN.items() for count in sorted({m.group_size.min, m.group_size.ideal, m.group_size.max})]


@pytest.mark.parametrize(("key", "count"), CASES)
def test_a_method_is_played_through(key: str, count: int) -> None:
    method = BUILT_IN[key]
    members = [Member(f"p{n}", f"GM{n % 9:04}") for n in range(count)]
    base = suggest(method, members, "p0", key)
    before: list[list[str]] = []
    at: Position | None = None
    ends: dict[str, list[list[str]]] = {}
    position: Position | None = first(method)
    walked = 0
    while position is not None:
        now = slot(method, position, people=len(members))
        found = tables(method, position, members, before, key, at=at, base=base, earlier=ends)
        _everybody_once(found, members)
        _somebody_can_do_what_is_asked(method, position, now, found, base)
        before, at, ends[now.step_id] = found, position, found
        walked += 1
        if walked == 2:  # somebody comes in late, in the middle of a step
            members.append(Member("late", "GM0003"))
            before = tables(method, position, members, before, key, at=at, base=base, earlier=ends)
            _everybody_once(before, members)
        if walked == 3 and len(members) > 3:  # and somebody without a role goes home
            gone = next((one for one in reversed(members) if one.id not in base and one.id != "late"), None)
            members = [one for one in members if one is not gone]
            before = tables(method, position, members, before, key, at=at, base=base, earlier=ends)
            _everybody_once(before, members)
        position = following(method, position, units(method, position.step, len(members)))
    assert walked >= len(method.steps)


def _everybody_once(found: list[list[str]], members: list[Member]) -> None:
    assert sorted(one for table in found for one in table) == sorted(one.id for one in members)


def _somebody_can_do_what_is_asked(method: Method, position: Position, now: Slot, found: list[list[str]], base: dict[str, str]) -> None:
    """At every table that has a voice somebody can do it; nobody silent can; question rounds take no advice from anybody."""
    cast = {one: role for table in found for one, role in roles(method, position, table, base).items()}
    held = set(cast.values())
    for role in held:
        if listens(now, role):
            assert offered(now, role) == () and may_vote(now, role) is not True
        for kind in ("advice", "solution"):
            if "question" in now.kinds and kind not in now.kinds:
                assert may_write(now, role, kind) is not True
    if now.input in WRITING:
        assert any(offered(now, role) for role in held), (method.id, now.step_id, now.part_id, held)
    elif now.input in ("vote", "rating_1_5"):
        assert any(may_vote(now, role) is True for role in held)
    elif now.input == "sort_warm_cold":
        assert [role for role in sorted(held) if may_mark(now, role) is True] == ["case_owner"]
    else:
        assert all(offered(now, role) == () for role in held)


def test_25_10_with_cards_of_its_own_step() -> None:
    method = BUILT_IN["25_10_crowdsourcing"]
    authors = {f"card-{n}": f"p{n}" for n in range(30)}
    found = hand_round(authors, list(authors.values()), units(method, 2, 30), "room")
    assert len(found) == 5 and all(len(one) == 30 for one in found)
