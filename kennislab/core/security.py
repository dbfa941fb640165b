"""What keeps the door: headers, CSRF, request limits, rate limits."""

from __future__ import annotations

import structlog
from flask import Flask, Response, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFError, CSRFProtect, validate_csrf
from limits import parse
from werkzeug.middleware.proxy_fix import ProxyFix
from wtforms import ValidationError

from kennislab.core.errors import TooMany

log = structlog.get_logger(__name__)

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, headers_enabled=True, strategy="moving-window", retry_after="delta-seconds")

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'{sockets}",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def content_policy(host: str, *, frames: bool = False, framed: bool = False) -> str:
    """The Content-Security-Policy for a page served from ``host``. Older Safari does not count sockets under 'self', so they are named.

    ``frames``: the page shows another of ours in a frame; ``framed``: it may be shown in one.
    """
    policy = POLICY.format(sockets=f" ws://{host} wss://{host}")
    if framed:
        policy = policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    return f"{policy}; frame-src 'self'" if frames else policy


def init(app: Flask) -> None:
    """Switches everything on. Forwarded headers are believed only from as many proxies as are configured."""
    csrf.init_app(app)
    app.config.setdefault("RATELIMIT_STORAGE_URI", app.config["REDIS_URL"] or "memory://")
    app.config.setdefault("RATELIMIT_IN_MEMORY_FALLBACK_ENABLED", bool(app.config["REDIS_URL"]))
    limiter.init_app(app)
    if proxies := app.config["TRUSTED_PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]

    @app.after_request
    def headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if response.mimetype in ("text/html", "image/svg+xml"):
            response.headers.setdefault("Content-Security-Policy", content_policy(request.host))
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if response.mimetype == "text/html":
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def check_csrf() -> None:
    """For addresses that take both a Bearer token and a cookie: with a cookie, the form's token must come along.

    Raises flask_wtf.csrf.ValidationError wrapped as CSRFError by the caller's error handler.
    """
    if not current_app.config["WTF_CSRF_ENABLED"]:
        return
    token = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token")
    try:
        validate_csrf(token)
    except ValidationError as error:
        raise CSRFError(str(error)) from error


def count(what: str, *limits: tuple[str, str]) -> None:
    """Counts one try of ``what`` for every (limit, key), such as ``("30/minute", device)``. Raises TooMany over any of them.

    Without limits (tests), or with a store that does not answer, nothing is refused.
    """
    if not limiter.enabled:
        return
    for text, key in limits:
        limit = parse(text)
        try:
            allowed = limiter.limiter.hit(limit, what, key)
        except Exception as error:  # whatever is wrong with Redis, the door stays open
            log.warning("cannot count tries", what=what, error=str(error)[:200])
            return
        if not allowed:
            raise TooMany(limit.get_expiry())
