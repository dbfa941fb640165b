"""Makes the golden package: ``python -m tests.archive.golden.make``. Only for a new format of packages; the ones that are here stay.

The demo's first archived lab, sealed, corrected and added to with a key that is thrown away; its public half stays beside it. Somebody
who was named in it was forgotten, so there is a link of every sort.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import sqlalchemy as sa
from flask_migrate import upgrade

from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Role
from kennislab.app import create_app
from kennislab.archive import queries, sealing
from kennislab.archive.models import ActionStatus, ActionUpdate, Evidence, Outcome, Status
from kennislab.archive.sealed import addenda, canonical, keys, later, package
from kennislab.archive.sealed.mdto import Keeping
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.demo import load
from kennislab.programme.models import Lab, LabState

HERE = Path(__file__).parent


def main() -> None:
    """Writes ``<format>.zip`` and ``<format>.pem``; refuses to replace them."""
    name = canonical.PACKAGE.replace(" ", "-")
    place = HERE / f"{name}.zip"
    if place.exists():
        raise SystemExit(f"{place} is there; what is golden stays")
    with tempfile.TemporaryDirectory() as folder:
        app = create_app({"DATA_DIR": folder, "DATABASE_URL": "", "SECRET_KEY": "x" * 40, "LOG_LEVEL": "WARNING"})
        with app.app_context():
            upgrade()
        load.load(app, "planned")
        with app.app_context():
            first = sa.select(Lab).where(Lab.state == LabState.ARCHIVED).order_by(Lab.starts_at).limit(1)
            with transaction() as tx:
                lab = tx.session.scalars(first).one()
                who = Actor(1, "Coördinator", None, {lab.programme_id: Role.COORDINATOR})
                for item in queries.items_of(tx.session, lab.id, Status.CONFIRMED)[:2]:
                    sealing.correct(tx, item, f"Verbetering bij “{item.text[:30]}…”", Actor(None, who.name))
                solution = next(one for one in queries.items_of(tx.session, lab.id, Status.CONFIRMED) if one.kind == "solution")
                line = Evidence(item_id=solution.id, municipality_code="GM0855", status=Outcome.WORKED, note="Het werkt.", at=lab.day)
                update = ActionUpdate(item_id=solution.id, status=ActionStatus.DONE, note="Gedaan, zegt Roos van Dalen.", by=who.name)
                tx.session.add_all([line, update])
                addenda.added(tx, line, update)
                update.note = "Gedaan, zegt …."
                addenda.rewritten(tx, lab.id, [later.part_of(update)])
                addenda.forget(tx, lab.id, [("lab", str(lab.id))])
            lab = db.session.scalars(first).one()
            with place.open("wb") as out:
                package.write(db.session(), lab, who, Keeping("Voorbeeldorganisatie", 10, open=False), Path(folder), out)
            (HERE / f"{name}.pem").write_bytes(keys.own().pem)


if __name__ == "__main__":
    main()
