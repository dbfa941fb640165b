"""The words of a method file and what the rest of the house calls them."""

from __future__ import annotations

from typing import Literal, get_args

from kennislab.core.errors import N_

RoleWord = Literal[
    "gespreksleider", "casusinbrenger", "adviseurs", "notulist", "tijdbewaker", "deelnemers", "observator", "presentator",
    "coach", "klant", "voorbeeldgever", "vraageigenaar", "procesbegeleider per groep",
]  # fmt: skip
OutputWord = Literal[
    "vraag", "feit", "associatie", "knelpunt", "inzicht", "advies", "oplossing", "keuze", "actie", "les",
    "koppelkans", "succesfactor", "waarde", "evaluatie",
]  # fmt: skip
Mode = Literal["plenary", "individual", "pairs", "trios", "fours", "small_groups", "fishbowl", "milling"]
Input = Literal["none", "text", "multi_text", "vote", "choice_with_reason", "rating_1_5", "sort_warm_cold", "matrix"]
Scale = Literal["fixed", "per_participant", "per_round", "per_station"]
Seating = Literal["mixed", "back", "home"]
Family = Literal["intervisie", "socratisch", "waarderend", "moreel_beraad", "groepswerkvorm", "liberating_structure"]
Basis = Literal[
    "verified_steps_and_minutes", "verified_steps_partly_minutes", "verified_steps", "adapted",
    "adapted_from_korthagen_recalled", "recalled",
]  # fmt: skip
MinutesBasis = Literal["source", "estimate"]

ROLE_WORDS: tuple[str, ...] = get_args(RoleWord)
OUTPUT_WORDS: tuple[str, ...] = get_args(OutputWord)
MODES: tuple[str, ...] = get_args(Mode)
INPUTS: tuple[str, ...] = get_args(Input)
SCALES: tuple[str, ...] = get_args(Scale)
FAMILIES: tuple[str, ...] = get_args(Family)

ROLE: dict[str, str] = {
    "gespreksleider": "discussion_leader",
    "casusinbrenger": "case_owner",
    "adviseurs": "consultant",
    "notulist": "note_taker",
    "tijdbewaker": "timekeeper",
    "deelnemers": "participant",
    "observator": "observer",
    "presentator": "presenter",
    "coach": "coach",
    "klant": "client",
    "voorbeeldgever": "example_giver",
    "vraageigenaar": "question_owner",
    "procesbegeleider per groep": "table_host",
}
"""Word of the file → role of one person. ``participant`` speaking means everybody; ``consultant``: who helps somebody else's case."""

KIND: dict[str, str] = {
    "vraag": "question",
    "feit": "fact",
    "associatie": "association",
    "knelpunt": "bottleneck",
    "inzicht": "insight",
    "advies": "advice",
    "oplossing": "solution",
    "keuze": "choice",
    "actie": "action",
    "les": "lesson",
    "koppelkans": "linking_opportunity",
    "succesfactor": "success_factor",
    "waarde": "value",
    "evaluatie": "evaluation",
}
"""Output of a step → kind of contribution."""

ROLE_NAMES: dict[str, str] = {
    "discussion_leader": N_("gespreksleider"),
    "case_owner": N_("casusinbrenger"),
    "consultant": N_("adviseur"),
    "note_taker": N_("notulist"),
    "timekeeper": N_("tijdbewaker"),
    "participant": N_("deelnemer"),
    "observer": N_("observator"),
    "presenter": N_("presentator"),
    "coach": N_("coach"),
    "client": N_("klant"),
    "example_giver": N_("voorbeeldgever"),
    "question_owner": N_("vraageigenaar"),
    "table_host": N_("procesbegeleider"),
}
FAMILY_NAMES: dict[str, str] = {
    "intervisie": N_("Intervisie"),
    "socratisch": N_("Socratisch"),
    "waarderend": N_("Waarderend"),
    "moreel_beraad": N_("Moreel beraad"),
    "groepswerkvorm": N_("Groepswerkvorm"),
    "liberating_structure": N_("Liberating Structure"),
}
MODE_NAMES: dict[str, str] = {
    "plenary": N_("met de hele groep"),
    "individual": N_("ieder voor zich"),
    "pairs": N_("in tweetallen"),
    "trios": N_("in drietallen"),
    "fours": N_("in viertallen"),
    "small_groups": N_("in kleine groepen"),
    "fishbowl": N_("in een kring, met een luisteraar erbuiten"),
    "milling": N_("lopend door de ruimte"),
}
INPUT_NAMES: dict[str, str] = {
    "none": N_("niets"),
    "text": N_("één bijdrage per soort"),
    "multi_text": N_("zoveel bijdragen als je wilt"),
    "vote": N_("stemmen"),
    "choice_with_reason": N_("een keuze met een reden"),
    "rating_1_5": N_("een cijfer van 1 tot en met 5"),
    "sort_warm_cold": N_("vragen labelen: warm, neutraal of koud"),
    "matrix": N_("een tabel invullen"),
}
SCALE_NAMES: dict[str, str] = {
    "fixed": N_("één keer"),
    "per_participant": N_("per deelnemer"),
    "per_round": N_("per ronde"),
    "per_station": N_("per station"),
}
