"""Methods as data: what is shipped is whole and makes sense, what is wrong is refused with its place, and a round trip loses nothing."""

from __future__ import annotations

import copy
from importlib.resources import files
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kennislab.live.methods.schema import (
    BUILT_IN,
    MOST_CHARACTERS,
    Method,
    MethodProblem,
    built_in_from,
    definition,
    from_definition,
    read,
    to_yaml,
)
from kennislab.live.methods.vocabulary import KIND, ROLE

SHIPPED = (files("kennislab.live") / "data" / "methods.yaml").read_text("utf-8")


def test_twenty_methods_are_shipped_complete_in_both_languages() -> None:
    assert len(BUILT_IN) == 20
    assert sum(len(method.steps) for method in BUILT_IN.values()) == 105
    for method in BUILT_IN.values():
        assert method.name_en and method.summary_en and method.use_when_en, method.id
        for one in [*method.steps, *method.round_steps]:
            assert one.title_en and one.instruction_en, (method.id, one.id)
        for step in method.steps:
            for option in [*step.columns, *(step.choices.options if step.choices else [])]:
                assert option.title_en, (method.id, step.id)


def test_the_words_of_the_file_are_those_of_the_engine() -> None:
    enums = yaml.safe_load(SHIPPED)["enums"]
    assert set(enums["roles"]) == set(ROLE)
    assert enums["outputs"] == KIND


@pytest.mark.parametrize("key", sorted(BUILT_IN))
def test_a_round_trip_through_yaml_is_exact(key: str) -> None:
    text = to_yaml(BUILT_IN[key])
    assert read(text) == [BUILT_IN[key]]
    assert to_yaml(read(text)[0]) == text
    assert from_definition(definition(BUILT_IN[key])) == BUILT_IN[key]


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=80)


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(sorted(BUILT_IN)), TEXTS, TEXTS, st.floats(0.25, 9, width=16))
def test_any_text_and_time_survives_the_round_trip(key: str, title: str, instruction: str, minutes: float) -> None:
    data = definition(BUILT_IN[key])
    data["name_nl"] = title
    step = next(step for step in data["steps"] if step["scale"] == "fixed")
    step |= {"title_nl": title, "instruction_nl": instruction, "minutes": minutes, "minutes_min": minutes, "minutes_max": 10}
    data["total_minutes"] = sum(step["minutes"] for step in data["steps"])
    method = from_definition(data)
    assert read(to_yaml(method)) == [method]


def _data(key: str = "incidentmethode") -> dict[str, Any]:
    return copy.deepcopy(definition(BUILT_IN[key]))


def _sentences(data: Any) -> list[str]:
    with pytest.raises(MethodProblem) as caught:
        from_definition(data)
    return [problem.sentence() for problem in caught.value.problems]


def _with(key: str, change: Any) -> list[str]:
    data = _data(key)
    change(data)
    return _sentences(data)


