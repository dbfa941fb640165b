"""Makes it cheap to make an app for every test.

Three things are the same for every app of this project and cost most of its making: compiling the templates, compiling the
address of every route, and compiling SQL. All are kept; what they are made from is compared before one is used again.
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
    """What a rule is made of follows from its address and defaults; its builders are plain functions with the rule as first argument."""
    compile_it: Callable[[Rule], None] = Rule.compile
    kept: dict[tuple[Any, ...], tuple[Any, ...]] = {}

    def compile_once(rule: Rule) -> None:
        key = (rule.rule, rule.subdomain, rule.host, repr(rule.defaults), rule.merge_slashes)
        if key not in kept:
            compile_it(rule)
            builders = (rule._build.__func__, rule._build_unknown.__func__)  # type: ignore[attr-defined]
            kept[key] = (tuple(rule._parts), tuple(rule._trace), dict(rule._converters), frozenset(rule.arguments), *builders)
        parts, trace, converters, arguments, build, build_unknown = kept[key]
        rule._parts, rule._trace, rule._converters = list(parts), list(trace), dict(converters)
        rule.arguments |= arguments
        rule._build, rule._build_unknown = build.__get__(rule, None), build_unknown.__get__(rule, None)

    Rule.compile = compile_once  # type: ignore[method-assign]
