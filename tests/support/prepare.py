"""Fetches what the tests need and pip does not have: biome, and a Chromium where the machine has none.

`python3 start.py test` runs this before pytest. It does nothing when all is there.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support import browser
from tests.support.node import node, npm_ci

ROOT = browser.ROOT
PACKAGES = ROOT / "node_modules"
MARK = PACKAGES / ".ready"


def fetch_npm_packages() -> None:
    wanted = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    if MARK.exists() and MARK.read_text() == wanted:
        return
    print("Hulpmiddelen voor de tests ophalen (eenmalig)…", file=sys.stderr, flush=True)
    npm_ci(ROOT)
    MARK.write_text(wanted)


def unpack_chromium() -> None:
    """Raises LookupError on a machine for which the npm package has no Chromium."""
    if browser.of_the_machine() or (browser.UNPACKED / "chromium").exists():
        return
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise LookupError("no Chromium here: install Chromium or Chrome, or set KENNISLAB_CHROMIUM to its address")
    packed = PACKAGES / "@sparticuz" / "chromium" / "bin"
    unfinished = browser.UNPACKED.with_name("chromium.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    script = Path(__file__).with_name("unpack_chromium.mjs")
    subprocess.run([node(), script, packed, unfinished], check=True)
    faces = browser.UNPACKED / "faces"
    (unfinished / "faces" / "fonts.conf").write_text(
        f"<?xml version='1.0'?><fontconfig><dir>{faces}</dir><cachedir>{browser.UNPACKED / 'face-cache'}</cachedir></fontconfig>"
    )
    unfinished.rename(browser.UNPACKED)


if __name__ == "__main__":
    try:
        fetch_npm_packages()
        unpack_chromium()
    except (LookupError, RuntimeError, subprocess.CalledProcessError) as error:
        sys.exit(str(error))
