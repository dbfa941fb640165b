"""Themes and likeness of short Dutch texts, without a database: what the command line, the board and the benchmarks call.

Deterministic: the same texts give the same answer. Nothing is fetched from anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from kennislab.grouping.engine.clusters import centres, cluster, fit, suggested_groups
from kennislab.grouping.engine.encoder import Encoder, Matrix, default_encoder
from kennislab.grouping.engine.labels import label_groups
from kennislab.grouping.engine.similar import ranked
from kennislab.grouping.engine.space import theme_space


class Group(TypedDict):
    """A proposed theme: ``items`` are indices of the texts, most central first is ``subtitle``."""

    label: str
    subtitle: str
    items: list[int]


class Themes(TypedDict):
    """A proposal. Every text stands in one group or in ``rest``."""

    groups: list[Group]
    rest: list[int]


class Similar(TypedDict):
    """One text's likeness to the text asked for: −1…1."""

    item: int
    score: float


@dataclass(frozen=True)
class Proposal:
    """``groups``: in the order of ``seeds``, then new ones. ``fits``: per text its likeness to its own group."""

    groups: list[Group]
    rest: list[int]
    fits: list[float]


@dataclass(frozen=True)
class Seed:
    """A theme that a person made: what they put in it stays, and its title attracts (an empty title does not)."""

    title: str = ""
    items: tuple[int, ...] = ()


def propose(
    texts: Sequence[str],
    vectors: Matrix,
    encoder: Encoder,
    *,
    groups: int | None = None,
    seeds: Sequence[Seed] = (),
    parked: Sequence[int] = (),
    largest: int | None = None,
) -> Proposal:
    """Groups for texts whose vectors are known. ``parked`` texts stay in the rest; ``seeds`` stay themes, whatever ``groups`` says.

    A theme with a typed title and no questions yet attracts what its title resembles.
    """
    fixed_away = set(parked)
    here = [i for i in range(len(texts)) if i not in fixed_away]
    at = {item: place for place, item in enumerate(here)}
    titles = [(s, seed.title) for s, seed in enumerate(seeds) if seed.title.strip()]
    all_texts = [texts[i] for i in here] + [title for _, title in titles]
    if not all_texts:
        return Proposal([Group(label=seed.title, subtitle="", items=[]) for seed in seeds], sorted(fixed_away), [0.0] * len(texts))
    rows_of = np.vstack([vectors[here], encoder.encode([title for _, title in titles])]) if titles else vectors[here]
    holds: list[list[int]] = [[at[i] for i in seed.items if i in at] for seed in seeds]
    for place, (s, _) in enumerate(titles):
        holds[s].append(len(here) + place)
    used = [s for s, items in enumerate(holds) if items]
    rows = theme_space(np.asarray(rows_of, np.float32), all_texts, encoder.name)
    wanted = groups or max(suggested_groups(len(here)), len(used))
    labels, alone = cluster(rows, wanted, fixed=[holds[s] for s in used], largest=largest)
    labels = labels.copy() if groups is not None else _not_alone(rows, labels, alone, len(used), len(here))
    held = {p for items in holds for p in items}
    wordless = np.array([p not in held and not any(c.isalpha() for c in text) for p, text in enumerate(all_texts)])
    labels[_dissolved(labels, alone, wordless, len(here), groups is None)] = -1
    labels = _closed_up(labels, len(used))
    fits = fit(rows, np.where(labels < 0, np.arange(len(labels)) + len(labels), labels))
    own = labels[: len(here)]
    named = label_groups([texts[i] for i in here], vectors[here], own, encoder)
    out: list[Group] = []
    for s, seed in enumerate(seeds):
        members = [here[p] for p in np.flatnonzero(own == used.index(s))] if s in used else []
        central = texts[here[named[used.index(s)][1]]] if members and used.index(s) < len(named) else ""
        suggested = named[used.index(s)][0] if members and used.index(s) < len(named) else ""
        out.append(Group(label=seed.title or suggested, subtitle=central, items=members))
    for g in range(len(used), len(named)):
        members = [here[p] for p in np.flatnonzero(own == g)]
        if members:
            out.append(Group(label=named[g][0] or texts[here[named[g][1]]], subtitle=texts[here[named[g][1]]], items=members))
    rest = sorted(fixed_away | {here[p] for p in np.flatnonzero(own < 0)})
    per_text = [0.0] * len(texts)
    for place, item in enumerate(here):
        per_text[item] = round(float(fits[place]), 4)
    return Proposal(out, rest, per_text)


def _not_alone(rows: Matrix, labels: np.ndarray, alone: np.ndarray, seeds: int, real: int) -> np.ndarray:
    """When nobody asked for a number of groups: a new group of one joins the group that it is nearest to, unless it fits nowhere."""
    labels = labels.copy()
    if real < 8:
        return labels
    size = np.bincount(labels)
    like = rows @ centres(rows, labels).T
    like[:, size < 2] = -2
    for item in np.flatnonzero((size[labels] == 1) & (labels >= seeds) & ~alone):
        if like[item].max() > 0:
            labels[item] = int(like[item].argmax())
    return labels


def _dissolved(labels: np.ndarray, alone: np.ndarray, wordless: np.ndarray, real: int, free: bool) -> np.ndarray:
    """What goes to the rest: misfits, but never a whole group; a group of one only when nobody asked for a number of groups."""
    gone = alone.copy()
    gone[real:] = False
    for group in np.unique(labels):
        inside = labels == group
        if gone[inside].all() and (inside.sum() > 1 or not free):
            gone[inside] = False
    return gone | wordless


def _closed_up(labels: np.ndarray, seeds: int) -> np.ndarray:
    """Labels without holes after what went to the rest; seeds keep theirs."""
    kept = sorted(set(range(seeds)) | {int(g) for g in np.unique(labels) if g >= 0})
    new = {old: i for i, old in enumerate(kept)}
    return np.array([new.get(int(g), -1) for g in labels], np.int64)


def themes(
    texts: Sequence[str], groups: int | None = None, *, encoder: Encoder | None = None, seeds: Mapping[int, str] | None = None
) -> Themes:
    """Themes for loose texts; ``groups`` as asked, else as many as suit. ``seeds``: text index → title of the theme it must be in."""
    encoder = encoder or default_encoder()
    by_title: dict[str, list[int]] = {}
    for item, title in (seeds or {}).items():
        by_title.setdefault(title, []).append(item)
    held = [Seed(title, tuple(items)) for title, items in by_title.items()]
    found = propose(list(texts), encoder.encode(list(texts)), encoder, groups=groups, seeds=held)
    return Themes(groups=found.groups, rest=found.rest)


def similar(texts: Sequence[str], to: str, *, encoder: Encoder | None = None) -> list[Similar]:
    """All texts with their likeness to ``to``, best first."""
    return [Similar(item=item, score=round(score, 4)) for item, score in ranked(list(texts), to, encoder=encoder)]


__all__ = ["Group", "Proposal", "Seed", "Similar", "Themes", "default_encoder", "propose", "similar", "suggested_groups", "themes"]
