"""Several facilitators at the same moment: the same card, merging what another renames, undo after another's change, anything at all."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

import pytest
from flask import Flask

from kennislab.core import journal
from kennislab.core.db import db
from kennislab.core.errors import DomainError
from kennislab.grouping import keeping, operations, queries
from tests.grouping.test_operations import Board


@pytest.fixture
def board(app: Flask) -> Board:
    return Board(app)


@pytest.fixture
def light(make_app: Callable[..., Flask], sqlite_url: str) -> Board:
    return Board(make_app(sqlite_url))


def at_once(*work: Callable[[], object]) -> list[object]:
    """What each gave, or the refusal that it met. They begin together."""
    begin = threading.Barrier(len(work))
    out: list[object] = [None] * len(work)

    def one(place: int, do: Callable[[], object]) -> None:
        begin.wait(10)
        try:
            out[place] = do()
        except DomainError as refusal:
            out[place] = refusal

    threads = [threading.Thread(target=one, args=(place, do)) for place, do in enumerate(work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return out


def whole(board: Board) -> None:
    """Every card stands in exactly one column, no column twice, and the journal has no gaps."""
    assert sorted(place for places in board.seen().values() for place in places) == list(range(12))
    with board.app.app_context():
        rows = journal.read(db.session(), queries.stream_of(board.world.lab_id))
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))


def test_two_move_the_same_card_and_the_last_one_has_it(board: Board) -> None:
    warm, money = board.theme("Warmte", by=board.sam), board.theme("Geld", by=board.sam)
    for _ in range(3):
        found = at_once(
            lambda: board.do(operations.move_cards, board.noor, [board.ids[0], board.ids[1]], warm),
            lambda: board.do(operations.move_cards, board.sam, [board.ids[0], board.ids[2]], money),
        )
        assert not any(isinstance(one, Exception) for one in found)
        whole(board)
        seen = board.seen()
        assert (1 in seen["Warmte"], 2 in seen["Geld"]) == (True, True)
        with board.app.app_context():
            last = queries.history(db.session(), board.world.lab_id)[0]
        assert 0 in seen["Warmte" if last.person_name == "Facilitator" else "Geld"]
        earlier = board.sam if last.person_name == "Facilitator" else board.noor
        undone = board.do(operations.undo, earlier)
        assert undone.skipped == 1  # type: ignore[attr-defined]  # the shared card: the other has it
        assert board.seen()["Warmte" if last.person_name == "Facilitator" else "Geld"][0] == 0


def test_one_merges_what_the_other_renames(board: Board) -> None:
    warm, money = board.theme("Warmte", 0, 1), board.theme("Geld", 2, 3)
    merged, renamed = at_once(
        lambda: board.do(operations.merge_themes, board.noor, money, warm),
        lambda: board.do(operations.rename_theme, board.sam, money, "Lasten"),
    )
    assert not isinstance(merged, Exception)
    assert board.seen()["Warmte"] == [0, 1, 2, 3]
    if isinstance(renamed, DomainError):
        assert renamed.type == "theme-gone"
    board.do(operations.undo, board.noor)
    assert board.seen() == {"": list(range(4, 12)), "Warmte": [0, 1], "Geld" if isinstance(renamed, DomainError) else "Lasten": [2, 3]}
    both = at_once(
        lambda: board.do(operations.merge_themes, board.noor, money, warm),
        lambda: board.do(operations.merge_themes, board.sam, warm, money),
    )
    assert sum(isinstance(one, DomainError) for one in both) == 1, "one of the two is gone when the other comes"
    whole(board)


def test_undo_leaves_what_another_did_since(light: Board) -> None:
    warm, money = light.theme("Warmte", 0, 1, by=light.sam), light.theme("Geld", 2, 3, by=light.sam)
    light.do(operations.rename_theme, light.noor, warm, "Warm wonen")
    light.do(operations.rename_theme, light.sam, warm, "Wonen")
    assert light.do(operations.undo, light.noor).skipped == 1  # type: ignore[attr-defined]
    assert "Wonen" in light.seen()
    light.do(operations.merge_themes, light.noor, money, warm)
    light.do(operations.move_cards, light.sam, [light.ids[2]], None)
    light.do(operations.rename_theme, light.sam, warm, "Alles")
    undone = light.do(operations.undo, light.noor)
    assert undone.skipped == 2  # type: ignore[attr-defined]  # the name, and the card that went on
    assert light.seen() == {"": [4, 5, 6, 7, 8, 9, 10, 11, 2], "Alles": [0, 1], "Geld": [3]}
    light.do(operations.move_cards, light.noor, [light.ids[4]], money)
    light.do(operations.remove_theme, light.sam, money)
    assert light.do(operations.undo, light.noor).skipped == 1  # type: ignore[attr-defined]
    assert 4 in light.seen()[""]
    whole(light)


def test_a_grouping_is_put_back_while_others_work(board: Board) -> None:
    warm, money = board.theme("Warmte", 0, 1, 2), board.theme("Geld", 3, 4)
    one: int = board.do(lambda tx, lab, by: keeping.keep(tx, lab, by, "Zo").id, board.noor)  # type: ignore[assignment]
    board.do(operations.merge_themes, board.sam, money, warm)
    found = at_once(
        lambda: board.do(keeping.put_back, board.noor, one),
        lambda: board.do(operations.move_cards, board.sam, [board.ids[7]], warm),
        lambda: board.do(operations.split_theme, board.sam, warm, [board.ids[3], board.ids[4]], "Apart"),
    )
    assert not isinstance(found[0], Exception)
    whole(board)
    assert {"Warmte", "Geld"} <= set(board.seen())


@pytest.mark.parametrize("seed", range(6))
def test_whatever_two_people_do_no_card_is_lost_and_all_can_go_back(light: Board, seed: int) -> None:
    chance = random.Random(seed)
    sam, noor = light.sam, light.noor
    light.theme("Begin", 0, 1, 2, 3, by=sam)
    for step in range(40):
        by = chance.choice([noor, sam])
        with light.app.app_context():
            themes = [theme.id for theme in queries.themes_of(db.session(), light.world.lab_id)]
        some = [light.ids[place] for place in chance.sample(range(12), chance.randint(1, 4))]
        theme, other = (chance.choice(themes), chance.choice(themes)) if themes else (0, 0)
        verbs: list[Callable[[], object]] = [
            lambda by=by, some=some, theme=theme: light.do(operations.move_cards, by, some, theme or None, chance.randint(0, 5)),
            lambda by=by, some=some: light.do(operations.move_cards, by, some, None),
            lambda by=by, some=some, step=step: light.do(operations.create_theme, by, f"Thema {step}", some),
            lambda by=by, theme=theme, step=step: light.do(operations.rename_theme, by, theme, f"Naam {step}"),
            lambda by=by, theme=theme, other=other: light.do(operations.merge_themes, by, theme, other),
            lambda by=by, theme=theme, some=some: light.do(operations.split_theme, by, theme, some[:1], "Deel"),
            lambda by=by, theme=theme: light.do(operations.remove_theme, by, theme),
            lambda by=by, theme=theme: light.do(operations.shift_theme, by, theme, chance.choice([-2, 1])),
            lambda by=by: light.do(operations.undo, by),
            lambda by=by: light.do(operations.redo, by),
        ]
        try:
            chance.choice(verbs)()
        except DomainError as refusal:
            assert refusal.status in (404, 409, 422)
    whole(light)
    for by in (noor, sam):
        with pytest.raises(DomainError, match="nothing-to-undo|niets om ongedaan"):
            for _ in range(queries.UNDO_DEPTH + 1):
                light.do(operations.undo, by)
        whole(light)
