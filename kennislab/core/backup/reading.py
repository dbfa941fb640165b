"""Opening a backup and seeing whether it is whole, before anything is touched."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from kennislab.core.backup.shape import DATABASE, FILES, MANIFEST, BackupError, Manifest, parse


@contextmanager
def opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """The backup and what it says it holds, every piece of it seen to be what it was. Raises BackupError."""
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise BackupError(f"{path} bestaat niet.") from error
    except (OSError, zipfile.BadZipFile) as error:
        raise BackupError(f"{path.name} is geen back-up, of hij is afgekapt: het bestand is niet te openen.") from error
    with archive:
        try:
            manifest = parse(archive.read(MANIFEST))
        except (KeyError, zipfile.BadZipFile) as error:
            raise BackupError(f"{path.name} is geen back-up van Kennislab: de beschrijving ontbreekt.") from error
        if wrong := problems(archive, manifest):
            raise BackupError(f"{path.name} is beschadigd en wordt niet teruggezet:\n" + "\n".join(f"  - {one}" for one in wrong))
        yield archive, manifest


def problems(archive: zipfile.ZipFile, manifest: Manifest) -> list[str]:
    """What is missing, was changed, does not belong, or would land outside the data folder."""
    found = []
    names = {name for name in archive.namelist() if name != MANIFEST}
    found += [f"{name} ontbreekt" for name in sorted(set(manifest.entries) - names)]
    found += [f"{name} hoort er niet bij" for name in sorted(names - set(manifest.entries))]
    for name in sorted(names & set(manifest.entries)):
        if not safe(name):
            found.append(f"{name} wijst naar een plek buiten de map")
        elif not _same(archive, name, manifest.entries[name]["sha256"]):
            found.append(f"{name} is veranderd")
    return found


def safe(name: str) -> bool:
    """Whether a name stays within its folder."""
    parts = PurePosixPath(name)
    return not parts.is_absolute() and ".." not in parts.parts and "\\" not in name and name.startswith((DATABASE, FILES))


def _same(archive: zipfile.ZipFile, name: str, expected: str) -> bool:
    digest = hashlib.sha256()
    try:
        with archive.open(name) as entry:
            while piece := entry.read(1 << 20):
                digest.update(piece)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError):
        return False
    return digest.hexdigest() == expected
