"""Where every failure becomes an answer: an HTML page for people, problem+json (RFC 9457) for programs."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, current_app, jsonify, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from kennislab.core.errors import N_, DomainError, Invalid, NotSignedIn, TooMany

log = structlog.get_logger(__name__)

PLAIN = {
    400: (N_("Dit verzoek klopt niet"), N_("Ga terug, kijk na wat je stuurde en probeer het opnieuw.")),
    403: (N_("Dit mag je niet"), N_("Vraag de begeleider of de coördinator van je programma.")),
    404: (N_("Niet gevonden"), N_("Deze pagina bestaat niet of is niet voor jou.")),
    405: (N_("Dit kan hier niet"), N_("Ga terug en gebruik de knoppen op de pagina.")),
    413: (N_("Dit is te groot"), N_("Stuur het in kleinere stukken.")),
    415: (N_("Dit soort bericht kennen we niet"), N_("Stuur een formulier of JSON.")),
    429: (N_("Even rustig aan"), N_("Wacht een minuut en probeer het dan opnieuw.")),
    500: (N_("Er ging iets mis bij ons"), N_("Wat je al had verstuurd is bewaard. Probeer het over een minuut opnieuw.")),
}


def wants_json() -> bool:
    """Whether the one who asks is a program: JSON sent, JSON preferred, or an address that only programs use."""
    if request.path.startswith(("/api/", "/socket.io")):
        return True
    if request.is_json or "Authorization" in request.headers:
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return best is not None and best != "text/html" and request.accept_mimetypes["text/html"] < request.accept_mimetypes[best]


def problem(error: DomainError) -> dict[str, Any]:
    """``{"type", "title", "status", "detail"}``, translated; with ``fields`` for input that cannot be taken."""
    body: dict[str, Any] = {
        "type": f"/problems/{error.type}",
        "title": gettext(error.title, **error.params),
        "status": error.status,
        "detail": gettext(error.detail, **error.params) if error.detail else "",
    }
    if isinstance(error, Invalid) and error.fields:
        body["fields"] = {name: gettext(text) for name, text in error.fields.items()}
    return body


_SECRET = re.compile(r"password|wachtwoord|again|token|csrf", re.IGNORECASE)
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def _ours() -> bool:
    """Whether a page of ours sent this."""
    return request.headers.get("Sec-Fetch-Site") == "same-origin" or request.headers.get("Origin") == request.host_url.rstrip("/")


def _typed() -> list[str]:
    """What somebody wrote in a form of ours that was refused as a whole: more than one word each, no secrets. To be copied."""
    if request.method != "POST" or request.mimetype not in _FORMS or not _ours():
        return []
    try:
        sent = [(name, text.strip()) for name, text in request.form.items(multi=True)]
    except HTTPException:  # too large to be read
        return []
    return [text for name, text in sent if " " in text and not _SECRET.search(name)]


def _back() -> str | None:
    """The page with the form, to open anew; none where only a form may be sent to."""
    came = urlsplit(request.referrer or "")
    if request.method != "POST" or came.netloc != request.host:
        return None
    try:
        current_app.url_map.bind(request.host).match(came.path.removeprefix(request.script_root) or "/", "GET")
    except HTTPException:
        return None
    return came.path + (f"?{came.query}" if came.query else "")


def _answer(body: dict[str, Any], retry_after: int | None = None) -> Response:
    status = int(body["status"])
    if wants_json():
        response = jsonify(body)
        response.headers["Content-Type"] = "application/problem+json"
    else:
        template = "errors/error.html"
        response = Response(render_template(template, problem=body, typed=_typed(), back=_back()), mimetype="text/html")
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="kennislab"'
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def init(app: Flask) -> None:
    """Registers the handlers."""

    @app.errorhandler(DomainError)
    def domain(error: DomainError) -> Response:
        if isinstance(error, NotSignedIn) and not wants_json() and request.method == "GET":
            from flask import redirect, url_for  # only on this rare path

            return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))  # type: ignore[return-value]
        return _answer(problem(error), getattr(error, "retry_after", None))

    @app.errorhandler(CSRFError)
    def csrf(error: CSRFError) -> Response:
        return _answer(
            problem(
                DomainError(
                    "csrf",
                    N_("Deze pagina stond te lang open"),
                    N_("Er is niets veranderd. Open de pagina opnieuw en verstuur het nog een keer."),
                    status=400,
                )
            )
        )

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        if error.code is None or error.code < 400:
            return error.get_response()  # type: ignore[return-value]
        title, detail = PLAIN.get(error.code, PLAIN[400])
        retry = 60 if error.code == 429 else None
        if error.code == 429 and isinstance(error.description, str) and error.description.isdigit():
            return _answer(problem(TooMany(int(error.description))), int(error.description))
        return _answer(problem(DomainError(_slug(error.code), title, detail, status=error.code)), retry)

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        log.exception("unexpected", path=request.path)
        title, detail = PLAIN[500]
        return _answer(problem(DomainError("internal", title, detail, status=500)))


def _slug(code: int) -> str:
    return {
        400: "bad-request",
        403: "forbidden",
        404: "not-found",
        405: "method-not-allowed",
        413: "too-large",
        415: "unsupported",
        429: "too-many-requests",
    }.get(code, f"http-{code}")
