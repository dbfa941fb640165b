"""What every answer carries, and what every failure looks like: a Dutch page for people, problem+json for programs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from kennislab.core.errors import Invalid, NotFound, Refused, TooMany, Unavailable

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def app(make_app: Callable[..., Flask], sqlite_url: str) -> Flask:
    app = make_app(sqlite_url, WTF_CSRF_ENABLED=True, PROPAGATE_EXCEPTIONS=False)

    @app.get("/test/<what>")
    def failing(what: str) -> str:
        raise {
            "refused": Refused("not-now", "Dit kan nog niet", "Wacht op %(who)s.", status=409, who="de begeleider"),
            "missing": NotFound(),
            "often": TooMany(30),
            "away": Unavailable(2),
            "wrong": Invalid(fields={"title": "Geef een titel."}),
            "bug": ZeroDivisionError("secret detail"),
        }[what]

    return app


CASES = [("refused", 409, "not-now"), ("missing", 404, "not-found"), ("often", 429, "too-many-requests"), ("away", 503, "unavailable")]
CASES += [("wrong", 422, "invalid"), ("bug", 500, "internal")]


@pytest.mark.parametrize(("what", "status", "slug"), CASES)
def test_programs_get_a_problem(app: Flask, what: str, status: int, slug: str) -> None:
    answer = app.test_client().get(f"/test/{what}", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json is not None and (answer.json["type"], answer.json["status"]) == (f"/problems/{slug}", status)
    assert answer.json["title"] and "secret detail" not in answer.text
    assert ("Retry-After" in answer.headers) == (status in (429, 503))


@pytest.mark.parametrize(("what", "status", "slug"), CASES)
def test_people_get_a_page_that_says_what_to_do(app: Flask, what: str, status: int, slug: str) -> None:
    answer = app.test_client().get(f"/test/{what}", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert '<html lang="nl"' in answer.text and "<h1" in answer.text and "secret detail" not in answer.text


def test_placeholders_are_filled(app: Flask) -> None:
    assert "Wacht op de begeleider." in app.test_client().get("/test/refused", headers={"Accept": "text/html"}).text


def test_an_address_that_is_not_there(app: Flask) -> None:
    client = app.test_client()
    missing = client.get("/nergens")
    assert missing.status_code == 404 and all(f'href="{way}"' in missing.text for way in ("/", "/aanmelden", "/archief")), "ways on"
    assert client.post("/kennisproducten/feed.xml", headers={"Accept": "application/json"}).status_code in (400, 405)


def test_a_form_without_its_token_is_told_why(app: Flask) -> None:
    answer = app.test_client().post("/aanmelden", data={"email": "a@b.example"})
    assert answer.status_code == 400 and "Deze pagina stond te lang open" in answer.text


def test_what_was_typed_comes_back_with_a_refusal_and_leads_to_the_form(app: Flask) -> None:
    client, typed = app.test_client(), {"text": "Pas in mei <b>kwam</b> het geld.", "kind": "lesson", "password": "een twee drie"}
    ours = {"Origin": "http://localhost", "Referer": "http://localhost/aanmelden?next=/archief"}
    page = client.post("/archief/zoekopdrachten", data=typed, headers=ours)
    assert page.status_code == 400 and "Pas in mei &lt;b&gt;kwam&lt;/b&gt; het geld." in page.text
    assert 'href="/aanmelden?next=/archief"' in page.text and "een twee drie" not in page.text and ">lesson<" not in page.text
    only_sent_to = {"Origin": "http://localhost", "Referer": "http://localhost/kennislabs/1/oogst/abc/klopt"}
    assert "Terug naar de pagina" not in client.post("/archief/zoekopdrachten", data=typed, headers=only_sent_to).text
    elsewhere = {"Origin": "https://elders.example", "Referer": "https://elders.example/x"}
    page = client.post("/archief/zoekopdrachten", data=typed, headers=elsewhere)
    assert page.status_code == 400 and "Pas in mei" not in page.text and "elders.example" not in page.text


@pytest.mark.parametrize("path", ["/", "/join", "/aanmelden", "/kennisproducten", "/nergens"])
def test_every_page_keeps_the_door(app: Flask, path: str) -> None:
    headers = app.test_client().get(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ") and "unsafe" not in policy and "*" not in policy
    for part in ("frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert part in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers
    assert "Strict-Transport-Security" in app.test_client().get(path, base_url="https://kennislab.example").headers


def test_cookies_are_closed(app: Flask) -> None:
    cookies = app.test_client().get("/aanmelden", base_url="https://kennislab.example").headers.getlist("Set-Cookie")
    assert cookies and all("HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" in cookie for cookie in cookies)


@pytest.mark.slow
def test_serve_refuses_what_is_unsafe_and_says_what_to_set(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KENNISLAB_")}
    environment |= {"KENNISLAB_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "kennislab", "serve", "--port", "0", "--host", "0.0.0.0"]
    refused = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode == 1
    assert "KENNISLAB_SECRET_KEY" in refused.stderr and "KENNISLAB_PUBLIC_URL" in refused.stderr


@pytest.mark.slow
def test_a_second_process_does_not_serve_the_same_file(tmp_path: Path) -> None:
    from kennislab.core import folder

    held = folder.hold(tmp_path)
    try:
        with pytest.raises(folder.Taken):
            folder.hold(tmp_path)
    finally:
        if held is not None:
            held.close()
