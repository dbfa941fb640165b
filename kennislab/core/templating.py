"""Jinja: Dutch dates, kinds, and what every page needs. No domain rule lives here."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Flask, g, has_request_context, request
from flask_babel import Babel, format_date, format_datetime, get_locale, gettext

from kennislab.core import clock, ids
from kennislab.core.catalogue import script_texts, translations
from kennislab.core.errors import N_

LANGUAGES = ("nl", "en")


def pick_language() -> str:
    """The language of this answer: asked for with ``?taal=``, kept in a cookie, else Dutch."""
    if not has_request_context():
        return "nl"
    for wish in (request.args.get("taal"), request.cookies.get("kl_taal")):
        if wish in LANGUAGES:
            return str(wish)
    return "nl"


def long_date(moment: datetime) -> str:
    """*donderdag 19 november 2026*."""
    return str(format_date(moment.astimezone(clock.LOCAL), "EEEE d MMMM y"))


def long_day(day: date) -> str:
    """The same for a day without a time."""
    return str(format_date(day, "EEEE d MMMM y"))


def moment_text(moment: datetime) -> str:
    """*donderdag 19 november 2026, 13.30 uur*."""
    if str(get_locale()) == "en":
        return str(format_datetime(moment, "EEEE d MMMM y, HH:mm"))
    return str(format_datetime(moment, "EEEE d MMMM y, HH.mm 'uur'"))


def clock_time(moment: datetime) -> str:
    """*13.30 uur*."""
    if str(get_locale()) == "en":
        return str(format_datetime(moment, "HH:mm"))
    return str(format_datetime(moment, "HH.mm 'uur'"))


_QUARTERS = {
    "1": N_("1e kwartaal %(year)s"),
    "2": N_("2e kwartaal %(year)s"),
    "3": N_("3e kwartaal %(year)s"),
    "4": N_("4e kwartaal %(year)s"),
}


def quarter_text(quarter: str) -> str:
    """``2026-Q4`` → *4e kwartaal 2026*. Whole texts, as other languages count otherwise (1st, 2nd, 3rd, 4th)."""
    year, _, number = quarter.partition("-Q")
    return gettext(_QUARTERS[number], year=year) if number in _QUARTERS else quarter


def init(app: Flask) -> None:
    """Filters, globals, translations and the language cookie."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "nl")
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Europe/Amsterdam")
    babel = Babel(app, locale_selector=pick_language)
    with app.app_context():
        for language in LANGUAGES:
            babel.domain_instance.cache[language, "messages"] = translations(language)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        long_date=long_date,
        long_day=long_day,
        moment=moment_text,
        clock_time=clock_time,
        quarter=quarter_text,
        iso=clock.iso,
        show_code=ids.show_code,
    )

    @app.context_processor
    def common() -> dict[str, Any]:
        return {
            "now": clock.now(),
            "locale": str(get_locale() or "nl"),
            "languages": LANGUAGES,
            "actor": g.get("actor"),
            "gettext_js": _js_catalogue,
        }

    @app.after_request
    def remember(response: Any) -> Any:
        wish = request.args.get("taal")
        if wish in LANGUAGES:
            response.set_cookie("kl_taal", wish, max_age=31_536_000, samesite="Lax", httponly=True, secure=request.is_secure)
        return response


def _js_catalogue() -> dict[str, str | list[str]]:
    """Dutch → present language for the texts in scripts; empty in Dutch, where the key is the text."""
    return script_texts(str(get_locale() or "nl"))
