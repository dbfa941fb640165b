"""Changing the board. How a change is remembered, told and undone stands in :mod:`kennislab.grouping.changes`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kennislab.accounts.actors import Actor
from kennislab.core import clock, journal
from kennislab.core.errors import N_, Conflict, Invalid, NotFound
from kennislab.core.text import tidy
from kennislab.core.transaction import Tx
from kennislab.grouping import queries
from kennislab.grouping.changes import Edit, announce, begin, columns_of, restore
from kennislab.grouping.models import TONES, Board, BoardChange, ChangeState, Placement, ProposedBy, QuestionVector, Theme
from kennislab.programme.models import Lab
from kennislab.questions import queries as questions

MOST_TITLE = 120
MOST_THEMES = 40


@dataclass(frozen=True, slots=True)
class ProposedTheme:
    """A theme as the engine sees it. ``theme_id``: an existing theme that stays, with these questions in it.

    ``fits``: question id → its mean likeness to the others of the theme.
    """

    title: str
    subtitle: str
    questions: list[int]
    theme_id: int | None = None
    fits: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Undone:
    """What undo or redo did. ``skipped``: so many things somebody else had changed meanwhile, so they stayed."""

    change: BoardChange
    skipped: int


def _title(title: str) -> str:
    title = " ".join(tidy(title).split())
    if not title:
        raise Invalid(fields={"title": N_("Geef het thema een naam.")})
    if len(title) > MOST_TITLE:
        raise Invalid(fields={"title": N_("Maak de naam korter: hoogstens 120 tekens.")})
    return title


def _theme(tx: Tx, lab: Lab, theme_id: int) -> Theme:
    found = queries.theme(tx.session, lab.id, theme_id)
    if found is None:
        raise Conflict(
            "theme-gone",
            N_("Dit thema is er niet meer"),
            N_("Iemand anders heeft het weggehaald of samengevoegd. Kijk hoe het bord er nu uitziet en probeer het opnieuw."),
        )
    return found


def _known(tx: Tx, lab: Lab, question_ids: Iterable[int]) -> list[int]:
    """These questions, once each, in the order given. Raises NotFound for one that is not on this board, Invalid for none."""
    wanted = list(dict.fromkeys(question_ids))
    there = {question.id for question in questions.of_lab(tx.session, lab.id)}
    if not wanted:
        raise Invalid("nothing-chosen", N_("Je hebt nog geen kaart gekozen"), N_("Vink eerst de kaarten aan waarmee je iets wilt doen."))
    if not set(wanted) <= there:
        raise NotFound("card-gone", N_("Deze kaart staat niet meer op het bord"), N_("De vraag is misschien ingetrokken of teruggestuurd."))
    return wanted


def _next_place(tx: Tx, lab: Lab) -> tuple[float, int]:
    """(position, tone) of a theme that comes last. Raises Invalid when the board is full."""
    there = queries.themes_of(tx.session, lab.id)
    if len(there) >= MOST_THEMES:
        raise Invalid("too-many-themes", N_("Er zijn al heel veel thema’s"), N_("Voeg eerst thema’s samen of haal er een weg."))
    return (there[-1].position + 1 if there else 1.0), _free_tone(there)


def _free_tone(there: Sequence[Theme]) -> int:
    used = [theme.tone for theme in there]
    return min(range(1, TONES + 1), key=lambda tone: (used.count(tone), tone))


def _put(tx: Tx, edit: Edit, lab: Lab, ids: list[int], theme_id: int | None, index: int | None, by_person: bool) -> None:
    """Puts cards in a column, at ``index`` among its other cards or at the end."""
    moved = set(ids)
    others = [card for card in queries.cards_of(tx.session, lab.id) if card.theme_id == theme_id and card.question.id not in moved]
    at = len(others) if index is None else max(0, min(index, len(others)))
    low = others[at - 1].position if at else (others[0].position - len(ids) - 1 if others else 0.0)
    high = others[at].position if at < len(others) else low + len(ids) + 1
    if high - low < 1e-6:
        for place, card in enumerate(others):
            tx.session.merge(
                Placement(question_id=card.question.id, lab_id=lab.id, theme_id=theme_id, position=place + 1.0, placed_by_person=card.fixed)
            )
        low, high = float(at), float(at + 1)
    for place, id_ in enumerate(ids, 1):
        row = edit.card(id_)
        row.theme_id, row.position, row.placed_by_person = theme_id, low + (high - low) * place / (len(ids) + 1), by_person
        row.fit = None


# --- verbs --------------------------------------------------------------------------------------------------------------------


def move_cards(tx: Tx, lab: Lab, by: Actor, question_ids: Iterable[int], theme_id: int | None, index: int | None = None) -> BoardChange:
    """Puts cards in a theme, or (None) in the pile, and keeps them there: a proposal will not move them. ``index`` counts without them."""
    edit = begin(tx, lab)
    ids = _known(tx, lab, question_ids)
    theme = _theme(tx, lab, theme_id) if theme_id is not None else None
    _put(tx, edit, lab, ids, theme_id, index, True)
    return edit.done(by, "move" if theme else "park", count=len(ids), title=theme.title if theme else "")


def fill_theme(tx: Tx, lab: Lab, by: Actor, theme_id: int, question_ids: Iterable[int]) -> BoardChange:
    """Puts cards that were found to belong with it at the end of a theme."""
    edit = begin(tx, lab)
    theme = _theme(tx, lab, theme_id)
    ids = _known(tx, lab, question_ids)
    _put(tx, edit, lab, ids, theme.id, None, True)
    return edit.done(by, "fill", count=len(ids), title=theme.title)


def fix_cards(tx: Tx, lab: Lab, by: Actor, question_ids: Iterable[int], fixed: bool) -> BoardChange:
    """Makes cards stay where they are at the next proposal, or lets them go."""
    edit = begin(tx, lab)
    ids = _known(tx, lab, question_ids)
    for id_ in ids:
        edit.card(id_).placed_by_person = fixed
    return edit.done(by, "fix" if fixed else "free", count=len(ids))


def create_theme(tx: Tx, lab: Lab, by: Actor, title: str, question_ids: Iterable[int] = ()) -> Theme:
    """A new theme at the end, perhaps with cards in it at once."""
    edit = begin(tx, lab)
    position, tone = _next_place(tx, lab)
    theme = edit.new_theme(_title(title), "", position, tone, ProposedBy.PERSON)
    ids = list(question_ids)
    if ids:
        _put(tx, edit, lab, _known(tx, lab, ids), theme.id, None, True)
    edit.done(by, "create", title=theme.title, count=len(ids))
    return theme


def rename_theme(tx: Tx, lab: Lab, by: Actor, theme_id: int, title: str) -> BoardChange | None:
    """Gives a theme another name; from then on it is a person's theme. Nothing happens when the name is the same."""
    edit = begin(tx, lab)
    theme = edit.theme(_theme(tx, lab, theme_id))
    was, theme.title = theme.title, _title(title)
    if theme.title == was:
        return None
    theme.proposed_by = ProposedBy.PERSON
    return edit.done(by, "rename", was=was, title=theme.title)


