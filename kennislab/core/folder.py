"""The data folder: its secret, and the lock that keeps a second process from writing to a served SQLite file."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import IO


class Taken(RuntimeError):
    """Another process serves from this folder."""


def secret(folder: Path) -> str:
    """The folder's own secret key, made when it is not there yet; readable for its owner only."""
    path = folder / "secret"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text("utf-8").strip()


def hold(folder: Path) -> IO[str] | None:
    """Takes the folder for this process until it ends (keep what is returned). Raises Taken when another one has it.

    Where the system has no such locks (Windows), nothing is held.
    """
    try:
        import fcntl  # not on Windows
    except ImportError:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    file = open(folder / "served.lock", "a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise Taken(str(folder)) from error
    return file
