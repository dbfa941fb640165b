"""Putting a backup back: only when it is whole, only onto what may be overwritten, and not half."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kennislab.core.backup import postgres, sqlite
from kennislab.core.backup.shape import DATABASE, FILES, GROWS, LEDGER, MARK, BackupError, Manifest


@dataclass(frozen=True, slots=True)
class There:
    """The database that a restore would overwrite. ``filled``: it has people or programmes; ``rows``: table → number."""

    filled: bool
    house: str
    latest: str
    rows: Mapping[str, int]


def there(url: str) -> There:
    """What is at this address now; an empty one when there is nothing yet."""
    if url.startswith("sqlite"):
        path = sqlite.path_of(url)
        if not path.exists() or path.stat().st_size == 0:
            return There(False, "", "", {})
        copy = path.with_name(f"{path.name}.looking.tmp")
        try:
            sqlite.snapshot(path, copy)  # with what is still in its write-ahead log
            rows = sqlite.rows(copy)
            _, house, latest = sqlite.told(copy)
        finally:
            copy.unlink(missing_ok=True)
        return There(bool(rows.get("person") or rows.get("programme")), house, latest, rows)
    with postgres.connected(url) as connection:
        if number := postgres.others(connection):
            raise BackupError(f"Er zijn nog {number} andere verbindingen met de database. Stop eerst de server en de werkers.")
        source = postgres.Snapshot(connection)
        _, house, latest = source.told()
        rows = source.rows(GROWS)
        return There(bool(rows.get("person") or rows.get("programme")), house, latest, rows)


def refusal(now: There, manifest: Manifest) -> str | None:
    """Why a restore would lose something that is not in the backup; None when it would not."""
    if not now.filled:
        return None
    if now.house != manifest.house:
        return "Hier staat een andere Kennislab dan die van de back-up. Terugzetten gooit alles weg wat hier staat."
    if now.latest > manifest.latest:
        return (
            f"Wat hier staat, is nieuwer dan de back-up: hier is tot {_moment(now.latest)} gewerkt, de back-up gaat tot"
            f" {_moment(manifest.latest) if manifest.latest else 'het begin'}. Alles daartussen gaat bij terugzetten verloren."
        )
    grown = {table: now.rows.get(table, 0) - manifest.rows.get(table, 0) for table in GROWS}
    if any(number > 0 for number in grown.values()):  # whatever the clocks said
        number = sum(number for number in grown.values() if number > 0)
        return f"Wat hier staat, is nieuwer dan de back-up: er zijn {number} rijen bij gekomen. Die gaan bij terugzetten verloren."
    return None


def _moment(iso: str) -> str:
    return f"{iso[:10]} {iso[11:19]} UTC"


def unfinished(data: Path) -> bool:
    """Whether a restore into this folder began and did not end: then nobody may be served from it."""
    return (data / MARK).exists()


def restore(archive: zipfile.ZipFile, manifest: Manifest, url: str, data: Path, upgrade_to: Callable[[str], None]) -> int:
    """Puts database and files in place; returns how many files. ``upgrade_to(revision)`` makes the tables (empty: the newest).

    What was there is gone. The mark stays until :func:`done`. Raises BackupError, and then the old SQLite database is still there.
    """
    kind = "sqlite" if url.startswith("sqlite") else "postgresql"
    if kind != manifest.kind:
        names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        raise BackupError(
            f"De back-up is van {names[manifest.kind]}, en hier draait {names[kind]}. Zet hem terug op dezelfde soort database."
        )
    data.mkdir(parents=True, exist_ok=True)
    if kind == "sqlite":
        fresh = _unpacked(archive, manifest, sqlite.path_of(url))
        (data / MARK).touch()
        sqlite.put(fresh, sqlite.path_of(url))
    else:
        (data / MARK).touch()
        _fill(archive, manifest, url, upgrade_to)
    return _files(archive, manifest, data)


def done(data: Path) -> None:
    """The restore has ended, with all that belongs to it."""
    (data / MARK).unlink(missing_ok=True)


def _unpacked(archive: zipfile.ZipFile, manifest: Manifest, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.restoring.tmp")
    _write(archive, DATABASE + sqlite.ENTRY, fresh)
    wrong = sqlite.problems(fresh) or _miscounted(manifest, sqlite.rows(fresh))
    if wrong:
        fresh.unlink()
        raise BackupError("De database in de back-up is beschadigd en wordt niet teruggezet:\n" + "\n".join(f"  - {one}" for one in wrong))
    return fresh


def _miscounted(manifest: Manifest, found: dict[str, int]) -> list[str]:
    return [
        f"{table}: {found.get(table, 0)} rijen, en dat moeten er {manifest.rows.get(table, 0)} zijn"
        for table in sorted({*manifest.rows, *found})
        if found.get(table, 0) != manifest.rows.get(table, 0)
    ]


def _fill(archive: zipfile.ZipFile, manifest: Manifest, url: str, upgrade_to: Callable[[str], None]) -> None:
    with postgres.connected(url) as connection:
        postgres.empty(connection)
    upgrade_to(manifest.revision)

    def opened(table: str) -> AbstractContextManager[IO[bytes]]:
        return archive.open(f"{DATABASE}{table}.copy")

    found = postgres.fill(url, manifest.columns, opened)
    if wrong := _miscounted(manifest, found):
        raise BackupError("Niet alles is teruggezet:\n" + "\n".join(f"  - {one}" for one in wrong))


def _files(archive: zipfile.ZipFile, manifest: Manifest, data: Path) -> int:
    names = [name for name in manifest.entries if name.startswith(FILES)]
    for name in names:
        target = data / name.removeprefix(FILES)
        fresh = target.with_name(f"{target.name}.restoring.tmp")
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(archive, name, fresh)
        if name == FILES + LEDGER and target.exists():
            add_lines(target, fresh.read_text("utf-8"))
            fresh.unlink()
        else:
            os.replace(fresh, target)
    return len(names)


def add_lines(ledger: Path, more: str) -> None:
    """Adds the lines that a ledger does not have yet. Nothing that it says is taken back."""
    have = ledger.read_text("utf-8").splitlines() if ledger.exists() else []
    fresh = [line for line in more.splitlines() if line.strip() and line not in have]
    with ledger.open("a", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in fresh))
        file.flush()
        os.fsync(file.fileno())


def _write(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    """Unpacks an entry, for its owner's eyes only, onto the disk."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file, archive.open(name) as entry:
        while piece := entry.read(1 << 20):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
