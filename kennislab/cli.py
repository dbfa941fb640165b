"""The command line. Serving commands patch the process for gevent before anything else is imported."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kennislab import __version__

if TYPE_CHECKING:
    from flask import Flask

ROOT = Path(__file__).resolve().parent.parent
STAGES = ("planned", "collecting", "grouping", "ready", "live", "harvesting", "archived")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kennislab")
def main() -> None:
    """Kennislab: the working instrument of a learning programme."""


def _say(text: str = "") -> None:
    click.echo(text, err=True)


def _serve(app: Flask | Any, host: str, port: int, workers: int, on_listening: Any) -> None:
    import gevent  # after the patch

    from kennislab.app import start_background
    from kennislab.core import server

    @server.on_worker_start
    def background(ready: Flask) -> None:
        start_background(ready, gevent.spawn)

    try:
        server.run(app, host, port, on_listening, workers)
    except OSError as error:
        raise click.ClickException(
            f"Adres {host}:{port} is bezet of niet toegestaan ({error.strerror}). Kies een andere poort met --port."
        ) from error


def _upgrade(app: Flask) -> None:
    from flask_migrate import upgrade

    with app.app_context():
        upgrade()


def _refuse_half_restored(data: Path) -> None:
    from kennislab.core.backup import unfinished

    if unfinished(data):
        raise click.ClickException(f"Een back-up is half teruggezet in {data}. Draai `kennislab restore` opnieuw; start daarna.")


@main.command()
@click.option("--stage", type=click.Choice(STAGES), default=None, help="Where the newest lab is; a new data folder starts live.")
@click.option("--data", type=click.Path(path_type=Path), default=ROOT / "var" / "demo", show_default="var/demo", help="Data folder.")
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 lets phones on the same network in.")
@click.option("--port", default=5000, show_default=True, help="0 takes a free one.")
@click.option("--fresh", is_flag=True, help="Throws the data of this folder away first.")
@click.option("--workers", default=1, show_default=True, help="More than one needs PostgreSQL and Redis.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON on stdout once it listens.")
def demo(stage: str | None, data: Path, host: str, port: int, fresh: bool, workers: int, as_json: bool) -> None:
    """Serves an example programme, filled up to a stage; the same folder goes on with what is there."""
    from kennislab.core import server

    server.patch()
    from kennislab.core import folder

    data = data.resolve()
    try:
        lock = folder.hold(data)
    except folder.Taken as error:
        raise click.ClickException(f"Er draait al een Kennislab op {data}. Stop dat eerst, of kies een andere map met --data.") from error
    if fresh:
        _throw_away(data)
    from kennislab.core import postbox

    mail_server = postbox.start(data / "mail")  # takes a moment, like what follows
    from kennislab.app import create_app
    from kennislab.demo import load

    settings = {"DATA_DIR": str(data), "SECRET_KEY": folder.secret(data), "DEMO": True}
    settings["SMTP_URL"] = postbox.address(mail_server)
    _refuse_half_restored(data)
    app = create_app(settings)
    _upgrade(app)
    info = load.load(app, stage or "live")
    if stage is not None and info["stage"] != stage:
        _say(f"In {data} staat al een voorbeeld op stand “{info['stage']}”; dat gaat verder. Met --fresh begin je opnieuw op “{stage}”.")

    def listening(url: str) -> None:
        base = url if host not in ("0.0.0.0", "::") else url.replace("127.0.0.1", _lan_address())
        app.config["SERVED_AT"] = base
        told = {**info, "url": base, "join": {"code": info["join"]["code"], "url": base + info["join"]["path"]}}
        if as_json:
            names = ("url", "stage", "lab", "harvest", "sealed", "join", "people")
            click.echo(json.dumps({name: told[name] for name in names}, ensure_ascii=False))
            sys.stdout.flush()
        else:
            _welcome(told, host)

    try:
        _serve(app if workers == 1 else lambda: create_app(settings), host, port, workers, listening)
    finally:
        mail_server.terminate()
    del lock


def _throw_away(data: Path) -> None:
    """Only what a demo makes: never a folder that holds anything else."""
    known = {
        "kennislab.sqlite3",
        "kennislab.sqlite3-wal",
        "kennislab.sqlite3-shm",
        "demo.json",
        "secret",
        "served.lock",
        "files",
        "keys",
        "mail",
        "produced",
        "demo.log",
    }
    strange = [path.name for path in data.iterdir() if path.name not in known]
    if strange:
        raise click.ClickException(f"In {data} staat meer dan een voorbeeld ({', '.join(strange[:3])}). Kies een andere map met --data.")
    for name in known - {"served.lock", "demo.log"}:
        path = data / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _lan_address() -> str:
    """The address of this machine that others on the network reach; nothing is sent to find it out."""
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address: choosing a route sends no packet
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def _welcome(told: dict[str, Any], host: str) -> None:
    import io

    import segno

    picture = io.StringIO()
    segno.make(told["join"]["url"], error="l").terminal(out=picture, border=2, compact=True)
    _say()
    _say(f"  Kennislab draait: {told['url']}    ({told['lab']['title']}, stand: {told['stage']})")
    _say(f"  Meedoen: {told['url']}/join met code {told['join']['code']}, of scan:")
    _say(picture.getvalue())
    _say("  Aanmelden (voorbeeldmensen; dit zijn geen echte gegevens):")
    for role, label in (("coordinator", "coördinator"), ("facilitator", "begeleider"), ("participant", "deelnemer")):
        person = told["people"][role]
        _say(f"    {label:<12} {person['email']:<38} wachtwoord {person['password']}")
    _say()
    if host in ("127.0.0.1", "localhost", "::1"):
        _say("  Alleen deze computer kan erbij. Met --lan kunnen telefoons op hetzelfde netwerk meedoen.")
    else:
        _say("  Iedereen op dit netwerk kan erbij, zonder versleuteling. Gebruik het alleen met voorbeeldgegevens of op een eigen hotspot.")
    _say(f"  Post: er gaat geen mail echt weg. Wat verstuurd zou zijn, staat op {told['url']}/postvak")
    _say("  Stoppen: Ctrl+C.")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=1, show_default=True, help="More than one needs PostgreSQL and Redis.")
def serve(host: str, port: int, workers: int) -> None:
    """The real server, configured by KENNISLAB_* (see config.py). Refuses unsafe settings with what to set."""
    from kennislab.core import server

    server.patch()
    from kennislab.app import create_app, load_settings
    from kennislab.core import folder
    from kennislab.core.checks import unsafe

    settings = load_settings()
    problems = unsafe(settings, host, workers)
    if problems:
        raise click.ClickException("Zo start Kennislab niet:\n" + "\n".join(f"  - {one}" for one in problems))
    app = create_app()
    _refuse_half_restored(Path(app.config["DATA_DIR"]))
    lock = None
    if app.config["DATABASE_URL"].startswith("sqlite"):
        try:
            lock = folder.hold(Path(app.config["DATA_DIR"]))
        except folder.Taken as error:
            raise click.ClickException(f"Er draait al een Kennislab op {error}. Eén proces tegelijk schrijft naar SQLite.") from error
    _upgrade(app)
    _serve(app if workers == 1 else create_app, host, port, workers, lambda url: _say(f"Kennislab draait: {url}"))
    del lock


@main.command()
def worker() -> None:
    """Runs jobs beside the server (needs Redis): mail, reminders, exports, publishing on a date."""
    from kennislab.app import create_app
    from kennislab.core import huey_worker

    app = create_app()
    if not app.config["REDIS_URL"]:
        raise click.ClickException("Zonder Redis draait de server het werk zelf. Zet KENNISLAB_REDIS_URL om het te verdelen.")
    huey_worker.run(app)


@main.command()
def bounce() -> None:
    """Reads one returned mail (a delivery status notification) on stdin and marks what bounced. For the mail server's pipe."""
    from kennislab.app import create_app
    from kennislab.core import bounces
    from kennislab.core.errors import Unavailable
    from kennislab.core.transaction import transaction

    told = bounces.read(sys.stdin.buffer.read(bounces.MOST_BYTES))
    if not told:
        _say("Dit is geen bericht over een mail die niet aankwam; er is niets veranderd.")
        return
    try:
        with create_app().app_context(), transaction() as tx:
            marked = [row.to for row in bounces.take(tx, told)]
    except Unavailable as error:
        _say("De database is even niet bereikbaar.")
        raise SystemExit(75) from error  # EX_TEMPFAIL: the mail server keeps it and tries again
    _say(f"Teruggekomen: {', '.join(marked)}" if marked else "Van deze mail weten we niets; er is niets veranderd.")


