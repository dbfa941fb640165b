"""Gathering a chain: along the ties between items, the descent of questions and the places of the day, reading in rounds, not one by one.

Whoever asks gets what they may see. Of what they may not see a node stays that tells nothing, and the way goes on behind it; what is not
sealed yet, or of another programme, is not there at all. Where somebody tied something by hand, that is the way; where nobody did, the
group and its theme are. Of what is anonymous only the lab is told, as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from kennislab.accounts.actors import Actor
from kennislab.archive import ledger, overview, policies, provenance, queries, trails
from kennislab.archive.models import ArchiveItem, Consent, Evidence, ItemLink, LinkKind, Status
from kennislab.archive.provenance import Chain, Edge, Node
from kennislab.archive.trails import LIGHT, Trail, parts, ref_of
from kennislab.core import clock
from kennislab.programme.models import Lab, LabState, Municipality
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus

LOOSE = 60
"""So many of what a group said belong to each of its questions."""
A = ArchiveItem
_ALIVE = (Status.CONFIRMED, Status.DRAFT)


def chain(session: Session, actor: Actor, item: ArchiveItem) -> Chain:
    """All that led to an item and all that came of it. Whether the actor may see the item itself was asked before."""
    trail = Tracing(session, actor, roots=[item])
    trail.walk("up", [ref_of(item.id)])
    trail.walk("down", [ref_of(item.id)])
    return trail.chain([ref_of(item.id)])


def of_question(session: Session, actor: Actor, question: KnowledgeQuestion) -> Chain:
    """The same of a knowledge question, harvested or not yet. Empty when what the harvest made of it is not for this actor."""
    trail = Tracing(session, actor)
    [start] = trail.add_questions([question])
    if start is None or trail.sight_of(start) != "open":
        return Chain()
    trail.walk("up", [start])
    trail.walk("down", [start])
    return trail.chain([start])


def behind(session: Session, actor: Actor, ends: Sequence[tuple[Node, Sequence[ArchiveItem]]]) -> Chain:
    """The way to paragraphs of a product: their sources, and all that led to those."""
    trail = Tracing(session, actor)
    trail.add_items([source.id for _node, sources in ends for source in sources])
    starts = [ref_of(source.id) for _node, sources in ends for source in sources]
    trail.walk("up", [ref for ref in dict.fromkeys(starts) if trail.sight_of(ref) != "none"])
    for node, sources in ends:
        for source in sources:
            if trail.sight_of(ref_of(source.id)) != "none":
                trail.edge("written_in", ref_of(source.id), node.key)
    return trail.chain([node.key for node, _sources in ends], [node for node, _sources in ends])


def of_lab(session: Session, actor: Actor, lab: Lab, theme: str | None) -> Chain:
    """What a lab asked and found under one theme (None: without any), with what led to it and what came of it."""
    trail, wanted = Tracing(session, actor, near=True), theme.casefold() if theme is not None else None
    of_theme = [item for item in seen_of(session, actor, lab) if (item.themes[0].casefold() if item.themes else None) == wanted]
    trail.add_items([item.id for item in of_theme])
    starts = [ref_of(item.id) for item in of_theme][: trails.MOST]
    trail.cut = len(of_theme) > len(starts)
    trail.walk("up", starts)
    trail.walk("down", starts)
    return trail.chain(starts)


def themes_of(session: Session, actor: Actor, lab: Lab) -> list[tuple[str | None, int]]:
    """The themes under which a lab's items stand first, with how many this actor may see; most first, without a theme last."""
    return [(theme, len(some)) for theme, some in overview.themes_in(seen_of(session, actor, lab))]


def seen_of(session: Session, actor: Actor, lab: Lab) -> list[ArchiveItem]:
    """The confirmed items of a lab that this actor may see, in no order of the day."""
    groups = queries.groups_of(session, lab.id, actor.person_id)
    every = session.scalars(sa.select(A).where(A.lab_id == lab.id, A.status == Status.CONFIRMED).options(*LIGHT)).all()
    return sorted((item for item in every if policies.may_see_item(actor, item, groups) is True), key=lambda item: item.text.casefold())


