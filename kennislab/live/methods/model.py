"""The shape of a method: pydantic, strict, unknown fields refused."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from kennislab.live.methods.vocabulary import Basis, Family, Input, MinutesBasis, Mode, OutputWord, RoleWord, Scale, Seating

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$", max_length=60)]
Title = Annotated[str, Field(min_length=1, max_length=120)]
TitleEn = Annotated[str, Field(max_length=120)]
Sentence = Annotated[str, Field(min_length=1, max_length=400)]
SentenceEn = Annotated[str, Field(max_length=400)]
Minutes = Annotated[float, Field(gt=0, le=480)]
People = Annotated[int, Field(ge=1, le=1000)]
Few = Annotated[int, Field(ge=1, le=20)]


class Strict(BaseModel):
    """Unknown fields are refused, values are not coerced, and a method never changes after it was read."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class GroupSize(Strict):
    """How many people it suits."""

    min: People
    ideal: People
    max: People


class Option(Strict):
    """A fixed choice, or a column of a matrix."""

    id: Id
    title_nl: Title
    title_en: TitleEn = ""


class Choices(Strict):
    """What is voted on, sorted or scored: what ``steps`` brought of ``outputs``, plus fixed ``options``; each has ``votes`` to give."""

    steps: list[Id] = Field(default_factory=list, max_length=40)
    outputs: list[OutputWord] = Field(default_factory=list, max_length=14)
    votes: Few = 1
    options: list[Option] = Field(default_factory=list, max_length=12)


class Stations(Strict):
    """How many stations, for about ``people`` each, and which role stays where it is."""

    owner: RoleWord
    min: Few
    max: Few
    people: Few


class Part(Strict):
    """A part of one round, with its own speakers."""

    id: Id
    title_nl: Title
    title_en: TitleEn = ""
    minutes: Minutes
    speaking: RoleWord
    instruction_nl: Sentence
    instruction_en: SentenceEn = ""
    input: Input | None = None
    writing: list[RoleWord] = Field(default_factory=list, max_length=13)
    outputs: list[OutputWord] = Field(max_length=14)
    silent: list[RoleWord] = Field(default_factory=list, max_length=13)


class Step(Strict):
    """One step. ``minutes`` in all; ``minutes_per_unit`` for one repetition where ``scale`` repeats it."""

    id: Id
    title_nl: Title
    title_en: TitleEn = ""
    minutes: Minutes
    minutes_min: Minutes
    minutes_max: Minutes
    minutes_basis: MinutesBasis = "estimate"
    scale: Scale
    speaking: RoleWord
    mode: Mode
    input: Input
    outputs: list[OutputWord] = Field(max_length=14)
    instruction_nl: Sentence
    instruction_en: SentenceEn = ""
    minutes_per_unit: Minutes | None = None
    silent: list[RoleWord] = Field(default_factory=list, max_length=13)
    added_for_kennislab: bool = False
    choices: Choices | None = None
    columns: list[Option] = Field(default_factory=list, max_length=8)
    table: GroupSize | None = None
    seating: Seating | None = None
    seating_of: Id | None = None
    writing: list[RoleWord] = Field(default_factory=list, max_length=13)


class Method(Strict):
    """A way of working with fixed steps. Texts in Dutch; the English may be empty, then the Dutch is shown."""

    id: Id
    name_nl: Title
    name_en: TitleEn = ""
    family: Family
    summary_nl: Sentence
    summary_en: SentenceEn = ""
    use_when_nl: Sentence
    use_when_en: SentenceEn = ""
    group_size: GroupSize
    total_minutes: Minutes
    roles: list[RoleWord] = Field(min_length=1, max_length=13)
    basis: Basis = "adapted"
    sources: list[Annotated[str, Field(min_length=1, max_length=300)]] = Field(default_factory=list, max_length=20)
    group_size_basis: MinutesBasis = "estimate"
    rounds: Few | None = None
    round_steps: list[Part] = Field(default_factory=list, max_length=12)
    stations: Stations | None = None
    note_nl: Annotated[str, Field(max_length=1000)] = ""
    steps: list[Step] = Field(min_length=1, max_length=40)

    @cached_property
    def places(self) -> dict[str, int]:
        """Id of each step → its index."""
        return {step.id: index for index, step in enumerate(self.steps)}


class MethodFile(Strict):
    """A file of methods. What the reader does not need (``enums``, ``agenda_templates``) may be there and is not looked at."""

    schema_version: Literal[1]
    about: str = ""
    enums: dict[str, Any] = Field(default_factory=dict)
    agenda_templates: list[Any] = Field(default_factory=list)
    methods: list[Method] = Field(min_length=1, max_length=60)
