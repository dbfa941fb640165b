"""Tables, stations, roles and cards: nobody lost, nobody twice, the sizes that the method asks, neighbours apart."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kennislab.live.methods.plan import Position, all_positions, parts
from kennislab.live.methods.schema import BUILT_IN
from kennislab.live.methods.seating import Member, hand_round, roles, station_of, stations, suggest, tables

SLOW = settings(max_examples=40, deadline=None)
FLOW = BUILT_IN["1_2_4_all"]


def people(count: int, cities: int = 5, first: int = 0) -> list[Member]:
    return [Member(f"p{n:03}", f"GM{n % cities:04}") for n in range(first, first + count)]


def flat(found: list[list[str]]) -> list[str]:
    return sorted(one for table in found for one in table)


@SLOW
@given(st.integers(1, 60), st.integers(1, 12), st.text(max_size=5))
def test_pairs_trios_and_fours_have_the_sizes_that_they_promise(count: int, cities: int, seed: str) -> None:
    group = people(count, cities)
    pairs = tables(FLOW, Position(1), group, [], seed)
    trios = tables(BUILT_IN["troika_consulting"], Position(1), group, [], seed)
    fours = tables(BUILT_IN["triz"], Position(1), group, [], seed)
    for found in (pairs, trios, fours):
        assert flat(found) == [member.id for member in group]
    sizes = [sorted(map(len, found)) for found in (pairs, trios, fours)]
    assert sizes[0].count(3) <= 1 and set(sizes[0]) <= {2, 3} or count == 1
    if count == 5:
        assert sizes[1] == [2, 3]
    elif count > 2:
        assert set(sizes[1]) <= {3, 4} and sizes[1].count(4) <= 2
    if count > 2:
        assert set(sizes[2]) <= {3, 4, 5}
    assert tables(FLOW, Position(1), group, [], seed) == pairs


@SLOW
@given(st.integers(2, 40), st.integers(2, 12), st.text(max_size=5))
def test_neighbours_of_one_municipality_are_apart_where_that_can_be(count: int, cities: int, seed: str) -> None:
    group = people(count, cities)
    found = tables(FLOW, Position(1), group, [], seed)
    most = max(Counter(member.municipality for member in group).values())
    if most <= len(found):
        city = {member.id: member.municipality for member in group}
        assert all(len({city[one] for one in table}) == len(table) for table in found)


@SLOW
@given(st.integers(2, 60), st.text(max_size=5))
def test_fours_are_made_of_whole_pairs(count: int, seed: str) -> None:
    group = people(count)
    pairs = tables(FLOW, Position(1), group, [], seed)
    fours = tables(FLOW, Position(2), group, pairs, seed)
    assert flat(fours) == flat(pairs)
    assert all(any(set(pair) <= set(four) for four in fours) for pair in pairs)
    assert max(map(len, fours)) <= 6 and (min(map(len, fours)) >= 3 or count == 2)


def test_fours_of_seven_keep_the_trio() -> None:
    fours = tables(FLOW, Position(2), people(7), [["p000", "p001"], ["p002", "p003"], ["p004", "p005", "p006"]], "s")
    assert sorted(map(len, fours)) == [3, 4]


@SLOW
@given(st.integers(4, 30), st.sets(st.integers(0, 29), max_size=6), st.integers(0, 4), st.text(max_size=4))
def test_who_leaves_is_dropped_and_who_comes_is_seated_without_moving_the_rest(count: int, gone: set[int], late: int, seed: str) -> None:
    before = tables(BUILT_IN["triz"], Position(1), people(count), [], seed)
    left = [member for member in people(count) if int(member.id[1:]) not in gone]
    after = tables(BUILT_IN["triz"], Position(2), left + people(late, first=100), before, seed)
    assert flat(after) == sorted([member.id for member in left] + [member.id for member in people(late, first=100)])
    together = [{one for one in table if int(one[1:]) not in gone} for table in before]
    for old in together:
        if len(old) > 1:
            assert any(old <= set(table) for table in after)
    if len(flat(after)) > 1:
        assert min(map(len, after)) > 1


def test_a_silent_case_owner_sits_apart_while_small_groups_talk() -> None:
    method = BUILT_IN["incidentmethode"]
    found = tables(method, Position(4), people(7), [], "s", base={"p003": "case_owner"})
    assert found[-1] == ["p003"] and sorted(map(len, found[:-1])) == [3, 3]
    came = tables(method, Position(4), people(8), found, "s", at=Position(4), base={"p003": "case_owner"})
    assert came[-1] == ["p003"] and sorted(map(len, came[:-1])) == [3, 4]


@SLOW
@given(st.sampled_from(["vragencarrousel", "shift_and_share"]), st.integers(6, 60), st.integers(2, 7), st.text(max_size=4))
def test_stations_every_group_comes_everywhere_and_owners_stay(key: str, count: int, number: int, seed: str) -> None:
    method, group = BUILT_IN[key], people(count)
    index = next(place for place, step in enumerate(method.steps) if step.scale == "per_station")
    number = min(number, count)
    owner = "question_owner" if key == "vragencarrousel" else "presenter"
    base = {table[0]: owner for table in stations(method, group, number, seed)}
    start = stations(method, group, number, seed, base=base)
    assert {table[0] for table in start} == set(base)
    assert len(start) == number and flat(start) == [member.id for member in group]
    sizes = [len(table) for table in start]
    assert max(sizes) - min(sizes) <= 1
    seen: dict[str, list[int]] = {member.id: [] for member in group}
    before: list[list[str]] = []
    at: Position | None = None
    for unit in range(number):
        for part in range(max(1, len(parts(method, index)))):
            position = Position(index, unit, part)
            now = tables(method, position, group, before, seed, at=at, base=base, count=number)
            assert flat(now) == [member.id for member in group]
            assert [table[0] for table in now] == [table[0] for table in start]
            if part == 0:
                for place, table in enumerate(now):
                    for one in table:
                        seen[one].append(place)
            before, at = now, position
    for place, table in enumerate(start):
        assert seen[table[0]] == [place] * number
        for one in table[1:]:
            assert seen[one] == [station_of(unit, place, number) for unit in range(number)]
            assert sorted(seen[one]) == list(range(number))


def test_a_late_visitor_joins_a_station_and_nobody_moves() -> None:
    method, group = BUILT_IN["vragencarrousel"], people(12)
    base = suggest(method, group, None, "s")
    now = tables(method, Position(1, 1), group, [], "s", base=base, count=3)
    more = tables(method, Position(1, 1), [*group, Member("late")], now, "s", at=Position(1, 1), base=base, count=3)
    assert [table[:4] for table in more] == now and flat(more) == sorted([*flat(now), "late"])


@SLOW
@given(st.integers(9, 36), st.text(max_size=4))
def test_the_insight_carousel_mixes_and_returns(count: int, seed: str) -> None:
    method, group = BUILT_IN["inzichtencarrousel"], people(count)
    first = tables(method, Position(1), group, [[member.id] for member in group], seed)
    mixed = tables(method, Position(2), group, first, seed)
    back = tables(method, Position(3), group, mixed, seed)
    assert flat(mixed) == flat(first)
    assert all(set(new) & set(old) for new in mixed for old in first)
    assert len(mixed) > 1
    assert [sorted(table) for table in back] == [sorted(table) for table in first]
    gone = [member for member in group if member.id != first[0][0]]
    again = tables(method, Position(3), gone, mixed, seed, earlier={"ronde1_delen": first})
    assert flat(again) == sorted(member.id for member in gone)
    assert set(first[1]) in [set(table) for table in again]


@pytest.mark.parametrize(("key", "size"), [("troika_consulting", 3), ("wise_crowds", 5), ("vijftien_procent_oplossingen", 3)])
def test_everybody_at_the_table_is_client_once(key: str, size: int) -> None:
    method = BUILT_IN[key]
    table = [member.id for member in people(size)]
    step = next(place for place, one in enumerate(method.steps) if one.scale != "fixed")
    casts = [roles(method, Position(step, unit), table, {}) for unit in range(size)]
    assert [next(one for one, role in cast.items() if role == "client") for cast in casts] == table
    assert all(sorted(cast.values()) == ["client"] + ["consultant"] * (size - 1) for cast in casts)


def test_in_trios_all_three_roles_come_to_everybody() -> None:
    method, table = BUILT_IN["intervisie_in_drietallen"], ["a", "b", "c"]
    casts = [roles(method, Position(1, unit, 1), table, {}) for unit in range(3)]
    assert casts[0] == {"a": "case_owner", "b": "coach", "c": "observer"}
    for one in table:
        assert {cast[one] for cast in casts} == {"case_owner", "coach", "observer"}
    assert roles(method, Position(1, 0, 1), ["a", "b"], {}) == {"a": "case_owner", "b": "coach"}
    assert roles(method, Position(1, 0, 2), ["a", "b"], {}) == {"a": "case_owner", "b": "observer"}


def test_suggested_roles_are_given_once_and_leave_the_case_to_its_owner() -> None:
    given_roles = suggest(BUILT_IN["incidentmethode"], people(7, 3), "p000", "s")
    assert given_roles["p000"] == "case_owner"
    assert sorted(given_roles.values()) == ["case_owner", "discussion_leader", "note_taker", "timekeeper"]
    leader = next(one for one, role in given_roles.items() if role == "discussion_leader")
    assert int(leader[1:]) % 3 != 0
    assert roles(BUILT_IN["incidentmethode"], Position(3), ["p000", "x"], given_roles) == {"p000": "case_owner", "x": "consultant"}
    assert suggest(BUILT_IN["socratisch_gesprek"], people(6), "p001", "s")["p001"] == "example_giver"


@SLOW
@given(st.integers(6, 60), st.integers(1, 5), st.text(max_size=4))
def test_as_many_cards_as_people_every_card_is_scored_so_many_times(count: int, rounds: int, seed: str) -> None:
    authors = {f"c{n}": f"p{n}" for n in range(count)}
    found = hand_round(authors, list(authors.values()), rounds, seed)
    _proper(authors, found)
    assert all(len(one) == count for one in found)
    assert set(Counter(card for one in found for card in one.values()).values()) == {rounds}


@SLOW
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 5), st.text(max_size=4))
def test_any_number_of_cards_and_people_is_handed_round_as_evenly_as_can_be(holders: int, cards: int, rounds: int, seed: str) -> None:
    authors = {f"c{n}": f"p{n}" for n in range(cards)}
    found = hand_round(authors, [f"p{n}" for n in range(holders)], rounds, seed)
    assert len(found) == rounds
    _proper(authors, found)
    if min(holders, cards) > rounds + 1:
        scored = Counter(card for one in found for card in one.values())
        held = Counter(person for one in found for person in one)
        often = [scored[card] for card in authors]
        assert max(often) - min(often) <= 1
        often = [held[f"p{n}"] for n in range(holders)]
        assert max(often) - min(often) <= 1
        assert sum(scored.values()) == min(holders, cards) * rounds


def test_the_rest_is_handed_out_anew_for_a_late_comer() -> None:
    authors = {f"c{n}": f"p{n}" for n in range(12)}
    whole = hand_round(authors, list(authors.values()), 5, "s")
    rest = hand_round(authors, [*authors.values(), "late"], 3, "t", before=whole[:2])
    _proper(authors, whole[:2] + rest)
    scored = Counter(card for one in whole[:2] + rest for card in one.values())
    assert set(scored.values()) == {5}


def _proper(authors: dict[str, str], found: list[dict[str, str]]) -> None:
    had: set[tuple[str, str]] = set()
    for one in found:
        assert len(set(one.values())) == len(one)
        for person, card in one.items():
            assert authors[card] != person
            assert (person, card) not in had
            had.add((person, card))


def test_positions_of_a_trio_with_a_fourth_give_the_fourth_a_turn() -> None:
    method = BUILT_IN["troika_consulting"]
    assert max(position.unit for position in all_positions(method, 4)) == 3
    assert max(position.unit for position in all_positions(method, 12)) == 2
