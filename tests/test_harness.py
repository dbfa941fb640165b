"""The tests' own footing: what they stand on works, also with what a bare machine would get, and cleans up after itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
import sqlalchemy as sa

from tests.support.databases import Databases
from tests.support.looking import violations
from tests.support.ports import free_port, listens
from tests.support.services import Postgres, postgres, redis_server


@pytest.fixture(params=["of the machine", "packaged"])
def origin(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both where the servers come from; on a bare machine that is the same."""
    monkeypatch.setenv("KENNISLAB_TEST_SERVERS", request.param)


@pytest.mark.postgres
def test_postgres_starts_restarts_and_goes(origin: None) -> None:
    with postgres() as server:
        server.create_database("one")
        server.restart()
        with server.admin() as connection:
            stems = connection.execute("select to_tsvector('dutch', 'de wijken en de bewoners')").fetchone()
        assert stems == ("'bewoner':5 'wijk':2",)
        assert sa.create_engine(server.url("one", tcp=True)).connect().scalar(sa.text("select 1")) == 1
    assert not Path(server.base).exists()
    assert not listens(server.port)


@pytest.mark.postgres
def test_a_frozen_postgres_does_not_answer() -> None:
    with postgres() as server:
        address = {"host": server.base, "port": server.port, "user": "postgres", "dbname": "postgres"}
        server.freeze()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(**address, connect_timeout=2)
        server.thaw()
        with psycopg.connect(**address, connect_timeout=10) as connection:
            assert connection.execute("select 1").fetchone() == (1,)


@pytest.mark.redis
def test_redis_starts_restarts_and_goes(origin: None) -> None:
    with redis_server() as server:
        client = redis.Redis.from_url(server.url)
        client.set("name", "value")
        server.restart()
        assert client.get("name") is None
    assert not Path(server.base).exists()
    assert not listens(server.port)


def test_redis_is_empty_for_every_test(redis_url: str) -> None:
    client = redis.Redis.from_url(redis_url)
    assert client.dbsize() == 0
    client.set("left", "behind")


def test_redis_is_empty_for_the_next_test_too(redis_url: str) -> None:
    assert redis.Redis.from_url(redis_url).dbsize() == 0


def test_databases_are_apart(fresh_pg_database: Callable[[], str]) -> None:
    one, other = fresh_pg_database(), fresh_pg_database()
    assert one != other
    engine = sa.create_engine(one)
    with engine.begin() as connection:
        connection.execute(sa.text("create table here (number integer)"))
    assert sa.inspect(engine).get_table_names() == ["here"]
    assert sa.inspect(sa.create_engine(other)).get_table_names() == []


def test_a_database_goes_with_its_test(pg_server: Postgres, tmp_path: Path) -> None:
    made = Databases(tmp_path, lambda: pg_server)
    url = made.empty("postgresql", tmp_path)
    connected = sa.create_engine(url).connect()
    made.drop()
    with pytest.raises(sa.exc.OperationalError):
        sa.create_engine(url).connect()
    connected.invalidate()


def test_the_app_has_its_tables(app: Any, database_kind: str) -> None:
    from kennislab.core.db import db  # where the app is broken, the tests above still tell about the harness

    with app.app_context():
        assert db.engine.dialect.name == database_kind
        assert set(db.metadata.tables) <= set(sa.inspect(db.engine).get_table_names())


def test_sizes_and_language_of_the_browsers(phone: Any, laptop: Any, projector: Any) -> None:
    sizes = []
    for device in (phone, laptop, projector):
        page = device.new_page()
        page.set_content('<meta name="viewport" content="width=device-width">')
        sizes.append(page.evaluate("[innerWidth, innerHeight, navigator.maxTouchPoints > 0]"))
        assert page.evaluate("[navigator.language, Intl.DateTimeFormat().resolvedOptions().timeZone]") == ["nl-NL", "Europe/Amsterdam"]
        assert page.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches") is True
    assert sizes == [[390, 844, True], [1366, 768, False], [1920, 1080, False]]


def test_a_browser_reaches_nothing_outside(laptop: Any) -> None:
    page = laptop.new_page()
    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://kennislab.example/")


def test_a_look_finds_what_is_wrong_in_either_theme(laptop: Any) -> None:
    page = laptop.new_page()
    row = '<li class="{}"><span>Een kaart van iemand</span></li>'
    rows = "".join(row.format(name) for name in ("", "", "", "", "", "pale", "dim", ""))
    page.set_content(
        "<html lang=nl><head><title>Proef</title><style>body { background: #fff; color: #111 } .pale { color: #ddd }"
        ' [data-theme="dark"] body { background: #111; color: #eee } [data-theme="dark"] .dim { color: #333 }</style></head>'
        f"<body><main><h1>Proef</h1><ul>{rows}</ul><input><p>Klaar</p></main></body></html>"
    )
    assert violations(page) == ["label: input", "color-contrast: .pale > span", "dark: color-contrast: .dim > span"]
    assert violations(page, words_only=True) == ["label: input"]


def test_free_ports_are_free() -> None:
    assert not listens(free_port())
