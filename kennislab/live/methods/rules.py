"""Who may do what at a position: one function for every question that a room asks. A refusal says why, and what to do."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from kennislab.core.errors import N_, DomainError, Refused
from kennislab.live.methods.plan import ADVISING, WRITING, Slot

Verdict = bool | DomainError

HELPERS = ("consultant", "participant", "discussion_leader", "note_taker", "timekeeper", "table_host")
"""Roles of people who help somebody else's case: they speak where consultants speak."""
CAPTURERS = ("discussion_leader", "note_taker")
"""Roles that write down what others say."""
VOTES = ("vote", "choice_with_reason", "rating_1_5")

LISTENING = Refused("you-listen", N_("Je luistert nu"), N_("Bewaar je tekst. In een volgende stap mag jij weer schrijven."))
NOTHING_NOW = Refused("not-now", N_("In deze stap stuur je niets in"), N_("Bewaar je tekst; bij de volgende stap kun je hem versturen."))
NOT_YOUR_TURN = Refused("not-your-turn", N_("Nu is een ander aan de beurt"), N_("Bewaar je tekst en wacht tot jij aan de beurt bent."))
CHOOSING_NOW = Refused("choosing-now", N_("Nu wordt er gekozen, niet geschreven"), N_("Bewaar je tekst voor de volgende stap."))
OTHER_KIND = Refused("not-this-kind", N_("Deze soort bijdrage past niet bij deze stap"), N_("Kies een soort die nu gevraagd wordt."))
ONE_EACH = Refused("one-each", N_("Je hebt er al een verstuurd"), N_("In deze stap stuurt ieder er één. Pas je eerste aan."))
NOTHING_TO_MARK = Refused("not-marking", N_("Nu worden er geen vragen gelabeld"), N_("Wacht op de stap waarin je vragen labelt."))
ONLY_CASE_OWNER = Refused("only-case-owner", N_("Alleen de casusinbrenger labelt vragen"), N_("Kijk mee naar wat de inbrenger kiest."))
NO_VOTE = Refused("no-vote-now", N_("Nu wordt er niet gestemd"), N_("Wacht op de stap waarin je kiest."))
NOT_VOTER = Refused("not-your-vote", N_("In deze stap kiest een ander"), N_("Kijk mee naar wat er gekozen wordt."))


def is_of(role: str, group: str) -> bool:
    """Whether somebody with this role belongs to a role of the script: ``participant`` is everybody, ``consultant`` who helps."""
    return group == "participant" or role == group or (group == "consultant" and role in HELPERS)


def may_speak(slot: Slot, role: str) -> bool:
    """Whether it is this role's word now."""
    return is_of(role, slot.speaking) and not listens(slot, role)


def listens(slot: Slot, role: str) -> bool:
    """Whether the phone of this role says *Je luistert nu*. Who takes notes for others is not silenced with the consultants."""
    if role == slot.speaking:
        return False
    return any(role == silent or (is_of(role, silent) and role not in CAPTURERS) for silent in slot.silent)


def may_capture(slot: Slot, role: str) -> bool:
    """Whether this role may write down what others say: not in silence, not what stays hidden, not where nothing is written."""
    return role in CAPTURERS and slot.mode != "individual" and not slot.hidden and slot.input != "none"


def offered(slot: Slot, role: str) -> tuple[str, ...]:
    """The kinds that the phone of this role offers now; empty when it offers none."""
    return tuple(kind for kind in slot.kinds if may_write(slot, role, kind) is True)


def may_write(slot: Slot, role: str, kind: str) -> Verdict:
    """Whether somebody with this role may send a contribution of this kind now."""
    if listens(slot, role):
        return LISTENING
    if slot.input == "none":
        return NOTHING_NOW
    captures = may_capture(slot, role)
    if not captures:
        if slot.input not in WRITING and kind not in slot.collects:
            return CHOOSING_NOW
        if not any(is_of(role, group) for group in slot.writing):
            return NOT_YOUR_TURN
    if kind in slot.kinds:
        return True
    return _not_this_kind(slot, kind)