@main.command()
def upgrade() -> None:
    """Brings the database to this version's tables."""
    from kennislab.app import create_app

    _upgrade(create_app())
    _say("De database is bij.")


@main.command()
def reindex() -> None:
    """Brings the search index up to date with everything that can be found. A server does so once by itself after an upgrade."""
    from kennislab.app import create_app
    from kennislab.archive import reindexing

    with create_app().app_context():
        done = reindexing.reindex()
    _say(f"{done.documents} stukken zijn te vinden; {done.written} zijn (opnieuw) in de index gezet en {done.removed} eruit gehaald.")


@main.command()
@click.option("--name", prompt="Naam van het programma", help="What the programme is called.")
@click.option("--coordinator", prompt="Naam van de coördinator", help="Who runs it.")
@click.option("--email", prompt="E-mailadres van de coördinator")
@click.password_option("--password", prompt="Wachtwoord voor de coördinator", help="At least ten characters.")
def programme(name: str, coordinator: str, email: str, password: str) -> None:
    """Makes a programme with its first coordinator, who invites the others."""
    from kennislab.accounts import operations as accounts
    from kennislab.accounts import passwords, queries
    from kennislab.accounts.models import Role
    from kennislab.app import create_app
    from kennislab.core.transaction import transaction
    from kennislab.programme import operations as programmes

    if len(password) < 10:
        raise click.ClickException("Kies een wachtwoord van minstens tien tekens.")
    app = create_app()
    _upgrade(app)
    with app.app_context():
        hashed = passwords.make(password)
        with transaction() as tx:
            programmes.ensure_municipalities(tx)
            made = programmes.create_programme(tx, name=name)
            person = queries.person_by_email(tx.session, email) or accounts.create_person(
                tx, name=coordinator, email=email, password_hash=hashed
            )
            accounts.set_role(tx, person, made.id, Role.COORDINATOR)
    _say(f"{name} staat klaar. {coordinator} meldt zich aan met {email}.")


