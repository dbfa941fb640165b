"""`kennislab assign`: what it takes, what it gives, and what it says of a file that it cannot read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kennislab.cli import main
from kennislab.grouping.assign import reading, solve
from tests.benchmarks.assign import KINDS, a_lab

LAB = {
    "groups": [{"id": "a", "min": 1, "max": 2}, {"id": "b", "min": 1, "max": 2}, {"id": 3}],
    "people": [
        {"id": "Anna", "municipality": "Delft", "choices": ["a", "b"]},
        {"id": "Bas", "municipality": "Delft", "choices": ["a", "b"]},
        {"id": "Cor", "municipality": "Tilburg", "choices": ["a", 3, "b"]},
        {"id": 4, "municipality": None, "choices": ["a"]},
        {"id": "Eva"},
    ],
    "max_per_municipality": 1,
}


def run(folder: Path, content: Any, *options: str) -> Result:
    file = folder / "lab.json"
    file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return CliRunner().invoke(main, ["assign", str(file), *options])


def test_the_answer_as_json_and_in_words(tmp_path: Path) -> None:
    told = run(tmp_path, LAB, "--json")
    assert told.exit_code == 0
    answer = json.loads(told.stdout)
    # Anna or Bas has a, the other b; 4 has no other wish than a; so Cor has a second choice, and Eva wants nothing
    assert answer["assignment"].pop("Eva") in ("b", 3)
    assert sorted((answer["assignment"].pop("Anna"), answer["assignment"].pop("Bas"))) == ["a", "b"]
    assert answer == {"assignment": {"Cor": 3, "4": "a"}, "profile": [2, 2, 0, 1], "optimal": True, "clashes": []}
    words = run(tmp_path, LAB).stdout
    assert "    Cor  tweede keus: “a” zat vol." in words
    assert "  tweede keus: “a” zat vol." in words and "    Eva  geen eigen keus" in words
    assert "    2  eerste keus\n    2  tweede keus\n    1  geen eigen keus" in words


def test_everything_that_may_be_asked_is_read(tmp_path: Path) -> None:
    asked = {
        "groups": [{"id": "a", "leader": 1}, {"id": "b", "needs_leader": True, "min": 1.0}],
        "people": [
            {"id": 1, "choices": ["b"]},
            {"id": "2", "choices": ["a"], "can_lead": True},
            {"id": 3, "choices": ["b"], "asks": ["a"]},
            {"id": 4, "choices": ["b"], "solves": ["a"]},
            {"id": 5, "choices": ["a"]},
        ],
        "together": [[3, 4]],
        "apart": [[1, 3]],
        "pins": {"5": "a"},
    }
    answer = json.loads(run(tmp_path, asked, "--json").stdout)
    assert answer["assignment"] == {"1": "a", "2": "b", "3": "b", "4": "b", "5": "a"}
    assert answer["profile"] == [3, 2] and answer["optimal"]


def test_what_clashes_is_named_with_the_least_that_helps(tmp_path: Path) -> None:
    small = {**LAB, "groups": [{"id": "a", "max": 2}, {"id": "b", "max": 2}], "people": [{"id": n} for n in range(5)]}
    told = run(tmp_path, small, "--json")
    assert told.exit_code == 0
    answer = json.loads(told.stdout)
    assert (answer["assignment"], answer["profile"], answer["optimal"]) == ({}, [], False)
    (clash,) = answer["clashes"]
    assert clash["text"] == "Er zijn 5 mensen. In de groepen passen er samen 4."
    assert [wish["text"] for wish in clash["wishes"]] == ["In “a” zitten er hoogstens 2.", "In “b” zitten er hoogstens 2."]
    assert clash["relaxations"][0] == {"text": ["In “a” mogen er 3."], "changes": [{"kind": "most", "by": 1, "to": 3, "group": "a"}]}
    crowded = {**LAB, "people": [{"id": n, "municipality": "Delft"} for n in range(4)]}
    words = run(tmp_path, crowded).stdout
    assert "Van Delft zijn er 4 mensen. Met hoogstens 1 per groep passen er 3." in words
    assert "Dit zou helpen:\n  - Van één gemeente mogen er 2 in een groep." in words


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "geen JSON"),
        (b"[" * 100_000, "geen JSON"),
        (b'{"groups": [], "people": [], "max_per_municipality": NaN}', "geen JSON"),
        (b"\xff\xfe{", "geen UTF-8"),
        ([], "moet een object zijn"),
        ({"people": []}, "“groups” ontbreekt"),
        ({"groups": [{"id": "a"}], "people": {}}, "“people” ontbreekt"),
        ({"groups": [], "people": [{"id": 1}]}, "geen groepen"),
        ({"groups": [{"id": "a"}, {"id": "a"}], "people": []}, "“a” staat twee keer in “groups”"),
        ({"groups": [{"id": "a"}], "people": [{"id": 1}, {"id": "1"}]}, "“1” staat twee keer in “people”"),
        ({"groups": [{"id": "a"}], "people": [{"id": True}]}, "heeft geen “id”"),
        ({"groups": ["a"], "people": []}, "is geen object"),
        ({"groups": [{"id": "a", "min": -1}], "people": []}, "“min” van groep “a” moet een heel getal zijn"),
        ({"groups": [{"id": "a", "max": "8"}], "people": []}, "“max” van groep “a” moet een heel getal zijn"),
        ({"groups": [{"id": "a", "min": 5, "max": 3}], "people": []}, "“min” (5) groter dan “max” (3)"),
        ({"groups": [{"id": "a"}], "people": [{"id": 1, "choices": ["b"]}]}, "“1” kiest groep “b”, maar die bestaat niet"),
        ({"groups": [{"id": "a"}], "people": [{"id": 1, "choices": "a"}]}, "“choices” van “1” moet een lijst zijn"),
        ({"groups": [{"id": "a"}], "people": [{"id": 1, "municipality": ["x"]}]}, "moet een tekst zijn"),
        ({"groups": [{"id": "a"}], "people": [{"id": 1}], "max_per_municipality": 1.5}, "moet een heel getal zijn"),
        ({"groups": [{"id": "a"}], "people": [{"id": 1}], "together": [1]}, "lijst van lijsten"),
        ({"groups": [{"id": "a"}], "people": [{"id": 1}], "pins": {"2": "a"}}, "“pins” noemt “2”, maar die bestaat niet"),
        ({"groups": [{"id": "a", "leader": 9}], "people": [{"id": 1}]}, "een leider die niet bij “people” staat"),
    ],
)
def test_a_file_that_says_nothing_sensible(tmp_path: Path, content: Any, sentence: str) -> None:
    for options in ([], ["--json"]):
        told = run(tmp_path, content, *options)
        assert told.exit_code == 2
        assert sentence in told.stderr and "Traceback" not in told.stderr and not told.stdout


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.json", tmp_path):
        told = CliRunner().invoke(main, ["assign", str(path)])
        assert told.exit_code == 2 and "is niet te lezen" in told.stderr


def test_nobody_and_nowhere(tmp_path: Path) -> None:
    assert json.loads(run(tmp_path, {"groups": [], "people": []}, "--json").stdout)["optimal"]
    asked = {"groups": [{"id": "a", "min": 1}], "people": []}
    answer = json.loads(run(tmp_path, asked, "--json").stdout)
    assert not answer["optimal"] and answer["clashes"][0]["text"] == "De groepen vragen samen minstens 1 mensen. Er zijn er 0."


def test_a_big_lab_is_proven_within_its_time_whatever_people_want() -> None:
    import time

    solve(a_lab(30, 3, "normal", 3))  # scipy is there
    for kind in KINDS:
        start = time.process_time()
        found = solve(a_lab(300, 15, kind, 3))
        assert found.optimal or kind == "clash"
        assert time.process_time() - start < 3, f"{kind}: a second on a quiet machine (see the benchmark), so something went wrong"


def test_starting_up_does_not_pay_for_the_solver() -> None:
    script = (
        "import sys, kennislab.app, kennislab.cli, kennislab.grouping.printing; print([m for m in sys.modules if m == 'scipy.optimize'])"
    )
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=env)
    assert told.stdout.strip() == "[]"


def test_names_may_be_numbers_and_keep_their_kind() -> None:
    problem = reading.problem_from('{"groups": [{"id": 1}], "people": [{"id": "x", "choices": ["1"]}]}')
    assert problem.people[0].choices == (1,)
