"""The archive's part of what is known of somebody, and of forgetting: the lesson stays, the person goes, and the seals go on verifying."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from kennislab.accounts import forgetting
from kennislab.accounts.forgetting import Known, Leaving
from kennislab.archive import findable, produced, sealing
from kennislab.archive.models import ActionUpdate, ArchiveItem, Correction, Evidence, HarvestAct, ProducedFile, SavedSearch, Seal
from kennislab.archive.sealed import addenda, commitments, later, register, verify
from kennislab.archive.sealed.commitments import Part
from kennislab.core import clock
from kennislab.core.backup.afterwards import after_restore, check
from kennislab.core.errors import N_, Conflict
from kennislab.core.journal import Row
from kennislab.core.signals import journal_rewriting
from kennislab.core.transaction import Tx
from kennislab.live.models import Participant
from kennislab.programme import retention
from kennislab.programme.models import Lab, Upload

log = structlog.get_logger(__name__)


def _knows(session: Session, person_id: int) -> Iterator[Known]:
    A = ArchiveItem
    for item in session.scalars(sa.select(A).where(A.person_id == person_id).order_by(A.created_at)):
        yield Known(N_("Je bracht in"), item.text, item.created_at, f"/archief/{item.id}")
    for line in session.scalars(sa.select(Evidence).where(Evidence.reporter_id == person_id)):
        yield Known(N_("Je vertelde wat ervan werd"), line.note or line.status.value, line.created_at, f"/archief/{line.item_id}")
    for update in session.scalars(sa.select(ActionUpdate).where(ActionUpdate.by_id == person_id)):
        yield Known(N_("Je zei hoe een actie ging"), update.note or update.status.value, update.at, f"/archief/{update.item_id}")
    for correction in session.scalars(sa.select(Correction).where(Correction.by_id == person_id)):
        yield Known(N_("Je verbeterde"), correction.text, correction.at, f"/archief/{correction.item_id}")
    for search in session.scalars(sa.select(SavedSearch).where(SavedSearch.person_id == person_id)):
        yield Known(N_("Je bewaarde een zoekopdracht"), search.name, search.created_at)


# --- one person ---------------------------------------------------------------------------------------------------------------


@dataclass
class _Going:
    """Taking somebody out: who it is, and of each lab the parts as they were and as they are."""

    tx: Tx
    leaving: Leaving
    pairs: dict[int, list[tuple[Part, Part]]] = field(default_factory=dict)

    def note(self, lab_id: int, was: Part, now: Part) -> None:
        """One part that a seal may cover."""
        self.pairs.setdefault(lab_id, []).append((was, now))

    def prepare(self, lab: Lab, *texts: str) -> None:
        """Before words change in a lab with a seal of the first sort, it gets a chain: that seal knows no forgetting. One that is broken
        already stays so."""
        seal = self.tx.session.get(Seal, lab.id)
        if seal is not None and seal.version < 2 and any(self.leaving.without(text) != text for text in texts):
            try:
                sealing.strengthen(self.tx, lab)
            except Conflict:
                return

    def who(self, name: str, id_: int | None, lab_id: int) -> str:
        """A name as it may stay beside a reference: empty when it was theirs."""
        return "" if id_ == self.leaving.id or self.held(name, lab_id) else name

    def held(self, name: str, lab_id: int) -> bool:
        """Whether this is their name, and nobody else's."""
        return not self.leaving.twins and _holds(name, self.leaving, lab_id)


def _forget(tx: Tx, leaving: Leaving) -> dict[str, int]:
    """Everything in the archive without who it was and without their name in what others wrote; the seals hear of all of it."""
    session, going = tx.session, _Going(tx, leaving)
    number = sum(_from_item(going, item) for item in _items(session, leaving))
    for correction in session.scalars(_of(Correction, leaving, Correction.by_id, (Correction.by,), (Correction.text,))).all():
        _from_correction(going, correction)
    E, U = Evidence, ActionUpdate
    told = _of(E, leaving, E.reporter_id, (E.reporter, E.withdrawn_by), (E.note, E.district, E.withdrawn_why), E.withdrawn_by_id)
    for line in session.scalars(told).all():
        _from_line(going, line)
    for update in session.scalars(_of(U, leaving, U.by_id, (U.by, U.owner), (U.note,))).all():
        _from_update(going, update)
    for file in session.scalars(sa.select(Upload).where(_named(leaving, (Upload.by,), (Upload.name,)))).all():
        was = commitments.file_part(file)
        file.by, file.name = going.who(file.by, None, file.lab_id), leaving.without(file.name)
        going.note(file.lab_id, was, commitments.file_part(file))
    seals = sa.or_(Seal.sealed_by_id == leaving.id, _named(leaving, (Seal.sealed_by,), (Lab.title, Lab.place)))
    for seal, lab in session.execute(sa.select(Seal, Lab).join(Lab, Lab.id == Seal.lab_id).where(seals)).all():
        was = commitments.lab_part(lab, seal.sealed_by)
        lab.title, lab.place = leaving.without(lab.title), leaving.without(lab.place)
        if seal.sealed_by_id == leaving.id or going.held(seal.sealed_by, lab.id):
            seal.sealed_by, seal.sealed_by_id = "", None
        going.note(lab.id, was, commitments.lab_part(lab, seal.sealed_by))
    session.flush()
    for lab_id, pairs in going.pairs.items():
        addenda.changed(tx, lab_id, pairs)
    labs = sa.select(Lab.id).where(Lab.programme_id.in_(leaving.programmes))
    session.execute(sa.delete(HarvestAct).where(HarvestAct.lab_id.in_(labs)))  # what can be undone still names them
    for made in session.scalars(sa.select(ProducedFile).where(ProducedFile.lab_id.in_({*session.scalars(labs), *going.pairs}))):
        made.expires_at = made.at  # made with the name in it: it goes at the next cleaning up
    return {N_("kaarten in het archief zonder naam"): number}


