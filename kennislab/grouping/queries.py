"""Reading the board and the groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from kennislab.accounts.models import Membership, Person, Role
from kennislab.core import journal
from kennislab.grouping.models import Board, BoardChange, ChangeState, GroupMember, Placement, QuestionVector, Theme, Wish, WorkingGroup
from kennislab.questions import queries as questions
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus

UNDO_DEPTH = 20
SUITS_WELL, SUITS = 0.28, 0.15
"""From this mean likeness to its theme on, a card suits well, or fairly. Of the first two in three were right on a set with known themes,
of what is below SUITS one in four."""


def stream_of(lab_id: int) -> str:
    """The journal stream in which all changes of a lab's board and groups stand."""
    return f"board:{lab_id}"


@dataclass(frozen=True, slots=True)
class Card:
    """A question on the board. ``fixed``: a person put it here, so a proposal leaves it. ``fit``: how well it suits, by a proposal."""

    question: KnowledgeQuestion
    theme_id: int | None
    position: float
    fixed: bool
    fit: float | None = None

    @property
    def level(self) -> str:
        """How well a proposal found that it suits its theme: ``strong``, ``fair``, ``weak``; empty when a person put it there."""
        if self.fit is None or self.fixed or self.theme_id is None:
            return ""
        return "strong" if self.fit >= SUITS_WELL else "fair" if self.fit >= SUITS else "weak"


@dataclass(frozen=True, slots=True)
class Column:
    """A theme with its cards in order; without a theme: the pile of what has no theme."""

    theme: Theme | None
    cards: list[Card]

    @property
    def key(self) -> str:
        """How the page names the column: the theme's id, or ``pile``."""
        return str(self.theme.id) if self.theme else "pile"


def themes_of(session: Session, lab_id: int) -> Sequence[Theme]:
    """The themes on a lab's board, in order."""
    return session.scalars(sa.select(Theme).where(Theme.lab_id == lab_id, ~Theme.gone).order_by(Theme.position, Theme.id)).all()


def theme(session: Session, lab_id: int, theme_id: int) -> Theme | None:
    """A theme that is on this lab's board."""
    return session.scalar(sa.select(Theme).where(Theme.id == theme_id, Theme.lab_id == lab_id, ~Theme.gone))


def cards_of(session: Session, lab_id: int) -> list[Card]:
    """All submitted questions of a lab with their places, in board order. A place in a theme that is gone counts as the pile."""
    Q = KnowledgeQuestion
    rows = session.execute(
        sa.select(Q, Theme.id, Placement.position, Placement.placed_by_person, Placement.fit)
        .outerjoin(Placement, Placement.question_id == Q.id)
        .outerjoin(Theme, sa.and_(Theme.id == Placement.theme_id, ~Theme.gone))
        .where(Q.lab_id == lab_id, Q.status == QuestionStatus.SUBMITTED)
        .order_by(sa.func.coalesce(Placement.position, 0.0), Q.submitted_at, Q.id)
    )
    return [Card(question, theme_id, position or 0.0, bool(fixed), fit) for question, theme_id, position, fixed, fit in rows]


def board(session: Session, lab_id: int) -> list[Column]:
    """The pile first, then the themes in order."""
    by_theme: dict[int | None, list[Card]] = {None: []}
    themes = themes_of(session, lab_id)
    for one in themes:
        by_theme[one.id] = []
    for card in cards_of(session, lab_id):
        by_theme[card.theme_id].append(card)
    return [Column(None, by_theme[None]), *(Column(one, by_theme[one.id]) for one in themes)]


def board_row(session: Session, lab_id: int) -> Board | None:
    """What is kept of the board as a whole."""
    return session.get(Board, lab_id)


def questions_of_theme(session: Session, theme_id: int) -> Sequence[KnowledgeQuestion]:
    """The submitted questions in a theme, in board order."""
    Q = KnowledgeQuestion
    return session.scalars(
        sa.select(Q)
        .join(Placement, Placement.question_id == Q.id)
        .where(Placement.theme_id == theme_id, Q.status == QuestionStatus.SUBMITTED)
        .order_by(Placement.position, Q.submitted_at, Q.id)
    ).all()


def version(session: Session, lab_id: int) -> tuple[int, str]:
    """(journal number, stamp of the questions): when both are as before, so is the board."""
    Q = KnowledgeQuestion
    count, newest = session.execute(
        sa.select(sa.func.count(), sa.func.max(Q.updated_at)).where(Q.lab_id == lab_id, Q.status == QuestionStatus.SUBMITTED)
    ).one()
    return journal.head(session, stream_of(lab_id)), f"{count}-{newest.timestamp() if newest else 0:.3f}"


