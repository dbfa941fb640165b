"""Passwords: argon2id, computed beside the event loop. Never call these inside a transaction: they take tens of milliseconds."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kennislab.core.jobs import off_hub

LEAST = 10
MOST = 200

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP password storage cheat sheet: 19 MiB, 2 rounds
_nobody = _hasher.hash(secrets.token_hex(16))


def make(password: str) -> str:
    """What is stored of a password."""
    return off_hub(_hasher.hash, password)


def check(stored: str | None, password: str) -> bool:
    """Whether this is the password. Without a stored one it takes as long as with one, so that time tells nobody who exists."""
    matches = off_hub(_matches, stored or _nobody, password[:MOST])
    return matches and stored is not None


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
