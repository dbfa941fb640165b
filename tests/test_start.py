"""start.py: what it says, what it hands on, and once for real: from a copy of the project to the first page."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
START = ROOT / "start.py"


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """start.py as a module of its own, with a .venv that does not exist, on a machine set to Dutch."""
    spec = importlib.util.spec_from_file_location("kennislab_start", START)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "nl_NL.UTF-8")
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "PY", tmp_path / ".venv" / "bin" / "python")
    return module


@pytest.fixture
def handed_on(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What start.py would have become, without becoming it."""
    commands: list[list[str]] = []
    monkeypatch.setattr(start, "install", lambda lock: commands.append([lock]))
    monkeypatch.setattr(start.os, "execv", lambda program, command: commands.append(command[1:]))
    return commands


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ([], ["demo", "--stage", "live"]),
        (["--port", "5050"], ["demo", "--stage", "live", "--port", "5050"]),
        (["--lan"], ["demo", "--stage", "live", "--host", "0.0.0.0"]),
        (["demo", "--stage", "ready", "--lan"], ["demo", "--stage", "ready", "--host", "0.0.0.0"]),
        (["check"], ["check"]),
        (["archive", "verify", "--help"], ["archive", "verify", "--help"]),
    ],
)
def test_what_is_handed_on(start: ModuleType, handed_on: list[list[str]], words: list[str], command: list[str]) -> None:
    start.main(words)
    assert handed_on == [["app.lock"], ["-m", "kennislab", *command]]