@pytest.mark.parametrize(
    ("key", "change", "sentence"),
    [
        ("incidentmethode", lambda d: d["steps"][2].update(extra=1), "Stap 3, extra: dit veld kent Kennislab niet."),
        ("incidentmethode", lambda d: d["steps"][2].pop("title_nl"), "Stap 3, titel: ontbreekt."),
        ("incidentmethode", lambda d: d["steps"][2].update(mode="rondje"), "Stap 3, in welke samenstelling: “rondje” kan hier niet."),
        ("incidentmethode", lambda d: d["steps"][2].update(minutes="5"), "Stap 3, minuten: moet een getal zijn."),
        (
            "incidentmethode",
            lambda d: d["steps"][2].update(minutes_min=9),
            "Stap 3, minste minuten: de minste minuten zijn meer dan de meeste.",
        ),
        ("incidentmethode", lambda d: d["steps"][2].update(minutes=7), "Stap 3, minuten: liggen niet tussen 2 en 5."),
        ("incidentmethode", lambda d: d.update(total_minutes=66), "minuten in totaal: de stappen duren samen 65 minuten, niet 66."),
        (
            "incidentmethode",
            lambda d: d["steps"][3].update(id="inbreng"),
            "Stap 4, sleutel: deze sleutel is al van een andere stap: inbreng.",
        ),
        (
            "incidentmethode",
            lambda d: d["steps"][0].update(speaking="coach"),
            "Stap 1, wie spreekt: deze rol staat niet bij de rollen: coach.",
        ),
        (
            "incidentmethode",
            lambda d: d["steps"][4].update(silent=["adviseurs"]),
            "Stap 5, wie zwijgt: wie zwijgt, kan niet ook spreken of schrijven: adviseurs.",
        ),
        ("incidentmethode", lambda d: d["steps"][2].pop("choices"), "Stap 3, waaruit gekozen wordt: zeg waaruit gekozen wordt."),
        (
            "incidentmethode",
            lambda d: d["steps"][2]["choices"].update(steps=["afronding"]),
            "Stap 3, waaruit gekozen wordt: deze stap komt niet eerder: afronding.",
        ),
        ("incidentmethode", lambda d: d["steps"][2].update(outputs=[]), "Stap 3, wat het oplevert: zeg wat telefoons hier mogen sturen."),
        (
            "incidentmethode",
            lambda d: d["group_size"].update(ideal=4),
            "aantal deelnemers: het beste aantal ligt tussen het minste en het meeste.",
        ),
        (
            "troika_consulting",
            lambda d: d["round_steps"][2].update(minutes=6),
            "delen van een ronde: de delen duren samen 10.5 minuten, een ronde 9.",
        ),
        (
            "troika_consulting",
            lambda d: d["round_steps"][1].update(outputs=["les"]),
            "Deel 2 van een ronde, wat het oplevert: de stap zelf levert dit niet op: les.",
        ),
        ("troika_consulting", lambda d: d.pop("rounds"), "aantal rondes: een stap per ronde vraagt een aantal rondes."),
        (
            "wise_crowds",
            lambda d: d["steps"][0].pop("minutes_per_unit"),
            "Stap 1, minuten per keer: een stap die zich herhaalt, vraagt minuten per keer.",
        ),
        ("vragencarrousel", lambda d: d.pop("stations"), "stations: een stap per station vraagt hoeveel stations er zijn."),
        ("dilemmamethode", lambda d: d["steps"][4].pop("columns"), "Stap 5, kolommen: een tabel heeft twee of meer kolommen."),
        (
            "inzichtencarrousel",
            lambda d: d["steps"][2].update(seating_of="ronde3"),
            "Stap 3, tafels van welke stap: deze stap komt niet eerder: ronde3.",
        ),
    ],
)
def test_nonsense_is_refused_with_its_place(key: str, change: Any, sentence: str) -> None:
    assert sentence in _with(key, change)


def test_all_problems_are_told_with_their_lines() -> None:
    text = to_yaml(BUILT_IN["vijfstappenmethode"])
    lines = text.splitlines()
    at = next(index for index, line in enumerate(lines) if "minutes: 15" in line)
    lines[at] = "    minutes: veel"
    lines.insert(5, "  kleur: rood")
    with pytest.raises(MethodProblem) as caught:
        read("\n".join(lines))
    assert sorted((problem.line, problem.path) for problem in caught.value.problems) == [
        (6, "methods.0.kleur"),
        (at + 2, "methods.0.steps.1.minutes"),
    ]
    assert caught.value.path == caught.value.problems[0].path


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a",
        "methods: []\nschema_version: 1",
        "schema_version: 2\nmethods: [1]",
        "a: &x [1]\nb: *x",
        "a: [" * 30,
        "methods: !!python/object/apply:os.system [ls]",
        "x: 2026-99-99",
        "a: 1\na: 2",
        "\tx: 1",
        "x" * (MOST_CHARACTERS + 1),
        "[" * 100_000,
    ],
)
def test_what_is_no_method_is_refused_and_never_crashes(text: str) -> None:
    with pytest.raises(MethodProblem) as caught:
        read(text)
    assert caught.value.problems[0].sentence()


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_a_method_or_a_problem(text: str) -> None:
    try:
        assert all(isinstance(method, Method) for method in read(text))
    except MethodProblem as problem:
        assert problem.problems


def test_a_broken_file_stops_the_start_with_a_sentence() -> None:
    with pytest.raises(SystemExit, match=r"methods\.yaml: Stap 1, in welke samenstelling: “plenairy” kan hier niet\."):
        built_in_from(SHIPPED.replace("mode: plenary", "mode: plenairy", 1))
