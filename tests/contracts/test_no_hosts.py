"""No file in git names the host of a package registry, and locks carry no address at all.

Where packages come from is the setting of the machine (pip, npm), not of the project: it may be a mirror.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements/app.lock", "requirements/dev.lock", "requirements/start.lock", "package-lock.json")

# Put together from parts, or this file would name them.
DOT = r"\."
HOSTS = re.compile(
    "|".join(
        DOT.join(parts)
        for parts in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("npmjs", "(?:org|com)"),
            ("yarnpkg", "com"),
            ("unpkg", "com"),
            ("jsdelivr", "net"),
            ("deb", "debian", "org"),
            ("files", "pythonhosted"),
        )
    )
)


NOT_OURS = {".git", ".venv", ".cache", "node_modules", "var", "shots", "__pycache__"}


def files_in_git() -> list[Path]:
    """What git keeps; where there is no git (an unpacked archive on a bare machine), all files but those that git ignores."""
    if shutil.which("git") and (ROOT / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True)
        return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    return [path for path in ROOT.rglob("*") if path.is_file() and not NOT_OURS & set(path.relative_to(ROOT).parts)]


def test_no_file_names_a_registry() -> None:
    found = {}
    for path in files_in_git():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        if hosts := sorted({hit[0] for hit in HOSTS.finditer(text)}):
            found[str(path.relative_to(ROOT))] = hosts
    assert found == {}


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_carry_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert re.findall(r"^.*(?:://|--index|--extra-index|--find-links|\"resolved\").*$", text, re.MULTILINE) == []


def locked(lock: str) -> dict[str, str]:
    """Name and version of each package in a lock; asserts that each has a hash. Two versions of one: the last (other Pythons)."""
    packages = {}
    for block in re.split(r"\n(?=\S)", (ROOT / "requirements" / lock).read_text("utf-8")):
        if match := re.match(r"([a-z0-9-]+)(?:\[[^\]]*\])?==(\S+)", block):
            assert "--hash=sha256:" in block, f"{match[1]} in {lock} has no hash"
            packages[match[1]] = match[2]
    return packages


def test_locks_fit_the_project() -> None:
    """Everything pyproject.toml asks for is locked, in a version that it accepts; dev.lock has all of app.lock, in the same versions."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    app, dev = locked("app.lock"), locked("dev.lock")
    wanted = project["project"]["dependencies"] + project["project"]["optional-dependencies"]["scale"] + project["build-system"]["requires"]
    for lock, asked in ((app, wanted), (dev, wanted + project["dependency-groups"]["dev"])):
        for text in asked:
            requirement = Requirement(text)
            version = lock.get(canonicalize_name(requirement.name))
            assert version and requirement.specifier.contains(version), f"{text} is not locked"
    assert {name: dev.get(name) for name in app} == app
    assert set(locked("start.lock")) == {"uv"}
