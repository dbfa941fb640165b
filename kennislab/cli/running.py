"""Running Kennislab: the example, the server, and the worker beside it."""

from __future__ import annotations

import gc
import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kennislab.cli.group import ROOT, bring_to_date, main, say

if TYPE_CHECKING:
    from flask import Flask

STAGES = ("planned", "collecting", "grouping", "ready", "live", "harvesting", "archived")


def _serve(app: Flask | Any, host: str, port: int, workers: int, on_listening: Any) -> None:
    import gevent  # after the patch

    from kennislab.app import start_background
    from kennislab.core import server

    @server.on_worker_start
    def background(ready: Flask) -> None:
        gc.collect()
        gc.freeze()  # what is there now stays: going through it again and again made one page in twenty 0.2 s late
        start_background(ready, gevent.spawn)

    try:
        server.run(app, host, port, on_listening, workers)
    except OSError as error:
        raise click.ClickException(
            f"Adres {host}:{port} is bezet of niet toegestaan ({error.strerror}). Kies een andere poort met --port."
        ) from error


def refuse_half_restored(data: Path) -> None:
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
    refuse_half_restored(data)
    app = create_app(settings)
    bring_to_date(app)
    info = load.load(app, stage or "live")
    if stage is not None and info["stage"] != stage:
        say(f"In {data} staat al een voorbeeld op stand “{info['stage']}”; dat gaat verder. Met --fresh begin je opnieuw op “{stage}”.")

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
    say()
    say(f"  Kennislab draait: {told['url']}    ({told['lab']['title']}, stand: {told['stage']})")
    say(f"  Meedoen: {told['url']}/join met code {told['join']['code']}, of scan:")
    say(picture.getvalue())
    say("  Aanmelden (voorbeeldmensen; dit zijn geen echte gegevens):")
    for role, label in (("coordinator", "coördinator"), ("facilitator", "begeleider"), ("participant", "deelnemer")):
        person = told["people"][role]
        say(f"    {label:<12} {person['email']:<38} wachtwoord {person['password']}")
    say()
    if host in ("127.0.0.1", "localhost", "::1"):
        say("  Alleen deze computer kan erbij. Met --lan kunnen telefoons op hetzelfde netwerk meedoen.")
    else:
        say("  Iedereen op dit netwerk kan erbij, zonder versleuteling. Gebruik het alleen met voorbeeldgegevens of op een eigen hotspot.")
    say(f"  Post: er gaat geen mail echt weg. Wat verstuurd zou zijn, staat op {told['url']}/postvak")
    say("  Stoppen: Ctrl+C.")


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
    refuse_half_restored(Path(app.config["DATA_DIR"]))
    lock = None
    if app.config["DATABASE_URL"].startswith("sqlite"):
        try:
            lock = folder.hold(Path(app.config["DATA_DIR"]))
        except folder.Taken as error:
            raise click.ClickException(f"Er draait al een Kennislab op {error}. Eén proces tegelijk schrijft naar SQLite.") from error
    bring_to_date(app)
    _serve(app if workers == 1 else create_app, host, port, workers, lambda url: say(f"Kennislab draait: {url}"))
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
