"""ruff, mypy, djlint and biome find nothing. What they look for stands in pyproject.toml and biome.json."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUN = [sys.executable, "-m"]


def clean(*command: str | Path) -> None:
    done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr


def biome() -> Path:
    """The program in the package for this machine; without its wrapper no Node is needed. Raises LookupError."""
    system = {"linux": "linux", "darwin": "darwin", "win32": "win32"}.get(sys.platform, sys.platform)
    processor = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine().lower(), platform.machine())
    for name in (f"cli-{system}-{processor}", f"cli-{system}-{processor}-musl"):
        for program in ("biome", "biome.exe"):
            if (found := ROOT / "node_modules" / "@biomejs" / name / program).exists():
                return found
    if machine := shutil.which("biome"):
        return Path(machine)
    raise LookupError("biome is not there: run the tests with `python3 start.py test`, which fetches it")


def test_ruff() -> None:
    clean(*RUN, "ruff", "check", "--no-cache", ".")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_mypy() -> None:
    """Slow only the first time (about half a minute); after that it remembers, in .cache/mypy."""
    clean(*RUN, "mypy")


def test_djlint() -> None:
    clean(*RUN, "djlint", "templates", "--lint", "--quiet")


def test_biome() -> None:
    clean(biome(), "lint", "--error-on-warnings")


def test_biome_sees_a_mistake(tmp_path: Path) -> None:
    """The settings are read, and an address that does not exist is an error: else nothing would ever be found."""
    (tmp_path / "static" / "js").mkdir(parents=True)
    (tmp_path / "biome.json").write_text((ROOT / "biome.json").read_text())
    (tmp_path / "static" / "js" / "wrong.js").write_text("export const answer = undeclared + 1;\n")
    done = subprocess.run([str(biome()), "lint", "--error-on-warnings"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "noUndeclaredVariables" in done.stdout + done.stderr
