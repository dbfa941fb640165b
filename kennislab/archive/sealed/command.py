"""What ``kennislab verify`` does: checks a package or the database, without a server, and prints what it finds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kennislab.core.errors import N_

if TYPE_CHECKING:
    from flask import Flask

    from kennislab.archive.sealed.verdict import Verdict


class CannotCheck(click.ClickException):
    """Nothing can be said about it."""

    exit_code = 2


def show(verdict: Verdict, as_json: bool, language: str = "nl") -> int:
    """Prints it; returns the exit code: 0, it is as it was sealed; 1, it is not."""
    say = _in(language)
    if as_json:
        click.echo(json.dumps(verdict.as_data(say), ensure_ascii=False, indent=1))
    else:
        _print(verdict, say)
    return 0 if verdict.ok else 1


def _in(language: str) -> Callable[[str], str]:
    """How a message id is said; needs no app."""
    if language == "nl":
        return str
    from kennislab.core.catalogue import translations

    return translations(language).gettext


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


def _print(verdict: Verdict, say: Callable[[str], str]) -> None:
    for found in verdict.findings:
        click.echo(f"✗ {found.said(say)}")
    for note in verdict.notes:
        click.echo(f"· {note.said(say)}")
    for name, value in verdict.about.items():
        click.echo(f"  {say(_ABOUT[name])}: {value}")
    looked = ", ".join(f"{number} {say(_NAMES[name])}" for name, number in verdict.checked.items())
    click.echo(f"  {say(_LOOKED) % {'what': looked or '–'}}")
    click.echo(f"✓ {say(_GOOD)}" if verdict.ok else f"✗ {say(_WRONG) % {'number': len(verdict.findings)}}")


_LOOKED, _GOOD, _WRONG = N_("Bekeken: %(what)s."), N_("Alles klopt."), N_("Er klopt iets niet. Aantal bevindingen: %(number)s.")
_ABOUT = {"kennislab": N_("Kennislab"), "kenmerk": N_("Kenmerk"), "sleutel": N_("Sleutel")}
_NAMES = {
    "labs": N_("Kennislabs"), "lab": N_("kopgegevens"), "journal": N_("regels van het journaal"), "item": N_("kaarten"),
    "link": N_("koppelingen"), "file": N_("bestanden"), "correction": N_("verbeteringen"), "later": N_("regels van daarna"),
    "entry": N_("bestanden in het pakket"), "part": N_("schakels"), "shown": N_("met inhoud"),
}  # fmt: skip
