"""The web edge of accounts: who is asking, signing in and out. The cookie only points at a server-side record that can be revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, current_app, g, has_request_context, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from kennislab.accounts import operations, queries
from kennislab.accounts.actors import ANONYMOUS, Actor
from kennislab.accounts.models import Person, SignIn
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.errors import DomainError, NotSignedIn
from kennislab.core.transaction import transaction

log = structlog.get_logger(__name__)
login = LoginManager()
login.session_protection = None  # a phone changes its network; the record itself is what can be revoked


class SignedIn(UserMixin):
    """A living sign-in, as Flask-Login wants it: its id is the secret in the cookie."""

    def __init__(self, secret: str, record: SignIn, person: Person) -> None:
        self.secret, self.record, self.person = secret, record, person

    def get_id(self) -> str:
        return self.secret


@login.user_loader
def _load(secret: str) -> SignedIn | None:
    found = queries.sign_in_by_secret(db.session(), secret)
    return None if found is None else SignedIn(secret, *found)


class _Sessions(SecureCookieSessionInterface):
    """The signed session cookie, marked Secure exactly when the page came over https."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def init(app: Flask) -> None:
    """Switches sign-in on for this app."""
    app.session_interface = _Sessions()
    login.init_app(app)

    @app.context_processor
    def actor() -> dict[str, Any]:
        if not has_request_context():  # a mail, written by a job
            return {"actor": None}
        who = current_actor()
        return {"actor": who if who.known else None}

    @app.after_request
    def seen(response: Response) -> Response:
        if "actor" in g and response.status_code < 500:
            _touch()
        return response


def bearer() -> str | None:
    """The Bearer token that came along, if one did."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def current_actor() -> Actor:
    """Who asks: by Bearer token when one came along (then the cookie does not count), else by the session. Looked up once per request."""
    if "actor" not in g:
        g.actor = _look_up()
    return g.actor


def _look_up() -> Actor:
    if token := bearer():
        return queries.actor_by_token(db.session(), token)
    if "_user_id" not in session or not current_user.is_authenticated:
        return ANONYMOUS
    return queries.actor_of(db.session(), current_user.person, current_user.record.only_programme_id)


def current_record() -> SignIn | None:
    """The sign-in record of this browser."""
    if bearer() or "_user_id" not in session or not current_user.is_authenticated:
        return None
    return current_user.record


def known_actor() -> Actor:
    """Who asks; raises NotSignedIn when that is nobody in particular."""
    actor = current_actor()
    if not actor.known:
        raise NotSignedIn()
    return actor


def sign_in(person: Person, only_programme_id: int | None = None) -> None:
    """Signs this browser in under a new session id; what was in the old session is gone, and its record revoked."""
    old = current_record()
    life = _life(only_programme_id)
    with transaction() as tx:
        if old is not None:
            operations.revoke_sign_in(tx, tx.session.get_one(SignIn, old.token_hash))
        fresh = tx.session.get_one(Person, person.id)
        record, secret = operations.start_sign_in(
            tx, fresh, life=life, user_agent=request.user_agent.string, only_programme_id=only_programme_id
        )
    session.clear()
    session.permanent = True
    login_user(SignedIn(secret, record, fresh))
    g.pop("actor", None)


def forget_browser() -> None:
    """Leaves nothing of who was signed in here; for when the record itself is gone."""
    session.clear()
    g.pop("actor", None)


def sign_out() -> None:
    """Ends this browser's sign-in, on the server first."""
    record = current_record()
    if record is not None:
        with transaction() as tx:
            operations.revoke_sign_in(tx, tx.session.get_one(SignIn, record.token_hash))
    logout_user()
    session.clear()
    g.pop("actor", None)


def safe_next(wish: str | None) -> str | None:
    """An address on this site to go on to after signing in, or None. Never another site, whatever the link said."""
    if not wish or not wish.startswith("/") or wish.startswith("//") or "\\" in wish or any(ord(c) < 32 for c in wish):
        return None
    parts = urlsplit(wish)
    return wish if not parts.scheme and not parts.netloc else None


def base_url() -> str:
    """The address of this site for use in mails, without a slash at the end. A configured one goes first: a Host header can lie."""
    return str(current_app.config["PUBLIC_URL"] or request.url_root).rstrip("/")


def _life(only_programme_id: int | None) -> timedelta:
    return timedelta(hours=current_app.config["SIGN_IN_HOURS"]) if only_programme_id is None else operations.PERSONAL_SIGN_IN_LIFE


def _touch() -> None:
    """Remembers now and then that this sign-in is alive. That this fails is never the page's problem."""
    try:
        record = current_record()
        if record is None or record.revoked_at is not None or clock.now() - record.last_seen_at < operations.SEEN_EVERY:
            return
        token_hash, life = record.token_hash, _life(record.only_programme_id)
        with transaction() as tx:
            operations.touch_sign_in(tx, token_hash, life)
    except (DomainError, RuntimeError):
        log.warning("could not write down a sign-in's last use")
