"""Static texts are sent compressed to who takes it, and only those."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

from flask import Flask

STATIC = Path(__file__).resolve().parents[2] / "static"
TAKES = {"Accept-Encoding": "gzip, deflate"}


def test_a_style_sheet_is_packed_for_who_takes_it(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    client = make_app(sqlite_url).test_client()
    whole = (STATIC / "css" / "parts.css").read_bytes()
    packed = client.get("/static/css/parts.css", headers=TAKES)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert gzip.decompress(packed.data) == whole
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(whole) / 3
    plain = client.get("/static/css/parts.css")
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert plain.data == whole


def test_what_has_not_changed_is_not_sent_again(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    client = make_app(sqlite_url).test_client()
    tag = client.get("/static/js/main.js", headers=TAKES).headers["ETag"]
    again = client.get("/static/js/main.js", headers={**TAKES, "If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


def test_a_part_of_a_file_and_a_font_go_as_they_are(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    client = make_app(sqlite_url).test_client()
    part = client.get("/static/js/main.js", headers={**TAKES, "Range": "bytes=0-9"})
    assert (part.status_code, part.data) == (206, (STATIC / "js" / "main.js").read_bytes()[:10])
    font = client.get("/static/fonts/source-sans-3-latin-wght-normal.woff2", headers=TAKES)
    assert "Content-Encoding" not in font.headers


def test_a_page_with_a_secret_is_not_packed(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    page = make_app(sqlite_url).test_client().get("/join", headers=TAKES)
    assert page.status_code == 200
    assert "Content-Encoding" not in page.headers
