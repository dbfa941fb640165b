"""Every setting Kennislab knows, once: name, default, what it means.

Values come from the environment as ``KENNISLAB_<NAME>`` (or ``KENNISLAB_<NAME>_FILE``, a file holding the value, for secrets).
``kennislab check`` prints them; ``tests/contracts/test_settings.py`` holds README and this list together.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INSECURE_SECRET = "change-me"


@dataclass(frozen=True)
class Setting:
    """One setting. ``kind`` is the Python type the text is turned into; ``secret`` values are never printed."""

    name: str
    default: Any
    about: str
    kind: type = str
    secret: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting("SECRET_KEY", INSECURE_SECRET, "Signs cookies and links; at least 32 characters, the same on every worker.", secret=True),
    Setting("DATA_DIR", "var", "Folder for the SQLite database, locks and produced files."),
    Setting("SIGNING_KEY_FILE", "", "File with the Ed25519 key (PEM) that signs seals; empty: keys/signing.pem in DATA_DIR."),
    Setting("DATABASE_URL", "", "SQLAlchemy address of the database; empty: SQLite in DATA_DIR.", secret=True),
    Setting("REDIS_URL", "", "Redis for several workers: wake-up calls, rate limits, job queue; empty: one process.", secret=True),
    Setting(
        "PUBLIC_URL", "", "The address people type, such as https://kennislab.example; used in mails and to check where requests come from."
    ),
    Setting("TRUSTED_PROXIES", 0, "How many reverse proxies in front may set X-Forwarded-* headers.", kind=int),
    Setting("ALLOWED_ORIGINS", "", "Extra origins that may open a socket, separated by spaces; the own address always may."),
    Setting(
        "SMTP_URL",
        "",
        "smtp://user:password@host:port (smtp+tls:// for STARTTLS, smtps:// for TLS at once); empty: mail stays in the outbox.",
        secret=True,
    ),
    Setting("MAIL_FROM", "kennislab@localhost", "Sender of all mail."),
    Setting("MAIL_BOUNCES", "", "Address to which undeliverable mail returns, read by `kennislab bounce`; empty: MAIL_FROM."),
    Setting("SIGN_IN_HOURS", 12, "How long a sign-in lasts without activity.", kind=int),
    Setting("LATE_HOURS", 72, "How long a closed room still takes late contributions, into quarantine.", kind=int),
    Setting("FRAME_MS", 50, "Shortest time between two frames to the same audience, in milliseconds.", kind=int),
    Setting(
        "RUN_JOBS", True, "Whether the server runs jobs itself (mail, reminders, publishing); off when `kennislab worker` does.", kind=bool
    ),
    Setting(
        "ENCODER", "", "What compares questions: transformer (extra `better`), sentence or letters; empty: the best that is installed."
    ),
    Setting("LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR."),
    Setting("DEMO", False, "Shows the example accounts on the sign-in page; never for real data.", kind=bool),
)


def _parse(setting: Setting, text: str) -> Any:
    if setting.kind is bool:
        return text.strip().lower() in {"1", "true", "yes", "on", "ja"}
    return setting.kind(text)


def from_environment(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """All settings as a dict with the names above.

    Raises ValueError with the name of the setting when a value cannot be read.
    """
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        key = f"KENNISLAB_{setting.name}"
        text = environ.get(key)
        if text is None and (file := environ.get(f"{key}_FILE")):
            text = Path(file).read_text("utf-8").strip()
        try:
            values[setting.name] = setting.default if text is None else _parse(setting, text)
        except ValueError as error:
            raise ValueError(f"{key}: cannot read {text!r} as {setting.kind.__name__}") from error
    return values
