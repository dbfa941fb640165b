"""A lesson as *als … dan … want …*: three parts, and the sentence that they make. It is content, so it is Dutch in every language."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kennislab.archive.changing import MOST_TEXT
from kennislab.core.errors import N_, Invalid
from kennislab.core.text import tidy

PARTS = ("if", "then", "because")
_LEADS = {"if": "als", "then": "dan", "because": "want"}
_SENTENCE = re.compile(r"als\s+(?P<first>.+?),?\s+dan\s+(?P<then>.+?),?\s+want\s+(?P<because>.+)", re.IGNORECASE | re.DOTALL)


def _part(name: str, text: str) -> str:
    """Without what the sentence adds itself: the word in front, the comma or full stop behind."""
    clean = " ".join(tidy(text).split()).rstrip(" .,;")
    lead = _LEADS[name] + " "
    return clean[len(lead) :].lstrip() if clean.casefold().startswith(lead) else clean


def of(given: Mapping[str, str]) -> dict[str, str]:
    """The parts as they are kept; raises Invalid when one is missing, or when they are too long together."""
    parts = {name: _part(name, given.get(name, "")) for name in PARTS}
    wrong = {name: N_("Vul dit deel van de les in.") for name, text in parts.items() if not text}
    if wrong:
        raise Invalid(fields=wrong)
    if len(sentence(parts)) > MOST_TEXT:
        raise Invalid(fields={"because": N_("Schrijf 1 tot 2000 tekens.")})
    return parts


def sentence(parts: Mapping[str, str]) -> str:
    """The sentence that the parts make."""
    return f"Als {parts['if']}, dan {parts['then']}, want {parts['because']}."


def parts_of(text: str) -> dict[str, str]:
    """The parts of a text that reads as such a sentence already; empty when it does not."""
    found = _SENTENCE.fullmatch(text.strip())
    if found is None:
        return {}
    parts = {name: _part(name, found[group]) for name, group in zip(PARTS, ("first", "then", "because"), strict=True)}
    return parts if all(parts.values()) else {}