def _items(session: Session, leaving: Leaving) -> Sequence[ArchiveItem]:
    A = ArchiveItem
    own = sa.select(Participant.id).where(Participant.person_id == leaving.id)
    wanted = [A.person_id == leaving.id, A.participant_id.in_(own), _named(leaving, (A.edited_by,), (A.text, A.original_text))]
    if leaving.name.strip():
        wanted += [column.icontains(leaving.name, autoescape=True) for column in (A.contact, A.owner)]
    for lab_id, names in leaving.called.items():
        wanted += [sa.and_(A.lab_id == lab_id, sa.func.lower(column).in_(names)) for column in (A.contact, A.owner) if names]
    return session.scalars(sa.select(A).where(sa.or_(*wanted))).all()


def _of(kind: Any, leaving: Leaving, id_: Any, names: Sequence[Any], texts: Sequence[Any], other_id: Any = None) -> Any:
    """Lines that somebody said, or that name them; of actions also what they were called in that lab."""
    wanted = [id_ == leaving.id, _named(leaving, names, texts)]
    if other_id is not None:
        wanted.append(other_id == leaving.id)
    if kind is ActionUpdate:
        wanted.append(ActionUpdate.owner != "")
    return sa.select(kind).where(sa.or_(*wanted)).order_by(kind.id)


def _named(leaving: Leaving, names: Sequence[Any], texts: Sequence[Any]) -> Any:
    """Rows in which the name stands on its own in one of these columns, or somewhere in one of those."""
    return sa.or_(*(name == leaving.name for name in names if leaving.name), forgetting.mentions(leaving, *texts))


def _from_item(going: _Going, item: ArchiveItem) -> bool:
    leaving, was = going.leaving, commitments.item_part(item)
    going.prepare(item.lab, item.text, item.original_text)
    mine = item.person_id == leaving.id
    if mine:
        item.person_id = item.participant_id = None
    if mine or not leaving.twins:
        item.contact = "" if _holds(item.contact, leaving, item.lab_id) else item.contact
        item.owner = "" if _holds(item.owner, leaving, item.lab_id) else item.owner
        item.edited_by = "" if leaving.is_named(item.edited_by) else item.edited_by
    before = item.text
    item.text, item.original_text = leaving.without(item.text), leaving.without(item.original_text)
    item.lesson = {key: leaving.without(one) for key, one in (item.lesson or {}).items()}
    item.step_title, item.group_name = _kept(leaving, item.step_title), _kept(leaving, item.group_name)
    going.note(item.lab_id, was, commitments.item_part(item))
    if item.text != before and findable.findable(item):
        findable.index(going.tx, item)
    return mine


def _kept(leaving: Leaving, text: str | None) -> str | None:
    return text if text is None else leaving.without(text)


def _from_correction(going: _Going, one: Correction) -> None:
    was, lab_id = addenda.part_of(one), one.item.lab_id
    one.by = going.who(one.by, one.by_id, lab_id)
    one.by_id = None if one.by_id == going.leaving.id else one.by_id
    one.text = going.leaving.without(one.text)
    going.note(lab_id, was, addenda.part_of(one))
    _found_anew(going, one.item, was.content["text"] != one.text)


def _from_line(going: _Going, line: Evidence) -> None:
    was, lab_id, leaving = (later.part_of(line), later.withdrawal_of(line)), line.item.lab_id, going.leaving
    line.reporter = going.who(line.reporter, line.reporter_id, lab_id)
    line.withdrawn_by = going.who(line.withdrawn_by, line.withdrawn_by_id, lab_id)
    line.reporter_id = None if line.reporter_id == leaving.id else line.reporter_id
    line.withdrawn_by_id = None if line.withdrawn_by_id == leaving.id else line.withdrawn_by_id
    line.note, line.district = leaving.without(line.note), leaving.without(line.district)
    line.withdrawn_why = leaving.without(line.withdrawn_why)
    for before, now in zip(was, (later.part_of(line), later.withdrawal_of(line)), strict=True):
        going.note(lab_id, before, now)
    _found_anew(going, line.item, was[0].content["note"] != line.note)