def history(session: Session, lab_id: int, limit: int = 100) -> Sequence[BoardChange]:
    """What was changed, newest first."""
    C = BoardChange
    return session.scalars(sa.select(C).where(C.lab_id == lab_id).order_by(C.id.desc()).limit(limit)).all()


def titles_of(session: Session, lab_id: int) -> dict[int, str]:
    """Theme id → name, of all themes that a lab has or had."""
    return {row.id: row.title for row in session.execute(sa.select(Theme.id, Theme.title).where(Theme.lab_id == lab_id))}


def texts_of(session: Session, lab_id: int) -> dict[int, str]:
    """Question id → text, of all questions of a lab, also those that left the board."""
    Q = KnowledgeQuestion
    return {row.id: row.text for row in session.execute(sa.select(Q.id, Q.text).where(Q.lab_id == lab_id))}


def next_undo(session: Session, lab_id: int, person_id: int) -> BoardChange | None:
    """The change that this person would undo now: their last one, if it is among their last twenty that still count."""
    C = BoardChange
    recent = sa.select(C).where(C.lab_id == lab_id, C.person_id == person_id, C.state != ChangeState.DEAD)
    recent = recent.order_by(C.id.desc()).limit(UNDO_DEPTH)
    return next((change for change in session.scalars(recent) if change.state is ChangeState.DONE), None)


def next_redo(session: Session, lab_id: int, person_id: int) -> BoardChange | None:
    """The change that this person would redo now: the one undone last."""
    C = BoardChange
    mine = sa.select(C).where(C.lab_id == lab_id, C.person_id == person_id, C.state == ChangeState.UNDONE)
    return session.scalars(mine.order_by(C.undone_at.desc(), C.id).limit(1)).first()


def vectors_of(session: Session, question_ids: Sequence[int], encoder: str) -> dict[int, QuestionVector]:
    """Question id → stored vector of this encoder, as far as there."""
    V = QuestionVector
    rows = session.scalars(sa.select(V).where(V.encoder == encoder, V.question_id.in_(question_ids)))
    return {row.question_id: row for row in rows}


# --- groups -------------------------------------------------------------------------------------------------------------------


def groups_of(session: Session, lab_id: int) -> Sequence[WorkingGroup]:
    """The working groups of a lab in order, with theme, leader and members."""
    G = WorkingGroup
    return session.scalars(
        sa.select(G)
        .where(G.lab_id == lab_id)
        .options(joinedload(G.theme), joinedload(G.leader), selectinload(G.members).joinedload(GroupMember.person))
        .order_by(G.position, G.id)
    ).all()


def group(session: Session, lab_id: int, group_id: int) -> WorkingGroup | None:
    """One working group of this lab."""
    return session.scalar(sa.select(WorkingGroup).where(WorkingGroup.id == group_id, WorkingGroup.lab_id == lab_id))


def group_of(session: Session, lab_id: int, person_id: int) -> WorkingGroup | None:
    """The group that this person is in, or leads; None when there is none. Whether they may know it yet: ``policies.may_see_groups``."""
    G, M = WorkingGroup, GroupMember
    placed = sa.select(G).join(M, M.group_id == G.id).where(M.lab_id == lab_id, M.person_id == person_id)
    led = sa.select(G).where(G.lab_id == lab_id, G.leader_id == person_id).order_by(G.position, G.id).limit(1)
    return session.scalar(placed) or session.scalars(led).first()


def people_to_place(session: Session, programme_id: int) -> Sequence[Person]:
    """The participants of a programme, by name."""
    M = Membership
    members = sa.select(M.person_id).where(M.programme_id == programme_id, M.role == Role.PARTICIPANT)
    people = session.scalars(sa.select(Person).where(Person.id.in_(members))).all()
    return sorted(people, key=lambda one: (one.name.casefold(), one.id))


def leaders_to_choose(session: Session, programme_id: int) -> Sequence[Person]:
    """Who may lead a group: everybody in the programme, by name."""
    members = sa.select(Membership.person_id).where(Membership.programme_id == programme_id)
    people = session.scalars(sa.select(Person).where(Person.id.in_(members))).all()
    return sorted(people, key=lambda one: (one.name.casefold(), one.id))


def wishes_of(session: Session, lab_id: int) -> Sequence[Wish]:
    """Who must sit together or apart, oldest first."""
    return session.scalars(sa.select(Wish).where(Wish.lab_id == lab_id).order_by(Wish.id)).all()


def own_themes(session: Session, lab_id: int) -> dict[int, int]:
    """Person id → theme of their first question that has one: where somebody most likely wants to sit."""
    at = {card.question.id: card.theme_id for card in cards_of(session, lab_id)}
    out: dict[int, int] = {}
    for question in questions.of_lab(session, lab_id):
        theme_id = at.get(question.id)
        if question.asker_id is not None and theme_id is not None:
            out.setdefault(question.asker_id, theme_id)
    return out
