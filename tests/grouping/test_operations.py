"""The board's verbs against real databases: what stands where, what undo gives back, what many hands do to each other."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask

from kennislab.accounts.actors import Actor
from kennislab.core import jobs, journal
from kennislab.core.db import db
from kennislab.core.errors import Conflict, DomainError, Invalid, NotFound
from kennislab.core.transaction import transaction
from kennislab.grouping import operations, placing, proposing, queries
from kennislab.grouping.models import ProposedBy, QuestionVector, WorkingGroup
from kennislab.programme.models import Lab, LabState
from kennislab.questions import operations as questions
from kennislab.questions import queries as question_queries
from tests.factories.world import bring_to
from tests.grouping.boards import person, with_questions
from tests.programme.worlds import set_state

Do = Callable[..., object]


class Board:
    """A lab with twelve questions, and short ways to act on it."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.world, self.ids = with_questions(app, 12)
        self.noor, self.sam = person(self.world, "facilitator"), person(self.world, "coordinator")

    def do(self, verb: Do, by: Actor, *arguments: object, **more: object) -> object:
        with self.app.app_context(), transaction() as tx:
            return verb(tx, tx.session.get_one(Lab, self.world.lab_id), by, *arguments, **more)

    def theme(self, title: str, *places: int, by: Actor | None = None) -> int:
        theme = self.do(operations.create_theme, by or self.noor, title, [self.ids[place] for place in places])
        return theme.id  # type: ignore[attr-defined,no-any-return]

    def seen(self) -> dict[str, list[int]]:
        """Title → places of its cards; the pile is called ""."""
        with self.app.app_context():
            return {
                column.theme.title if column.theme else "": [self.ids.index(card.question.id) for card in column.cards]
                for column in queries.board(db.session(), self.world.lab_id)
            }

    def fixed(self) -> set[int]:
        with self.app.app_context():
            return {self.ids.index(card.question.id) for card in queries.cards_of(db.session(), self.world.lab_id) if card.fixed}


@pytest.fixture
def board(app: Flask) -> Board:
    return Board(app)


def test_all_questions_begin_on_the_pile_in_order_of_arrival(board: Board) -> None:
    assert board.seen() == {"": list(range(12))}


def test_moving_to_a_place_and_back_to_the_pile(board: Board) -> None:
    warm = board.theme("Warmte", 0, 1, 2)
    board.do(operations.move_cards, board.noor, [board.ids[5], board.ids[6]], warm, 1)
    assert board.seen()["Warmte"] == [0, 5, 6, 1, 2]
    board.do(operations.move_cards, board.noor, [board.ids[2]], warm, 0)
    assert board.seen()["Warmte"] == [2, 0, 5, 6, 1]
    board.do(operations.move_cards, board.noor, [board.ids[0]], None)
    assert board.seen() == {"": [3, 4, 7, 8, 9, 10, 11, 0], "Warmte": [2, 5, 6, 1]}
    assert board.fixed() == {0, 1, 2, 5, 6}


def test_two_hundred_moves_to_the_same_place_keep_the_order(board: Board) -> None:
    warm = board.theme("Warmte", *range(12))
    expected = list(range(12))
    with board.app.app_context(), transaction() as tx:
        lab = tx.session.get_one(Lab, board.world.lab_id)
        for turn in range(200):
            card = expected[-1 - turn % 2]
            operations.move_cards(tx, lab, board.noor, [board.ids[card]], warm, 1)
            expected.remove(card)
            expected.insert(1, card)
    assert board.seen()["Warmte"] == expected


def test_names_are_checked(board: Board) -> None:
    warm = board.theme("  Warmte \n en  techniek ")
    assert list(board.seen()) == ["", "Warmte en techniek"]
    for title in ("", "   ", "x" * 121):
        with pytest.raises(Invalid):
            board.do(operations.rename_theme, board.noor, warm, title)
    board.do(operations.rename_theme, board.noor, warm, "x" * 120)
    assert list(board.seen()) == ["", "x" * 120]


