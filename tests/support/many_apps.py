"""Makes it cheap to make an app for every test.

Two things are the same for every app of this project and cost most of its making: compiling the templates, and compiling a
builder for the address of every route. Both are kept; what they are made from is compared before one is used again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule

COMPILED_TEMPLATES = Path(__file__).resolve().parents[2] / ".cache" / "templates"


def keep_compiled_templates(app: Flask) -> None:
    """For other apps, processes and runs too. Jinja compares with the source before it uses one."""
    COMPILED_TEMPLATES.mkdir(parents=True, exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(COMPILED_TEMPLATES))


def keep_compiled_routes() -> None:
    """A rule's builder is a plain function of its parts and defaults, with the rule itself as first argument."""
    compile_builder: Callable[..., Any] = Rule._compile_builder
    kept: dict[tuple[Any, ...], Any] = {}

    def compile_once(rule: Rule, append_unknown: bool = True) -> Any:
        key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in kept:
            kept[key] = compile_builder(rule, append_unknown)
        return kept[key]

    Rule._compile_builder = compile_once  # type: ignore[method-assign]
