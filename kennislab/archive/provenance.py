"""Where something came from and what came of it, in both directions and across labs, as far as a reader may see.

Question → theme → group → step → bottleneck → solution → lesson → action → paragraph of a product; with what was merged, split and asked
again, what came back in a later lab, what became of it per place, and corrections. What a reader may not see stays in the chain as a
node that tells nothing, so that the chain is whole for everybody. How it is gathered: :mod:`kennislab.archive.tracing`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.archive import layering
from kennislab.core.errors import N_

RELATIONS: Mapping[str, tuple[str, str]] = {
    "asked_in": (N_("Daar is gevraagd"), N_("Gevraagd in")),
    "grouped_into": (N_("Kwam onder het thema"), N_("Hieronder viel")),
    "worked_on_in": (N_("Opgepakt door"), N_("Werkte aan")),
    "at_step": (N_("Was bezig bij"), N_("Onderdeel van")),
    "caught_at": (N_("Daar is opgeschreven"), N_("Opgeschreven bij")),
    "came_up_with": (N_("Bracht boven"), N_("Kwam op bij")),
    "answers": (N_("Opgelost met"), N_("Lost op")),
    "drawn_from": (N_("Hier kwam uit voort"), N_("Komt voort uit")),
    "agreed_because_of": (N_("Leidde tot de afspraak"), N_("Afgesproken vanwege")),
    "merged_into": (N_("Ging op in"), N_("Samengevoegd uit")),
    "split_into": (N_("Gesplitst in"), N_("Was een deel van")),
    "asked_again": (N_("Opnieuw gevraagd als"), N_("Eerder gevraagd als")),
    "came_back": (N_("Kwam in een later lab terug als"), N_("Kwam in een eerder lab voor als")),
    "belongs_with": (N_("Hoort bij"), N_("Hoort bij")),
    "tried_in": (N_("Wat ervan kwam"), N_("Ging over")),
    "corrected_by": (N_("Verbeterd met"), N_("Verbetert")),
    "written_in": (N_("Staat nu in"), N_("Rust op")),
    "linked": (N_("Hangt samen met"), N_("Hangt samen met")),
}
"""Why one follows from another: in the words from the earlier one to the later one, and back. ``linked``: of what may not be told."""

NODES: Mapping[str, str] = {
    "lab": N_("Kennislab"),
    "theme": N_("Thema"),
    "group": N_("Werkgroep"),
    "step": N_("Onderdeel"),
    "outcome": N_("Wat ervan kwam"),
    "correction": N_("Verbetering"),
    "paragraph": N_("Kennisproduct"),
    "hidden": N_("Niet te zien"),
    "more": N_("Meer"),
}
"""What a node can be besides a kind of item."""

PLACES = ("lab", "theme", "group", "step")
"""Where something was said; the rest is what was said."""

HIDDEN = N_("Iets wat binnen een groep bleef")
PART = N_("Een kaart die is samengevoegd")
WITHDRAWN = N_("Iets wat is ingetrokken")
NO_WHERE = N_("Waar het gezegd is, staat er niet bij")
NO_PLACE = N_("Een gemeente")


@dataclass(frozen=True, slots=True)
class Node:
    """One thing in a chain. ``kind``: of an item, or one of :data:`NODES`; ``key`` tells it apart within this chain.

    ``label``: its words; of what is hidden, and of an outcome without a place, a message id. ``detail``: a kind of outcome, or the title
    of a product. ``when``, ``where`` (municipality) and ``lab`` are empty when they are not told.
    """

    kind: str
    key: str
    label: str
    url: str | None = None
    when: date | None = None
    where: str = ""
    lab: str = ""
    detail: str = ""
    hidden: bool = False
    count: int = 0


@dataclass(frozen=True, slots=True)
class Edge:
    """That ``later`` followed from ``earlier``; ``kind``: one of :data:`RELATIONS`."""

    kind: str
    earlier: str
    later: str


@dataclass(frozen=True, slots=True)
class Chain:
    """Nodes, the earlier ones first, and edges between them. ``roots``: keys of what this is the chain of; ``cut``: there is more of it."""

    nodes: Sequence[Node] = ()
    edges: Sequence[Edge] = ()
    roots: Collection[str] = ()
    cut: bool = False
    _at: dict[str, int] = field(init=False, default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._at.update({node.key: at for at, node in enumerate(self.nodes)})

    def __bool__(self) -> bool:
        return bool(self.edges)

    def __getitem__(self, key: str) -> Node:
        return self.nodes[self._at[key]]

    def before(self, key: str) -> list[tuple[Edge, Node]]:
        """What this followed from, with why."""
        return sorted(((edge, self[edge.earlier]) for edge in self.edges if edge.later == key), key=lambda pair: self._at[pair[1].key])

    def after(self, key: str) -> list[tuple[Edge, Node]]:
        """What followed from this, with why."""
        return sorted(((edge, self[edge.later]) for edge in self.edges if edge.earlier == key), key=lambda pair: self._at[pair[1].key])

    def upstream(self, key: str) -> list[Node]:
        """All that led to it, the first first."""
        return self._along(key, {edge.later: [] for edge in self.edges}, lambda edge: (edge.later, edge.earlier))

    def downstream(self, key: str) -> list[Node]:
        """All that came of it, the first first."""
        return self._along(key, {edge.earlier: [] for edge in self.edges}, lambda edge: (edge.earlier, edge.later))

    def _along(self, key: str, near: dict[str, list[str]], ends: Callable[[Edge], tuple[str, str]]) -> list[Node]:
        for edge in self.edges:
            here, there = ends(edge)
            near[here].append(there)
        seen, waiting = {key}, [key]
        while waiting:
            for there in near.get(waiting.pop(), ()):
                if there not in seen:
                    seen.add(there)
                    waiting.append(there)
        return [node for node in self.nodes if node.key in seen and node.key != key]

    def shape(self) -> list[str]:
        """The chain without any words: of each node what it looks like from where it stands. Forgetting somebody must leave it as it is."""
        looks = {node.key: "" for node in self.nodes}
        for _round in range(6):
            near: dict[str, list[str]] = {key: [] for key in looks}
            for edge in self.edges:
                near[edge.earlier].append(f">{looks[edge.later]}")
                near[edge.later].append(f"<{looks[edge.earlier]}")
            looks = {key: hashlib.sha256("|".join(sorted(around)).encode()).hexdigest()[:12] for key, around in near.items()}
        return sorted(looks.values())


def made(nodes: Iterable[Node], edges: Iterable[Edge], roots: Collection[str], cut: bool = False) -> Chain:
    """The chain in order, and with what is hidden numbered: its key must lead nowhere, and its place must tell no order of the day."""
    every, ties = list(nodes), [edge for edge in dict.fromkeys(edges) if edge.earlier != edge.later]
    layer = layering.layers([node.key for node in every], [(edge.earlier, edge.later) for edge in ties])
    near: dict[str, list[str]] = {node.key: [] for node in every}
    words = {node.key: "" if node.hidden else node.label.casefold() for node in every}
    for edge in ties:
        near[edge.earlier].append(f">{words[edge.later]}")
        near[edge.later].append(f"<{words[edge.earlier]}")
    every.sort(key=lambda node: (layer[node.key], node.hidden, node.kind, words[node.key], sorted(near[node.key])))
    names = {node.key: node.key for node in every}
    hidden = [node for node in every if node.hidden]
    names |= {node.key: f"verborgen-{number}" for number, node in enumerate(hidden, 1)}
    number = {key: at for at, key in enumerate(names)}
    return Chain(
        [replace(node, key=names[node.key]) for node in every],
        [
            Edge(edge.kind, names[edge.earlier], names[edge.later])
            for edge in sorted(ties, key=lambda one: (number[one.earlier], number[one.later], one.kind))
        ],
        frozenset(names[key] for key in roots if key in names),
        cut,
    )


# --- what later features add --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a product that rests on an item. ``key`` tells paragraphs apart."""

    item_id: str
    key: str
    label: str
    product: str
    url: str
    when: date | None = None


ParagraphsOf = Callable[[Session, Actor, Collection[str]], Sequence[Paragraph]]
"""``(session, actor, ids of items)``: the paragraphs that rest on these, only of what that actor may read."""

_paragraphs: list[ParagraphsOf] = []


def tells_paragraphs(paragraphs_of: ParagraphsOf) -> ParagraphsOf:
    """The products, later in the house, say where they use items. Usable as decorator."""
    if paragraphs_of not in _paragraphs:
        _paragraphs.append(paragraphs_of)
    return paragraphs_of


def paragraphs(session: Session, actor: Actor, item_ids: Collection[str]) -> list[Paragraph]:
    """All paragraphs that rest on one of these items, as far as this actor may read them."""
    return [one for tells in _paragraphs for one in tells(session, actor, item_ids)] if item_ids else []
