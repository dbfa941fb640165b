"""Writes what the browser and the reader need to know of the wire, from :mod:`kennislab.live.messages`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kennislab.core.messages import Wire
from kennislab.live import messages as m
from kennislab.live.room.views import SINGLETONS

HERE = Path(__file__).parent
SCRIPT = HERE.parent.parent / "static" / "js" / "live" / "protocol.js"
DOCUMENT = HERE / "MESSAGES.md"

_TYPES = {"string": "string", "integer": "number", "boolean": "boolean", "null": "null"}


def _type(schema: dict[str, Any], definitions: dict[str, Any]) -> str:
    if "$ref" in schema:
        inner = definitions[schema["$ref"].rsplit("/", 1)[1]]
        return (
            "{"
            + ", ".join(
                f"{name}{'' if name in inner.get('required', []) else '?'}: {_type(part, definitions)}"
                for name, part in inner["properties"].items()
            )
            + "}"
        )
    if "anyOf" in schema:
        return "|".join(_type(part, definitions) for part in schema["anyOf"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return "|".join(json.dumps(value) for value in schema["enum"])
    if schema.get("type") == "array":
        inner_type = _type(schema["items"], definitions)
        return f"({inner_type})[]" if "|" in inner_type else f"{inner_type}[]"
    if schema.get("type") == "object":
        values = schema.get("additionalProperties") or next(iter(schema["patternProperties"].values()))
        return f"Record<string, {_type(values, definitions)}>"
    return _TYPES[schema["type"]]


def _fields(message: type[Wire]) -> list[tuple[str, str, bool]]:
    schema = message.model_json_schema()
    required = schema.get("required", [])
    definitions = schema.get("$defs", {})
    return [(name, _type(part, definitions), name in required) for name, part in schema["properties"].items()]


def _first_line(message: type[Wire]) -> str:
    return " ".join((message.__doc__ or "").split())


def script() -> str:
    """The JavaScript module."""
    lines = ["// Made by `kennislab messages` from kennislab/live/messages/. Do not edit: change it there and run the command.", ""]
    for message in m.registry.messages.values():
        lines += ["/**", f" * {_first_line(message)}", f" * @typedef {{Object}} {message.__name__}"]
        lines += [f" * @property {{{kind}}} {field if needed else f'[{field}]'}" for field, kind, needed in _fields(message)]
        lines += [" */", ""]

    def constant(title: str, names: Any) -> list[str]:
        return [
            f"export const {title} = Object.freeze({{",
            *(f"  {name.replace('.', '_')}: {json.dumps(name)}," for name in names),
            "});",
            "",
        ]

    lines += constant("OPS", m.registry.messages) + constant("EVENTS", m.EVENTS)
    for title, values in (("KINDS", m.KINDS), ("CONSENTS", m.CONSENTS), ("SCENES", m.SCENES)):
        lines.append(f"export const {title} = Object.freeze([{', '.join(json.dumps(value) for value in values)}]);")
    lines += [
        f"export const MOST_OPS = {m.MOST_OPS};",
        f"export const MOST_BYTES = {m.MOST_BYTES};",
        f"export const MOST_TEXT = {m.MOST_TEXT};",
    ]
    lines.append(f"export const SINGLETONS = Object.freeze({json.dumps(list(SINGLETONS))});")
    return "\n".join(lines) + "\n"


def document() -> str:
    """The page for readers."""
    lines = [
        "# Messages of the live room",
        "",
        "Made by `kennislab messages` from `messages/`; a test fails when it is stale. "
        "How they travel is in the decisions and in `routes.py`.",
        "",
        "## Ops: `POST /live/<lab>/ops`",
        "",
        f'`{{"ops": [op, …]}}`, at most {m.MOST_OPS} ops and {m.MOST_BYTES // 1024} KiB. Unknown fields are refused. '
        "Answer: one result per op, in order: *accepted* with its journal number, or *refused* with a problem.",
        "",
    ]
    for name, message in m.registry.messages.items():
        who = "facilitator" if name in m.FACILITATOR_OPS else "everyone"
        lines += [f"### `{name}` ({who})", "", _first_line(message), "", "| field | type | needed |", "|---|---|---|"]
        lines += [
            f"| `{field}` | `{kind.replace('|', chr(92) + '|')}` | {'yes' if needed else 'no'} |"
            for field, kind, needed in _fields(message)
        ]
        lines.append("")
    lines += ["## Events: `GET /live/<lab>/events?since=n`, and `events` over the socket", ""]
    lines += [
        "`{epoch, from, to, head, events: [{seq, type, at, set?, gone?}]}`. `set` and `gone` are the whole effect on what this reader "
        f"sees: entities of a collection are replaced whole, fields of a singleton ({', '.join(f'`{name}`' for name in SINGLETONS)}) "
        "are assigned. The type is for announcing only. When a fact concerns many, what it changes for one person alone comes as a second "
        "line with the same number, of type `me.changed`.",
        "",
        "| type | means |",
        "|---|---|",
    ]
    lines += [f"| `{name}` | {about} |" for name, about in m.EVENTS.items()]
    return "\n".join(lines) + "\n"


def write() -> list[Path]:
    """Writes both; returns where."""
    SCRIPT.parent.mkdir(parents=True, exist_ok=True)
    SCRIPT.write_text(script(), "utf-8")
    DOCUMENT.write_text(document(), "utf-8")
    return [SCRIPT, DOCUMENT]
