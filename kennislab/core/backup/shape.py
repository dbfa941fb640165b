"""What a backup is: its manifest, and which files of the data folder belong to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "database/"
FILES = "files/"
MARK = "restoring"
"""Name of the file in the data folder that says that a restore began and has not ended."""

LEDGER = "erasures.jsonl"
"""Name of the file in the data folder that says who was forgotten, one JSON object a line. A restore adds to it and takes nothing away."""

NOT_KEPT = {"served.lock", "mail", MARK}
"""Of the data folder: locks, and the caught mail of a demo."""
ENDINGS_NOT_KEPT = (".log", ".part", ".klbackup", ".tmp")


class BackupError(RuntimeError):
    """A backup cannot be made, read or put back; the message is for people, in Dutch."""


@dataclass(slots=True)
class Manifest:
    """What a backup holds.

    ``kind``: sqlite or postgresql; ``revision``: of the tables (Alembic), empty when they were made without; ``house``: which database it
    is (see :func:`house`); ``latest``: moment of the newest change in it; ``rows``: table → number; ``entries``: name in the ZIP →
    ``{"sha256", "size"}``.
    """

    kind: str
    version: str
    made_at: str
    revision: str = ""
    house: str = ""
    latest: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    format: int = FORMAT

    def text(self) -> str:
        """As it stands in the file."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)


def parse(text: bytes) -> Manifest:
    """A manifest out of a file. Raises BackupError."""
    try:
        data = json.loads(text)
        if data["format"] > FORMAT:
            raise BackupError("Deze back-up is gemaakt door een nieuwere Kennislab. Werk Kennislab eerst bij en probeer het opnieuw.")
        return Manifest(**data)
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError("Dit is geen back-up van Kennislab: de beschrijving erin is niet te lezen.") from error


def kept_files(data: Path) -> Iterator[Path]:
    """The files of the data folder that go along: all but the database, locks, logs and backups."""
    for path in sorted(data.rglob("*")) if data.is_dir() else ():
        relative = path.relative_to(data)
        if (
            path.is_file()
            and not path.is_symlink()
            and relative.parts[0] not in NOT_KEPT
            and not path.name.endswith(ENDINGS_NOT_KEPT)
            and ".sqlite3" not in path.name
        ):
            yield path


HOUSE = "SELECT id, created_at FROM programme ORDER BY id LIMIT 1"
"""What tells one database from another: its first programme and the moment at which that was made."""

GROWS = (
    "programme", "person", "lab", "journal_entry", "knowledge_question", "archive_item", "archive_correction", "archive_evidence",
    "archive_action_update", "erasure",
)  # fmt: skip
"""Tables that hold what people did and from which nothing goes by itself: more rows than in a backup is newer, whatever a clock said."""

LATEST = (
    ("journal_entry", "at"),
    ("person", "created_at"),
    ("lab", "created_at"),
    ("knowledge_question", "updated_at"),
    ("archive_item", "created_at"),
    ("archive_item", "edited_at"),
    ("archive_correction", "at"),
    ("archive_evidence", "created_at"),
    ("archive_action_update", "at"),
    ("live_op", "at"),
    ("mail", "created_at"),
    ("erasure", "at"),
)
"""Where the newest change is looked for; tables that are not there (yet) are passed over. Not among jobs: those come by themselves."""
