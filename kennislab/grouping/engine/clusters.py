"""Groups of like questions: agreement of several hierarchies, with fixed points, size caps and an honest rest.

Four hierarchies (average linkage on the likeness and on a smoothed likeness, Ward on two degrees of smoothing) are each cut
at three heights; how often two questions end up together is the likeness for a last average linkage. No chance is involved: the
same input gives the same groups. Fixed questions of one theme are one cluster from the start, and two such clusters never merge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kennislab.grouping.engine.encoder import Matrix, unit

Labels = npt.NDArray[np.int64]


def suggested_groups(n: int) -> int:
    """How many groups n questions ask for: clip(round(1.2·log2 n − 1), 4, 10), and never more than would leave pairs."""
    if n < 4:
        return min(n, 1)
    return int(min(np.clip(round(1.2 * np.log2(n) - 1), 4, 10), max(1, n // 2)))


@dataclass(frozen=True)
class Hierarchy:
    """Merges in order: ``pairs[i]`` joins the clusters that hold these two items. ``stuck``: what was left could not be joined."""

    n: int
    pairs: list[tuple[int, int]]

    def cut(self, groups: int) -> Labels:
        """Labels 0…, at least ``groups`` of them."""
        parent = list(range(self.n))
        for kept, gone in self.pairs[: max(0, self.n - groups)]:
            parent[gone] = kept
        labels: dict[int, int] = {}
        out = np.empty(self.n, np.int64)
        for item in range(self.n):
            root = item
            while parent[root] != root:
                root = parent[root]
            out[item] = labels.setdefault(root, len(labels))
        return out


_NEVER, _FAR = 1e9, 1e3
"""A distance that no pair of items has: what people keep apart comes last, and above the second number nothing is joined."""


def hierarchy(distance: Matrix, *, ward: bool, fixed: Sequence[Sequence[int]] = ()) -> Hierarchy:
    """Agglomerates (n, n) distances by average linkage, or by Ward's rule (then these are squared distances).

    The items of each list in ``fixed`` are joined first; clusters that grew from different lists are never joined.
    """
    from scipy.cluster.hierarchy import linkage  # here: loading it takes 0.2 s, which only who proposes should pay
    from scipy.spatial.distance import squareform

    n = len(distance)
    if n < 2:
        return Hierarchy(n, [])
    far = np.maximum(np.asarray(distance, np.float64), 0)
    far = (far + far.T) / 2
    if ward:
        far = np.sqrt(far)
    held = np.full(n, -1)
    for number, items in enumerate(fixed):
        held[list(items)] = number
    both = (held[:, None] >= 0) & (held[None] >= 0)
    far = np.where(both, np.where(held[:, None] == held[None], 0.0, _NEVER), far)
    np.fill_diagonal(far, 0)
    joined = linkage(squareform(far, checks=False), "ward" if ward else "average")
    member = list(range(n))
    pairs: list[tuple[int, int]] = []
    for one, other, height, _size in joined.tolist():
        if height > _FAR:
            break
        pairs.append((member[int(one)], member[int(other)]))
        member.append(member[int(one)])
    return Hierarchy(n, pairs)


def compact(rows: Matrix) -> Matrix:
    """The same likenesses in at most n numbers per row: letters give thousands of columns, and everything after is cheaper so."""
    if rows.shape[1] <= len(rows):
        return rows
    return np.asarray(np.linalg.cholesky(np.asarray(rows @ rows.T, np.float64) + 1e-6 * np.eye(len(rows))), np.float32)


def smoothed(rows: Matrix, *, steps: int, neighbours: int, share: float) -> Matrix:
    """Each row drawn towards its nearest neighbours, ``steps`` times: what is near in several ways comes nearer."""
    n = len(rows)
    like = np.clip(rows @ rows.T, 0, None)
    np.fill_diagonal(like, 0)
    m = min(n - 1, neighbours)
    if m < 1:
        return rows
    bar = np.partition(like, n - m, axis=1)[:, n - m][:, None]
    graph = np.where(like >= bar, like, 0)
    graph = np.maximum(graph, graph.T) + 1e-6
    np.fill_diagonal(graph, 0)
    graph /= graph.sum(1, keepdims=True)
    moved = rows
    for _ in range(steps):
        moved = unit((1 - share) * rows + share * unit(graph @ moved))
    return moved


def agreement(rows: Matrix, groups: int, fixed: list[list[int]]) -> Matrix:
    """(n, n): in which part of twelve groupings two items are together."""
    near, nearer = smoothed(rows, steps=2, neighbours=8, share=0.5), smoothed(rows, steps=5, neighbours=6, share=0.7)
    trees = (
        hierarchy(1 - rows @ rows.T, ward=False, fixed=fixed),
        hierarchy(1 - near @ near.T, ward=False, fixed=fixed),
        hierarchy(1 - near @ near.T, ward=True, fixed=fixed),
        hierarchy(1 - nearer @ nearer.T, ward=True, fixed=fixed),
    )
    together = np.zeros((len(rows), len(rows)), np.float32)
    heights = (max(2, round(0.75 * groups)), groups, min(len(rows), round(1.3 * groups)))
    for tree in trees:
        for height in heights:
            labels = tree.cut(height)
            together += labels[:, None] == labels[None]
    return np.asarray(together / (len(trees) * len(heights)), np.float32)


def cluster(
    rows: Matrix, groups: int, *, fixed: list[list[int]] | None = None, largest: int | None = None
) -> tuple[Labels, npt.NDArray[np.bool_]]:
    """Labels 0… for the (n, d) rows of length 1, and which items fit nowhere.

    ``fixed``: lists of items that a person put together; list i gets label i, and its items stay. ``largest``: no group gets more
    than this, except by a person's hand.
    """
    n, fixed = len(rows), [items for items in fixed or [] if items]
    groups = max(1, len(fixed), min(groups, n))
    if n == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.bool_)
    rows = compact(rows)
    if groups == n:
        labels = np.arange(n)
    else:
        both = 0.98 * agreement(rows, groups, fixed) + 0.02 * np.clip(rows @ rows.T, 0, 1)
        labels = hierarchy(1 - both, ward=False, fixed=fixed).cut(groups)
    labels = _numbered(labels, fixed)
    held = np.zeros(n, np.bool_)
    for items in fixed:
        held[items] = True
    if largest is not None:
        labels = _capped(rows, labels, held, max(largest, -(-n // groups)))
    return labels, _misfits(rows, labels, held)


def _numbered(labels: Labels, fixed: list[list[int]]) -> Labels:
    """Fixed groups first, in their order; then the others by size, largest first, then by first item."""
    first = [int(labels[items[0]]) for items in fixed]
    others = [g for g in np.unique(labels).tolist() if g not in first]
    others.sort(key=lambda g: (-int((labels == g).sum()), int(np.flatnonzero(labels == g)[0])))
    new = {old: i for i, old in enumerate([*first, *others])}
    return np.array([new[int(g)] for g in labels], np.int64)


def centres(rows: Matrix, labels: Labels) -> Matrix:
    """(groups, d): the mean direction of each group."""
    member = (labels[None] == np.arange(int(labels.max()) + 1)[:, None]).astype(np.float32)
    return unit(member @ rows)


def fit(rows: Matrix, labels: Labels) -> npt.NDArray[np.float32]:
    """(n,): the mean likeness of an item to the others of its group, about −0.1…1; 0 for an item alone."""
    out = np.zeros(len(rows), np.float32)
    for group in np.unique(labels):
        items = np.flatnonzero(labels == group)
        if len(items) > 1:
            like = rows[items] @ rows[items].T
            out[items] = (like.sum(1) - 1) / (len(items) - 1)
    return out


def _capped(rows: Matrix, labels: Labels, held: npt.NDArray[np.bool_], largest: int) -> Labels:
    """Moves what loses least by it from groups that are too large to groups with room."""
    labels = labels.copy()
    like = rows @ centres(rows, labels).T
    count = np.bincount(labels, minlength=like.shape[1])
    while True:
        full = [g for g in range(len(count)) if count[g] > largest and (~held[labels == g]).any()]
        room = np.flatnonzero(count < largest)
        if not full or not len(room):
            return labels
        items = np.flatnonzero(np.isin(labels, full) & ~held)
        loss = like[items, labels[items]][:, None] - like[np.ix_(items, room)]
        at, to = np.unravel_index(int(loss.argmin()), loss.shape)
        count[labels[items[at]]] -= 1
        labels[items[at]] = room[to]
        count[room[to]] += 1


_LONELY = 0.75
"""How far above an arbitrary pair the likeness to the nearest other question must be, as a part of what chance alone gives the
nearest of n: the square root of 2·ln n standard deviations."""
_MOST_ALONE = 8
"""At most one in so many goes to the rest: who gets a pile of everything has no help."""


def _misfits(rows: Matrix, labels: Labels, held: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """What is like nothing here: its group does not hold it, and no single question comes near. The loneliest, when there are many."""
    n = len(rows)
    empty = np.linalg.norm(rows, axis=1) < 0.5
    if n < 8:
        return empty & ~held
    like = rows @ rows.T
    pairs = like[np.triu_indices(n, 1)]
    np.fill_diagonal(like, -1)
    middle = np.median(pairs)
    spread = 1.4826 * float(np.median(np.abs(pairs - middle)))
    bar = float(middle) + _LONELY * float(np.sqrt(2 * np.log(n))) * spread
    nearest = like.max(1)
    alone = (nearest < bar) & (fit(rows, labels) < bar / 3) & ~held
    if alone.sum() > n // _MOST_ALONE:
        few = np.flatnonzero(alone)[np.argsort(nearest[alone], kind="stable")[: n // _MOST_ALONE]]
        alone = np.isin(np.arange(n), few)
    return (alone | empty) & ~held