def _not_this_kind(slot: Slot, kind: str) -> Refused:
    if kind not in ADVISING or "question" not in slot.kinds or any(one in slot.kinds for one in ADVISING):
        return OTHER_KIND
    title = N_("Nu alleen vragen, nog geen advies")
    if slot.advice_step is None:
        return Refused(
            "no-advice-now", N_("Nu alleen vragen, geen advies"), N_("In deze werkvorm geef je geen advies. Maak er een vraag van.")
        )
    if slot.advice_step == slot.number:
        return Refused("no-advice-now", title, N_("Eerst begrijpen, dan pas adviseren. Bewaar je advies: het komt straks in deze ronde."))
    return Refused(
        "no-advice-now",
        title,
        N_("Eerst begrijpen, dan pas adviseren. Bewaar je advies voor stap %(step)s, of maak er een vraag van."),
        step=slot.advice_step,
    )


def may_write_another(slot: Slot, role: str, already: int) -> Verdict:
    """Whether one more of a kind may come from somebody who sent ``already`` of it in this unit. Who captures for others may."""
    if slot.input in ("text", "choice_with_reason") and already and not may_capture(slot, role):
        return ONE_EACH
    return True


def may_mark(slot: Slot, role: str, kind: str = "question") -> Verdict:
    """Whether this role may mark a question warm, neutral or cold now."""
    if slot.input != "sort_warm_cold":
        return NOTHING_TO_MARK
    if role != "case_owner":
        return ONLY_CASE_OWNER
    return True if kind == "question" else OTHER_KIND


def may_vote(slot: Slot, role: str) -> Verdict:
    """Whether this role chooses, scores or votes now."""
    if slot.input not in VOTES:
        return NO_VOTE
    if listens(slot, role):
        return LISTENING
    return True if is_of(role, slot.speaking) else NOT_VOTER


def may_read(
    written_at: AbstractSet[str], table_now: AbstractSet[str], *, present: AbstractSet[str] | None = None, plenary: bool = False
) -> bool:
    """Whether what was written at a table of an earlier step is seen by this table now: when it has everybody of that table.

    Who left since counts no more (``present``: who is still here); together (``plenary``) all is seen. Where people walk along stations,
    the sets come from ``belongs_to`` and ``company`` of :mod:`kennislab.live.methods.seating`: a text belongs to its station.
    """
    if plenary:
        return True
    needed = written_at if present is None else {one for one in written_at if one in present or one.startswith("station:")}
    return bool(needed) and needed <= table_now


_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")
_ADVICE = re.compile(
    r"""^(?:(?:en|maar|dus|nou|tja|volgens\ mij)[\s,]+)*(?:misschien\ moet(?:en)?\ (?:je|jullie)\b|(?:misschien\s+)?(?:
      ik\ zou\ (?!(?:graag|wel|ook|nog|eerst|eigenlijk|even)?\s*(?:wel|graag|eens|ook)?\s*
          (?:willen\ )?(?:weten|begrijpen|horen|vragen|snappen)\b)
      | als\ ik\ jou\ was\b
      | (?:mijn\ )?(?:tip|advies)\s*:
      | mijn\ (?:tip|advies)\ (?:is|zou)\b
      | waarom\ \w+\ (?:je|jullie)\ (?:\w+\ ){0,3}?niet\ (?:gewoon|eens|liever|beter|toch)\b
      | (?:kun|kan)\ (?:je|jullie)\ niet\ (?:gewoon|beter|eens)\b
      | heb(?:t|ben)?\ (?:je|jullie)\ (?:er\ )?(?:ook\ )?(?:al\ )?(?:eens\ |wel\ eens\ )?(?:aan\ gedacht|overwogen|geprobeerd)\ om\b
      | (?:is|lijkt)\ het\ (?:geen|niet\ een)\ (?:goed\ )?idee\ om\b
      | (?:je|jullie)\ (?:kunt|kan|kunnen)\ (?:het\ )?beter\b
      | (?:je|jullie)\ zou(?:den)?\ (?:eens|beter|kunnen|moeten|ook|gewoon)\b
      | (?:je|jullie)\ (?:moet|moeten)\b(?![^?]*\?\s*$)
      | (?:kun|kan|moet)\ je\ beter\b
      | (?:probeer|doe|ga|vraag|bel|neem)\ (?:eens|gewoon|het\ eens|ook\ eens)\b
    ))""",
    re.IGNORECASE | re.VERBOSE,
)


def reads_as_advice(text: str) -> bool:
    """A careful guess that this is advice, perhaps dressed up as a question: to warn on the phone, never to refuse."""
    return any(_ADVICE.match(sentence.strip(" \t–-•\"'“”‘’")) for sentence in _SENTENCES.split(text))