class Tracing(Trail):
    """A trail that is told: nodes with words and edges with reasons, as far as the reader may know them."""

    def __init__(self, session: Session, actor: Actor, roots: Sequence[ArchiveItem] = (), *, near: bool = False) -> None:
        super().__init__(session, actor, roots, near=near)
        self.taken: dict[tuple[int, str | None], list[ArchiveItem]] = {}  # by lab and group
        self.cities: dict[str, str] = {}

    # --- telling --------------------------------------------------------------------------------------------------------------

    def edge(self, kind: str, earlier: str, later: str) -> None:
        """That one followed from the other. Why is not told when one of them is hidden."""
        dark = any(ref in self.sights and self.sights[ref] == "hidden" for ref in (earlier, later))
        self.edges[Edge("linked" if dark else kind, earlier, later)] = None

    def chain(self, roots: Sequence[str], more: Iterable[Node] = ()) -> Chain:
        """The chain so far, with the places of the day and what came of it all."""
        self._spread_in_groups()
        self._name_cities()
        for ref in dict.fromkeys([*self.found["up"], *self.found["down"], *roots]):
            if (ref in self.items or ref in self.questions) and self.sight_of(ref) != "none":
                self.nodes[ref] = self._node(ref)
        self.nodes |= {node.key: node for node in more}
        self._prune(set(roots))
        for kind, earlier, later in self.ties:
            if earlier in self.nodes and later in self.nodes:
                self.edge(kind, earlier, later)
        self._places()
        self._outcomes([ref for ref in dict.fromkeys([*roots, *self.found["down"]]) if ref in self.nodes and ref in self.items])
        edges = [edge for edge in self.edges if {edge.earlier, edge.later} <= self.nodes.keys()]
        return provenance.made(self.nodes.values(), edges, roots, self.cut)

    def _name_cities(self) -> None:
        """The municipalities of questions that were not harvested yet, read at once."""
        codes = {one.municipality_code for one in self.questions.values() if one.municipality_code}
        if codes:
            rows = self.session.execute(sa.select(Municipality.code, Municipality.name).where(Municipality.code.in_(codes)))
            self.cities = {row.code: row.name for row in rows}

    def _node(self, ref: str) -> Node:
        if self.sight_of(ref) == "hidden":
            item = self.items.get(ref)
            part = item is not None and item.status is Status.MERGED and item.consent is not Consent.GROUP and item.withdrawn_at is None
            label = provenance.WITHDRAWN if self.was_open(ref) else provenance.PART if part else provenance.HIDDEN
            return Node("hidden", ref, label, hidden=True)
        if ref in self.items:
            item = self.items[ref]
            city = item.municipality.name if item.municipality is not None and not item.anonymous else ""
            return Node(item.kind, ref, item.text, f"/archief/{item.id}", item.lab.day, city, item.lab.title)
        one = self.questions[ref]
        city = self.cities.get(one.municipality_code or "", "")
        return Node("question", ref, one.text, f"/kennisvragen/{one.public_id}", one.lab.day, city, one.lab.title)

    def _prune(self, roots: set[str]) -> None:
        """What staff left out is only told of where it holds the rest together."""
        while True:
            ends = [ref for ref in self.nodes if ref not in roots and self._left_out(ref) and self._loose_end(ref)]
            if not ends:
                return
            for ref in ends:
                del self.nodes[ref]

    def _left_out(self, ref: str) -> bool:
        item = self.items.get(ref)
        return item is not None and item.status is Status.DROPPED and item.withdrawn_at is None

    def _loose_end(self, ref: str) -> bool:
        ties = [tie for tie in self.ties if tie[1] in self.nodes and tie[2] in self.nodes]
        return not any(tie[1] == ref for tie in ties) or not any(tie[2] == ref for tie in ties)

    # --- the places of the day ------------------------------------------------------------------------------------------------

    def _told(self, ref: str) -> ArchiveItem | None:
        """The item, when it is one of which may be told where it was said."""
        item = self.items.get(ref)
        return item if item is not None and self.sight_of(ref) == "open" and not item.anonymous else None

    def _stood(self, ref: str) -> ArchiveItem | None:
        """The same, also of what was withdrawn: its place stays."""
        item = self.items.get(ref)
        return item if item is not None and not item.anonymous and self.was_open(ref) else self._told(ref)

    def _spread_in_groups(self) -> None:
        """Ahead of a question: what its group wrote down and nobody tied to anything."""
        asked = [item for ref in self.found["down"] if (item := self._told(ref)) and item.kind == "question" and item.group_name]
        if self.near:
            return
        groups = list(dict.fromkeys((item.lab_id, item.group_name) for item in asked))
        if not groups:
            return
        tied = sa.exists().where(ItemLink.from_id == A.id, ItemLink.kind.in_([LinkKind.QUESTION, LinkKind.ORIGIN]))
        alone = sa.select(A).where(
            self._in_groups(groups), A.kind != "question", A.answers_id.is_(None), A.consent != Consent.PUBLIC_ANONYMOUS, ~tied
        )
        by_group: dict[tuple[int, str | None], list[str]] = {group: [] for group in groups}
        for item in self.session.scalars(alone.order_by(A.votes.desc(), A.position, A.id).options(*LIGHT)):
            ref = ref_of(item.id)
            self.items.setdefault(ref, item)
            if self._stood(ref) is not None:
                by_group[item.lab_id, item.group_name].append(ref)
        self.cut = self.cut or any(len(refs) > LOOSE for refs in by_group.values())
        self.walk("down", [ref for refs in by_group.values() for ref in refs[:LOOSE]])

    @staticmethod
    def _in_groups(groups: Iterable[tuple[int, str | None]]) -> sa.ColumnElement[bool]:
        """What was said in one of these groups (lab and name) and was kept, or withdrawn: that keeps its place."""
        wanted = sa.tuple_(A.lab_id, A.group_name).in_(list(groups))
        labs = sa.and_(A.lab_id.in_({lab for lab, _name in groups}), sa.or_(A.status.in_(_ALIVE), A.withdrawn_at.is_not(None)))
        return sa.and_(labs, wanted)

    def _places(self) -> None:
        """Lab, theme, group and step of what was said first; the rest followed from that."""
        asked = {(item.lab_id, item.group_name) for ref in self.found["down"] if (item := self._stood(ref)) and item.kind == "question"}
        first = [ref for ref in list(self.nodes) if self._first(ref)]
        unnamed = [ref for ref in first if self.items[ref].anonymous and (ref in self.found["up"] or self._asked_before(ref))]
        named = [(ref, item) for ref in first if (item := self._stood(ref)) is not None]
        named = [(ref, item) for ref, item in named if ref in self.found["up"] or (item.lab_id, item.group_name) in asked]
        self.taken = self._taken_by([item for _ref, item in named])
        for ref in [ref for ref in list(self.nodes) if self.nodes[ref].kind == "question"]:
            self._where_asked(ref)
        for ref in [ref for ref in self.found["down"] if ref in self.nodes]:
            question = self._stood(ref)
            if question is not None and question.kind == "question" and question.status is not Status.MERGED:
                self._question_to_group(ref, question)
        for ref, item in named:
            self._where_said(ref, item)
        for ref in unnamed:
            self._where_untold(ref, self.items[ref])

    def _first(self, ref: str) -> bool:
        """Whether it is a card that nothing of its own lab led to, but a question."""
        item = self.items.get(ref)
        if item is None or item.kind == "question" or item.status is Status.MERGED:
            return False
        if self.sight_of(ref) != "open" and not self.was_open(ref):
            return False
        ties = [(kind, earlier) for kind, earlier, later in self.ties if later == ref and earlier in self.nodes]
        led = [self.items.get(earlier) for kind, earlier in ties if kind != "merged_into"]
        return not any(one is not None and one.lab_id == item.lab_id and one.kind != "question" for one in led)

    def _lab(self, lab: Lab) -> str:
        sealed = lab.state is LabState.ARCHIVED
        return self._place(
            Node("lab", f"lab-{lab.id}", lab.title, f"/kennislabs/{lab.id}/archief" if sealed else f"/kennislabs/{lab.id}", lab.day)
        )

    def _place(self, node: Node) -> str:
        self.nodes.setdefault(node.key, node)
        return node.key

    def _where_asked(self, ref: str) -> None:
        if ref in self.questions:
            if self.sight_of(ref) == "open" and self.questions[ref].status is QuestionStatus.SUBMITTED:
                self.edge("asked_in", self._lab(self.questions[ref].lab), ref)
        elif (self.sight_of(ref) == "open" or self.was_open(ref)) and self.items[ref].status is not Status.MERGED:
            self.edge("asked_in", self._lab(self.items[ref].lab), ref)

    def _theme(self, lab: Lab, ref: str, theme: str) -> str:
        key = self._place(Node("theme", f"thema-{lab.id}-{theme.casefold()}", theme, None, lab.day, "", lab.title))
        self.edge("grouped_into", ref, key)
        return key

    def _group(self, lab: Lab, group: str) -> str:
        return self._place(Node("group", f"groep-{lab.id}-{group}", group, f"/kennislabs/{lab.id}/groepen", lab.day, "", lab.title))

    def _question_to_group(self, ref: str, item: ArchiveItem) -> None:
        """A question, its theme and the group that took it."""
        last = self._theme(item.lab, ref, item.themes[0]) if item.themes else ref
        if item.group_name:
            self.edge("worked_on_in", last, self._group(item.lab, item.group_name))

    def _where_said(self, ref: str, item: ArchiveItem) -> None:
        """Group and step of a card that stands under a name."""
        lab, where = self._lab(item.lab) if not item.group_name else "", ""
        if item.group_name:
            where = self._group(item.lab, item.group_name)
            self._what_the_group_worked_on(item)
        if item.step_title:
            key = f"onderdeel-{item.lab_id}-{item.group_name or ''}-{item.step_title}"
            step = self._place(Node("step", key, item.step_title, None, item.lab.day, "", item.lab.title))
            self.edge("at_step", where or lab, step)
            where = step
        self.edge("caught_at", where or lab, ref)

    def _asked_before(self, ref: str) -> list[str]:
        """The questions of its own lab that somebody tied a card to."""
        lab_id = self.items[ref].lab_id
        tied = [earlier for _kind, earlier, later in self.ties if later == ref and earlier in self.nodes]
        return [one for one in dict.fromkeys(tied) if (item := self._stood(one)) and item.kind == "question" and item.lab_id == lab_id]

    def _where_untold(self, ref: str, item: ArchiveItem) -> None:
        """The place of a card without a name: as many steps as any card's, none of them told; so it keeps its place when it loses its name.

        Made of the questions that it is tied to by hand, and never of the group and the step that it holds: so it tells nothing that those
        ties do not tell. Of one that is tied to none only the lab is told: how many questions its group had would tell which group it was.
        """
        group = ""
        for asked in self._asked_before(ref):
            question = self.items[asked]
            last = asked
            if question.themes:
                theme = f"thema-{item.lab_id}-{question.themes[0].casefold()}"
                told = Edge("grouped_into", asked, theme) in self.edges
                last = theme if told else self._untold(asked, f"{ref}-thema-{question.themes[0].casefold()}")
            known = f"groep-{item.lab_id}-{question.group_name}"
            if Edge("worked_on_in", last, known) in self.edges:
                group = known
            elif question.group_name:
                group = self._untold(last, f"{ref}-groep")
        self.edge("caught_at", self._untold(group, f"{ref}-onderdeel") if group else self._lab(item.lab), ref)

    def _untold(self, earlier: str, key: str) -> str:
        self.sights[key] = "hidden"
        self.edge("at_step", earlier, self._place(Node("hidden", key, provenance.NO_WHERE, hidden=True)))
        return key

    def _taken_by(self, said: Iterable[ArchiveItem]) -> dict[tuple[int, str | None], list[ArchiveItem]]:
        """Lab and group → the questions that the group took, most votes first; of all groups at once."""
        groups = list(dict.fromkeys((item.lab_id, item.group_name) for item in said if item.group_name))
        taken: dict[tuple[int, str | None], list[ArchiveItem]] = {}
        if groups and not self.near:
            wanted = sa.select(A).where(self._in_groups(groups), A.kind == "question").order_by(A.votes.desc(), A.text)
            for one in self.session.scalars(wanted.options(*LIGHT)):
                self.items.setdefault(ref_of(one.id), one)
                if self._stood(ref_of(one.id)) is not None:
                    taken.setdefault((one.lab_id, one.group_name), []).append(one)
        return taken

    def _what_the_group_worked_on(self, item: ArchiveItem) -> None:
        """The questions behind what a group wrote down: those that it is tied to; when it is tied to none, those that the group took."""
        tied = [self._stood(other) for other in self.nodes if other in self.items and self.items[other].kind == "question"]
        mine = [one for one in tied if one is not None and one.lab_id == item.lab_id and one.group_name == item.group_name]
        if not mine:
            mine = self.taken.get((item.lab_id, item.group_name), [])
            for one in mine:
                self.nodes.setdefault(ref_of(one.id), self._node(ref_of(one.id)))
                self._where_asked(ref_of(one.id))
        for one in mine:
            self._question_to_group(ref_of(one.id), one)
        if not mine:
            self.edge("at_step", self._lab(item.lab), self._group(item.lab, item.group_name or ""))

    # --- what came of it ------------------------------------------------------------------------------------------------------

    def _outcomes(self, refs: Sequence[str]) -> None:
        """Per place what became of it, what was corrected, and in which paragraphs it is used: the leaves. What was withdrawn keeps them,
        without words."""
        open_ = {self.items[ref].id: ref for ref in refs if self.sight_of(ref) == "open" or self.was_open(ref)}
        for part in parts(list(open_)):
            line = selectinload(A.evidence)
            whole = line.joinedload(Evidence.municipality), line.joinedload(Evidence.district_now), selectinload(A.corrections), *LIGHT
            for item in self.session.scalars(sa.select(A).where(A.id.in_(part)).options(*whole)):
                self._leaves(open_[item.id], item)
        every = {self.items[ref].id: ref for ref in refs}
        for one in provenance.paragraphs(self.session, self.actor, every.keys()):
            node = Node("paragraph", one.key, one.label, one.url, one.when, "", "", one.product)
            self.edge("written_in", every[one.item_id], self._place(node))

    def _leaves(self, ref: str, item: ArchiveItem) -> None:
        lives = ledger.lives(item.evidence)
        if self.sight_of(ref) != "open":
            for number in range(len(lives) + len(item.corrections)):
                self._untold_leaf(ref, f"{ref}-gevolg-{number}")
            return
        if item.anonymous:
            lives = sorted(lives, key=lambda life: (life.last.status, life.last.at))
        for number, life in enumerate(lives, 1):
            place, url = provenance.NO_PLACE if item.anonymous else life.place, f"/archief/{item.id}#resultaten"
            city = "" if item.anonymous else life.municipality
            key = self._place(Node("outcome", f"resultaat-{item.id}-{number}", place, url, life.last.at, city, "", life.last.status.value))
            self.edge("tried_in", ref, key)
        for correction in item.corrections:
            key, url = f"verbetering-{correction.id}", f"/archief/{item.id}#verbeteringen"
            node = Node("correction", key, correction.text, url, correction.at.astimezone(clock.LOCAL).date(), "", item.lab.title)
            self.edge("corrected_by", ref, self._place(node))

    def _untold_leaf(self, ref: str, key: str) -> None:
        self.sights[key] = "hidden"
        self.edge("tried_in", ref, self._place(Node("hidden", key, provenance.WITHDRAWN, hidden=True)))
