"""What comes before what, in layers: every thing stands behind all that it followed from, and few lines cross. Knows no words and no paper.

The steps of Sugiyama, Tagawa and Toda (1981): break circles, layer by longest path, order each layer by the middle of its neighbours.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
SWEEPS = 12


def forward(keys: Sequence[K], edges: Sequence[tuple[K, K]]) -> list[tuple[K, K]]:
    """The edges without circles: one that leads back to where a walk came from is turned around. Edges to nowhere are left out."""
    near: dict[K, list[K]] = {key: [] for key in keys}
    for start, end in edges:
        if start in near and end in near and start != end:
            near[start].append(end)
    state: dict[K, int] = {}
    kept: list[tuple[K, K]] = []
    for first in keys:
        walk: list[tuple[K, int]] = [(first, 0)] if first not in state else []
        while walk:
            here, at = walk.pop()
            state[here] = 1
            if at == len(near[here]):
                state[here] = 2
                continue
            walk.append((here, at + 1))
            there = near[here][at]
            kept.append((there, here) if state.get(there) == 1 else (here, there))
            if there not in state:
                walk.append((there, 0))
    return list(dict.fromkeys(kept))


def layers(keys: Sequence[K], edges: Sequence[tuple[K, K]], least: Mapping[K, int] | None = None) -> dict[K, int]:
    """Key → layer, from 0 or from ``least``. What nothing leads to stands right before what follows from it, if it has no least."""
    floor = least or {}
    ahead: dict[K, list[K]] = {key: [] for key in keys}
    waits = dict.fromkeys(keys, 0)
    for start, end in forward(keys, edges):
        ahead[start].append(end)
        waits[end] += 1
    sources = {key for key in keys if not waits[key]}
    layer = {key: floor.get(key, 0) for key in keys}
    ready = [key for key in keys if not waits[key]]
    for here in ready:
        for there in ahead[here]:
            layer[there] = max(layer[there], layer[here] + 1)
            waits[there] -= 1
            if not waits[there]:
                ready.append(there)
    for key in sources:
        if ahead[key] and key not in floor:
            layer[key] = min(layer[there] for there in ahead[key]) - 1
    return layer


def ordered(layer: Mapping[K, int], edges: Sequence[tuple[K, K]]) -> list[list[K]]:
    """The layers with their keys in order, few lines crossing. ``edges`` lead from a layer to the next one only; same in, same out."""
    rows: list[list[K]] = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for key, at in layer.items():
        rows[at].append(key)
    before: dict[K, list[K]] = {key: [] for key in layer}
    after: dict[K, list[K]] = {key: [] for key in layer}
    for start, end in edges:
        after[start].append(end)
        before[end].append(start)
    best, fewest = [list(row) for row in rows], crossings(rows, edges)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        down = sweep % 2 == 0
        for at in range(1, len(rows)) if down else range(len(rows) - 2, -1, -1):
            fixed = {key: place for place, key in enumerate(rows[at - 1 if down else at + 1])}
            near = before if down else after
            middle = {
                key: sum(fixed[one] for one in near[key]) / len(near[key]) if near[key] else float(place)
                for place, key in enumerate(rows[at])
            }
            rows[at].sort(key=lambda key: middle[key])
        now = crossings(rows, edges)
        if now < fewest:
            best, fewest = [list(row) for row in rows], now
    return best


def crossings(rows: Sequence[Sequence[K]], edges: Sequence[tuple[K, K]]) -> int:
    """How many pairs of edges cross between two layers that lie next to each other."""
    place = {key: (at, number) for at, row in enumerate(rows) for number, key in enumerate(row)}
    between: list[list[tuple[int, int]]] = [[] for _ in rows]
    for start, end in edges:
        between[place[start][0]].append((place[start][1], place[end][1]))
    total = 0
    for pairs in between:
        passed: list[int] = []
        for _start, where in sorted(pairs):
            total += len(passed) - bisect_right(passed, where)
            insort(passed, where)
    return total


def spread(wanted: Sequence[float], apart: Sequence[float]) -> list[float]:
    """Places as near to ``wanted`` as can be (least squares) in this order, number n at least ``apart[n]`` behind the one before it.

    Pools neighbours that are in each other's way (Ayer and others, 1955).
    """
    behind, offsets = 0.0, []
    for gap in apart:
        behind += gap
        offsets.append(behind)
    pools: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=True):
        total, number = want - offset, 1
        while pools and pools[-1][0] / pools[-1][1] > total / number:
            other, more = pools.pop()
            total, number = total + other, number + more
        pools.append((total, number))
    flat = [total / number for total, number in pools for _ in range(number)]
    return [place + offset for place, offset in zip(flat, offsets, strict=True)]