def shift_theme(tx: Tx, lab: Lab, by: Actor, theme_id: int, steps: int) -> BoardChange | None:
    """Moves a theme so many places to the right (or left, when negative). Nothing happens at the end of the row."""
    edit = begin(tx, lab)
    theme = edit.theme(_theme(tx, lab, theme_id))
    others = [one for one in queries.themes_of(tx.session, lab.id) if one.id != theme_id]
    now = sum(1 for one in others if (one.position, one.id) < (theme.position, theme.id))
    to = max(0, min(len(others), now + steps))
    if to == now:
        return None
    low = others[to - 1].position if to else others[0].position - 2
    high = others[to].position if to < len(others) else low + 2
    if high - low < 1e-6:
        for place, one in enumerate(others):
            edit.theme(one).position = place + 1.0
        low, high = float(to), to + 1.0
    theme.position = (low + high) / 2
    return edit.done(by, "shift", title=theme.title)


def merge_themes(tx: Tx, lab: Lab, by: Actor, theme_id: int, into_id: int) -> BoardChange:
    """Puts all cards of a theme in another one, whose name stays. Cards that a person placed stay placed."""
    if theme_id == into_id:
        raise Invalid("same-theme", N_("Dat is hetzelfde thema"), N_("Kies een ander thema om mee samen te voegen."))
    edit = begin(tx, lab)
    source, into = edit.theme(_theme(tx, lab, theme_id)), edit.theme(_theme(tx, lab, into_id))
    cards = [card for card in queries.cards_of(tx.session, lab.id) if card.theme_id == source.id]
    if cards:
        _put(tx, edit, lab, [card.question.id for card in cards], into.id, None, True)
        for card in cards:
            edit.card(card.question.id).placed_by_person = card.fixed
    source.gone = True
    into.proposed_by = ProposedBy.PERSON
    return edit.done(by, "merge", was=source.title, title=into.title, count=len(cards))


