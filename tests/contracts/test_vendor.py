"""What others made and we ship is exactly what the manifest says: every file listed, every hash right, every licence beside it."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

STATIC = Path(__file__).resolve().parents[2] / "static"
MANIFEST = json.loads((STATIC / "vendor" / "manifest.json").read_text(encoding="utf-8"))


def test_every_vendored_file_is_listed_with_its_hash() -> None:
    shipped = {
        path.relative_to(STATIC).as_posix()
        for folder in ("vendor", "fonts")
        for path in (STATIC / folder).rglob("*")
        if path.is_file() and path.name != "manifest.json" and "licences" not in path.parts
    }
    listed = {entry["file"]: entry["sha256"] for entry in MANIFEST["files"]}
    assert set(listed) == shipped
    actual = {name: hashlib.sha256((STATIC / name).read_bytes()).hexdigest() for name in listed}
    assert actual == listed


def test_every_vendored_file_has_name_version_and_licence_text() -> None:
    for entry in MANIFEST["files"]:
        assert entry["name"] and re.fullmatch(r"\d+\.\d+\.\d+", entry["version"]), entry
        assert entry["licence"] in {"MIT", "0BSD", "OFL-1.1"}, entry
        assert len((STATIC / entry["licence_file"]).read_text(encoding="utf-8")) > 200, entry


def test_nothing_vendored_needs_unsafe_script_rules() -> None:
    """The content security policy has no unsafe-eval: code made from strings would fail in the browser, in the room."""
    for entry in MANIFEST["files"]:
        if entry["file"].endswith(".js"):
            source = (STATIC / entry["file"]).read_text(encoding="utf-8")
            assert not re.search(r"\bnew Function\(|(?<![\w.])eval\(", source), entry["file"]
