"""The JavaScript tests, `node --test tests/js/`, as one test here: its own output is shown when it fails."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.support.node import node

ROOT = Path(__file__).resolve().parents[1]


def test_javascript() -> None:
    files = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "js").rglob("*.test.*"))
    assert files, "tests/js has no *.test.js or *.test.mjs"
    done = subprocess.run([node(), "--test", "--test-reporter=tap", *files], cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
    passed = re.search(r"^# pass (\d+)$", done.stdout, re.MULTILINE)
    assert passed and int(passed[1]) > 0, done.stdout
    assert re.search(r"^# skipped 0$", done.stdout, re.MULTILINE), "a JavaScript test was skipped:\n" + done.stdout
    assert re.search(r"^# todo 0$", done.stdout, re.MULTILINE), "a JavaScript test is marked todo:\n" + done.stdout
