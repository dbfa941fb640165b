"""A lab in one small picture: per theme how many questions led to how many bottlenecks, solutions, lessons and actions, and what worked.

Counts what one reader may see, so it is made of the items that they were given, and asks the database nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from kennislab.archive import ledger
from kennislab.archive.folding import STAGES
from kennislab.archive.models import ArchiveItem, Outcome
from kennislab.archive.provenance import Chain, Edge, Node

MOST = 8
"""So many themes; those with most items first."""


def themes_in(items: Sequence[ArchiveItem]) -> list[tuple[str | None, list[ArchiveItem]]]:
    """The themes under which items stand first, most items first, what has no theme last."""
    found: dict[str, list[ArchiveItem]] = {}
    for item in items:
        found.setdefault(item.themes[0].casefold() if item.themes else "", []).append(item)
    by_size = sorted(found.items(), key=lambda pair: (not pair[0], -len(pair[1]), pair[0]))
    return [(some[0].themes[0] if key else None, some) for key, some in by_size]


def by_theme(items: Sequence[ArchiveItem], url_of: Callable[[str | None], str]) -> Chain:
    """A chain of numbers: each node of a theme says how many there are of its kind (``count``). ``url_of``: where all of a theme stands."""
    nodes: list[Node] = []
    edges: list[Edge] = []
    for at, (theme, some) in enumerate(themes_in(items)[:MOST]):
        middle = Node("theme", f"thema-{at}", theme or "", url_of(theme), count=len(some))
        counted = sorted(Counter(item.kind for item in some).items(), key=lambda pair: (-pair[1], pair[0]))
        made = [Node(kind, f"{at}-{kind}", str(number), count=number) for kind, number in counted]
        worked = sum(any(life.last.status is Outcome.WORKED for life in ledger.lives(item.evidence)) for item in some)
        if worked:
            made.append(Node("outcome", f"{at}-outcome", str(worked), detail=Outcome.WORKED.value, count=worked))
        nodes += [middle, *made]
        stages: dict[int, list[Node]] = {STAGES["theme"]: [middle]}
        for node in made:
            stages.setdefault(STAGES[node.kind], []).append(node)
        order = sorted(stages)
        for before, after in zip(order, order[1:], strict=False):
            # from the first of a stage: the rest of it stands beside
            edges += [Edge("grouped_into", one.key, other.key) for one in stages[before][:1] for other in stages[after]]
    return Chain(nodes, edges)
