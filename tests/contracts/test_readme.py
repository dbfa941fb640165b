"""What the README says is so."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

from kennislab.cli import main

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
SETTINGS = runpy.run_path(str(ROOT / "config.py"))["SETTINGS"]


def settings_table() -> str:
    """The rows that the README shows of config.py."""
    return "".join(
        f"| `{one.name}` | {one.about}{'' if one.secret or one.default == '' else f' Default: `{one.default}`.'} |\n" for one in SETTINGS
    )


def test_every_command_is_there_and_exists() -> None:
    named = set(re.findall(r"^\| `kennislab (\w+)", README, re.M))
    assert named == set(main.commands)


def test_the_two_commands_stand_on_the_first_screen() -> None:
    first = README.splitlines()[:16]
    assert any(line.startswith("python3 start.py ") for line in first)
    assert any(line.startswith("python3 start.py test") for line in first)


def test_every_setting_is_explained() -> None:
    """When this fails: ``python -m tests.contracts.test_readme`` writes the table."""
    assert f"<!-- settings -->\n{settings_table()}<!-- /settings -->" in README


def test_every_file_that_is_named_exists() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


if __name__ == "__main__":
    text = re.sub(
        r"<!-- settings -->.*<!-- /settings -->", lambda _: f"<!-- settings -->\n{settings_table()}<!-- /settings -->", README, flags=re.S
    )
    (ROOT / "README.md").write_text(text, "utf-8")
