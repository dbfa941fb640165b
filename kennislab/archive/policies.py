"""Who may do what with the harvest and the archive: first the person, then the state of the lab, then the consent."""

from __future__ import annotations

from collections.abc import Collection

from kennislab.accounts.actors import Actor
from kennislab.archive.models import ArchiveItem, Consent, Evidence, SavedSearch, Status
from kennislab.core.errors import N_, DomainError, Forbidden, NotFound, NotSignedIn
from kennislab.live.models import Participant
from kennislab.programme import states
from kennislab.programme.models import Lab, LabState
from kennislab.programme.policies import is_member, is_staff

Verdict = bool | DomainError


def _staff_in_state(actor: Actor, lab: Lab, what: str) -> Verdict:
    who = is_staff(actor, lab.programme_id)
    return states.verdict(lab.state, what) if who is True else who


def may_harvest(actor: Actor, lab: Lab) -> Verdict:
    """Going through what was caught: staff, between the day and the seal."""
    return _staff_in_state(actor, lab, "harvest")


def may_seal(actor: Actor, lab: Lab) -> Verdict:
    """Sealing: staff, once."""
    return _staff_in_state(actor, lab, "seal")


def may_check_own(actor: Actor, lab: Lab, guest: Participant | None = None) -> Verdict:
    """Looking over one's own contributions before the seal: everybody in the programme, and who took part in the room without an account.

    ``guest``: whose room this browser holds the token of.
    """
    here = guest is not None and guest.lab_id == lab.id and guest.revoked_at is None
    member = True if here else is_member(actor, lab.programme_id)
    return states.verdict(lab.state, "check_own") if member is True else member


def may_change_own(actor: Actor, item: ArchiveItem, guest: Participant | None = None) -> Verdict:
    """Withdrawing one's own words or keeping them nearer: their author, before the seal. Another's look as if they were not there."""
    own = may_check_own(actor, item.lab, guest)
    if own is not True:
        return own
    said_here = guest is not None and item.participant_id == guest.id
    return True if said_here or (item.person_id is not None and item.person_id == actor.person_id) else NotFound()


def may_read_lab(actor: Actor, lab: Lab) -> Verdict:
    """A sealed lab: everybody in the programme; what they see there depends on each item's consent."""
    member = is_member(actor, lab.programme_id)
    return states.verdict(lab.state, "read_archive") if member is True else member


def may_read_report(actor: Actor, lab: Lab) -> Verdict:
    """The report: staff from the harvest on; the others once it is sealed, as before that it still changes."""
    member = is_member(actor, lab.programme_id)
    if member is not True:
        return member
    return states.verdict(lab.state, "report" if actor.is_staff(lab.programme_id) else "read_archive")


def may_see_item(actor: Actor, item: ArchiveItem, groups: Collection[str] = ()) -> Verdict:
    """One item. Staff: always. Others: when it is confirmed and sealed and, if it stays in its group, when they sat there.

    ``groups``: names of the groups of that lab in which the actor sat.
    """
    member = is_member(actor, item.programme_id)
    if member is not True or actor.is_staff(item.programme_id):
        return member
    if item.lab.state is not LabState.ARCHIVED or item.status is not Status.CONFIRMED:
        return NotFound()
    return NotFound() if stays_elsewhere(item.consent, item.group_name, groups) else True


def stays_elsewhere(consent: Consent, group: str | None, groups: Collection[str]) -> bool:
    """Whether something stays in a group that is none of these."""
    return consent is Consent.GROUP and (group is None or group not in groups)


def may_read_as_said(actor: Actor, item: ArchiveItem) -> Verdict:
    """The words before the harvest changed them: staff and their author. What was taken out, a name perhaps, was taken out for others."""
    if actor.is_staff(item.programme_id):
        return True
    return True if item.person_id is not None and item.person_id == actor.person_id else NotFound()


def may_read_places(actor: Actor, item: ArchiveItem) -> Verdict:
    """Where something was tried, and who said so: everybody who may see it; of what came without a name staff only, as it could tell whose
    it is."""
    return True if not item.anonymous or actor.is_staff(item.programme_id) else NotFound()


def may_correct(actor: Actor, item: ArchiveItem) -> Verdict:
    """Adding a signed correction to what is sealed: staff."""
    return _staff_in_state(actor, item.lab, "correct")


def may_pack(actor: Actor, lab: Lab) -> Verdict:
    """Making an archive package of a sealed lab: staff."""
    return _staff_in_state(actor, lab, "read_archive")


def may_report_outcome(actor: Actor, item: ArchiveItem, groups: Collection[str] = ()) -> Verdict:
    """Saying what became of it: everybody who may see it, once it is sealed. The ledger only grows."""
    seen = may_see_item(actor, item, groups)
    return states.verdict(item.lab.state, "correct") if seen is True else seen


def may_withdraw_outcome(actor: Actor, item: ArchiveItem, line: Evidence, groups: Collection[str] = ()) -> Verdict:
    """Taking a wrong line out of the sums: who reported it, and staff."""
    may_add = may_report_outcome(actor, item, groups)
    if may_add is not True or actor.is_staff(item.programme_id):
        return may_add
    if line.reporter_id is not None and line.reporter_id == actor.person_id:
        return True
    return Forbidden(
        "not-your-report",
        N_("Deze melding is van iemand anders"),
        N_("Alleen wie iets meldde, kan het intrekken, en de begeleiders. Weet je iets anders? Meld dan zelf wat ervan kwam."),
    )


def may_search(actor: Actor) -> Verdict:
    """The archive's search: everybody; it shows each what is theirs to see, and who is unknown what is public."""
    return True


def may_keep_searches(actor: Actor) -> Verdict:
    """The page of one's own kept searches: everybody with an account."""
    return True if actor.known else NotSignedIn()


def may_add_search(actor: Actor) -> Verdict:
    """Keeping one more: everybody who takes part in a programme. Who left may still look at theirs, and throw them away."""
    known = may_keep_searches(actor)
    if known is not True or actor.roles:
        return known
    return Forbidden(
        "no-programme",
        N_("Je doet aan geen programma mee"),
        N_("Een zoekopdracht bewaar je als je meedoet aan een programma. Vraag de coördinator om je toe te voegen."),
    )


def may_change_search(actor: Actor, kept: SavedSearch) -> Verdict:
    """One's own; another's looks as if it was not there."""
    known = may_keep_searches(actor)
    if known is not True:
        return known
    return True if kept.person_id == actor.person_id else NotFound()
