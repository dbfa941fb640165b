"""What every test may ask for: databases, servers, the app, browsers.

What a test needs is seen from what it asks for: a test with a browser, PostgreSQL or Redis gets the marker of that name by
itself, so that `python3 start.py test --fast` can leave it out. Nothing is skipped when something is missing: it fails.
"""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import browser as chromium
from tests.support import databases, demo, shared_postgres
from tests.support.demo import DemoServer, start_demo
from tests.support.services import Postgres, Redis, redis_server

# Before numpy is there: its threads spin while they wait, and two processes with two each on two cores made grouping ten times slower.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# The small transformer is installed for one test of its own; everywhere else the encoder that everybody has.
os.environ.setdefault("KENNISLAB_ENCODER", "sentence")

NEEDS = {
    "browser": "browser",
    "pg_server": "postgres",
    "redis_service": "redis",
    "demo_server": "slow",
}


# What a file says in which there is a measurement, or a test with a browser.
SAYS = {"bench": re.compile(r"mark\.bench"), "browser": re.compile(r"playwright|\blaptop\b")}


# --- the run as a whole -------------------------------------------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    """SIGTERM (of `timeout`, of a CI that gives up) ends the run as Ctrl+C does: with cleaning up, or servers would be left behind."""
    chromium.use_our_node()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """``-m bench`` and ``-m browser`` read in only the files that have such tests: all take longer than many a test, in each process."""
    says = SAYS.get(config.option.markexpr)
    if says is None or not collection_path.name.startswith("test_") or collection_path.suffix != ".py":
        return None
    return None if says.search(collection_path.read_text("utf-8")) else True


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks by need, before -m is looked at. A browser on a busy machine may take its time."""
    for item in items:
        for fixture, marker in NEEDS.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)
        if item.get_closest_marker("browser") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(600))
    for marker, says in SAYS.items():  # so that no test is left out above
        paths = {item.path for item in items if item.get_closest_marker(marker)}
        for path in paths:
            if not says.search(path.read_text("utf-8")):
                raise pytest.UsageError(f"{path} has a test for -m {marker} and does not say {says.pattern}")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In the whole suite a skipped test is a failure: it would hide what is missing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("KENNISLAB_WHOLE_SUITE") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line("A test was skipped. In the whole suite that counts as a failure.", red=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stops what the run shares: by the process that leads it, when the others are gone."""
    folder = _run_folder(config)
    if folder and not hasattr(config, "workerinput"):
        shared_postgres.close(folder)


def _run_folder(config: pytest.Config) -> Path | None:
    """The folder that all processes of this run share; None when no test has asked for a temporary folder."""
    factory = getattr(config, "_tmp_path_factory", None)
    basetemp = getattr(factory, "_basetemp", None)
    return Path(basetemp) if basetemp else None


# --- servers ------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def pg_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Postgres:
    """The PostgreSQL of this run, shared by all its processes. For faults: `tests.support.services.postgres()`."""
    folder = tmp_path_factory.getbasetemp()
    return shared_postgres.obtain(folder.parent if hasattr(request.config, "workerinput") else folder)


@pytest.fixture(scope="session")
def pg_url(pg_server: Postgres) -> str:
    """The address of its database `postgres`; to look around, not to put tables in."""
    return pg_server.url()


@pytest.fixture(scope="session")
def redis_service() -> Iterator[Redis]:
    with redis_server() as server:
        yield server


@pytest.fixture
def redis_url(redis_service: Redis) -> str:
    """A Redis that is empty when the test begins, and that no other process of the run uses."""
    import redis  # only where a test asks for Redis

    redis.Redis.from_url(redis_service.url).flushall()
    return redis_service.url


# --- databases ----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> databases.Databases:
    return databases.Databases(tmp_path_factory.mktemp("models"), lambda: request.getfixturevalue("pg_server"))


@pytest.fixture
def _dropping(_databases: databases.Databases) -> Iterator[databases.Databases]:
    yield _databases
    _databases.drop()


@pytest.fixture
def fresh_pg_database(_dropping: databases.Databases, pg_server: Postgres, tmp_path: Path) -> Callable[[], str]:
    """Call it for the address of a new, empty PostgreSQL database; it goes away with the test."""
    return lambda: _dropping.empty("postgresql", tmp_path)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Ask for it, or for something that stands on it, and the test runs on both."""
    return str(request.param)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database_kind: str, _dropping: databases.Databases, tmp_path: Path) -> str:
    """A database of the test's own, on SQLite and on PostgreSQL: with the app's tables if the test asks for `app` too, else empty."""
    make = _dropping.filled if "app" in request.fixturenames else _dropping.empty
    return make(database_kind, tmp_path)


@pytest.fixture
def sqlite_url(_dropping: databases.Databases, tmp_path: Path) -> str:
    """An SQLite database with all tables, for tests to which the kind of database makes no difference (pages, policies)."""
    return _dropping.filled("sqlite", tmp_path)


# --- the app ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def make_app(tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """`make_app(database_url, WTF_CSRF_ENABLED=True)`: an app with settings of one's own. Tables: see `database_url`, `sqlite_url`."""
    made: list[Flask] = []

    def make(url: str, **settings: Any) -> Flask:
        made.append(databases.create_app(databases.settings(tmp_path, url, **settings)))
        return made[-1]

    yield make
    for app in made:
        databases.dispose(app)


@pytest.fixture
def app(make_app: Callable[..., Flask], database_url: str) -> Flask:
    """The app with an empty database of its own, once on SQLite and once on PostgreSQL."""
    return make_app(database_url)


@pytest.fixture
def app_context(app: Flask) -> Iterator[Flask]:
    """Inside the app's context, for operations and queries. Not for requests: they would share one session."""
    with app.app_context():
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session", autouse=True)
def _demo_models(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp()
    demo.models = (folder.parent if hasattr(request.config, "workerinput") else folder) / "demos"


@pytest.fixture
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., DemoServer]]:
    """`demo_server("live")`: a real server with demo data at that stage. With ``data=`` it goes on with a folder that is there."""
    started: list[DemoServer] = []

    def start(stage: str = "live", data: Path | None = None, **options: Any) -> DemoServer:
        started.append(start_demo(stage, data or tmp_path_factory.mktemp(f"demo-{stage}"), **options))
        return started[-1]

    yield start
    for server in started:
        server.stop()


# --- browsers -----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, **chromium.launch_arguments()}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, **chromium.IN_DUTCH}


@pytest.fixture
def new_context(browser: Any, browser_context_args: dict[str, Any]) -> Iterator[Callable[..., Any]]:
    """`new_context(**PHONE)`: one more device, with its own cookies and storage (sizes in tests/support/browser.py)."""
    opened: list[Any] = []

    def make(**device: Any) -> Any:
        opened.append(browser.new_context(**{**browser_context_args, **device}))
        return opened[-1]

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def phone(new_context: Callable[..., Any]) -> Any:
    """A telephone: a browser context; `phone.new_page()` opens a page."""
    return new_context(**chromium.PHONE)


@pytest.fixture
def laptop(new_context: Callable[..., Any]) -> Any:
    return new_context(**chromium.LAPTOP)


@pytest.fixture
def projector(new_context: Callable[..., Any]) -> Any:
    return new_context(**chromium.PROJECTOR)
