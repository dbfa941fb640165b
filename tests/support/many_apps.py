"""Makes it cheap to make an app for every test.

Three things are the same for every app of this project and cost most of its making: compiling the templates, compiling a builder
for the address of every route, and compiling SQL. All are kept; what they are made from is compared before one is used again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

COMPILED_TEMPLATES = Path(__file__).resolve().parents[2] / ".cache" / "templates"


def keep_compiled_templates(app: Flask) -> None:
    """For other apps, processes and runs too. Jinja compares with the source before it uses one."""
    COMPILED_TEMPLATES.mkdir(parents=True, exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(COMPILED_TEMPLATES))


_statements: dict[type, LRUCache[Any, Any]] = {}


def keep_compiled_statements(engine: Engine) -> None:
    """For other apps of this process on the same kind of database: SQLAlchemy looks a statement up by what it says, and by its dialect.

    The dialects of two apps are not the same object, but they say the same, since an app makes its engine in one way only.
    """
    dialect = type(engine.dialect)
    if dialect not in _statements:
        _statements[dialect] = LRUCache(3000)
        dialect.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
        dialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
    engine._compiled_cache = _statements[dialect]


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
