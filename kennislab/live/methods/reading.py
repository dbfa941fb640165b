"""From YAML text to methods, or every reason why not, each with its line. Nothing is half read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml
from pydantic import ValidationError

from kennislab.core.errors import N_
from kennislab.live.methods import sense
from kennislab.live.methods.model import Method, MethodFile
from kennislab.live.methods.problems import MethodProblem, Problem

MOST_CHARACTERS = 200_000
"""How long a file may be; the one with all twenty methods is well under half of it."""
DEEPEST = 20
MOST_PROBLEMS = 50
SHORT = 60

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(text: str) -> list[Method]:
    """The methods of a file, or of one method on its own. MethodProblem with every problem: all or nothing."""
    if len(text) > MOST_CHARACTERS:
        raise MethodProblem("", N_("Het bestand is te groot: hoogstens %(most)s tekens."), {"most": MOST_CHARACTERS})
    data, lines = _parse(text)
    if isinstance(data, dict) and "methods" not in data and "steps" in data:  # one method on its own
        return [_checked(data, lines)]
    try:
        methods = MethodFile.model_validate(data).methods
    except ValidationError as error:
        raise MethodProblem.of(list(_shape(error, lines))) from None
    found = [problem for index, method in enumerate(methods) for problem in sense.problems(method, f"methods.{index}.")]
    ids = [method.id for method in methods]
    found += [
        Problem(f"methods.{index}.id", N_("deze sleutel staat er twee keer: %(name)s."), {"name": name})
        for index, name in enumerate(ids)
        if name in ids[:index]
    ]
    if found:
        raise MethodProblem.of([_with_line(problem, lines) for problem in found[:MOST_PROBLEMS]])
    return methods


def from_definition(data: Any) -> Method:
    """A method from plain data. MethodProblem when it is not one."""
    return _checked(data, {})


def _checked(data: Any, lines: dict[str, int]) -> Method:
    try:
        method = Method.model_validate(data)
    except ValidationError as error:
        raise MethodProblem.of(list(_shape(error, lines))) from None
    found = sense.problems(method)
    if found:
        raise MethodProblem.of([_with_line(problem, lines) for problem in found[:MOST_PROBLEMS]])
    return method


def _parse(text: str) -> tuple[Any, dict[str, int]]:
    """Plain data and the line of every path. References are refused: ten of them could stand for a million lines."""
    try:
        depth = 0
        for event in yaml.parse(text, Loader=Loader):
            if isinstance(event, yaml.AliasEvent):
                raise MethodProblem.of([Problem("", N_("Verwijzingen (* en &) kunnen hier niet."), {}, _line(event.start_mark))])
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise MethodProblem.of([Problem("", N_("Dit is te diep genest om een werkvorm te zijn."), {}, _line(event.start_mark))])
        loader = Loader(text)
        try:
            node = loader.get_single_node()
            lines: dict[str, int] = {}
            doubles = list(_walk(node, "", lines)) if node is not None else []
            if doubles:
                raise MethodProblem.of(doubles[:MOST_PROBLEMS])
            return (loader.construct_document(node) if node is not None else None), lines
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        line = _line(getattr(error, "problem_mark", None))
        raise MethodProblem.of(
            [Problem("", N_("Dit is geen goed YAML-bestand. Kijk naar inspringen, streepjes en aanhalingstekens."), {}, line)]
        ) from None
    except (ValueError, OverflowError, RecursionError):  # a date or number that cannot be
        raise MethodProblem("", N_("In dit bestand staat een datum of getal dat niet kan bestaan.")) from None


def _line(mark: Any) -> int | None:
    return mark.line + 1 if mark is not None else None


def _walk(node: yaml.Node, path: str, lines: dict[str, int]) -> Iterator[Problem]:
    """Notes lines; yields keys that are there twice, of which YAML would silently keep one."""
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for index, one in enumerate(node.value):
            yield from _walk(one, _join(path, str(index)), lines)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            place = _join(path, name)
            if name in seen:
                yield Problem(place, N_("dit veld staat er twee keer."), {}, key.start_mark.line + 1)
            seen.add(name)
            yield from _walk(value, place, lines)
            lines[place] = key.start_mark.line + 1


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _with_line(problem: Problem, lines: dict[str, int]) -> Problem:
    """With the line of its path, or of the nearest thing around it."""
    path = problem.path
    while path not in lines and path:
        path = path.rpartition(".")[0]
    return Problem(problem.path, problem.text, problem.params, lines.get(path))


def _shape(error: ValidationError, lines: dict[str, int]) -> Iterator[Problem]:
    for one in error.errors(include_url=False)[:MOST_PROBLEMS]:
        path = ".".join(str(key) for key in one["loc"])
        text, params = _words(one["type"], one.get("ctx", {}), one.get("input"))
        yield _with_line(Problem(path, text, params), lines)


def _words(kind: str, context: dict[str, Any], value: Any) -> tuple[str, dict[str, Any]]:
    """What pydantic found, in plain Dutch."""
    match kind:
        case "missing":
            return N_("ontbreekt."), {}
        case "extra_forbidden":
            return N_("dit veld kent Kennislab niet."), {}
        case "literal_error":
            return N_("“%(value)s” kan hier niet."), {"value": str(value)[:SHORT]}
        case "string_too_short" | "too_short":
            return N_("vul dit in."), {}
        case "string_too_long":
            return N_("hoogstens %(most)s tekens."), {"most": context["max_length"]}
        case "too_long":
            return N_("hoogstens %(most)s stuks."), {"most": context["max_length"]}
        case "string_type":
            return N_("moet tekst zijn."), {}
        case "string_pattern_mismatch":
            return N_("alleen kleine letters, cijfers en lage streepjes."), {}
        case "int_type" | "int_from_float":
            return N_("moet een heel getal zijn."), {}
        case "float_type" | "finite_number":
            return N_("moet een getal zijn."), {}
        case "greater_than" | "greater_than_equal":
            return N_("is te klein."), {}
        case "less_than" | "less_than_equal":
            return N_("hoogstens %(most)g."), {"most": context.get("le", context.get("lt"))}
        case "list_type":
            return N_("moet een lijst zijn."), {}
        case "model_type" | "dict_type" | "model_attributes_type":
            return N_("moet velden met waarden hebben."), {}
        case "bool_type":
            return N_("moet true of false zijn."), {}
    return N_("klopt niet."), {}