def test_merge_split_remove_and_all_of_it_undone(board: Board) -> None:
    warm, money = board.theme("Warmte", 0, 1, 2, 3), board.theme("Geld", 4, 5)
    before = board.seen()
    board.do(operations.merge_themes, board.noor, money, warm)
    assert board.seen() == {"": [6, 7, 8, 9, 10, 11], "Warmte": [0, 1, 2, 3, 4, 5]}
    board.do(operations.split_theme, board.noor, warm, [board.ids[1], board.ids[4]], "Apart")
    assert board.seen() == {"": [6, 7, 8, 9, 10, 11], "Warmte": [0, 2, 3, 5], "Apart": [1, 4]}
    board.do(operations.remove_theme, board.noor, warm)
    assert board.seen() == {"": [6, 7, 8, 9, 10, 11, 0, 2, 3, 5], "Apart": [1, 4]}
    assert board.fixed() == {1, 4}
    after = board.seen()
    for _ in range(3):
        board.do(operations.undo, board.noor)
    assert board.seen() == before
    for _ in range(3):
        board.do(operations.redo, board.noor)
    assert board.seen() == after
    with pytest.raises(Conflict):
        board.do(operations.redo, board.noor)


def test_refusals_of_split_and_merge(board: Board) -> None:
    warm, money = board.theme("Warmte", 0, 1), board.theme("Geld", 4, 5)
    with pytest.raises(Invalid):
        board.do(operations.merge_themes, board.noor, warm, warm)
    with pytest.raises(Invalid):
        board.do(operations.split_theme, board.noor, warm, [board.ids[0], board.ids[1]], "Alles")
    with pytest.raises(Conflict):
        board.do(operations.split_theme, board.noor, warm, [board.ids[0], board.ids[4]], "Door elkaar")
    board.do(operations.remove_theme, board.noor, money)
    with pytest.raises(Conflict):
        board.do(operations.move_cards, board.noor, [board.ids[0]], money)
    with pytest.raises(NotFound):
        board.do(operations.move_cards, board.noor, [999_999], warm)
    with pytest.raises(Invalid):
        board.do(operations.move_cards, board.noor, [], warm)


def test_each_undoes_their_own_and_never_what_another_did_since(board: Board) -> None:
    warm, money = board.theme("Warmte", by=board.sam), board.theme("Geld", by=board.sam)
    board.do(operations.move_cards, board.noor, [board.ids[0], board.ids[1]], warm)
    board.do(operations.move_cards, board.sam, [board.ids[0]], money)
    undone = board.do(operations.undo, board.noor)
    assert undone.skipped == 1  # type: ignore[attr-defined]
    assert board.seen() == {"": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], "Warmte": [], "Geld": [0]}
    with pytest.raises(Conflict):
        board.do(operations.undo, board.noor)
    board.do(operations.undo, board.sam)
    assert board.seen()["Warmte"] == [0]


def test_a_new_step_ends_redo_and_twenty_steps_are_the_limit(board: Board) -> None:
    warm = board.theme("Warmte", by=board.sam)
    board.do(operations.move_cards, board.noor, [board.ids[0]], warm)
    board.do(operations.undo, board.noor)
    board.do(operations.move_cards, board.noor, [board.ids[1]], warm)
    with pytest.raises(Conflict):
        board.do(operations.redo, board.noor)
    for place in range(21):
        board.do(operations.fix_cards, board.noor, [board.ids[place % 12]], place % 2 == 0)
    for _ in range(20):
        board.do(operations.undo, board.noor)
    with pytest.raises(Conflict):
        board.do(operations.undo, board.noor)
    assert board.seen()["Warmte"] == [1]


def test_undo_of_a_theme_that_others_filled_puts_their_cards_on_the_pile(board: Board) -> None:
    warm = board.theme("Warmte", 0)
    board.do(operations.move_cards, board.sam, [board.ids[5]], warm)
    board.do(operations.undo, board.noor)
    seen = board.seen()
    assert list(seen) == [""]
    assert sorted(seen[""]) == list(range(12))
    assert board.fixed() == set(), "nobody put them on the pile, so a proposal may take them"


def test_themes_change_places(board: Board) -> None:
    first, second, third = board.theme("A"), board.theme("B"), board.theme("C")
    board.do(operations.shift_theme, board.noor, third, -1)
    assert list(board.seen()) == ["", "A", "C", "B"]
    board.do(operations.shift_theme, board.noor, first, 5)
    assert list(board.seen()) == ["", "C", "B", "A"]
    assert board.do(operations.shift_theme, board.noor, first, 1) is None
    for _ in range(150):
        board.do(operations.shift_theme, board.noor, second, -1)
        board.do(operations.shift_theme, board.noor, third, -1)
    assert list(board.seen()) == ["", "C", "B", "A"]


