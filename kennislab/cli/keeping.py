"""Keeping: backups, putting them back, and whether the archive is what was sealed."""

from __future__ import annotations

import json
from pathlib import Path

import click

from kennislab.cli.group import ROOT, WrongFile, main, say


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def backup(file: Path, as_json: bool) -> None:
    """Writes a backup of database and data folder to FILE, while people go on working. The file holds names and keys: keep it safe."""
    from dataclasses import asdict

    from kennislab.app import database_of, load_settings
    from kennislab.core import backup as backups

    url, data = database_of(load_settings())
    try:
        manifest = backups.make(url, data, file.absolute())
    except backups.BackupError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps({"file": str(file), **asdict(manifest)}, ensure_ascii=False))
        return
    kept = sum(1 for name in manifest.entries if name.startswith("files/"))
    say(f"Bewaard in {file}: {sum(manifest.rows.values())} rijen uit {len(manifest.rows)} tabellen en {kept} bestanden.")
    say("In de back-up staan namen en sleutels. Bewaar hem zo veilig als de database zelf.")


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Also onto another or a newer Kennislab; what is there is backed up first.")
@click.option("--erasures", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Who was forgotten, from elsewhere.")
@click.option("--json", "as_json", is_flag=True)
def restore(file: Path, force: bool, erasures: Path | None, as_json: bool) -> None:
    """Puts the backup in FILE back, after checking it. The server must be stopped."""
    from kennislab.app import create_app, database_of, load_settings
    from kennislab.core import backup as backups
    from kennislab.core import folder

    settings = load_settings()
    url, data = database_of(settings)
    lock = None
    try:
        lock = folder.hold(data)
        told = backups.put_back(file, url, data, force, erasures, lambda: create_app(settings))
    except folder.Taken as error:
        raise click.ClickException(f"Er draait nog een Kennislab op {data}. Stop dat eerst.") from error
    except backups.BackupError as error:
        raise WrongFile(str(error)) from error
    finally:
        if lock is not None:
            lock.close()
    if as_json:
        click.echo(json.dumps(told.as_data(), ensure_ascii=False))
    else:
        for line in told.lines():
            say(line)
    if told.wrong:
        raise SystemExit(1)


@main.command()
@click.argument("package", required=False, type=click.Path(path_type=Path))
@click.option("--database", is_flag=True, help="All sealed labs of the configured database, with the files in DATA_DIR.")
@click.option("--key", type=click.Path(path_type=Path), help="Public key (PEM) to trust for PACKAGE, instead of those in DATA_DIR/keys.")
@click.option("--language", type=click.Choice(["nl", "en"]), default="nl", help="Language of the sentences.")
@click.option("--json", "as_json", is_flag=True)
def verify(package: Path | None, database: bool, key: Path | None, language: str, as_json: bool) -> None:
    """Names what was changed, cut or swapped in PACKAGE or in the database. Exit code 0: nothing; 1: something; 2: cannot be checked."""
    from kennislab.app import create_app, load_settings
    from kennislab.archive.sealed import command

    settings = load_settings()
    if (package is None) is not database:
        raise command.CannotCheck("Geef een pakket, of --database.")
    if package is None:
        verdict = command.database(settings, create_app)
    else:
        verdict = command.package(package, key, ROOT / settings["DATA_DIR"])
    raise SystemExit(command.show(verdict, as_json, language))
