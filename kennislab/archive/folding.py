"""In which column of a picture each node of a chain stands, and what is left out of the picture when there is too much of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kennislab.archive import layering
from kennislab.archive.provenance import PLACES, Chain, Edge, Node

STAGES: Mapping[str, int] = {
    "lab": 0, "question": 1, "theme": 2, "group": 3, "step": 4,
    "bottleneck": 5, "insight": 5, "linking_opportunity": 5, "fact": 5, "value": 5, "association": 5, "choice": 5, "evaluation": 5,
    "solution": 6, "advice": 6, "success_factor": 6, "lesson": 7, "action": 7, "outcome": 7, "correction": 7,
}  # fmt: skip
"""Kind → how far along the way it is: as far as its ties allow, what is of one stage stands in one column; a paragraph in the last."""


def folded(chain: Chain, most: int, layer_most: int, url: str) -> Chain:
    """At most about ``most`` boxes, ``layer_most`` in a layer: what is nearest to the roots stays, the rest is "en nog 14" per layer.

    ``url``: where the whole can be seen.
    """
    keys = [node.key for node in chain.nodes]
    layer, away = columns(chain), _steps_from(chain)
    places = {node.key: node.kind in PLACES for node in chain.nodes}
    by_nearness = sorted(keys, key=lambda key: (away[key], not places[key], keys.index(key)))
    kept: set[str] = set()
    number: dict[int, int] = {}
    for key in by_nearness:
        if key in chain.roots or (len(kept) < most and number.get(layer[key], 0) < layer_most):
            kept.add(key)
            number[layer[key]] = number.get(layer[key], 0) + 1
    out: dict[int, list[str]] = {}
    for key in keys:
        if key not in kept:
            out.setdefault(layer[key], []).append(key)
    for at, gone in list(out.items()):
        if len(gone) == 1:
            kept.add(gone[0])
            del out[at]
    if not out:
        return chain
    name = {key: key for key in kept} | {key: f"meer-{at}" for at, gone in out.items() for key in gone}
    nodes = [node for node in chain.nodes if node.key in kept]
    nodes += [Node("more", f"meer-{at}", "", url, count=len(gone), detail=_mostly(chain, gone)) for at, gone in sorted(out.items())]
    edges: dict[tuple[str, str], Edge] = {}
    for edge in chain.edges:
        start, end = name[edge.earlier], name[edge.later]
        whole = start in kept and end in kept
        if whole or layer[edge.earlier] < layer[edge.later]:
            edges.setdefault((start, end), Edge(edge.kind if whole else "linked", start, end))
    at_layer = {key: layer[key] for key in kept} | {f"meer-{at}": at for at in out}
    nodes.sort(key=lambda node: (at_layer[node.key], node.kind == "more"))
    return Chain(nodes, list(edges.values()), chain.roots, chain.cut)


def _mostly(chain: Chain, keys: Sequence[str]) -> str:
    """Of which kind most of these are."""
    kinds = [chain[key].kind for key in keys]
    return max(sorted(set(kinds)), key=kinds.count)


def columns(chain: Chain) -> dict[str, int]:
    """Node → column: behind all that it followed from, and beside what is of its stage."""
    stage = {node.key: STAGES.get(node.detail if node.kind == "more" else node.kind) for node in chain.nodes}
    here = {one: at for at, one in enumerate(sorted({one for one in stage.values() if one is not None}))}
    least = {node.key: here[one] for node in chain.nodes if (one := stage[node.key]) is not None and node.kind != "lab"}
    ties = [(edge.earlier, edge.later) for edge in chain.edges]
    found = layering.layers(list(stage), ties, least)
    last, leads = max(found.values(), default=0), {edge.earlier for edge in chain.edges}
    found |= {node.key: last for node in chain.nodes if node.kind == "paragraph" and node.key not in leads}
    number = {at: column for column, at in enumerate(sorted(set(found.values())))}  # no column stands empty
    return {key: number[at] for key, at in found.items()}


def _steps_from(chain: Chain) -> dict[str, int]:
    """How many lines each node is away from the nearest root."""
    near: dict[str, list[str]] = {node.key: [] for node in chain.nodes}
    for edge in chain.edges:
        near[edge.earlier].append(edge.later)
        near[edge.later].append(edge.earlier)
    away = {key: 0 for key in near if key in chain.roots}
    waiting = list(away)
    for here in waiting:
        for there in near[here]:
            if there not in away:
                away[there] = away[here] + 1
                waiting.append(there)
    return {key: away.get(key, len(near)) for key in near}
