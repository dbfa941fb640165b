"""What all commands have: the group they hang in, where they speak, and how they end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kennislab import __version__

if TYPE_CHECKING:
    from flask import Flask

ROOT = Path(__file__).resolve().parents[2]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kennislab")
def main() -> None:
    """Kennislab: the working instrument of a learning programme."""


def say(text: str = "") -> None:
    """For who reads along; what a program reads goes to stdout."""
    click.echo(text, err=True)


class WrongFile(click.ClickException):
    """What was given cannot be read; the command itself did not fail."""

    exit_code = 2


def bring_to_date(app: Flask) -> None:
    """To this version's tables."""
    from flask_migrate import upgrade

    with app.app_context():
        upgrade()
