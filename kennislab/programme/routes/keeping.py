"""What of a programme's personal data is past its time, and throwing it away."""

from __future__ import annotations

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from kennislab.accounts.signin import current_actor
from kennislab.core.db import db
from kennislab.core.errors import require
from kennislab.core.transaction import transaction
from kennislab.programme import policies, retention
from kennislab.programme.models import Programme, Purge
from kennislab.programme.routes import Answer, bp, the_programme


@bp.get("/programmas/<int:programme_id>/bewaren")
def keeping(programme_id: int) -> Answer:
    """What would go, with numbers and names; and what went before."""
    require(policies.may_manage_programme(current_actor(), programme_id))
    return _page(the_programme(programme_id))


def _page(programme: Programme) -> str:
    earlier = sa.select(Purge).where(Purge.programme_id == programme.id).order_by(Purge.at.desc())
    return render_template(
        "programme/retention.html",
        programme=programme,
        over=retention.over(db.session(), programme),
        earlier=db.session.scalars(earlier).all(),
    )


@bp.post("/programmas/<int:programme_id>/bewaren")
def purge(programme_id: int) -> Answer:
    """Throws away exactly what was shown."""
    require(policies.may_manage_programme(current_actor(), programme_id))
    the_programme(programme_id)
    if not request.form.get("yes"):
        flash(_("Er is niets weggegooid. Zet een vinkje als je het zeker weet."), "warn")
        return redirect(url_for("programme.keeping", programme_id=programme_id), 303)
    with transaction() as tx:
        programme = tx.session.get_one(Programme, programme_id)
        retention.purge(tx, programme, request.form.get("what", ""), current_actor())
    flash(_("Weggegooid. Wat er geleerd is, staat er nog."), "ok")
    return redirect(url_for("programme.keeping", programme_id=programme_id), 303)
