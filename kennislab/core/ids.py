"""Identifiers and secrets.

Public ids are random, so that neither order nor time nor author can be read from them.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid

CODE_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # 30 characters, none that look alike (no I, L, O, U, 0, 1)


def new_id() -> str:
    """A random public id: 16 characters, 80 bits, lower-case letters and digits."""
    return "".join(secrets.choice("abcdefghijkmnpqrstuvwxyz23456789") for _ in range(16))


def new_token() -> str:
    """A secret of 256 bits, safe in an address."""
    return secrets.token_urlsafe(32)


def new_short_token() -> str:
    """A secret of 128 bits, short enough for a QR code that reads from the back of the room."""
    return secrets.token_urlsafe(16)


def hash_token(token: str) -> str:
    """What is stored of a secret token: SHA-256 in hex. The tokens are random, so no salt or slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_code() -> str:
    """A join code: 8 characters from 30, 39 bits, to be typed from a screen."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(8))


def show_code(code: str) -> str:
    """``ABCDEFGH`` → ``ABCD-EFGH``: two groups of four."""
    return f"{code[:4]}-{code[4:]}"


def read_code(typed: str) -> str:
    """What somebody typed, as a code: upper case, without spaces and dashes. Not necessarily a valid one."""
    return "".join(c for c in typed.upper() if c.isalnum())[:16]


def is_uuid7(text: str) -> bool:
    """Whether this is a version 7 UUID in its canonical form."""
    try:
        value = uuid.UUID(text)
    except ValueError:
        return False
    return value.version == 7 and str(value) == text.lower()


def uuid7_milliseconds(text: str) -> int:
    """Unix time in milliseconds that a version 7 UUID carries (by its maker's clock)."""
    return uuid.UUID(text).int >> 80
