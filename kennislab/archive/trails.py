"""Following the ties between items and the descent of questions, in rounds, as far as a reader may see.

What is not sealed yet, or of another programme, is not there at all; of what they may not see there is a place without words, and the way
goes on behind it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from kennislab.accounts.actors import Actor
from kennislab.archive import policies
from kennislab.archive.models import ArchiveItem, Consent, ItemLink, LinkKind, SeatedIn
from kennislab.archive.provenance import Edge, Node
from kennislab.programme.models import Lab, LabState
from kennislab.programme.policies import is_member
from kennislab.questions import policies as questions
from kennislab.questions.models import KnowledgeQuestion, Lineage, QuestionStatus

MOST = 400
"""So many items and questions one chain has at most: those nearest to where it begins."""
Way = Literal["up", "down"]
Sight = Literal["open", "hidden", "none"]
A = ArchiveItem
LIGHT = (joinedload(A.lab).joinedload(Lab.programme), joinedload(A.municipality))
_LINKS = {LinkKind.QUESTION: "came_up_with", LinkKind.ORIGIN: "drawn_from"}
_DESCENT = {"merged": "merged_into", "split": "split_into", "carried": "asked_again"}
_ORDER = ("question", "bottleneck", "linking_opportunity", "solution", "advice", "insight", "success_factor", "lesson", "action")


def ref_of(item_id: str) -> str:
    """How an item is called within a chain."""
    return f"kaart-{item_id}"


class Trail:
    """A chain that grows. ``up`` and ``down``: what was found behind and ahead of where it began.

    ``near``: only what was tied; not what a group worked on besides.
    """

    def __init__(self, session: Session, actor: Actor, roots: Sequence[ArchiveItem] = (), *, near: bool = False) -> None:
        self.session, self.actor, self.near = session, actor, near
        self.items: dict[str, ArchiveItem] = {}
        self.questions: dict[str, KnowledgeQuestion] = {}
        self.asked: dict[int, str] = {}  # id of a knowledge question → where it stands here: its item, or itself
        self.sights: dict[str, Sight] = {}
        self.sat: dict[int, set[str]] | None = None
        self.cut = False  # whether there is more than MOST
        self.ties: dict[tuple[str, str, str], None] = {}
        self.found: dict[Way, list[str]] = {"up": [], "down": []}
        self.nodes: dict[str, Node] = {}
        self.edges: dict[Edge, None] = {}
        for root in roots:
            self.items[ref_of(root.id)] = root
            self.sights[ref_of(root.id)] = "open"

    # --- what may be seen -----------------------------------------------------------------------------------------------------

    def sight_of(self, ref: str) -> Sight:
        """Whether the actor sees it, sees that there is something, or is not told of it at all."""
        if ref not in self.sights:
            self.sights[ref] = self._of_item(self.items[ref]) if ref in self.items else self._of_question(self.questions[ref])
        return self.sights[ref]

    def _of_item(self, item: ArchiveItem) -> Sight:
        staff = self.actor.is_staff(item.programme_id)
        if is_member(self.actor, item.programme_id) is not True or (not staff and item.lab.state is not LabState.ARCHIVED):
            return "none"
        if item.withdrawn_at is not None:
            return "hidden"
        return "open" if policies.may_see_item(self.actor, item, self._groups(item.lab_id)) is True else "hidden"

    def _groups(self, lab_id: int) -> set[str]:
        """Names of the groups of a lab in which the reader sat; those of all labs are read at once."""
        if self.sat is None:
            self.sat = {}
            if self.actor.person_id is not None:
                mine = sa.select(SeatedIn.lab_id, SeatedIn.group_name).where(SeatedIn.person_id == self.actor.person_id)
                for lab, group in self.session.execute(mine):
                    self.sat.setdefault(lab, set()).add(group)
        return self.sat.get(lab_id, set())

    def was_open(self, ref: str) -> bool:
        """Whether its author withdrew what this reader could see before: then it keeps its place, without words."""
        item = self.items.get(ref)
        if item is None or item.withdrawn_at is None or self.sight_of(ref) != "hidden":
            return False
        staff = self.actor.is_staff(item.programme_id)
        return staff or item.consent is not Consent.GROUP or item.group_name in self._groups(item.lab_id)

    def _of_question(self, question: KnowledgeQuestion) -> Sight:
        if question.status is QuestionStatus.DRAFT or is_member(self.actor, question.lab.programme_id) is not True:
            return "none"
        return "open" if questions.may_see(self.actor, question) is True else "hidden"

    # --- reading --------------------------------------------------------------------------------------------------------------

    def add_items(self, ids: Collection[str]) -> None:
        """Reads these items, and of those that are knowledge questions what they were before the day."""
        new = [one for one in ids if ref_of(one) not in self.items]
        for part in parts(new):
            for item in self.session.scalars(sa.select(A).where(A.id.in_(part)).options(*LIGHT)):
                self.items[ref_of(item.id)] = item

    def add_questions(self, every: Sequence[KnowledgeQuestion]) -> list[str | None]:
        """Where these questions stand: the item that was made of each, or itself; None when this actor is not told of it."""
        new = [one for one in every if one.id not in self.asked]
        there: dict[str, ArchiveItem] = {}
        for part in parts([one.public_id for one in new]):
            labs = {one.lab_id for one in new}  # with the lab, an index is there
            chosen = sa.select(A).where(A.lab_id.in_(labs), A.source_kind == "question", A.source_id.in_(part)).options(*LIGHT)
            there |= {item.source_id or "": item for item in self.session.scalars(chosen) if not item.anonymous}
        for one in new:
            item = there.get(one.public_id)
            ref = ref_of(item.id) if item is not None else ""
            if item is not None:
                self.items.setdefault(ref, item)
            if item is None or self.sight_of(ref) == "none":
                ref = f"vraag-{one.public_id}"
                self.questions[ref] = one
            self.asked[one.id] = ref
        refs = [self.asked[one.id] for one in every]
        return [ref if self.sight_of(ref) != "none" else None for ref in refs]

    def walk(self, way: Way, starts: Sequence[str]) -> None:
        """Follows every tie in one direction from here, as far as there is something."""
        seen = dict.fromkeys([*self.found[way], *starts])
        frontier = [ref for ref in starts if ref not in self.found[way]]
        while frontier:
            ties = [*self._ties(way, [ref for ref in frontier if ref in self.items]), *self._descent(way, frontier)]
            frontier = []
            for kind, earlier, later in ties:
                there = earlier if way == "up" else later
                if self.sight_of(there) == "none":
                    continue
                self.ties[kind, earlier, later] = None
                if there in seen:
                    continue
                if len(seen) >= MOST:
                    self.cut = True
                    continue
                seen[there] = None
                frontier.append(there)
        self.found[way] = list(seen)

    def _ties(self, way: Way, refs: Sequence[str]) -> list[tuple[str, str, str]]:
        """Ties of these items with what came before them, or after."""
        raw: list[tuple[str, str, str]] = []
        either: list[tuple[str, str]] = []
        for part in parts([self.items[ref].id for ref in refs]):
            own = sa.select(A.id, A.answers_id, A.merged_into_id)
            if way == "up":
                raw += [("answers", solved, one) for one, solved, _whole in self.session.execute(own.where(A.id.in_(part))) if solved]
                raw += [("merged_into", one, whole or "") for one, _s, whole in self.session.execute(own.where(A.merged_into_id.in_(part)))]
            else:
                raw += [("answers", solved or "", one) for one, solved, _w in self.session.execute(own.where(A.answers_id.in_(part)))]
                raw += [("merged_into", one, whole) for one, _s, whole in self.session.execute(own.where(A.id.in_(part))) if whole]
            near, far = (ItemLink.from_id, ItemLink.to_id) if way == "up" else (ItemLink.to_id, ItemLink.from_id)
            links = sa.select(ItemLink.kind, ItemLink.from_id, ItemLink.to_id).where(
                sa.or_(near.in_(part), sa.and_(far.in_(part), ItemLink.kind == LinkKind.RELATED))
            )
            for link, start, end in self.session.execute(links.order_by(ItemLink.id)):
                if link is LinkKind.RELATED:
                    either.append((start, end))
                else:
                    raw.append((_LINKS[link], end, start))
        self.add_items({one for _kind, *both in raw for one in both} | {one for both in either for one in both})
        known = [(kind, *both) for kind, *both in raw if all(ref_of(one) in self.items for one in both)]
        told = [(self._why(kind, ref_of(later)), ref_of(earlier), ref_of(later)) for kind, earlier, later in known]
        here = set(refs)
        for one, other in either:
            if ref_of(one) in self.items and ref_of(other) in self.items:
                kind, earlier, later = self._in_time(ref_of(one), ref_of(other))
                if (later if way == "up" else earlier) in here:
                    told.append((kind, earlier, later))
        return told

    def _why(self, kind: str, later: str) -> str:
        return "agreed_because_of" if kind != "merged_into" and self.items[later].kind == "action" else kind

    def _in_time(self, one: str, other: str) -> tuple[str, str, str]:
        """What belongs together, the earlier lab first; of one lab in the order of a chain."""

        def place(ref: str) -> tuple[datetime, int, int, str, str]:
            item = self.items[ref]
            return item.lab.starts_at, item.lab_id, _ORDER.index(item.kind) if item.kind in _ORDER else len(_ORDER), item.text, ref

        earlier, later = sorted((one, other), key=place)
        return "belongs_with" if self.items[one].lab_id == self.items[other].lab_id else "came_back", earlier, later

    def _descent(self, way: Way, refs: Sequence[str]) -> list[tuple[str, str, str]]:
        """What questions were merged from, split off or asked again as."""
        public = [item.source_id or "" for ref in refs if (item := self.items.get(ref)) and item.source_kind == "question"]
        public += [self.questions[ref].public_id for ref in refs if ref in self.questions]
        public = [one for one in public if one]
        told: list[tuple[str, str, str]] = []
        Q, L = KnowledgeQuestion, Lineage
        for part in parts(public):
            mine = {one.id: one for one in self.session.scalars(sa.select(Q).where(Q.public_id.in_(part)).options(joinedload(Q.lab)))}
            self.add_questions(list(mine.values()))
            near, far = (L.question_id, L.from_id) if way == "up" else (L.from_id, L.question_id)
            lines = self.session.scalars(sa.select(L).where(near.in_(mine)).order_by(L.at, far)).all()
            others = {line.from_id if way == "up" else line.question_id for line in lines}
            more = self.session.scalars(sa.select(Q).where(Q.id.in_(others)).options(joinedload(Q.lab))).all() if others else []
            self.add_questions(more)
            told += [(_DESCENT[line.how], self.asked[line.from_id], self.asked[line.question_id]) for line in lines]
        return [tie for tie in told if tie[1] != tie[2]]


def parts(every: Sequence[str], size: int = 400) -> list[Sequence[str]]:
    """In pieces that fit a query."""
    return [every[at : at + size] for at in range(0, len(every), size)]