def test_what_leaves_the_lab_leaves_the_board_and_comes_back_to_its_place(board: Board) -> None:
    board.theme("Warmte", 0, 1)
    with board.app.app_context(), transaction() as tx:
        question = question_queries.of_lab(tx.session, board.world.lab_id)[0]
        questions.withdraw(tx, question)
    assert board.seen()["Warmte"] == [1]


def test_every_change_is_one_entry_of_the_journal(board: Board) -> None:
    warm = board.theme("Warmte", 0)
    board.do(operations.move_cards, board.sam, [board.ids[4]], warm)
    board.do(operations.undo, board.sam)
    with board.app.app_context():
        rows = journal.read(db.session(), queries.stream_of(board.world.lab_id))
    assert [(row.seq, row.data["verb"], row.data["columns"], row.data["by"]) for row in rows] == [
        (1, "create", [str(warm), "pile"], "Facilitator"),
        (2, "move", [str(warm), "pile"], "Coordinator"),
        (3, "undo", [str(warm), "pile"], "Coordinator"),
    ]


def test_fifty_hands_at_once_lose_nothing(board: Board) -> None:
    """Ten threads, five moves each, over two themes: every card ends in one place, and the journal counts without gaps."""
    themes = [board.theme("Warmte"), board.theme("Geld")]
    errors: list[BaseException] = []

    def hand(number: int) -> None:
        try:
            for turn in range(5):
                board.do(operations.move_cards, board.noor, [board.ids[(number + turn) % 12]], themes[(number + turn) % 2], turn % 3)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=hand, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    seen = board.seen()
    assert sorted(place for places in seen.values() for place in places) == list(range(12))
    with board.app.app_context():
        rows = journal.read(db.session(), queries.stream_of(board.world.lab_id))
    assert [row.seq for row in rows] == list(range(1, 53))


# --- proposing ----------------------------------------------------------------------------------------------------------------


def test_a_proposal_fills_the_board_once_and_the_same_each_time(board: Board) -> None:
    board.do(proposing.propose_now, board.noor, 4)
    first = board.seen()
    assert len(first) == 5
    assert sorted(place for places in first.values() for place in places) == list(range(12))
    assert board.fixed() == set()
    board.do(proposing.propose_now, board.noor, 4)
    assert board.seen() == first
    board.do(operations.undo, board.noor)
    board.do(operations.undo, board.noor)
    assert list(board.seen()) == [""]


def test_a_proposal_leaves_what_people_made_and_placed(board: Board) -> None:
    mine = board.theme("Eigen thema", 0, 11)
    board.do(operations.move_cards, board.noor, [board.ids[3]], None)
    board.do(proposing.propose_now, board.noor, 4)
    seen = board.seen()
    assert {0, 11} <= set(seen["Eigen thema"])
    assert 3 in seen[""]
    other = next(title for title in seen if title not in ("", "Eigen thema"))
    with board.app.app_context():
        theme = next(one for one in queries.themes_of(db.session(), board.world.lab_id) if one.title == other)
        assert theme.proposed_by is ProposedBy.MACHINE
    board.do(operations.rename_theme, board.sam, theme.id, "Goed gevonden")
    board.do(proposing.propose_now, board.noor, 3)
    assert {"Eigen thema", "Goed gevonden"} <= set(board.seen())
    assert mine


def test_the_job_proposes_and_what_is_moved_meanwhile_wins(board: Board) -> None:
    with board.app.app_context(), transaction() as tx:
        lab = tx.session.get_one(Lab, board.world.lab_id)
        proposing.ask_for_proposal(tx, lab, board.noor, 4)
        reading = proposing.read_board(tx.session, lab.id)
    mine = board.theme("Tussendoor", 7, by=board.sam)
    with board.app.app_context():
        row = queries.board_row(db.session(), board.world.lab_id)
        assert row is not None and row.proposal_job is not None
    ids = [one.id for one in reading.questions]
    board.do(operations.apply_proposal, board.noor, [operations.ProposedTheme("Alles", "", ids)], [])
    assert board.seen() == {"": [], "Tussendoor": [7], "Alles": [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11]}
    assert jobs.run_all(board.app) >= 1
    assert 7 in board.seen()["Tussendoor"]
    with board.app.app_context():
        row = queries.board_row(db.session(), board.world.lab_id)
        assert row is not None and row.proposal_job is None and row.groups == 4
    assert mine


