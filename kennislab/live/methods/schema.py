"""Methods as data: read, checked, written. The one door for everybody who needs a method."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import yaml

from kennislab.live.methods.model import Choices, GroupSize, Method, Option, Part, Stations, Step
from kennislab.live.methods.problems import MethodProblem, Problem
from kennislab.live.methods.reading import MOST_CHARACTERS, from_definition, read

__all__ = [
    "BUILT_IN", "MOST_CHARACTERS", "Choices", "GroupSize", "Method", "MethodProblem", "Option", "Part", "Problem", "Stations", "Step",
    "definition", "from_definition", "read", "to_yaml",
]  # fmt: skip


def definition(method: Method) -> dict[str, Any]:
    """As plain data, without what is as it is by default; whole minutes as whole numbers."""
    return {key: _plain(value) for key, value in method.model_dump(exclude_defaults=True).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


class _Dumper(yaml.SafeDumper):
    """Writes every list and mapping out: a reader refuses references."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def to_yaml(method: Method) -> str:
    """A file with this one method; reading it gives the same method again."""
    return yaml.dump({"schema_version": 1, "methods": [definition(method)]}, Dumper=_Dumper, width=140, sort_keys=False, allow_unicode=True)


def built_in_from(text: str) -> dict[str, Method]:
    """The methods by id. SystemExit with a sentence when the file is broken: Kennislab does not start without its methods."""
    try:
        return {method.id: method for method in read(text)}
    except MethodProblem as problem:
        raise SystemExit(f"kennislab/live/data/methods.yaml: {problem}") from problem


BUILT_IN: dict[str, Method] = built_in_from((files("kennislab.live") / "data" / "methods.yaml").read_text("utf-8"))
"""The methods that Kennislab brings along."""
