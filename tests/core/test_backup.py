"""A backup made while somebody writes, put back into a fresh folder, and what is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click import ClickException
from click.testing import CliRunner, Result
from flask import Flask
from flask_migrate import stamp

from kennislab import cli
from kennislab.accounts import operations as accounts
from kennislab.accounts.models import Person, SignIn
from kennislab.cli import running
from kennislab.core import backup, clock, journal, mail
from kennislab.core.backup import sqlite
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.live.models import LiveRoom, stream
from kennislab.programme.models import Programme
from tests.factories.world import World, make_world


def counts(app: Flask) -> dict[str, int]:
    with app.app_context():
        return {table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in db.metadata.sorted_tables}


@pytest.fixture
def lived_in(app: Flask) -> World:
    """A lab that is live, with a file beside the database."""
    with app.app_context():
        stamp()
    world = make_world(app)
    data = Path(app.config["DATA_DIR"])
    (data / "files").mkdir(parents=True)
    (data / "files" / "dia.pdf").write_bytes(b"%PDF slides")
    (data / "keys").mkdir()
    (data / "keys" / "signing.pem").write_text("a key")
    (data / "served.lock").touch()
    (data / "mail").mkdir()
    (data / "mail" / "caught").write_text("a mail")
    return world


@pytest.fixture
def elsewhere(
    database_kind: str, fresh_pg_database: Callable[[], str], make_app: Callable[..., Flask], tmp_path: Path
) -> Callable[..., tuple[str, Path, Callable[[], Flask]]]:
    """An empty machine: address, data folder, and how its app is made."""

    def make() -> tuple[str, Path, Callable[[], Flask]]:
        data = tmp_path / "elsewhere"
        data.mkdir(exist_ok=True)
        url = f"sqlite:///{data / 'kennislab.sqlite3'}" if database_kind == "sqlite" else fresh_pg_database()
        return url, data, lambda: make_app(url, DATA_DIR=str(data))

    return make


def let_go(app: Flask) -> None:
    """Closes what this app has open: a restore needs the database for itself."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def put_back(file: Path, url: str, data: Path, app_of: Callable[[], Flask], force: bool = False) -> backup.Told:
    return backup.put_back(file, url, data, force, None, app_of)


def test_a_backup_during_a_busy_lab_is_put_back_whole(app: Flask, lived_in: World, elsewhere: Any, tmp_path: Path) -> None:
    stop = threading.Event()
    said: list[int] = []

    def writer() -> None:
        with app.app_context():
            while not stop.is_set():
                with transaction() as tx:
                    number = len(said) + 1
                    tx.session.add(Person(name=f"w{number}", email=f"writer-{number}@voorbeeld.example"))
                    journal.append(tx, "busy", [journal.Entry("said", {"number": number})])
                said.append(number)
            db.session.remove()

    with app.app_context(), transaction() as tx:
        person = tx.session.get_one(Person, lived_in.people["participant"])
        accounts.start_sign_in(tx, person, life=accounts.MAGIC_LINK_LIFE)
        post = mail.draft(tx, to="x@voorbeeld.example", subject="Onderwerp", body="Tekst")
        mail.release(tx, post)
        epoch = tx.session.get_one(LiveRoom, lived_in.lab_id).epoch
    thread = threading.Thread(target=writer)
    thread.start()
    try:
        while len(said) < 5:
            pass
        before = len(said)
        manifest = backup.make(app.config["DATABASE_URL"], Path(app.config["DATA_DIR"]), tmp_path / "one.klbackup")
        after = len(said)
    finally:
        stop.set()
        thread.join()
    assert after >= before
    assert (tmp_path / "one.klbackup").stat().st_mode & 0o777 == 0o600
    kept = {name for name in manifest.entries if name.startswith("files/")}
    assert kept == {"files/files/dia.pdf", "files/keys/signing.pem"}

    url, data, app_of = elsewhere()
    told = put_back(tmp_path / "one.klbackup", url, data, app_of)
    fresh = app_of()
    found = counts(fresh)
    assert {name: number for name, number in found.items() if name != "job"} == {
        name: number for name, number in manifest.rows.items() if name in found and name != "job"
    }
    with fresh.app_context():
        rows = journal.read(db.session(), "busy")
        assert [row.data["number"] for row in rows] == list(range(1, len(rows) + 1))
        assert before <= len(rows) <= after + 1
        assert len(rows) == db.session.scalar(sa.select(sa.func.count()).where(Person.email.like("writer-%")))
        assert db.session.get_one(LiveRoom, lived_in.lab_id).epoch != epoch
        assert journal.head(db.session(), stream(lived_in.lab_id)) > 0
        assert db.session.scalars(sa.select(SignIn.revoked_at)).one() is not None
        assert db.session.scalars(sa.select(mail.Mail.state)).one() == "held"
        db.session.remove()
        with transaction() as tx:  # numbers go on where they were
            accounts.create_person(tx, name="Na het terugzetten")
    assert (data / "files" / "dia.pdf").read_bytes() == b"%PDF slides"
    assert told.wrong == {} and told.before is None and not backup.unfinished(data)


