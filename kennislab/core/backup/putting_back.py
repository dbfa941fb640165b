"""The whole of a restore, from looking at the file to the last check, and what there is to tell about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask

from kennislab.core import clock
from kennislab.core.backup import afterwards, restoring
from kennislab.core.backup.making import make
from kennislab.core.backup.reading import opened
from kennislab.core.backup.shape import LEDGER, BackupError, Manifest
from kennislab.core.db import db


@dataclass(slots=True)
class Told:
    """What a restore did. ``before``: the backup that was made of what was there; ``steps``: what was done afterwards, by name;
    ``wrong``: what the checks found, sentences by the name of the check."""

    manifest: Manifest
    files: int = 0
    before: Path | None = None
    steps: dict[str, int] = field(default_factory=dict)
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """For programs."""
        return {
            "made": self.manifest.made_at,
            "version": self.manifest.version,
            "rows": self.manifest.rows,
            "files": self.files,
            "before": str(self.before) if self.before else None,
            "steps": self.steps,
            "wrong": self.wrong,
        }

    def lines(self) -> list[str]:
        """For people."""
        said = [
            f"Teruggezet: de back-up van {self.manifest.made_at[:10]} {self.manifest.made_at[11:19]} UTC,"
            f" {sum(self.manifest.rows.values())} rijen en {self.files} bestanden. Alles klopt met wat er bewaard was."
        ]
        said += [f"  {name}: {number}" for name, number in self.steps.items()]
        if self.before is not None:
            said.append(f"Wat hier stond, is bewaard in {self.before}. Gooi het weg als je het niet meer nodig hebt: er staan namen in.")
        if not self.wrong:
            return [*said, "De keten van het archief is heel. Start Kennislab nu weer."]
        said.append("Let op, dit klopt niet:")
        return said + [f"  - {name}: {one}" for name, found in self.wrong.items() for one in found]


def put_back(file: Path, url: str, data: Path, force: bool, erasures: Path | None, app_of: Callable[[], Flask]) -> Told:
    """Checks the backup, puts it back, brings its tables up to this version, and does and checks what features ask for.

    ``erasures``: a ledger of who was forgotten from elsewhere, applied as well. Raises BackupError, with the reason in Dutch; before
    anything was touched, unless it says otherwise.
    """
    with opened(file) as (archive, manifest):
        told = Told(manifest)
        _known(manifest, app_of)
        if not restoring.unfinished(data):
            now = restoring.there(url)
            why = restoring.refusal(now, manifest)
            if why and not force:
                raise BackupError(f"{why}\nMet --force gebeurt het toch; wat hier staat, wordt dan eerst bewaard.")
            if why:
                told.before = data / f"before-restore-{clock.now():%Y%m%d-%H%M%S}.klbackup"
                make(url, data, told.before)
        told.files = restoring.restore(archive, manifest, url, data, lambda revision: _upgrade(app_of(), revision))
    if erasures is not None:
        restoring.add_lines(data / LEDGER, erasures.read_text("utf-8"))
    app = app_of()
    _upgrade(app, "")
    with app.app_context():
        told.steps = afterwards.steps()
        told.wrong = {name: found for name, found in afterwards.problems(db.session()).items() if found}
        db.session.remove()
        db.engine.dispose()
    restoring.done(data)
    return told


def _known(manifest: Manifest, app_of: Callable[[], Flask]) -> None:
    from alembic.script import ScriptDirectory  # slow, and only needed here
    from flask_migrate import Config

    if not manifest.revision:
        return
    with app_of().app_context() as context:
        config = Config()
        config.set_main_option("script_location", str(context.app.extensions["migrate"].directory))
        known = {one.revision for one in ScriptDirectory.from_config(config).walk_revisions()}
    if manifest.revision not in known:
        raise BackupError("Deze back-up is gemaakt door een nieuwere Kennislab. Werk Kennislab eerst bij en probeer het opnieuw.")


def _upgrade(app: Flask, revision: str) -> None:
    """Brings the tables to this revision (empty: the newest)."""
    from flask_migrate import upgrade  # slow, and only needed here

    with app.app_context():
        upgrade(revision=revision or "head")
        db.session.remove()
        db.engine.dispose()
