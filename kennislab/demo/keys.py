"""The demo's secrets: made anew for each data folder, kept in ``demo.json`` there, readable for its owner only."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import TypedDict

from kennislab.core.ids import CODE_ALPHABET


class Key(TypedDict):
    """How somebody of the demo signs in, or calls the API."""

    email: str
    password: str
    token: str


class Kept(TypedDict):
    """What the file remembers."""

    programme: int
    lab: int
    people: dict[str, Key]


def new_password() -> str:
    """To be typed from a terminal: three groups of four out of thirty characters, 58 bits."""
    return "-".join("".join(secrets.choice(CODE_ALPHABET.lower()) for _ in range(4)) for _ in range(3))


def read(folder: Path) -> Kept | None:
    """What was kept, or None."""
    try:
        kept: Kept = json.loads((folder / "demo.json").read_text("utf-8"))
    except FileNotFoundError:
        return None
    return kept


def keep(folder: Path, kept: Kept) -> None:
    """Writes the file whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / "demo.json.new"
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(kept, file, ensure_ascii=False, indent=1)
    draft.replace(folder / "demo.json")