def test_no_english_on_a_dutch_machine(start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    start.say("hallo", "hello")
    monkeypatch.setenv("LANG", "C.UTF-8")
    start.say("hallo", "hello")
    captured = capsys.readouterr()
    assert captured.err == "hallo\nhallo\n  (hello)\n"
    assert captured.out == ""


def test_an_old_python_is_turned_away_with_a_sentence(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(start, "OLDEST", (99, 0))
    with pytest.raises(SystemExit) as stopped:
        start.main([])
    assert stopped.value.code == 1
    assert "Kennislab heeft Python 3.11 of nieuwer nodig. Dit is Python 3." in capsys.readouterr().err


def test_an_old_python_can_read_it() -> None:
    """Down to 3.6; older ones are rarer than the machines that have none."""
    ast.parse(START.read_text("utf-8"), feature_version=(3, 6))


def test_without_venv_it_says_what_to_install(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SystemExit):
        start.make_venv()
    assert "sudo apt-get install python3-venv" in capsys.readouterr().err
    assert not start.VENV.exists()


def test_it_installs_again_when_a_lock_or_the_place_changes(start: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def copy(name: str) -> Path:
        folder = tmp_path / name
        (folder / "requirements").mkdir(parents=True)
        (folder / "requirements" / "app.lock").write_text("one")
        (folder / "pyproject.toml").write_text("two")
        monkeypatch.setattr(start, "ROOT", folder)
        return folder

    folder = copy("first")
    start.PY.parent.mkdir(parents=True)
    start.PY.write_text("")
    assert not start.is_ready("app.lock")
    (start.VENV / ".ready-app.lock").write_text(start.wanted("app.lock"))
    assert start.is_ready("app.lock")
    (folder / "requirements" / "app.lock").write_text("three")
    assert not start.is_ready("app.lock")
    copy("second")
    assert not start.is_ready("app.lock")


REST = "not bench and not browser"
SPREAD = ["-n", "3", "--dist", "loadfile"]


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        (["--fast"], [["-m", "NOT_FAST", "-n", "3", "--dist", "loadfile"]]),
        (["--fast", "tests/core"], [["-m", "NOT_FAST", "tests/core"]]),
        (["tests/core", "-x"], [["tests/core", "-x"]]),
        (["tests/core/test_search.py::test_x"], [["tests/core/test_search.py::test_x"]]),
        (["--fast", "-x"], [["-m", "NOT_FAST", "-n", "3", "--dist", "loadfile", "-x"]]),
        (["-k", "journal"], [["-n", "3", "--dist", "loadfile", "-k", "journal"]]),
        (["-x"], [["-m", "bench", "-x"], ["-m", REST, *SPREAD, "-x"], ["-m", "browser", *SPREAD, "--no-loadscope-reorder", "-x"]]),
        ([], [["-m", "bench"], ["-m", REST, *SPREAD], ["-m", "browser", *SPREAD, "--no-loadscope-reorder"]]),
    ],
)
def test_what_pytest_gets(start: ModuleType, monkeypatch: pytest.MonkeyPatch, words: list[str], runs: list[list[str]]) -> None:
    given: list[list[str]] = []
    monkeypatch.setattr(start, "install", lambda lock: None)
    monkeypatch.setattr(start, "succeeds", lambda *command: True)
    monkeypatch.setattr(start, "pytest", lambda *arguments, **environment: given.append(list(arguments)) or 0)
    assert start.test(words) == 0
    assert given == [[start.NOT_FAST if word == "NOT_FAST" else word for word in run] for run in runs]


def test_the_whole_suite_fails_when_a_measurement_does(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "install", lambda lock: None)
    monkeypatch.setattr(start, "succeeds", lambda *command: True)
    monkeypatch.setattr(start, "pytest", lambda *arguments, **environment: int(arguments == ("-m", "bench")))
    assert start.test([]) == 1


# --- for real -----------------------------------------------------------------------------------------------------------------

NOT_COPIED = shutil.ignore_patterns(".git", ".venv", ".cache", "node_modules", "var", "__pycache__", "tests", "*.sqlite3*")


@pytest.fixture
def bare_copy(tmp_path: Path) -> Path:
    """The project in a folder with a space in its name, without anything that start.py makes."""
    folder = tmp_path / "Kennis lab"
    shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
    return folder


@pytest.fixture
def room(bare_copy: Path) -> Iterator[tuple[subprocess.Popen[str], float]]:
    """`start.py demo --json` with the Python that made our own .venv, and when it began."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("KENNISLAB_", "VIRTUAL_ENV", "PYTHON"))}
    python = getattr(sys, "_base_executable", sys.executable)
    command = [python, str(bare_copy / "start.py"), "demo", "--stage", "live", "--json", "--port", "0", "--data", "my data"]
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=bare_copy, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    yield process, began
    process.kill()
    process.communicate(timeout=20)


LOOPBACK_AS_THE_KERNEL_WRITES_IT = "0100007F"


def listening_addresses(port: int) -> set[str]:
    """On which addresses of this machine somebody listens on ``port`` (hexadecimal, from Linux's own tables; state 0A is LISTEN)."""
    rows = [line.split() for table in ("tcp", "tcp6") for line in Path("/proc/net", table).read_text().splitlines()[1:]]
    return {row[1].split(":")[0] for row in rows if row[3] == "0A" and int(row[1].split(":")[1], 16) == port}


@pytest.mark.slow
@pytest.mark.bench  # it holds a time, so it runs while nothing else does
@pytest.mark.timeout(240)
def test_from_nothing_to_the_first_page(bare_copy: Path, room: tuple[subprocess.Popen[str], float]) -> None:
    """Installs, fills, serves; listens on the loopback address only; within the minute that quality asks for."""
    process, began = room
    assert process.stdout and process.stderr
    line = process.stdout.readline()
    assert line, process.stderr.read()
    said = json.loads(line)
    with urllib.request.urlopen(said["url"], timeout=10) as page:
        assert page.status == 200
    seconds = time.monotonic() - began
    assert seconds < 60
    assert (bare_copy / "my data").is_dir()
    port = urllib.parse.urlsplit(said["url"]).port
    assert port and listening_addresses(port) == {LOOPBACK_AS_THE_KERNEL_WRITES_IT}
