"""What would be unsafe about the settings of a real server."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))


def unsafe(settings: Mapping[str, Any], host: str, workers: int) -> list[str]:
    """Dutch sentences, each saying what to set; empty when it is safe to serve."""
    found: list[str] = []
    key = settings["SECRET_KEY"]
    if len(key) < 32 or key == "change-me":
        found.append(
            "KENNISLAB_SECRET_KEY is niet gezet of te kort. "
            "Zet er minstens 32 willekeurige tekens in, bijvoorbeeld uit `openssl rand -base64 48`."
        )
    if settings.get("SIGNING_KEY_FILE") and not Path(settings["SIGNING_KEY_FILE"]).is_file():
        found.append("KENNISLAB_SIGNING_KEY_FILE wijst naar een bestand dat er niet is. Zonder die sleutel kan geen lab gesloten worden.")
    if settings["DEMO"]:
        found.append("KENNISLAB_DEMO staat aan. Voorbeeldmensen met bekende wachtwoorden horen niet op een echte server: zet het uit.")
    if not settings["PUBLIC_URL"] and host not in LOOPBACK:
        found.append("KENNISLAB_PUBLIC_URL is leeg. Zet er het adres in dat mensen intypen, zoals https://kennislab.example.")
    if settings["PUBLIC_URL"] and not settings["PUBLIC_URL"].startswith(("https://", "http://127.0.0.1", "http://localhost")):
        found.append("KENNISLAB_PUBLIC_URL begint niet met https://. Zet er een beveiligd adres in.")
    if workers > 1 and not settings["REDIS_URL"]:
        found.append("Meer dan één worker heeft Redis nodig: zet KENNISLAB_REDIS_URL.")
    if workers > 1 and not settings["DATABASE_URL"].startswith("postgresql"):
        found.append("Meer dan één worker heeft PostgreSQL nodig: zet KENNISLAB_DATABASE_URL op postgresql+psycopg://…")
    return found