def test_what_would_be_lost_is_refused_without_force(app: Flask, lived_in: World, elsewhere: Any, tmp_path: Path) -> None:
    one, two = tmp_path / "one.klbackup", tmp_path / "two.klbackup"
    source = (app.config["DATABASE_URL"], Path(app.config["DATA_DIR"]))
    backup.make(*source, one)
    with app.app_context(), transaction() as tx:
        accounts.create_person(tx, name="Later gekomen")
    backup.make(*source, two)
    url, data, app_of = elsewhere()
    put_back(two, url, data, app_of)
    put_back(two, url, data, app_of)  # nothing is lost by doing it twice
    with pytest.raises(backup.BackupError, match="nieuwer dan de back-up"):
        put_back(one, url, data, app_of)
    other = app_of()
    with other.app_context(), transaction() as tx:
        tx.session.scalars(sa.select(Programme)).one().created_at = clock.now()
    let_go(other)
    with pytest.raises(backup.BackupError, match="een andere Kennislab"):
        put_back(two, url, data, app_of)
    told = put_back(one, url, data, app_of, force=True)
    assert told.before is not None and told.before.exists()
    with app_of().app_context():
        assert "Later gekomen" not in db.session.scalars(sa.select(Person.name)).all()
        db.session.remove()
    with pytest.raises(backup.BackupError, match="bestaat al"):
        backup.make(*source, one)


