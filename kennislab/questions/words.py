"""What the app says about a question: sentences of notices, and the words for how somebody asks along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kennislab.core.errors import N_

NOTICES: Mapping[str, str] = {
    "edited": N_("%(by)s maakte je vraag beter leesbaar. Je eigen woorden blijven erbij staan."),
    "returned": N_("%(by)s stuurde je vraag terug: “%(remark)s”"),
    "merged": N_("%(by)s voegde jouw vraag “%(was)s” samen met deze vraag. Jullie stellen hem nu samen."),
    "unmerged": N_("%(by)s haalde de vragen weer uit elkaar. Je eigen vraag staat er weer."),
    "split": N_("%(by)s maakte van jouw vraag “%(was)s” meer vragen. Dit is er een van."),
    "unsplit": N_("%(by)s zette de delen van je vraag weer bij elkaar."),
    "carried": N_("Je vraag van %(lab)s is nog niet beantwoord. %(by)s nam hem mee naar dit Kennislab."),
    "withdrawn": N_("%(by)s trok je vraag in: “%(remark)s”"),
    "taken_back": N_("%(by)s trok de vraag “%(was)s” in die jullie samen stelden. Speelt hij nog? Stel hem dan zelf."),
    "joined": N_("%(by)s stelt je vraag samen met jou."),
    "unjoined": N_("%(by)s stelt je vraag niet meer samen met jou."),
    "named": N_("%(by)s stelt deze vraag samen met jou."),
    "unnamed": N_("%(by)s haalde je naam weg bij deze vraag."),
}
"""By kind. ``by`` is filled from the notice; ``remark``, ``was`` (a question's text) and ``lab`` (a title) from its details."""

SOMEBODY = N_("De begeleider")
"""Who did it, where no name is known."""


def notice(kind: str, by: str, details: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """(message id, values) of a notice. An unknown kind is said in general words."""
    sentence = NOTICES.get(kind, N_("%(by)s veranderde iets aan je vraag."))
    return sentence, {"remark": "", "was": "", "lab": "", **details, "by": by}