def _from_update(going: _Going, update: ActionUpdate) -> None:
    was, item = later.part_of(update), going.tx.session.get_one(ArchiveItem, update.item_id)
    update.by = going.who(update.by, update.by_id, item.lab_id)
    if (update.by_id == going.leaving.id or not going.leaving.twins) and _holds(update.owner, going.leaving, item.lab_id):
        update.owner = ""
    update.by_id = None if update.by_id == going.leaving.id else update.by_id
    update.note = going.leaving.without(update.note)
    going.note(item.lab_id, was, later.part_of(update))


def _found_anew(going: _Going, item: ArchiveItem, changed: bool) -> None:
    if changed and findable.findable(item):
        going.tx.session.flush()
        findable.index(going.tx, item)


def _holds(text: str, leaving: Leaving, lab_id: int) -> bool:
    """Whether whom to call, or who does it, is (also) this person."""
    return leaving.is_named(text, lab_id) or bool(leaving.name.strip()) and leaving.name.casefold() in text.casefold()


# --- labs whose time is up ----------------------------------------------------------------------------------------------------


@retention.clears
def clear(tx: Tx, lab_ids: Sequence[int]) -> dict[str, int]:
    """Whom to call, who did what and who told what became of it, in these labs; what was said of them since stays. The seals verify."""
    number = 0
    for lab in tx.session.scalars(sa.select(Lab).where(Lab.id.in_(lab_ids))).all():
        pairs: list[tuple[Part, Part]] = []
        for item in tx.session.scalars(sa.select(ArchiveItem).where(ArchiveItem.lab_id == lab.id)):
            was = commitments.item_part(item)
            number += bool(item.contact or item.owner or item.person_id or item.participant_id)
            item.contact = item.owner = item.edited_by = ""
            item.person_id = item.participant_id = None
            pairs.append((was, commitments.item_part(item)))
        for correction in addenda.of_lab(tx.session, lab.id):
            before = addenda.part_of(correction)
            correction.by, correction.by_id = "", None
            pairs.append((before, addenda.part_of(correction)))
        pairs += _clear_lines(tx, lab)
        for file in tx.session.scalars(sa.select(Upload).where(Upload.lab_id == lab.id)):
            given = commitments.file_part(file)
            file.by = ""
            pairs.append((given, commitments.file_part(file)))
        seal = tx.session.get(Seal, lab.id)
        if seal is not None:
            sealed = commitments.lab_part(lab, seal.sealed_by)
            seal.sealed_by, seal.sealed_by_id = "", None
            pairs.append((sealed, commitments.lab_part(lab, "")))
        tx.session.flush()
        addenda.changed(tx, lab.id, pairs)
    return {N_("kaarten in het archief zonder naam"): number}


def _clear_lines(tx: Tx, lab: Lab) -> list[tuple[Part, Part]]:
    """Of what was told about a lab only what is past its time itself."""
    today = clock.now().astimezone(clock.LOCAL).date()
    until = datetime.combine(retention.before_of(lab.programme, today), time(), clock.LOCAL)
    pairs = []
    for line in later.lines_of(tx.session, lab.id):
        if (line.created_at if isinstance(line, Evidence) else line.at) >= until:
            continue
        was = later.part_of(line)
        if isinstance(line, Evidence):
            withdrawn = later.withdrawal_of(line)
            line.reporter, line.reporter_id, line.withdrawn_by, line.withdrawn_by_id = "", None, "", None
            pairs.append((withdrawn, later.withdrawal_of(line)))
        else:
            line.by, line.by_id, line.owner = "", None, ""
        pairs.append((was, later.part_of(line)))
    return pairs


# --- the journal --------------------------------------------------------------------------------------------------------------


def _part(stream: str, row: Row) -> Part:
    return commitments.fact_part(stream, row.seq, row.type, row.at.isoformat(), row.actor, json.dumps(row.data))


def _journal(sender: object, *, tx: Tx, stream: str, changes: list[list[Row]]) -> None:
    """Before facts of a sealed lab lose a name: the salts that cover it go, with a signed record of how they read since."""
    kind, _, number = stream.partition(":")
    if kind not in ("live", "board") or not number.isdecimal():
        return
    addenda.changed(tx, int(number), [(_part(stream, was), _part(stream, will)) for was, will in changes])


journal_rewriting.connect(_journal)
forgetting.register(
    N_("Archief"),
    _knows,
    _forget,
    tables=("archive_item", "archive_evidence", "archive_action_update", "archive_correction", "saved_search"),
    texts=("archive_item", "archive_evidence", "archive_action_update", "archive_correction", "archive_seal", "upload"),
)


@forgetting.person_forgotten.connect
def _throw_away(sender: object, **payload: Any) -> None:
    """Files that were made with the name in them do not wait for the next cleaning up."""
    try:
        produced.tidy(lambda percent, note="": None)
    except OSError:  # the next cleaning up tries again; nobody can fetch them meanwhile
        log.exception("files that were made could not be thrown away")


def _renew(tx: Tx) -> int:
    """The list outside the database of what was sealed is that of the database again: it was turned back on purpose."""
    return register.renew(tx.session)


def _verified(session: Session) -> list[str]:
    """What a look at every seal finds."""
    return [finding.said() for finding in verify.database(session).findings]


after_restore(N_("zegels in de lijst buiten de database"), _renew)
check(N_("zegels van het archief"), _verified)
