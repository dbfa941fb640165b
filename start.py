#!/usr/bin/env python3
"""Start Kennislab with nothing but Python 3.11 or newer.

    python3 start.py                 make everything ready and open a demonstration room on this computer
    python3 start.py --lan           the same, and phones on the same network can join
    python3 start.py test [--fast]   run the tests; what follows goes to pytest (test tests/core -x)
    python3 start.py WORD ...        hand WORD on to the command line of Kennislab (python3 start.py demo --help)

Everything goes into .venv/, .cache/ and node_modules/ beside this file: no root, no Docker, no database and no Node are asked for.
Versions and hashes are in requirements/*.lock and package-lock.json.
"""

# This file must be readable by old Pythons, which it turns away with a sentence: no newer syntax than Python 3.6 has.
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PY = BIN / ("python.exe" if os.name == "nt" else "python")
OLDEST = (3, 11)

# Needs a browser, a server or patience; `--fast` leaves these out. The words are registered in pyproject.toml.
NOT_FAST = "not (slow or browser or postgres or redis or fault or bench)"


def say(dutch: str, english: str) -> None:
    """Speak Dutch, with an English line for whoever has not set their machine to Dutch. Stdout stays free for `--json`."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    print(dutch, file=sys.stderr)
    if not locale.lower().startswith("nl"):
        print("  (" + english + ")", file=sys.stderr)
    sys.stderr.flush()


def stop(dutch: str, english: str) -> None:
    say(dutch, english)
    sys.exit(1)


def succeeds(*command: object) -> bool:
    return subprocess.call([str(part) for part in command], cwd=str(ROOT)) == 0


def check_python() -> None:
    if sys.version_info < OLDEST:
        this = sys.version.split()[0]
        stop(
            f"Kennislab heeft Python 3.11 of nieuwer nodig. Dit is Python {this} ({sys.executable}).",
            f"Kennislab needs Python 3.11 or newer. This is Python {this}.",
        )


def make_venv() -> None:
    if PY.exists() and subprocess.call([str(PY), "-m", "pip", "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0:
        return
    try:
        import ensurepip  # noqa: F401 - Debian and Ubuntu ship Python without it; better to know before half a .venv stands there
        import venv  # noqa: F401 - as above
    except ImportError:
        stop(
            "Deze Python mist de module venv. Op Debian of Ubuntu: sudo apt-get install python3-venv",
            "This Python lacks the venv module. On Debian or Ubuntu: sudo apt-get install python3-venv",
        )
    if not succeeds(sys.executable, "-m", "venv", "--clear", VENV):
        stop("De map .venv kon niet worden gemaakt. Hierboven staat waarom.", "The folder .venv could not be made. See above why.")


def wanted(lock: str) -> str:
    """What the ready-mark must say: another lock, other project data or another place on disk asks for installing again."""
    parts = [(ROOT / "requirements" / lock).read_bytes(), (ROOT / "pyproject.toml").read_bytes(), str(ROOT).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_ready(lock: str) -> bool:
    mark = VENV / (".ready-" + lock)
    return PY.exists() and mark.exists() and mark.read_text() == wanted(lock)


def install(lock: str) -> None:
    """Put the packages of a lock and the project itself into .venv; every package by hash, and nothing that is not in the lock.

    uv does this several times faster than pip. Where there is no uv for this machine, or it cannot reach the packages with the
    settings that pip has here, pip does the same.
    """
    if is_ready(lock):
        return
    began = time.time()
    say("Pakketten klaarzetten (eenmalig)…", "Installing packages, only once…")
    make_venv()
    pip = [PY, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input"]
    uv = BIN / ("uv.exe" if os.name == "nt" else "uv")
    ways = [pip]
    if succeeds(*(pip + ["--require-hashes", "-r", ROOT / "requirements" / "start.lock"])) and uv.exists():
        ways.insert(0, [uv, "pip", "install", "-q", "--python", PY])
    for way in ways:
        packages = way + ["--require-hashes", "-r", ROOT / "requirements" / lock]
        project = way + ["--no-deps", "--no-build-isolation", "-e", ROOT]
        if succeeds(*packages) and succeeds(*project):
            break
    else:
        stop(
            "De pakketten konden niet worden geïnstalleerd. Hierboven staat waarom; is er internet?",
            "The packages could not be installed. See above why; is there an internet connection?",
        )
    (VENV / (".ready-" + lock)).write_text(wanted(lock))
    if lock == "dev.lock":  # holds all of app.lock, in the same versions
        (VENV / ".ready-app.lock").write_text(wanted("app.lock"))
    say(f"Klaar in {time.time() - began:.0f} seconden.", "Ready.")


def hand_on(words: "list[str]") -> int:
    """Become `python -m kennislab WORDS`, so that a signal to this process reaches the server itself."""
    install("app.lock")
    command = [str(PY), "-m", "kennislab"] + words
    if os.name == "nt":
        return subprocess.call(command)
    os.execv(str(PY), command)
    return 1  # never reached: execv does not come back


def with_lan(words: "list[str]") -> "list[str]":
    """Replace `--lan` by the address to listen on; the demo itself says what that means and which address phones can reach."""
    if "--lan" not in words:
        return words
    return [word for word in words if word != "--lan"] + ["--host", "0.0.0.0"]


def pytest(*arguments: str, **environment: str) -> int:
    return subprocess.call([str(PY), "-m", "pytest"] + list(arguments), cwd=str(ROOT), env=dict(os.environ, **environment))


def keep_bytecode() -> None:
    """uv leaves compiling to the first use. Where Python may not keep what it compiled (PYTHONDONTWRITEBYTECODE, common in
    containers), every start would do all of it again, which is seconds; and the tests start many servers."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def test(words: "list[str]") -> int:
    """Run the tests; the exit code is that of the first part that failed, and the whole suite fails when it had to skip anything.

    Three parts, so that none waits for another: measurements alone, since they are about time; what needs no browser, and what needs
    one, in three processes each, since they wait more than they work. The files with a browser go in their own order: the longest is
    among the first, and not the last.
    """
    install("dev.lock")
    if not succeeds(PY, "-m", "tests.support.prepare"):
        stop("De hulpmiddelen voor de tests konden niet worden klaargezet.", "The tools for the tests could not be made ready.")
    fast, words = "--fast" in words, [word for word in words if word != "--fast"]
    names_a_part = any((ROOT / word.split("::")[0]).exists() for word in words if not word.startswith("-"))
    spread = [] if names_a_part or {"-n", "--pdb", "--collect-only"} & set(words) else ["-n", "3", "--dist", "loadfile"]
    if fast:
        return pytest("-m", NOT_FAST, *(spread + words))
    if names_a_part or "-m" in words or "-k" in words:
        return pytest(*(spread + words))
    in_order = spread and [*spread, "--no-loadscope-reorder"]
    parts = (("bench", []), ("not bench and not browser", spread), ("browser", in_order))
    codes = [pytest("-m", which, *(how + words), KENNISLAB_WHOLE_SUITE="1") for which, how in parts]
    return next((code for code in codes if code not in (0, 5)), 0)  # 5 is pytest's word for: there are none


def main(words: "list[str]") -> int:
    check_python()
    keep_bytecode()
    if words[:1] in (["-h"], ["--help"]):
        print(__doc__.strip())
        return 0
    if words[:1] == ["test"]:
        return test(words[1:])
    if not words or words[0].startswith("-"):
        words = ["demo", "--stage", "live"] + words
    return hand_on(with_lan(words))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
