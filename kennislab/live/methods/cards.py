"""Cards that go round: everybody scores cards of others, in rounds, and every card is scored as often as any other."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence

Round = dict[str, str]
"""Who holds which card: person → card."""
Pair = tuple[str, str]
TRIES = 40


def hand_round(authors: Mapping[str, str], people: Sequence[str], rounds: int, seed: str, *, before: Sequence[Round] = ()) -> list[Round]:
    """For every round who holds which card (``authors``: card → person).

    In a round everybody holds at most one card and every card is with at most one person; nobody gets an own card, nor the same card
    twice, the rounds ``before`` included (for late-comers the rest is handed out anew). With as many people as cards, more than there are
    rounds, every card is held exactly ``rounds`` times; else cards and people differ by as little as can be.
    """
    holders, cards = sorted(set(people)), sorted(authors)
    if not holders or not cards or rounds < 1:
        return [{} for _ in range(max(0, rounds))]
    taken = {(person, card) for one in before for person, card in one.items()} | {(person, card) for card, person in authors.items()}
    best: list[Pair] = []
    for attempt in range(TRIES):
        random_ = random.Random(f"{seed}:{attempt}")
        random_.shuffle(holders)
        random_.shuffle(cards)
        pairs, whole = _pairs(authors, holders, cards, rounds, taken, random_, plain=not before)
        if len(pairs) > len(best):
            best = pairs
        if whole:
            break
    return _rounds(best, rounds, random.Random(f"{seed}:order"))


def _pairs(
    authors: Mapping[str, str], holders: list[str], cards: list[str], rounds: int, taken: set[Pair], random_: random.Random, *, plain: bool
) -> tuple[list[Pair], bool]:
    """Who is to hold which cards, in no order yet, and whether that is all that was wanted."""
    if plain and len(holders) == len(cards) and set(authors.values()) == set(holders):
        by_author = {person: card for card, person in authors.items()}
        size = len(holders)
        offsets = random_.sample(range(1, size), min(rounds, size - 1))
        return [(person, by_author[holders[(i + off) % size]]) for i, person in enumerate(holders) for off in offsets], True
    if len(holders) <= len(cards):
        wanted = _dealt(holders, cards, min(rounds, len(cards)))
    else:
        wanted = [(person, card) for card, person in _dealt(cards, holders, min(rounds, len(holders)))]
    return _without(wanted, taken, random_)


def _dealt(few: list[str], many: list[str], each: int) -> list[Pair]:
    """``each`` of the many for every one of the few, all of the many equally often (they differ by one at most)."""
    return [(one, many[(index * each + turn) % len(many)]) for index, one in enumerate(few) for turn in range(each)]


def _without(wanted: list[Pair], taken: set[Pair], random_: random.Random) -> tuple[list[Pair], bool]:
    """The same numbers for all, but none that is taken: such a pair changes cards with another. What cannot be changed is left out."""
    have = set(wanted) - taken
    whole = True
    for person, card in (pair for pair in wanted if pair in taken):
        others = sorted(have)
        random_.shuffle(others)
        for other, theirs in others:
            mine, yours = (person, theirs), (other, card)
            if mine not in taken and yours not in taken and mine not in have and yours not in have:
                have.remove((other, theirs))
                have.update((mine, yours))
                break
        else:
            whole = False
    return sorted(have), whole


def _rounds(pairs: Iterable[Pair], rounds: int, random_: random.Random) -> list[Round]:
    """Over the rounds, nobody with two cards and no card with two people at once (edge colouring of a bipartite graph, König 1916)."""
    order = list(pairs)
    random_.shuffle(order)
    held: dict[str, dict[int, str]] = {}
    where: dict[str, dict[int, str]] = {}
    for person, card in order:
        mine, its = held.setdefault(person, {}), where.setdefault(card, {})
        free_here = next(turn for turn in range(rounds) if turn not in mine)
        free_there = next(turn for turn in range(rounds) if turn not in its)
        if free_here in its:
            _swap(held, where, card, free_here, free_there)
        mine[free_here], its[free_here] = card, person
    result: list[Round] = [{} for _ in range(rounds)]
    for person, turns in held.items():
        for turn, card in turns.items():
            result[turn][person] = card
    random_.shuffle(result)
    return [dict(sorted(one.items())) for one in result]


def _swap(held: dict[str, dict[int, str]], where: dict[str, dict[int, str]], card: str, first: int, second: int) -> None:
    """Frees round ``first`` at ``card``: along the path of pairs that are in those two rounds by turns, they change places."""
    path: list[tuple[str, str, int]] = []
    at, turn, on_card = card, first, True
    while True:
        other = (where if on_card else held)[at].get(turn)
        if other is None:
            break
        path.append((other, at, turn) if on_card else (at, other, turn))
        at, turn, on_card = other, second if turn == first else first, not on_card
    for person, one, when in path:
        del held[person][when], where[one][when]
    for person, one, when in path:
        new = second if when == first else first
        held[person][new], where[one][new] = one, person
