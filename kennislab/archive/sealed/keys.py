"""The key with which this installation signs, and the ones it is known by. Outside the database, so that who changes that cannot sign it.

Ed25519 (RFC 8032). The private key is ``SIGNING_KEY_FILE`` or else ``keys/signing.pem`` in the data folder, made when first needed and
readable for its owner only. Of every key that was ever used here the public half stays in ``keys``: a new key makes nothing invalid.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from flask import current_app

log = structlog.get_logger(__name__)

_PUBLIC = ".pub.pem"


class NoKey(RuntimeError):
    """There is no key where the settings say, or it is not one of ours."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key that can sign. ``id``: first half of the SHA-256 of the public key, hex."""

    id: str
    private: Ed25519PrivateKey

    def sign(self, message: bytes) -> str:
        """The signature, hex. The same message always gets the same."""
        return self.private.sign(message).hex()

    @property
    def pem(self) -> bytes:
        """The public half, as it is published."""
        return pem_of(self.private.public_key())


def id_of(public: Ed25519PublicKey) -> str:
    """The name of a key: first half of the SHA-256 of its 32 bytes, hex."""
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:32]


def pem_of(public: Ed25519PublicKey) -> bytes:
    """A public key as text."""
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def public_of(pem: bytes) -> Ed25519PublicKey:
    """The public key in this text. Raises NoKey."""
    try:
        found = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise NoKey("no public key") from error
    if not isinstance(found, Ed25519PublicKey):
        raise NoKey("not Ed25519")
    return found


def signed_by(public: Ed25519PublicKey, message: bytes, signature: str) -> bool:
    """Whether this key made this signature (hex) over this message."""
    try:
        public.verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def signer_of(known: Mapping[str, Ed25519PublicKey], message: bytes, signature: str) -> str | None:
    """Which of these keys made this signature; None when none did."""
    return next((id_ for id_, public in known.items() if signed_by(public, message, signature)), None)


# --- of this installation -----------------------------------------------------------------------------------------------------

_read: dict[tuple[Path, int], Key] = {}


def folder() -> Path:
    """Where the keys of the app of this moment are."""
    return Path(current_app.config["DATA_DIR"]) / "keys"


def own() -> Key:
    """The key that signs here; made when there is none yet, but not where the settings name a file. Raises NoKey."""
    set_ = str(current_app.config.get("SIGNING_KEY_FILE") or "")
    path = Path(set_) if set_ else folder() / "signing.pem"
    if not path.exists():
        if set_:
            raise NoKey(f"SIGNING_KEY_FILE: {path} is not there")
        _make(path)
    stamp = path.stat()
    key = _read.get((path, stamp.st_mtime_ns))
    if key is None:
        key = _read[path, stamp.st_mtime_ns] = _load(path)
        if os.name == "posix" and stamp.st_mode & 0o077:
            log.warning("others may read the key that signs", path=str(path))
    kept = folder() / f"{key.id}{_PUBLIC}"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(key.pem)
    return key


def _load(path: Path) -> Key:
    try:
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise NoKey(f"{path} cannot be read as a key") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise NoKey(f"{path} is not an Ed25519 key")
    return Key(id_of(private.public_key()), private)


def _make(path: Path) -> None:
    """A new key, whole or not at all; when somebody else just made one, theirs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    whole = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(whole, path)
    except FileExistsError:
        pass
    finally:
        whole.unlink()


def known(where: Path | None = None) -> dict[str, Ed25519PublicKey]:
    """Every key that was used here: id → public key. ``where``: a folder with keys; without it the one of this app."""
    found: dict[str, Ed25519PublicKey] = {}
    place = where or folder()
    for path in sorted(place.glob(f"*{_PUBLIC}")) if place.is_dir() else []:
        try:
            public = public_of(path.read_bytes())
        except (OSError, NoKey):
            log.warning("not a public key", path=str(path))
            continue
        found[id_of(public)] = public
    return found
