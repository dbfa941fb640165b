"""What holds at each position, and time: stretched and shrunk within the room that each step has."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kennislab.core.errors import Refused
from kennislab.live.methods.plan import (
    Position,
    all_positions,
    bounds,
    first,
    fit,
    following,
    minutes,
    preceding,
    slot,
    stretches,
    units,
)
from kennislab.live.methods.schema import BUILT_IN

KEYS = st.sampled_from(sorted(BUILT_IN))


@pytest.mark.parametrize(("key", "people", "least"), [(key, m.group_size.ideal, m.total_minutes) for key, m in BUILT_IN.items()])
def test_the_ideal_group_takes_the_time_that_is_said(key: str, people: int, least: float) -> None:
    # the source counts four people of the five, and tables of three, where sixteen people make one of four that everybody waits for
    longer = {"wise_crowds": 80.0, "vijftien_procent_oplossingen": 41.0}
    assert minutes(BUILT_IN[key], people) == longer.get(key, least)


@settings(max_examples=60, deadline=None)
@given(KEYS, st.integers(3, 60))
def test_forth_and_back_pass_every_position_once(key: str, people: int) -> None:
    method = BUILT_IN[key]
    positions = all_positions(method, people)
    walked = [first(method)]
    while (after := following(method, walked[-1], units(method, walked[-1].step, people))) is not None:
        walked.append(after)
    assert walked == positions == sorted(set(positions))
    back = [walked[-1]]
    while (earlier := preceding(method, back[-1], units(method, max(0, back[-1].step - 1), people))) is not None:
        back.append(earlier)
    assert back[::-1] == walked


@settings(max_examples=100, deadline=None)
@given(KEYS, st.integers(3, 60), st.floats(0, 1))
def test_a_fitted_method_takes_exactly_the_time_there_is(key: str, people: int, share: float) -> None:
    method = BUILT_IN[key]
    least, most = bounds(method)
    available = least + share * (most - least)
    fitted = fit(method, available, people)
    assert sum(fitted.values()) == pytest.approx(available)
    for step in method.steps:
        assert step.minutes_min <= fitted[step.id] <= step.minutes_max
    factors = stretches(method, fitted, people)
    seconds = [
        slot(method, one, people=people, stretch=factors[method.steps[one.step].id]).seconds for one in all_positions(method, people)
    ]
    assert sum(seconds) == pytest.approx(available * 60, abs=len(seconds))


def test_what_cannot_be_is_said() -> None:
    method = BUILT_IN["incidentmethode"]
    with pytest.raises(Refused) as caught:
        fit(method, 20, 7)
    assert caught.value.type == "method-needs-longer" and caught.value.params == {"least": 47.0, "minutes": 20}
    with pytest.raises(Refused) as caught:
        fit(method, 120, 7)
    assert caught.value.type == "method-needs-less" and caught.value.params["most"] == 85.0


def test_every_step_gives_in_proportion_to_its_room() -> None:
    fitted = fit(BUILT_IN["incidentmethode"], 56, 7)  # half of the 18 minutes that it can lose
    assert fitted == {"terugblik": 5, "inbreng": 7.5, "keuze": 3.5, "vragenronde": 12.5, "analyse": 10, "adviesronde": 10, "afronding": 7.5}


def test_a_part_of_a_round_has_its_own_time_and_voices() -> None:
    method = BUILT_IN["troika_consulting"]
    found = slot(method, Position(1, 2, 2), people=12)
    assert (found.step_id, found.part_id, found.seconds, found.units) == ("rondes", "advies", 270, 3)
    assert (found.speaking, found.silent, found.kinds) == ("consultant", ("client",), ("advice",))
    assert found.title == {"nl": "Advies", "en": "Advice"} and found.step_title == {"nl": "Drie rondes", "en": "Three rounds"}
    with pytest.raises(IndexError):
        slot(method, Position(0, 0, 1), people=12)


def test_writing_alone_is_hidden_and_choices_are_told() -> None:
    balint = BUILT_IN["balintmethode"]
    assert slot(balint, Position(3), people=8).hidden
    assert not slot(balint, Position(4), people=8).hidden
    vote = slot(balint, Position(7), people=8)
    assert vote.choices is not None and vote.choices.steps == ["oordeel_individueel"] and vote.votes == 3
    collected = slot(BUILT_IN["socratisch_gesprek"], Position(0), people=8)
    assert collected.collects == ("question",)
    assert slot(BUILT_IN["shift_and_share"], Position(1, 0, 2), people=30).input == "none"


def test_stations_follow_the_number_of_people_or_what_is_said() -> None:
    assert [units(BUILT_IN["vragencarrousel"], 1, people) for people in (8, 16, 36)] == [3, 4, 6]
    assert [units(BUILT_IN["shift_and_share"], 1, people) for people in (12, 30, 100)] == [3, 6, 7]
    assert units(BUILT_IN["vragencarrousel"], 1, 16, 5) == 5


def test_how_people_really_sit_says_how_many_rounds_there_are() -> None:
    trios = BUILT_IN["troika_consulting"]
    assert units(trios, 1, 8) == 4
    assert units(trios, 1, 8, tables=[["a", "b", "c"], ["d", "e", "f"], ["g", "h"]]) == 3
    crowd = BUILT_IN["wise_crowds"]
    assert units(crowd, 0, 4, tables=[["a", "b", "c", "d"]]) == 4 and units(crowd, 0, 5) == 5