def test_a_proposal_that_comes_too_late_changes_nothing(board: Board) -> None:
    with board.app.app_context(), transaction() as tx:
        proposing.ask_for_proposal(tx, tx.session.get_one(Lab, board.world.lab_id), board.noor, 4)
    with board.app.app_context(), transaction() as tx:
        set_state(tx, tx.session.get_one(Lab, board.world.lab_id), LabState.LIVE)
    jobs.run_all(board.app)
    assert list(board.seen()) == [""]


def test_a_proposal_heeds_a_largest_size_and_says_how_well_each_card_suits(board: Board) -> None:
    board.do(proposing.propose_now, board.noor, 3, 5)
    assert max(len(places) for title, places in board.seen().items() if title) <= 5
    with board.app.app_context():
        cards = [card for card in queries.cards_of(db.session(), board.world.lab_id) if card.theme_id is not None]
    sizes = {card.theme_id: sum(one.theme_id == card.theme_id for one in cards) for card in cards}
    assert all(card.level in ("strong", "fair", "weak") for card in cards if sizes[card.theme_id] > 1)
    board.do(operations.fix_cards, board.noor, [cards[0].question.id], True)
    board.do(operations.move_cards, board.noor, [cards[1].question.id], cards[0].theme_id)
    with board.app.app_context():
        now = {card.question.id: card for card in queries.cards_of(db.session(), board.world.lab_id)}
    assert (now[cards[0].question.id].level, now[cards[1].question.id].fit) == ("", None), "a person put it here: no verdict"
    board.do(operations.undo, board.noor)
    with board.app.app_context():
        assert (
            next(c for c in queries.cards_of(db.session(), board.world.lab_id) if c.question.id == cards[1].question.id).fit == cards[1].fit
        )


def test_steps_that_were_left_behind_do_not_count_among_the_twenty(board: Board) -> None:
    warm = board.theme("Warmte", by=board.sam)
    for place in range(12):
        board.do(operations.move_cards, board.noor, [board.ids[place]], warm)
    for _ in range(10):
        board.do(operations.undo, board.noor)
    for place in range(2, 12):  # another way than what was undone
        board.do(operations.move_cards, board.noor, [board.ids[place]], warm, 0)
    for _ in range(12):
        board.do(operations.undo, board.noor)
    assert board.seen()["Warmte"] == []


@pytest.mark.parametrize("groups", [1, 21])
def test_an_odd_number_of_themes_is_refused(board: Board, groups: int) -> None:
    with pytest.raises(Invalid):
        board.do(proposing.ask_for_proposal, board.noor, groups)


def test_vectors_are_made_once_and_anew_for_another_text(board: Board) -> None:
    board.do(proposing.propose_now, board.noor, 4)
    with board.app.app_context():
        before = {row.question_id: (row.digest, row.data) for row in db.session.query(QuestionVector)}
        pairs = [
            (id_, question.text) for id_, question in zip(board.ids, question_queries.of_lab(db.session(), board.world.lab_id), strict=True)
        ]
        _, made = proposing.vectors_for(db.session(), pairs)
        assert made == {}
        _, made = proposing.vectors_for(db.session(), [(board.ids[0], "Heel iets anders dan het was"), *pairs[1:]])
        assert list(made) == [board.ids[0]]
    assert set(before) == set(board.ids)
    assert {len(data) for _, data in before.values()} == {2048}


def test_vectors_are_ready_when_grouping_begins(app: Flask) -> None:
    world, ids = with_questions(app, 5, LabState.COLLECTING)
    with app.app_context(), transaction() as tx:
        bring_to(tx, tx.session.get_one(Lab, world.lab_id), LabState.GROUPING, person(world, "facilitator"))
    jobs.run_all(app)
    with app.app_context():
        assert {row.question_id for row in db.session.query(QuestionVector)} == set(ids)


def test_a_theme_is_halved_by_what_differs(board: Board) -> None:
    warm = board.theme("Alles", *range(8))
    with board.app.app_context():
        part, title = proposing.halves(db.session(), board.world.lab_id, warm)
    assert 1 <= len(part) <= 6
    assert title
    small = board.theme("Klein", 8, 9)
    with board.app.app_context(), pytest.raises(Invalid):
        proposing.halves(db.session(), board.world.lab_id, small)


