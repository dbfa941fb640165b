"""The seal of a lab to look at and to check, the archive package, and the keys that this installation signs with."""

from __future__ import annotations

import json
from pathlib import Path

from flask import current_app, jsonify, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from kennislab.accounts.actors import Actor
from kennislab.accounts.signin import current_actor
from kennislab.archive import policies, produced, queries
from kennislab.archive.routes import Answer, bp
from kennislab.archive.sealed import keys, making, register, verify
from kennislab.archive.sealed.verdict import Finding, Name
from kennislab.core.db import db
from kennislab.core.errors import DomainError, NotFound, require
from kennislab.core.transaction import transaction
from kennislab.programme.models import Lab
from kennislab.programme.routes import the_lab


def _packer(lab_id: int) -> tuple[Actor, Lab]:
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_pack(actor, lab))
    return actor, lab


@bp.route("/kennislabs/<int:lab_id>/archiefpakket", methods=["GET", "POST"])
def package(lab_id: int) -> Answer:
    """The seal (checked with ``?controle=1``), and the packages that were made of it."""
    actor, lab = _packer(lab_id)
    sent = {name: request.form.get(name, "") for name in ("archiefvormer", "waardering", "jaren")}
    error: DomainError | None = None
    if request.method == "POST":
        try:
            with transaction() as tx:
                making.ask(tx, tx.session.get_one(Lab, lab_id), actor, sent["archiefvormer"], sent["waardering"], sent["jaren"])
        except DomainError as refusal:
            if refusal.status != 422 and refusal.type != "seal-broken":
                raise
            error = refusal
        else:
            return redirect(url_for("archive.package", lab_id=lab_id, _anchor="pakketten"), 303)
    read = db.session()
    seal = queries.seal_of(read, lab_id)
    checked = None
    if seal is not None and request.args.get("controle") == "1":
        checked = verify.lab(read, lab_id, folder=keys.folder().parent, noted=register.noted().get(lab_id))
    files = making.files_of(read, lab_id)
    page = render_template(
        "archive/package.html",
        lab=lab,
        seal=seal,
        checked=checked,
        said=_said,
        withheld=making.withheld(read, lab_id),
        files=[(row, work, _refused(work.result) if work is not None else "") for row, work in files],
        busy=any(not row.sha256 and work is not None and work.state in ("queued", "running") for row, work in files),
        sent=sent if error is not None else {"archiefvormer": lab.programme.name, "waardering": "V", "jaren": "10"},
        error=error,
    )
    return page, error.status if error is not None else 200


def _said(found: Finding) -> str:
    """A finding in the reader's language."""
    return _(found.text, **{name: _(v.text, **v.values) if isinstance(v, Name) else v for name, v in found.values.items()})


def _refused(result: str | None) -> str:
    """Why a package was not made."""
    told = json.loads(result) if result else {}
    return _(told["refused"], **told["params"]) if told.get("refused") else ""


@bp.get("/kennislabs/<int:lab_id>/archiefpakket/<file_id>")
def package_file(lab_id: int, file_id: str) -> Answer:
    """A package that was made, for any of the staff."""
    _packer(lab_id)
    row = making.file_of(db.session(), lab_id, file_id)
    path = produced.place_of(Path(current_app.config["DATA_DIR"]), row.id) if row is not None else None
    if row is None or path is None or not path.is_file():
        raise NotFound()
    answer = send_file(path, mimetype="application/zip", download_name=row.name, as_attachment=True, etag=row.sha256)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.get("/.well-known/kennislab-key")
def signing_keys() -> Answer:
    """The public halves of the keys that this installation ever signed with, for who checks a package elsewhere."""
    known = [{"id": id_, "algorithm": "Ed25519", "pem": keys.pem_of(public).decode()} for id_, public in keys.known().items()]
    answer = jsonify(keys=known)
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer
