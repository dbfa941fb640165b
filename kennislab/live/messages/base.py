"""What all ops share: ids, texts, kinds and the base class."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from kennislab.core.messages import Wire

Kind = Literal[
    "question", "bottleneck", "solution", "insight", "lesson", "linking_opportunity", "advice", "association", "action",
    "fact", "success_factor", "value", "choice", "evaluation",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)
CONSENTS = ("group", "programme", "public_anonymous", "public_city")
Consent = Literal["group", "programme", "public_anonymous", "public_city"]
Scene = Literal[
    "join", "step", "wall", "ballot", "timer", "blank", "text", "picture", "previous", "questions", "groups"
]  # fmt: skip
SCENES: tuple[str, ...] = get_args(Scene)

MOST_OPS = 50
MOST_BYTES = 64 * 1024
MOST_TEXT = 2000

Id = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")]
OpId = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$")]
Text = Annotated[str, Field(min_length=1, max_length=MOST_TEXT)]
Themes = Annotated[list[Annotated[str, Field(min_length=1, max_length=60)]], Field(max_length=12)]


class Op(Wire):
    """Base of all ops. ``id``: UUID (version 7) made by the client; the same id is the same op."""

    id: OpId
