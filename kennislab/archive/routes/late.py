"""Words that come too late: the lab was closed, or the sign-in was over, while somebody typed. They are shown, to be copied."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template, request, url_for
from flask_babel import gettext as _

from kennislab.archive.routes import Answer
from kennislab.core.error_pages import problem
from kennislab.core.errors import DomainError, NotSignedIn


def too_late(error: DomainError, texts: Sequence[tuple[str, str]]) -> Answer:
    """The refusal, with what was typed below it: label and words. Without any words the refusal goes on as it is."""
    typed = [(label, words) for label, words in texts if words.strip()]
    if not typed or request.accept_mimetypes.best == "application/json":
        raise error
    again = (_("Opnieuw aanmelden"), url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
    way = again if isinstance(error, NotSignedIn) else (_("Naar de startpagina"), request.script_root + "/")
    return render_template("archive/late.html", problem=problem(error), texts=typed, way=way), error.status
