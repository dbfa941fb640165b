"""Styles and scripts travel compressed: a phone on slow 3G gets its first page in under 60 KB.

Pages do not: they hold a secret (the CSRF token) beside words that somebody else may choose, and their compressed length would
tell about it (BREACH). They are small anyway.
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request

TEXTS = frozenset({"text/css", "text/javascript", "application/javascript", "application/json", "image/svg+xml"})


@lru_cache(maxsize=256)
def _packed(path: str, _changed: int) -> bytes:
    """The file, compressed once per version. ``_changed``: its time of change in nanoseconds."""
    return gzip.compress(Path(path).read_bytes(), 9, mtime=0)


def init(app: Flask) -> None:
    """Sends static texts with gzip to who takes it; what is asked for in part, or not changed, goes as it was."""

    @app.after_request
    def pack(response: Response) -> Response:
        if request.endpoint != "static" or response.mimetype not in TEXTS:
            return response
        response.vary.add("Accept-Encoding")
        if response.status_code != 200 or request.accept_encodings["gzip"] <= 0 or app.static_folder is None:
            return response
        file = Path(app.static_folder, (request.view_args or {})["filename"])
        packed = _packed(str(file), file.stat().st_mtime_ns)
        response.close()
        response.direct_passthrough = False
        response.set_data(packed)
        response.headers["Content-Encoding"] = "gzip"
        tag, _weak = response.get_etag()
        if tag:
            response.set_etag(tag, weak=True)
        return response
