"""What the log and the loudspeaker of the board say of a change. One whole sentence per verb: sentences are not glued together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kennislab.core.errors import N_

SAID: Mapping[str, str] = {
    "move": N_("%(by)s zette %(count)s kaarten in “%(title)s”."),
    "park": N_("%(by)s legde %(count)s kaarten op de stapel."),
    "fix": N_("%(by)s zette %(count)s kaarten vast."),
    "free": N_("%(by)s maakte %(count)s kaarten los."),
    "create": N_("%(by)s maakte het thema “%(title)s”."),
    "rename": N_("%(by)s veranderde “%(was)s” in “%(title)s”."),
    "shift": N_("%(by)s verschoof het thema “%(title)s”."),
    "merge": N_("%(by)s voegde “%(was)s” bij “%(title)s”."),
    "split": N_("%(by)s haalde “%(title)s” uit “%(was)s”."),
    "remove": N_("%(by)s haalde het thema “%(title)s” weg."),
    "put-back": N_("%(by)s zette de bewaarde indeling “%(title)s” terug."),
    "fill": N_("%(by)s vulde “%(title)s” aan met %(count)s kaarten."),
    "propose": N_("%(by)s liet thema’s voorstellen: %(themes)s thema’s op het bord."),
    "proposing": N_("%(by)s laat thema’s voorstellen."),
    "proposed": N_("Het voorstel is klaar."),
    "undo": N_("%(by)s maakte een stap ongedaan."),
    "redo": N_("%(by)s deed een stap opnieuw."),
    "make-groups": N_("%(by)s maakte %(count)s groepen."),
    "add-group": N_("%(by)s maakte de groep “%(title)s”."),
    "change-group": N_("%(by)s veranderde de groep “%(title)s”."),
    "remove-group": N_("%(by)s haalde de groep “%(title)s” weg."),
    "place": N_("%(by)s deelde %(count)s mensen in bij “%(title)s”."),
    "unplace": N_("%(by)s haalde %(count)s mensen uit hun groep."),
    "place-by-question": N_("%(by)s deelde %(count)s mensen in bij hun eigen vraag."),
    "pin": N_("%(by)s zette %(count)s mensen vast in hun groep."),
    "unpin": N_("%(by)s maakte %(count)s mensen los."),
    "assigning": N_("%(by)s laat mensen indelen."),
    "assign": N_("%(by)s liet %(count)s mensen indelen."),
    "assigned-nobody": N_("%(by)s liet mensen indelen, maar zo past het niet."),
    "relax": N_("%(by)s maakte een voorwaarde ruimer."),
    "set-sizes": N_("%(by)s veranderde hoe groot de groepen zijn."),
    "not-coming": N_("%(title)s komt niet, zegt %(by)s."),
    "coming": N_("%(title)s komt toch, zegt %(by)s."),
    "wish": N_("%(by)s veranderde wie bij elkaar of uit elkaar moeten."),
    "open-ranking": N_("%(by)s laat mensen thema’s kiezen."),
    "close-ranking": N_("%(by)s sloot het kiezen van thema’s."),
}

ONE: Mapping[str, str] = {
    "move": N_("%(by)s zette een kaart in “%(title)s”."),
    "park": N_("%(by)s legde een kaart op de stapel."),
    "fix": N_("%(by)s zette een kaart vast."),
    "free": N_("%(by)s maakte een kaart los."),
    "fill": N_("%(by)s vulde “%(title)s” aan met een kaart."),
    "place": N_("%(by)s deelde iemand in bij “%(title)s”."),
    "unplace": N_("%(by)s haalde iemand uit een groep."),
    "pin": N_("%(by)s zette iemand vast in een groep."),
    "unpin": N_("%(by)s maakte iemand los."),
    "assign": N_("%(by)s liet iemand indelen."),
}


def said(verb: str, by: str, details: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """(message id, values) of a change."""
    table = ONE if details.get("count") == 1 and verb in ONE else SAID
    return table.get(verb, N_("%(by)s veranderde iets.")), {"title": "", "was": "", "count": 0, "themes": 0, **details, "by": by}