@main.command()
def check() -> None:
    """Prints the settings (never secrets), and what would be unsafe about them."""
    import runpy

    from kennislab.app import load_settings
    from kennislab.core.checks import unsafe

    settings = load_settings()
    for one in runpy.run_path(str(ROOT / "config.py"))["SETTINGS"]:
        value = settings[one.name]
        shown = ("(set)" if value and value != one.default else "(not set)") if one.secret else repr(value)
        click.echo(f"KENNISLAB_{one.name} = {shown}\n    {one.about}")
    for problem in unsafe(settings, "0.0.0.0", 1):
        click.echo(f"! {problem}")


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
        _say(f"Geschreven: {path.relative_to(ROOT)}")


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


class _WrongFile(click.ClickException):
    """What was given cannot be read; the command itself did not fail."""

    exit_code = 2


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
        raise _WrongFile(f"{file} is niet te lezen: het bestaat niet, of je mag het niet openen.") from error
    except UnicodeDecodeError as error:
        raise _WrongFile(f"{file.name} is geen UTF-8. Sla het bestand op als UTF-8 en probeer opnieuw.") from error
    except reading.Unreadable as error:
        raise _WrongFile(f"{file.name}: {error}") from error
    outcome = engine.solve(problem)
    click.echo(printing.as_json(problem, outcome) if as_json else printing.as_text(problem, outcome))


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
    _say(f"Bewaard in {file}: {sum(manifest.rows.values())} rijen uit {len(manifest.rows)} tabellen en {kept} bestanden.")
    _say("In de back-up staan namen en sleutels. Bewaar hem zo veilig als de database zelf.")


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
        raise _WrongFile(str(error)) from error
    finally:
        if lock is not None:
            lock.close()
    if as_json:
        click.echo(json.dumps(told.as_data(), ensure_ascii=False))
    else:
        for line in told.lines():
            _say(line)
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


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("name", type=click.Choice(["live", "fanout", "search", "recall", "grouping", "assign", "report"]))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(name: str, arguments: tuple[str, ...]) -> None:
    """Measures, and prints ratios; from a checkout only (tests/benchmarks)."""
    import subprocess

    raise SystemExit(subprocess.call([sys.executable, "-m", f"tests.benchmarks.{name}", *arguments], cwd=ROOT))
