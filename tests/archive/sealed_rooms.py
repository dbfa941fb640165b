"""Labs that were sealed, to be checked and packed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from kennislab.archive import following, operations, sealing
from kennislab.archive.models import ActionStatus, Addendum, ArchiveItem, Correction, LinkKind, Outcome, Seal, SealedPart
from kennislab.archive.sealed import addenda, version1
from kennislab.core import clock
from kennislab.core.transaction import Tx, transaction
from kennislab.programme import operations as programmes
from kennislab.programme import uploads
from kennislab.programme.models import Lab, LabState
from tests.archive.rooms import Said, hold_a_lab, item_of
from tests.factories.world import bring_to

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF"


def as_version_1(tx: Tx, lab_id: int) -> None:
    """Makes of a sealed lab one that was sealed long ago, with corrections and lines of then; the others in its programme are open."""
    for other in tx.session.scalars(sa.select(Seal).where(Seal.lab_id != lab_id)).all():
        tx.session.get_one(Lab, other.lab_id).state = LabState.HARVESTING
        tx.session.execute(sa.delete(SealedPart).where(SealedPart.lab_id == other.lab_id))
        tx.session.delete(other)
    tx.session.execute(sa.delete(SealedPart).where(SealedPart.lab_id == lab_id))
    tx.session.execute(sa.delete(Addendum).where(Addendum.lab_id == lab_id))
    for correction in tx.session.scalars(sa.select(Correction)):
        correction.salt = correction.aside_salt = None
        correction.digest = correction.commitment = correction.signature = ""
    seal = tx.session.get_one(Seal, lab_id)
    seal.version, seal.manifest, seal.signature, seal.key_id = 1, {}, "", ""
    seal.head = version1.head_of_lab(tx.session, lab_id)


def sealed_lab(app: Flask) -> Said:
    """A sealed lab with two files, two corrections, two lines in the ledger and one about an action; after it a second, with one item."""
    said = hold_a_lab(app)
    with app.app_context():
        with transaction() as tx:
            lab = tx.session.get_one(Lab, said.world.lab_id)
            for number in (1, 2):
                file = uploads.read(f"dia {number}.pdf", PDF + b"\n%%EOF" * number)
                uploads.keep(tx, lab, file, Path(app.config["DATA_DIR"]), "Spreker")
            operations.set_answers(tx, item_of(tx, said, "inside"), item_of(tx, said, "secret").id)
            operations.add_link(tx, item_of(tx, said, "purse"), item_of(tx, said, "twin").id, LinkKind.RELATED)
            operations.confirm_all(tx, lab)
            sealing.seal(tx, lab, said.actor("facilitator"))
        with transaction() as tx:
            sealing.correct(tx, item_of(tx, said, "slow"), "Sinds 2027 komt het in januari vrij.", said.actor("coordinator"))
            sealing.correct(tx, item_of(tx, said, "purse"), "Het mag ook een straatbudget zijn.", said.actor("facilitator"))
        with transaction() as tx:
            lines = [
                following.report_outcome(tx, item_of(tx, said, "purse"), "GM0855", how, note, None, said.actor("participant"))
                for how, note in ((Outcome.TRIED, "We begonnen klein."), (Outcome.WORKED, "Alles is uitgegeven."))
            ]
            update = following.update_action(
                tx, item_of(tx, said, "plan"), ActionStatus.CARRIED_ON, "Nog niemand gesproken.", said.actor("participant"), owner="Ander"
            )
            addenda.added(tx, *lines, update)
        with transaction() as tx:
            first, start = tx.session.get_one(Lab, said.world.lab_id), clock.now()
            plan = programmes.LabData("Tweede lab", start, start + timedelta(hours=6), start)
            next_one = programmes.clone_lab(tx, first, plan)
            bring_to(tx, next_one, LabState.HARVESTING, said.actor("coordinator"))
            words = "Later bleek meer."
            other = ArchiveItem(
                lab=next_one, programme_id=next_one.programme_id, kind="insight", text=words, original_text=words, quarter=next_one.quarter,
                consent="programme", reach_given="programme", status="confirmed", source_kind="added",
            )  # fmt: skip
            tx.session.add(other)
            tx.session.flush()
            sealing.seal(tx, next_one, said.actor("facilitator"))
    return said