def split_theme(
    tx: Tx, lab: Lab, by: Actor, theme_id: int, question_ids: Iterable[int], title: str, *, chosen_by_person: bool = True
) -> Theme:
    """Takes cards out of a theme into a new one right beside it."""
    edit = begin(tx, lab)
    theme = edit.theme(_theme(tx, lab, theme_id))
    ids = _known(tx, lab, question_ids)
    inside = {card.question.id for card in queries.cards_of(tx.session, lab.id) if card.theme_id == theme_id}
    if not set(ids) <= inside:
        raise Conflict(
            "not-in-theme", N_("Niet alle gekozen kaarten staan in dit thema"), N_("Kies kaarten uit één thema om het te splitsen.")
        )
    if set(ids) == inside:
        raise Invalid("whole-theme", N_("Je koos alle kaarten van dit thema"), N_("Laat minstens één kaart achter."))
    _, tone = _next_place(tx, lab)
    after = [one.position for one in queries.themes_of(tx.session, lab.id) if one.position > theme.position]
    position = (theme.position + min(after)) / 2 if after else theme.position + 1
    new = edit.new_theme(_title(title), "", position, tone, ProposedBy.PERSON if chosen_by_person else ProposedBy.MACHINE)
    _put(tx, edit, lab, ids, new.id, None, chosen_by_person)
    edit.done(by, "split", was=theme.title, title=new.title, count=len(ids))
    return new


def remove_theme(tx: Tx, lab: Lab, by: Actor, theme_id: int) -> BoardChange:
    """Takes a theme away; its cards go back to the pile, free to be proposed anew."""
    edit = begin(tx, lab)
    theme = edit.theme(_theme(tx, lab, theme_id))
    ids = [card.question.id for card in queries.cards_of(tx.session, lab.id) if card.theme_id == theme_id]
    if ids:
        _put(tx, edit, lab, ids, None, None, False)
    theme.gone = True
    return edit.done(by, "remove", title=theme.title, count=len(ids))


def apply_proposal(tx: Tx, lab: Lab, by: Actor, proposed: Sequence[ProposedTheme], rest: Iterable[int]) -> BoardChange:
    """Puts a proposal on the board. What a person has placed (also while it was being made) stays; their themes stay too."""
    edit = begin(tx, lab)
    now = {card.question.id: card for card in queries.cards_of(tx.session, lab.id)}
    kept = {one.theme_id for one in proposed if one.theme_id is not None}
    holding = {card.theme_id for card in now.values() if card.fixed}
    old = list(queries.themes_of(tx.session, lab.id))
    for past in old:
        if past.id not in kept and past.id not in holding and past.proposed_by is ProposedBy.MACHINE:
            edit.theme(past).gone = True
    there = [stays for stays in old if not stays.gone]
    position = max((stays.position for stays in there), default=0.0)
    by_id = {stays.id: stays for stays in there}
    placed = 0
    for one in proposed:
        theme: Theme | None = by_id.get(one.theme_id) if one.theme_id is not None else None
        if one.theme_id is not None and theme is None:
            continue  # somebody took it away meanwhile; its questions stay where they are
        free = [id_ for id_ in one.questions if id_ in now and not now[id_].fixed]
        if theme is None:
            if not free or len(there) >= MOST_THEMES:
                continue
            position += 1
            theme = edit.new_theme(one.title[:MOST_TITLE], one.subtitle[:500], position, _free_tone(there), ProposedBy.MACHINE)
            there.append(theme)
        else:
            edit.theme(theme).subtitle = one.subtitle[:500]
        _set_in_order(edit, free, theme.id, now, one.fits)
        placed += len(free)
    _set_in_order(edit, [id_ for id_ in rest if id_ in now and not now[id_].fixed], None, now, {})
    return edit.done(by, "propose", count=placed, themes=len(there))


