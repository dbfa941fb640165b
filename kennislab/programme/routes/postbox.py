"""The example's letter box: every mail that would have been sent. Only in a demo."""

from __future__ import annotations

from pathlib import Path

from flask import current_app, render_template, request

from kennislab.core import postbox
from kennislab.core.errors import NotFound
from kennislab.programme.routes import Answer, bp


def _folder() -> Path:
    """Where the mails are; NotFound outside a demo, where mail goes to people and nobody else."""
    if not current_app.config["DEMO"]:
        raise NotFound()
    return Path(current_app.config["DATA_DIR"]) / "mail"


@bp.get("/postvak")
def caught_mails() -> Answer:
    """What the example's mail server caught, newest first."""
    text = request.args.get("q", "")[:100].strip()
    return render_template("programme/postbox.html", mails=postbox.caught(_folder(), text), text=text)


@bp.get("/postvak/<key>")
def caught_mail(key: str) -> Answer:
    """One mail as it arrived, with the links that it carries."""
    found = postbox.one(_folder(), key)
    if found is None:
        raise NotFound()
    return render_template("programme/postbox_mail.html", mail=found)
