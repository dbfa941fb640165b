"""The layers of the house, as import-linter sees them (contracts in pyproject.toml)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def lint_imports(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100)


def test_contracts_are_kept() -> None:
    done = lint_imports()
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_broken_contract_is_seen(tmp_path: Path) -> None:
    """A feature that looks ahead, and a policy that knows the web, in a copy of the house with nothing else in it."""
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    features = ("core", "accounts", "programme", "questions", "grouping", "live", "archive", "products", "evaluation")
    for feature in features:
        folder = tmp_path / "kennislab" / feature
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text("")
        for part in ("models", "queries", "policies", "operations"):
            (folder / f"{part}.py").write_text("")
    for name in ("__init__", "app", "cli", "demo"):
        (tmp_path / "kennislab" / f"{name}.py").write_text("")
    assert lint_imports(folder=tmp_path).returncode == 0

    (tmp_path / "kennislab" / "questions" / "operations.py").write_text("import kennislab.live.models\n")
    (tmp_path / "kennislab" / "live" / "policies.py").write_text("import flask\n")
    done = lint_imports(folder=tmp_path)
    assert done.returncode == 1
    said = " ".join(done.stdout.split())
    assert "kennislab.questions is not allowed to import kennislab.live" in said
    assert "kennislab.live.policies is not allowed to import flask" in said
