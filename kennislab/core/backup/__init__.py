"""Keeping a copy that can be put back: made while people write, checked before it is used, and told of when it has been used.

A backup is one ZIP file (``manifest.json``, the database, the files of the data folder); what is in it and why stands in decision 0015.
:mod:`.making` writes one, :mod:`.reading` opens and checks one, :mod:`.restoring` puts one back, :mod:`.afterwards` is where features say
what must happen then. :mod:`.sqlite` and :mod:`.postgres` know their database. Nothing here needs an app.
"""

from kennislab.core.backup.afterwards import after_restore, check
from kennislab.core.backup.making import make
from kennislab.core.backup.putting_back import Told, put_back
from kennislab.core.backup.reading import opened
from kennislab.core.backup.restoring import refusal, unfinished
from kennislab.core.backup.shape import BackupError, Manifest

__all__ = [
    "BackupError", "Manifest", "Told", "after_restore", "check", "make", "opened", "put_back", "refusal", "unfinished",
]  # fmt: skip
