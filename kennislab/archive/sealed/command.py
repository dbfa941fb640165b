"""What ``kennislab verify`` does: checks a package or the database, without a server, and prints what it finds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from flask import Flask

    from kennislab.archive.sealed.verdict import Verdict


class CannotCheck(click.ClickException):
    """Nothing can be said about it."""

    exit_code = 2


def show(verdict: Verdict, as_json: bool) -> int:
    """Prints it; returns the exit code: 0, it is as it was sealed; 1, it is not."""
    if as_json:
        click.echo(json.dumps(verdict.as_data(), ensure_ascii=False, indent=1))
    else:
        _print(verdict)
    return 0 if verdict.ok else 1


def package(path: Path, key: Path | None, data: Path) -> Verdict:
    """Checks a package with this key, or the ones in this data folder, if there are any. Raises CannotCheck."""
    from kennislab.archive.sealed import keys, opening

    try:
        if key is not None:
            public = keys.public_of(key.read_bytes())
            return opening.package(path, {keys.id_of(public): public})
        return opening.package(path, keys.known(data / "keys"))
    except (OSError, keys.NoKey) as error:
        raise CannotCheck(f"{path} is niet te controleren: {error}") from error
    except opening.NoPackage as error:
        raise CannotCheck(f"{path} is geen archiefpakket van Kennislab: {error}.") from error


def database(settings: Mapping[str, Any], make: Callable[[], Flask]) -> Verdict:
    """Checks the database of these settings. Raises CannotCheck."""
    from sqlalchemy.exc import SQLAlchemyError

    from kennislab.archive.sealed import verify
    from kennislab.core.db import db

    url = str(settings["DATABASE_URL"])
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        raise CannotCheck(f"De database is er niet: {url}")
    with make().app_context():
        try:
            return verify.database(db.session())
        except SQLAlchemyError as error:
            raise CannotCheck(f"De database is niet te lezen: {type(error).__name__}") from error


def _print(verdict: Verdict) -> None:
    for found in verdict.findings:
        click.echo(f"✗ {found.said()}")
    for note in verdict.notes:
        click.echo(f"· {note.said()}")
    for name, value in verdict.about.items():
        click.echo(f"  {name}: {value}")
    looked = ", ".join(f"{number} {_NAMES.get(name, name)}" for name, number in verdict.checked.items())
    click.echo(f"  Bekeken: {looked or 'niets'}.")
    click.echo("✓ Alles klopt." if verdict.ok else f"✗ Er klopt iets niet: {len(verdict.findings)} bevindingen.")


_NAMES = {
    "labs": "Kennislabs", "lab": "kopgegevens", "journal": "regels van het journaal", "item": "kaarten", "link": "koppelingen",
    "file": "bestanden", "correction": "verbeteringen", "entry": "bestanden in het pakket", "part": "schakels", "shown": "met inhoud",
}  # fmt: skip
