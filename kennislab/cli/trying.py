"""What can be tried, made or measured without a server."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from kennislab.cli.group import ROOT, WrongFile, main, say


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--groups", type=click.IntRange(1, 50), default=None, help="How many; without it a number is suggested.")
@click.option("--json", "as_json", is_flag=True)
def themes(file: Path, groups: int | None, as_json: bool) -> None:
    """Proposes themes for FILE: one text per line, UTF-8."""
    from kennislab.grouping import engine

    lines = _lines(file)
    found = engine.themes(lines, groups)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for group in found["groups"]:
        click.echo(f"\n{group['label']}  ({len(group['items'])})\n  {group['subtitle']}")
        for item in group["items"]:
            click.echo(f"    {item:>4}  {lines[item]}")
    if found["rest"]:
        click.echo(f"\nNog te plaatsen  ({len(found['rest'])})")
        for item in found["rest"]:
            click.echo(f"    {item:>4}  {lines[item]}")


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", "text", required=True, help="The text to compare with.")
@click.option("--json", "as_json", is_flag=True)
def similar(file: Path, text: str, as_json: bool) -> None:
    """The lines of FILE, from most to least like TEXT."""
    from kennislab.grouping import engine

    lines = _lines(file)
    found = engine.similar(lines, text)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for one in found[:20]:
        click.echo(f"{one['score']:.3f}  {lines[one['item']]}")


def _lines(file: Path) -> list[str]:
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file.name} is geen UTF-8. Sla het bestand op als UTF-8 en probeer opnieuw.") from error
    return text.splitlines()


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def assign(file: Path, as_json: bool) -> None:
    """Places the people of FILE (JSON: groups, people, max_per_municipality) in its groups, by their choices; proven to be the best."""
    from kennislab.grouping import assign as engine
    from kennislab.grouping import printing
    from kennislab.grouping.assign import reading

    try:
        problem = reading.problem_from(file.read_text("utf-8-sig"))
    except OSError as error:
        raise WrongFile(f"{file} is niet te lezen: het bestaat niet, of je mag het niet openen.") from error
    except UnicodeDecodeError as error:
        raise WrongFile(f"{file.name} is geen UTF-8. Sla het bestand op als UTF-8 en probeer opnieuw.") from error
    except reading.Unreadable as error:
        raise WrongFile(f"{file.name}: {error}") from error
    outcome = engine.solve(problem)
    click.echo(printing.as_json(problem, outcome) if as_json else printing.as_text(problem, outcome))


@main.command()
@click.option("--check", "only_check", is_flag=True, help="Fails when they are stale, and writes nothing.")
def messages(only_check: bool) -> None:
    """Makes static/js/live/protocol.js and kennislab/live/MESSAGES.md from the messages in Python."""
    from kennislab.live import generate

    if only_check:
        fresh = generate.SCRIPT.read_text("utf-8") == generate.script() and generate.DOCUMENT.read_text("utf-8") == generate.document()
        if not fresh:
            raise click.ClickException("Stale. Run `kennislab messages`.")
        return
    for path in generate.write():
        say(f"Geschreven: {path.relative_to(ROOT)}")


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("name", type=click.Choice(["live", "fanout", "search", "recall", "grouping", "assign", "report", "pages"]))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(name: str, arguments: tuple[str, ...]) -> None:
    """Measures, and prints ratios; from a checkout only (tests/benchmarks)."""
    import subprocess

    raise SystemExit(subprocess.call([sys.executable, "-m", f"tests.benchmarks.{name}", *arguments], cwd=ROOT))
