"""Files of a lab over HTTP: slides of a speaker for who is in the room, and a picture for the big screen from the desk."""

from __future__ import annotations

from pathlib import Path

from flask import Response, current_app, request, send_file, url_for

from kennislab.core.db import db
from kennislab.core.errors import N_, Forbidden, Invalid, NotFound, require
from kennislab.core.security import check_csrf, csrf
from kennislab.core.transaction import transaction
from kennislab.live import auth
from kennislab.live.following import json_answer
from kennislab.live.policies import FACILITATOR_ONLY
from kennislab.live.room.tail import dumps
from kennislab.live.routes import bp
from kennislab.programme import states, uploads
from kennislab.programme.models import Lab


def _folder() -> Path:
    return Path(current_app.config["DATA_DIR"])


@bp.get("/live/<int:lab_id>/bijlagen/<upload_id>")
def upload(lab_id: int, upload_id: str) -> Response:
    """One file, for who is in this room. A picture is shown, a PDF too; neither may do anything there."""
    auth.asker(lab_id)
    found = uploads.upload_of(db.session(), lab_id, upload_id)
    path = uploads.place_of(_folder(), found) if found is not None else None
    if found is None or path is None or not path.is_file():
        raise NotFound()
    answer = send_file(path, mimetype=found.media, download_name=found.name, as_attachment=False, etag=found.sha256, max_age=3600)
    answer.headers["Cache-Control"] = "private, max-age=3600"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    return answer


@bp.post("/live/<int:lab_id>/bijlagen")
@csrf.exempt
def add_picture(lab_id: int) -> Response:
    """A picture from the desk, for the big screen: ``{id, name, url}``."""
    request.max_content_length = uploads.MOST_BYTES + 64 * 1024
    asker = auth.asker(lab_id)
    if asker.by_cookie:
        check_csrf()
    if not asker.actor.leads or asker.view == "projector":
        raise Forbidden(FACILITATOR_ONLY.type, FACILITATOR_ONLY.title, FACILITATOR_ONLY.detail)
    require(states.verdict(db.session.get_one(Lab, lab_id).state, "run_session"))
    sent = request.files.get("file")
    if sent is None:
        raise Invalid(fields={"file": uploads.OTHER_KIND})
    file = uploads.read(sent.filename or "", sent.stream.read(uploads.MOST_BYTES + 1))
    if file.media not in uploads.PICTURES:
        raise Invalid("not-a-picture", N_("Dit is geen plaatje"), N_("Kies een PNG of JPEG."), fields={"file": uploads.OTHER_KIND})
    with transaction() as tx:
        kept = uploads.keep(tx, tx.session.get_one(Lab, lab_id), file, _folder(), asker.actor.name or "")
        told = {"id": kept.id, "name": kept.name, "url": url_for("live.upload", lab_id=lab_id, upload_id=kept.id)}
    return json_answer(dumps(told))
