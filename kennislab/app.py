"""The composition root: the only place that knows every feature."""

from __future__ import annotations

import logging
import runpy
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import structlog
from flask import Flask
from flask_migrate import Migrate

from kennislab.accounts import erasures, own_data, own_routes  # noqa: F401  they say what is known of somebody, and forget it
from kennislab.accounts import routes as accounts
from kennislab.archive import forgetting as _archive  # noqa: F401
from kennislab.archive import routes as archive
from kennislab.core import compression, delivery, error_pages, huey_worker, jobs, security, sockets, templating
from kennislab.core.db import db, engine_options
from kennislab.evaluation import routes as evaluation
from kennislab.grouping import forgetting as _grouping  # noqa: F401
from kennislab.grouping import routes as grouping
from kennislab.invitations import forgetting as _invitations  # noqa: F401
from kennislab.invitations import routes as invitations
from kennislab.live import forgetting as _live  # noqa: F401
from kennislab.live import method_routes as methods
from kennislab.live import routes as live
from kennislab.products import routes as products
from kennislab.programme import forgetting as _programme  # noqa: F401
from kennislab.programme import routes as programme
from kennislab.questions import forgetting as _questions  # noqa: F401
from kennislab.questions import routes as questions

ROOT = Path(__file__).resolve().parent.parent
FEATURES = (accounts, programme, questions, invitations, grouping, live, methods, archive, products, evaluation)
"""The routes of every feature, in the order in which they may know each other."""


def load_settings() -> dict[str, Any]:
    """The settings of ``config.py``, filled from the environment."""
    return runpy.run_path(str(ROOT / "config.py"))["from_environment"]()


def database_of(settings: Mapping[str, Any]) -> tuple[str, Path]:
    """Address of the database and the data folder that these settings mean. Makes nothing."""
    data = Path(settings["DATA_DIR"])
    if not data.is_absolute():
        data = ROOT / data
    return settings["DATABASE_URL"] or f"sqlite:///{data / 'kennislab.sqlite3'}", data


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """A ready app. ``overrides``: settings by name, over those of the environment.

    Starts nothing in the background (see :func:`start_background`).
    """
    app = Flask("kennislab", root_path=str(ROOT), template_folder="templates", static_folder="static")
    app.config.update(load_settings())
    app.config.update(overrides or {})
    url, data = database_of(app.config)
    if not app.config["DATABASE_URL"]:
        data.mkdir(parents=True, exist_ok=True)
    app.config["DATABASE_URL"], app.config["DATA_DIR"] = url, str(data)
    app.config["SQLALCHEMY_DATABASE_URI"] = app.config["DATABASE_URL"]
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(app.config["DATABASE_URL"])
    app.config.update(
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=512 * 1024,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="kl_session",
        WTF_CSRF_TIME_LIMIT=None,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    _log(app)
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    templating.init(app)
    security.init(app)
    compression.init(app)
    error_pages.init(app)
    delivery.init(app)
    sockets.init(app)  # the features' handlers are known by now: they were imported above
    for routes in FEATURES:
        app.register_blueprint(routes.bp)
        if hasattr(routes, "init"):
            routes.init(app)
    return app


def start_background(app: Flask, spawn: Callable[[Callable[[], None]], Any] | None = None) -> list[jobs.Runner]:
    """Starts what runs beside the requests in a serving process: the job runner and the live room's broadcaster."""
    spawn = spawn or (lambda target: threading.Thread(target=target, daemon=True).start())
    runners: list[jobs.Runner] = []
    if app.config["REDIS_URL"]:
        huey_worker.announce(app)
    if app.config["RUN_JOBS"]:
        runner = jobs.Runner(app)
        spawn(runner.loop)
        runners.append(runner)
    for start in app.extensions.get("kennislab-background", []):
        spawn(start)
    return runners


def _log(app: Flask) -> None:
    level = getattr(logging, str(app.config["LOG_LEVEL"]).upper(), logging.INFO)
    logging.basicConfig(level=level, format="%(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
