"""Kept groupings: what is kept, what comparing says, and that putting one back is a step like any other."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from kennislab.accounts.actors import Actor
from kennislab.core.db import db
from kennislab.core.errors import Conflict, Invalid, NotFound
from kennislab.core.transaction import Tx
from kennislab.grouping import keeping, operations, placing, queries
from kennislab.grouping.comparing import Part, adjusted_rand, compare
from kennislab.grouping.models import WorkingGroup
from kennislab.programme.models import Lab
from tests.grouping.test_operations import Board


@pytest.fixture
def board(make_app: Callable[..., Flask], sqlite_url: str) -> Board:
    return Board(make_app(sqlite_url))


def kept_id(board: Board, name: str = "Maandag") -> int:
    return board.do(lambda tx, lab, by: keeping.keep(tx, lab, by, name).id, board.noor)  # type: ignore[return-value]


def test_put_back_is_one_step_that_can_be_undone(board: Board) -> None:
    warm, money = board.theme("Warmte", 0, 1, 2), board.theme("Geld", 3, 4)
    board.do(operations.move_cards, board.noor, [board.ids[9]], None)
    board.do(placing.make_groups, board.noor)
    monday, fixed = board.seen(), board.fixed()
    one = kept_id(board)
    board.do(operations.merge_themes, board.noor, money, warm)
    board.do(operations.rename_theme, board.sam, warm, "Alles")
    board.theme("Nieuw", 5, 6)
    board.do(operations.fix_cards, board.sam, [board.ids[0]], False)
    after = board.seen()
    board.do(keeping.put_back, board.noor, one)
    seen = board.seen()
    assert {title: sorted(cards) for title, cards in seen.items()} == {title: sorted(cards) for title, cards in monday.items()}
    assert seen["Warmte"] == monday["Warmte"]
    assert board.fixed() == fixed
    with board.app.app_context():
        group = db.session.query(WorkingGroup).filter_by(lab_id=board.world.lab_id, name="Geld").one()
        assert queries.theme(db.session(), board.world.lab_id, group.theme_id or 0) is not None, "the group holds on to the same theme"
    board.do(operations.undo, board.noor)
    assert board.seen() == after
    board.do(operations.redo, board.noor)
    assert board.seen()["Geld"] == monday["Geld"]


def test_what_came_later_stays_where_its_theme_is_and_else_goes_to_the_pile(board: Board) -> None:
    board.theme("Warmte", 0, 1)
    one = kept_id(board)
    with board.app.app_context():
        kept = keeping.kept(db.session(), board.world.lab_id, one)
        for part in kept.themes:  # as if these two questions had come later
            part["questions"] = [id_ for id_ in part["questions"] if id_ not in (board.ids[7], board.ids[8])]
        themes = list(kept.themes)
    board.do(lambda tx, lab, by: setattr(keeping.kept(tx.session, lab.id, one), "themes", themes), board.noor)
    warm = queries_theme(board, "Warmte")
    board.do(operations.move_cards, board.sam, [board.ids[7]], warm)
    board.theme("Later", 8)
    board.do(keeping.put_back, board.noor, one)
    seen = board.seen()
    assert list(seen) == ["", "Warmte"]
    assert seen["Warmte"] == [0, 1, 7]
    assert 8 in seen[""]
    assert 8 not in board.fixed()


def queries_theme(board: Board, title: str) -> int:
    with board.app.app_context():
        return next(theme.id for theme in queries.themes_of(db.session(), board.world.lab_id) if theme.title == title)


def test_refusals(board: Board) -> None:
    with pytest.raises(Invalid):
        kept_id(board)  # nothing on the board
    board.theme("Warmte", 0)
    for name in ("", "  ", "x" * 121):
        with pytest.raises(Invalid):
            kept_id(board, name)
    one = kept_id(board)

    def throw_away(tx: Tx, lab: Lab, by: Actor) -> None:
        keeping.throw_away(tx, lab, one)

    board.do(throw_away, board.noor)
    with pytest.raises(NotFound):
        board.do(throw_away, board.noor)
    with pytest.raises(NotFound):
        board.do(keeping.put_back, board.noor, one)
    for number in range(keeping.MOST_KEPT):
        kept_id(board, f"Nummer {number}")
    with pytest.raises(Conflict):
        kept_id(board, "Te veel")


# --- comparing, pure ----------------------------------------------------------------------------------------------------------

A = [Part(1, "Warmte", [1, 2, 3]), Part(2, "Geld", [4, 5, 6]), Part(None, "", [7])]


def test_the_same_is_the_same() -> None:
    found = compare(A, A)
    assert found.agreement == 1
    assert found.moves == []
    assert found.in_words == "De twee indelingen zijn hetzelfde."


def test_what_moved_where() -> None:
    found = compare(A, [Part(1, "Warm wonen", [1, 2, 4]), Part(2, "Geld", [5, 6]), Part(None, "", [3, 7, 9])])
    assert [(m.before.title if m.before else "", m.after.title if m.after else "", m.questions) for m in found.moves] == [
        ("Warmte", "", [3]),
        ("Geld", "Warm wonen", [4]),
    ]
    assert [(m.before and m.before.title, m.after and m.after.title, m.stayed) for m in found.matches] == [
        ("Warmte", "Warm wonen", [1, 2]),
        ("Geld", "Geld", [5, 6]),
    ]
    assert (found.only_before, found.only_after) == ([], [9])


def test_a_new_theme_with_most_of_the_same_questions_is_taken_for_the_old_one() -> None:
    found = compare(A, [Part(8, "Stook", [1, 2]), Part(9, "Poen", [3, 4, 5, 6]), Part(None, "", [7])])
    assert [(m.before and m.before.title, m.after and m.after.title) for m in found.matches] == [("Warmte", "Stook"), ("Geld", "Poen")]
    assert [move.questions for move in found.moves] == [[3]]


def test_a_theme_that_fell_apart_and_one_that_is_new() -> None:
    found = compare(A, [Part(1, "Warmte", [1]), Part(3, "Los", [2, 3]), Part(None, "", [4, 5, 6, 7])])
    assert [(m.before and m.before.title, m.after and m.after.title) for m in found.matches] == [
        ("Warmte", "Warmte"),
        ("Geld", None),
        (None, "Los"),
    ]
    assert found.in_words != "De twee indelingen zijn hetzelfde."


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], None),
        ([(0, 0)], None),
        ([(0, 5), (0, 5), (1, 6), (1, 6)], 1.0),
        ([(0, 0), (0, 1), (1, 0), (1, 1)], -0.5),
        ([(0, 0), (0, 0), (0, 0)], 1.0),
        ([(0, 0), (0, 0), (0, 1), (1, 1), (1, 2), (1, 2)], 0.2424),
    ],
    ids=["none", "one", "equal", "worse than chance", "all together", "known"],
)
def test_adjusted_rand(pairs: list[tuple[int, int]], expected: float | None) -> None:
    found = adjusted_rand(pairs)
    assert found == (None if expected is None else pytest.approx(expected, abs=1e-4))
