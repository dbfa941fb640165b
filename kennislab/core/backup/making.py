"""Making a backup. Nobody has to stop for it."""

from __future__ import annotations

import errno
import hashlib
import os
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

from kennislab import __version__
from kennislab.core import clock
from kennislab.core.backup import postgres, sqlite
from kennislab.core.backup.shape import DATABASE, FILES, MANIFEST, BackupError, Manifest, kept_files


def make(url: str, data: Path, target: Path) -> Manifest:
    """Writes a backup of the database at ``url`` and the files of ``data`` to ``target``, which appears only when it is whole.

    The file is for its owner's eyes only: it holds people's names, and the keys of this house. Raises BackupError, also when ``target``
    exists already.
    """
    if target.exists():
        raise BackupError(f"{target} bestaat al. Kies een andere naam; een back-up wordt nooit overschreven.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f"{target.name}.", suffix=".part", dir=target.parent)  # 0600
    except OSError as error:
        raise BackupError(f"In {target.parent} is niet te schrijven ({error.strerror}). Kies een andere map.") from error
    part = Path(name)
    manifest = Manifest(
        kind="sqlite" if url.startswith("sqlite") else "postgresql", version=__version__, made_at=clock.now().isoformat(timespec="seconds")
    )
    try:
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                (_sqlite if manifest.kind == "sqlite" else _postgres)(url, archive, manifest, target.parent)
                for path in kept_files(data):
                    with suppress(FileNotFoundError):  # thrown away meanwhile
                        _write(archive, manifest, FILES + path.relative_to(data).as_posix(), _pieces(path))
                archive.writestr(MANIFEST, manifest.text())
            file.flush()
            os.fsync(file.fileno())
        _name(part, target)
    except FileExistsError as error:
        raise BackupError(f"{target} bestaat al. Kies een andere naam; een back-up wordt nooit overschreven.") from error
    except (OSError, sqlite3.OperationalError) as error:
        full = getattr(error, "errno", None) in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT) or "full" in str(error)
        why = "De schijf is vol." if full else f"Schrijven lukt niet ({error}). Is er nog ruimte op de schijf?"
        raise BackupError(f"De back-up is niet gemaakt, en er staat niets halfs. {why}") from error
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _name(part: Path, target: Path) -> None:
    """Gives it its name, unless somebody else made that meanwhile (FileExistsError). Not every disk knows links: a stick, a share."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError:
        if target.exists():
            raise FileExistsError(target) from None
        os.replace(part, target)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            yield piece


def _write(archive: zipfile.ZipFile, manifest: Manifest, name: str, pieces: Iterable[bytes]) -> int:
    """Adds an entry and writes down what it is; returns its number of lines."""
    digest, size, lines = hashlib.sha256(), 0, 0
    parts = iter(pieces)
    first = next(parts, b"")  # before the entry is begun: what cannot be opened leaves no trace
    with archive.open(name, "w", force_zip64=True) as entry:
        for piece in chain((first,), parts):
            entry.write(piece)
            digest.update(piece)
            size += len(piece)
            lines += piece.count(b"\n")
    manifest.entries[name] = {"sha256": digest.hexdigest(), "size": size}
    return lines


def _sqlite(url: str, archive: zipfile.ZipFile, manifest: Manifest, near: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="kennislab-backup-", dir=near) as folder:
        copy = Path(folder) / sqlite.ENTRY
        sqlite.snapshot(sqlite.path_of(url), copy)
        if wrong := sqlite.problems(copy):
            raise BackupError(
                "De database is beschadigd; deze back-up zou niet te gebruiken zijn:\n" + "\n".join(f"  - {one}" for one in wrong)
            )
        manifest.rows = sqlite.rows(copy)
        manifest.revision, manifest.house, manifest.latest = sqlite.told(copy)
        _write(archive, manifest, DATABASE + sqlite.ENTRY, _pieces(copy))


def _postgres(url: str, archive: zipfile.ZipFile, manifest: Manifest, near: Path) -> None:
    with postgres.connected(url) as connection:
        source = postgres.Snapshot(connection)
        manifest.columns = source.columns
        manifest.revision, manifest.house, manifest.latest = source.told()
        for table in source.tables:
            manifest.rows[table] = _write(archive, manifest, f"{DATABASE}{table}.copy", source.read(table))
