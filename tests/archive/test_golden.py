"""Packages that were made by earlier versions still verify, and still show when they were touched. Never make one anew to mend a test."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from kennislab.archive.sealed import canonical, keys, opening

GOLDEN = Path(__file__).with_name("golden")


@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.zip")))
def test_an_older_package_still_verifies(name: str, tmp_path: Path) -> None:
    path, public = GOLDEN / f"{name}.zip", keys.public_of((GOLDEN / f"{name}.pem").read_bytes())
    verdict = opening.package(path, {keys.id_of(public): public})
    assert verdict.findings == [] and verdict.checked["part"] > 100 and verdict.checked["correction"] == 2
    assert ("later" in verdict.checked) == (not name.endswith("-1"))
    touched = tmp_path / "touched.zip"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(touched, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            new.writestr(info, content.replace(b'"content"', b'"Content"') if info.filename.endswith(opening.CHAIN) else content)
    assert "changed" in {one.code for one in opening.package(touched, {keys.id_of(public): public}).findings}


def test_there_is_one_of_every_format() -> None:
    assert f"{canonical.PACKAGE.replace(' ', '-')}.zip" in {path.name for path in GOLDEN.glob("*.zip")}