def _without(file: Path, target: Path, name: str, content: bytes | None) -> Path:
    """The same file with one entry changed (or taken out)."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info.filename, old.read(info.filename))
        if content is not None:
            new.writestr(name, content)
    return target


def test_a_damaged_backup_touches_nothing(sqlite_url: str, make_app: Callable[..., Flask], tmp_path: Path) -> None:
    app = make_app(sqlite_url)
    make_world(app, "planned")
    data = Path(app.config["DATA_DIR"])
    data.mkdir(exist_ok=True)
    (data / "secret").write_text("secret")
    good = tmp_path / "good.klbackup"
    backup.make(sqlite_url, data, good)
    target = tmp_path / "empty"
    changed = _without(good, tmp_path / "changed", "files/secret", b"other")
    missing = _without(good, tmp_path / "missing", "files/secret", None)
    more = _without(good, tmp_path / "more", "files/../../evil", b"evil")
    cut = tmp_path / "cut"
    cut.write_bytes(good.read_bytes()[:-200])
    for file, sentence in (
        (changed, "files/secret is veranderd"),
        (missing, "files/secret ontbreekt"),
        (more, "hoort er niet bij"),
        (cut, "afgekapt"),
        (tmp_path / "nothing", "bestaat niet"),
    ):
        with pytest.raises(backup.BackupError, match=sentence):
            put_back(file, f"sqlite:///{target / 'kennislab.sqlite3'}", target, lambda: app)
    assert not target.exists()
    assert not (tmp_path / "evil").exists()


def test_a_database_that_is_broken_is_not_kept(sqlite_url: str, make_app: Callable[..., Flask], tmp_path: Path) -> None:
    make_world(make_app(sqlite_url), "planned")
    copy = tmp_path / "broken.sqlite3"
    sqlite.snapshot(sqlite.path_of(sqlite_url), copy)
    content = bytearray(copy.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 4096] = os.urandom(4096)
    copy.write_bytes(content)
    with pytest.raises(backup.BackupError, match="beschadigd"):
        backup.make(f"sqlite:///{copy}", tmp_path / "none", tmp_path / "b.klbackup")
    assert not (tmp_path / "b.klbackup").exists()
    assert list(tmp_path.glob("*.part")) == []


@pytest.mark.parametrize("size", [30_000, 2_500_000])
def test_a_full_disk_leaves_nothing_that_looks_whole(sqlite_url: str, make_app: Callable[..., Flask], tmp_path: Path, size: int) -> None:
    """RLIMIT_FSIZE in a process of its own: SQLite's copy does not fit, or the copy fits and a file of the data folder does not."""
    make_app(sqlite_url)
    data, target = tmp_path / "data", tmp_path / "full"
    data.mkdir(exist_ok=True)
    (data / "film").write_bytes(os.urandom(3_000_000))
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from pathlib import Path; from kennislab.core.backup import BackupError, make\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size},) * 2)\n"
        f"try: make({sqlite_url!r}, Path({str(data)!r}), Path({str(target / 'b.klbackup')!r}))\n"
        "except BackupError as error: sys.exit(str(error))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "er staat niets halfs. " in done.stderr and "schijf" in done.stderr, done.stderr
    assert list(target.iterdir()) == []


def test_a_disk_without_links_gets_it_whole_too(
    sqlite_url: str, make_app: Callable[..., Flask], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_app(sqlite_url)

    def no_links(*_: Any, **__: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    target = tmp_path / "stick" / "b.klbackup"
    backup.make(sqlite_url, tmp_path / "data", target)
    assert [path.name for path in target.parent.iterdir()] == ["b.klbackup"] and target.stat().st_mode & 0o777 == 0o600
    with backup.opened(target) as (_, manifest):
        assert manifest.kind == "sqlite"
    with pytest.raises(backup.BackupError, match="bestaat al"):
        backup.make(sqlite_url, tmp_path / "data", target)


def test_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes a programme, keeps it, puts it back elsewhere; a half restore is not served."""
    old, new = tmp_path / "old", tmp_path / "new"

    def run(data: Path, *arguments: str) -> Result:
        for name, value in (("DATA_DIR", str(data)), ("SECRET_KEY", "x" * 40), ("DATABASE_URL", "")):
            monkeypatch.setenv(f"KENNISLAB_{name}", value)
        return CliRunner().invoke(cli.main, list(arguments))

    made = run(old, "programme", "--name", "Proef", "--coordinator", "Co", "--email", "co@voorbeeld.example", "--password", "lang genoeg!")
    assert made.exit_code == 0, made.output
    kept = run(old, "backup", str(tmp_path / "b.klbackup"), "--json")
    assert kept.exit_code == 0, kept.output
    rows = json.loads(kept.stdout)["rows"]
    assert rows["person"] == 1 and rows["municipality"] > 300
    put = run(new, "restore", str(tmp_path / "b.klbackup"))
    assert put.exit_code == 0, put.output
    assert "Start Kennislab nu weer" in put.output
    assert sqlite.rows(new / "kennislab.sqlite3")["municipality"] == rows["municipality"]
    (new / "restoring").touch()
    with pytest.raises(ClickException, match="half teruggezet"):
        running.refuse_half_restored(new)
    assert run(new, "restore", str(tmp_path / "nothing")).exit_code == 2
