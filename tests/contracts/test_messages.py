"""The messages of the live room are declared once; what is made from them is fresh."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from click.testing import CliRunner

from kennislab.cli import main
from kennislab.live import generate, messages
from kennislab.live.room.decide import DECIDE
from kennislab.live.room.fold import APPLY, TOUCHES

ROOT = Path(__file__).resolve().parents[2]


def test_what_is_generated_is_fresh() -> None:
    """When this fails: run ``kennislab messages``."""
    answer = CliRunner().invoke(main, ["messages", "--check"])
    assert answer.exit_code == 0, answer.output
    assert generate.SCRIPT.read_text("utf-8") == generate.script()


def test_every_fact_is_told_and_every_told_event_is_a_fact() -> None:
    assert set(APPLY) == set(TOUCHES) == set(messages.EVENTS)


def test_every_op_is_decided_somewhere() -> None:
    assert set(messages.OPS) - set(DECIDE) == {messages.LabOpen, messages.LabClose}  # these two move the lab, in live/operations.py


def test_scripts_use_the_generated_names() -> None:
    """No op or event name is typed by hand in a script: a typing mistake there would be silent."""
    names = {*messages.registry.messages, *messages.EVENTS}
    for path in (ROOT / "static/js").rglob("*.js"):
        if path.name == "protocol.js":
            continue
        code = re.sub(r"//[^\n]*|/\*.*?\*/", "", path.read_text("utf-8"), flags=re.S)
        typed = {name for name in re.findall(r'["\'`]([a-z]+\.[a-z]+)["\'`]', code) if name in names}
        assert typed == set(), path


def test_only_the_live_room_appends_to_a_room() -> None:
    """A fact of a room comes from live/operations.py and from nowhere else."""
    for path in (ROOT / "kennislab").rglob("*.py"):
        if {"live", "core", "grouping", "sealed", "demo"} & set(
            path.parts
        ):  # the board and the seals have streams of their own; the demo writes history
            continue
        calls = [
            node
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Attribute) and node.attr == "append" and getattr(node.value, "id", "") == "journal"
        ]
        assert calls == [], path