def _set_in_order(edit: Edit, ids: list[int], theme_id: int | None, now: dict[int, queries.Card], fits: Mapping[int, float]) -> None:
    """Free cards in the order of the proposal, after those that a person put in this column."""
    last = max((card.position for card in now.values() if card.fixed and card.theme_id == theme_id), default=0.0)
    for place, id_ in enumerate(ids, 1):
        row = edit.card(id_)
        row.theme_id, row.position, row.placed_by_person, row.fit = theme_id, last + place, False, fits.get(id_)


# --- undo and redo ------------------------------------------------------------------------------------------------------------


def undo(tx: Tx, lab: Lab, by: Actor) -> Undone:
    """Takes this person's last change back, as far as nobody changed the same things since. Raises Conflict when there is none."""
    journal.hold(tx, queries.stream_of(lab.id))
    change = queries.next_undo(tx.session, lab.id, by.person_id) if by.person_id is not None else None
    if change is None:
        raise Conflict("nothing-to-undo", N_("Er is niets om ongedaan te maken"), N_("Je kunt je laatste twintig stappen terugdraaien."))
    skipped = restore(tx, change.after, change.before)
    change.state, change.undone_at = ChangeState.UNDONE, clock.now()
    tx.session.flush()
    announce(tx, lab.id, by, "undo", {"verb": change.verb, **change.details}, columns_of(change.before, change.after), change.id)
    return Undone(change, skipped)


def redo(tx: Tx, lab: Lab, by: Actor) -> Undone:
    """Does again what this person undid last. Raises Conflict when there is nothing."""
    journal.hold(tx, queries.stream_of(lab.id))
    change = queries.next_redo(tx.session, lab.id, by.person_id) if by.person_id is not None else None
    if change is None:
        raise Conflict("nothing-to-redo", N_("Er is niets om opnieuw te doen"), N_("Dit kan alleen meteen na “Ongedaan maken”."))
    skipped = restore(tx, change.before, change.after)
    change.state, change.undone_at = ChangeState.DONE, None
    tx.session.flush()
    announce(tx, lab.id, by, "redo", {"verb": change.verb, **change.details}, columns_of(change.before, change.after), change.id)
    return Undone(change, skipped)


# --- what a proposal needs ----------------------------------------------------------------------------------------------------


def store_vectors(tx: Tx, encoder: str, made: dict[int, tuple[str, bytes]]) -> None:
    """Keeps vectors: question id → (digest of the text, 16-bit floats)."""
    for question_id, (digest, data) in made.items():
        tx.session.merge(QuestionVector(question_id=question_id, encoder=encoder, digest=digest, data=data))
    tx.session.flush()


def begin_proposal(tx: Tx, lab: Lab, by: Actor, job: str, groups: int | None, largest: int | None = None) -> None:
    """Writes down that a proposal is being made, for all who look."""
    tx.session.merge(Board(lab_id=lab.id, proposal_job=job, groups=groups, largest=largest))
    tx.session.flush()
    announce(tx, lab.id, by, "proposing", {}, [], None)


def tell_progress(tx: Tx, lab_id: int, by: Actor) -> None:
    """Lets who looks on know that the proposal came further."""
    announce(tx, lab_id, by, "progress", {}, [], None)


def end_proposal(tx: Tx, lab: Lab, by: Actor, job: str | None = None) -> None:
    """Writes down that it is no longer being made. With ``job``: only when it is that one."""
    row = tx.session.get(Board, lab.id)
    if row is not None and row.proposal_job is not None and job in (None, row.proposal_job):
        row.proposal_job = None
        tx.session.flush()
        announce(tx, lab.id, by, "proposed", {}, [], None)