# --- groups -------------------------------------------------------------------------------------------------------------------


def groups_seen(board: Board) -> dict[str, list[str]]:
    with board.app.app_context():
        return {group.name: sorted(m.person.name for m in group.members) for group in queries.groups_of(db.session(), board.world.lab_id)}


def group_id(board: Board, name: str) -> int:
    with board.app.app_context():
        return db.session.query(WorkingGroup).filter_by(lab_id=board.world.lab_id, name=name).one().id


def test_groups_come_from_themes_once(board: Board) -> None:
    with pytest.raises(Invalid):
        board.do(placing.make_groups, board.noor)
    warm = board.theme("Warmte", 0)
    board.do(placing.make_groups, board.noor)
    board.theme("Geld", 1)
    board.do(placing.make_groups, board.noor)
    board.do(placing.make_groups, board.noor)
    board.do(operations.rename_theme, board.noor, warm, "Warm wonen")
    assert groups_seen(board) == {"Warmte": [], "Geld": []}


def test_people_are_placed_moved_and_taken_out(board: Board) -> None:
    board.theme("Warmte", 0)
    board.theme("Geld", 1)
    board.do(placing.make_groups, board.noor)
    warm, money = group_id(board, "Warmte"), group_id(board, "Geld")
    who = board.world.people["participant"]
    board.do(placing.place_people, board.noor, [who], warm)
    board.do(placing.place_people, board.noor, [who], money)
    assert groups_seen(board) == {"Warmte": [], "Geld": ["Participant"]}
    with board.app.app_context():
        found = queries.group_of(db.session(), board.world.lab_id, who)
        assert found is not None and found.name == "Geld"
        assert queries.group_of(db.session(), board.world.lab_id, board.world.people["outsider"]) is None
    board.do(placing.place_people, board.noor, [who], None)
    assert groups_seen(board) == {"Warmte": [], "Geld": []}
    for wrong in ([], [board.world.people["outsider"]]):
        with pytest.raises(Invalid):
            board.do(placing.place_people, board.noor, wrong, warm)
    with pytest.raises(Conflict):
        board.do(placing.place_people, board.noor, [who], 999)


def test_who_asked_sits_with_their_own_question(board: Board) -> None:
    board.theme("Warmte", 3)
    board.do(placing.make_groups, board.noor)
    assert board.do(placing.place_by_question, board.noor) == 1
    assert board.do(placing.place_by_question, board.noor) == 0
    assert groups_seen(board) == {"Warmte": ["Participant"]}


def test_a_group_has_a_room_a_leader_and_a_size(board: Board) -> None:
    board.theme("Warmte", 0)
    board.do(placing.make_groups, board.noor)
    warm, leader = group_id(board, "Warmte"), board.world.people["facilitator"]
    board.do(placing.change_group, board.noor, warm, placing.GroupData("Warm", " Zaal  2 ", leader, 3, 8))
    with board.app.app_context():
        group = queries.group_of(db.session(), board.world.lab_id, leader)
        assert group is not None
        assert (group.name, group.room, group.least, group.most) == ("Warm", "Zaal 2", 3, 8)
    for wrong in (
        placing.GroupData("", "Zaal"),
        placing.GroupData("W", "x" * 81),
        placing.GroupData("W", "", None, 9, 8),
        placing.GroupData("W", "", None, 0, 8),
        placing.GroupData("W", "", board.world.people["outsider"]),
    ):
        with pytest.raises(Invalid):
            board.do(placing.change_group, board.noor, warm, wrong)
    board.do(placing.remove_group, board.noor, warm)
    assert groups_seen(board) == {}


def test_a_lab_of_another_programme_is_not_touched(board: Board) -> None:
    other, _ = with_questions(board.app, 3)
    warm = board.theme("Warmte", 0)
    with board.app.app_context(), transaction() as tx:
        lab = tx.session.get_one(Lab, other.lab_id)
        for verb in (operations.rename_theme, operations.merge_themes):
            with pytest.raises(DomainError):
                verb(tx, lab, board.noor, warm, "x" if verb is operations.rename_theme else warm + 1)  # type: ignore[operator]
        with pytest.raises(NotFound):
            operations.move_cards(tx, lab, board.noor, [board.ids[0]], None)
