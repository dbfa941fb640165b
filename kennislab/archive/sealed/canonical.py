"""The arithmetic of a seal: what is hashed, and how. Needs neither database nor web, so that a package can be checked anywhere.

Nothing here may change for what was sealed: another way of writing something is another version.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

SEAL = "kennislab-seal 2"
"""What the manifest of a seal says of itself."""
PACKAGE = "kennislab-package 2"
"""What the manifest of a package says of itself."""
PACKAGES = ("kennislab-package 1", PACKAGE)
"""What can be checked. Packages of the first sort hold no ledger."""


def canonical(value: Any) -> bytes:
    """One way of writing it: JSON, keys in order, no spaces, UTF-8. Raises ValueError for what is no JSON (NaN)."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def new_salt() -> str:
    """128 random bits, hex: without them nobody can guess what was committed to, however short it is."""
    return secrets.token_hex(16)


def aside_of(salt: str, aside: Any) -> str:
    """The commitment to what is kept apart from the content, because it is about a person or was not meant to be told. Hex."""
    return hashlib.sha256(b"kennislab aside 2\n" + bytes.fromhex(salt) + canonical(aside)).hexdigest()


def commitment_of(salt: str, part: str, ref: str, content: Any, aside: str) -> str:
    """The commitment to one part; ``aside``: what :func:`aside_of` gave. Hex."""
    return hashlib.sha256(b"kennislab part 2\n" + bytes.fromhex(salt) + canonical([part, ref, content, aside])).hexdigest()


def start(lab_id: int) -> str:
    """The head of a lab's chain before its first part."""
    return hashlib.sha256(f"kennislab seal 2\n{lab_id}".encode()).hexdigest()


def later_start(lab_id: int, origin: str) -> str:
    """The head of the chain of what came after a seal, before anything came; ``origin``: the head of the seal that it began at."""
    return hashlib.sha256(b"kennislab later 2\n" + canonical([lab_id, origin])).hexdigest()


def link(head: str, commitment: str) -> str:
    """The head after one more commitment."""
    return hashlib.sha256(bytes.fromhex(head) + bytes.fromhex(commitment)).hexdigest()


def seal_message(manifest: dict[str, Any]) -> bytes:
    """What is signed of a seal."""
    return b"kennislab seal\n" + canonical(manifest)


def addendum_message(lab_id: int, number: int, digest: str) -> bytes:
    """What is signed of a correction: which of the lab, and the head of the chain of corrections with it."""
    return b"kennislab addendum\n" + canonical([lab_id, number, digest])


def later_message(lab_id: int, number: int, digest: str) -> bytes:
    """What is signed of anything else that came after the seal."""
    return b"kennislab later\n" + canonical([lab_id, number, digest])


def erasure_message(lab_id: int, parts: list[list[str]]) -> bytes:
    """What is signed when something was erased: ``[part, ref, "content" | "aside"]`` each."""
    return b"kennislab erasure\n" + canonical([lab_id, parts])


def package_message(manifest: bytes) -> bytes:
    """What is signed of a package: its manifest, byte for byte."""
    return b"kennislab package\n" + manifest
