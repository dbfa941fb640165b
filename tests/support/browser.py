"""Chromium for tests: the machine's own, else the one that prepare.py unpacked from npm."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from tests.support.node import node

ROOT = Path(__file__).resolve().parents[2]
UNPACKED = ROOT / ".cache" / "chromium"
# The headless shell first: it draws no window of its own, which is a third of the processor.
ON_THE_MACHINE = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ON_A_MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")

# Playwright brings most flags itself. No --disable-features here: Chromium heeds only the last one, and Playwright has its own.
# The resolver rule keeps every page, and Chromium itself, from calling anything outside this machine.
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-sandbox",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]

IN_DUTCH: dict[str, Any] = {"locale": "nl-NL", "timezone_id": "Europe/Amsterdam", "reduced_motion": "reduce"}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "user_agent": "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
}
LAPTOP: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}
PROJECTOR: dict[str, Any] = {"viewport": {"width": 1920, "height": 1080}}


def of_the_machine() -> Path | None:
    """The address in KENNISLAB_CHROMIUM, or a Chromium that is installed. KENNISLAB_CHROMIUM=packaged asks for the one from npm."""
    wish = os.environ.get("KENNISLAB_CHROMIUM")
    if wish == "packaged":
        return None
    for found in (wish, *map(shutil.which, ON_THE_MACHINE), ON_A_MAC):
        if found and Path(found).exists():
            return Path(found)
    return None


def launch_arguments() -> dict[str, Any]:
    """Arguments for Playwright's launch. Raises LookupError when there is no Chromium: a test without one fails, it is not skipped."""
    if chromium := of_the_machine():
        return {"executable_path": chromium, "args": FLAGS, "headless": True}
    chromium = UNPACKED / "chromium"
    if not chromium.exists():
        raise LookupError("Chromium is not on this machine and was not fetched: run the tests with `python3 start.py test`")
    environment = {
        **os.environ,
        "LD_LIBRARY_PATH": str(UNPACKED / "libraries" / "lib"),
        "FONTCONFIG_PATH": str(UNPACKED / "faces"),
    }
    return {"executable_path": chromium, "args": FLAGS, "headless": True, "env": environment}


def use_our_node() -> None:
    """Playwright's own Node needs a library (libatomic) that a bare machine lacks; ours does not. To be called before it starts."""
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node()))
