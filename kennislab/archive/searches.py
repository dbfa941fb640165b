"""Searches that people keep, and the mail that tells them once what is new among what they find.

New is what this person could not find before: a document that came, or that has come to be for them. It is told in the transaction that
remembers until when was looked, so a job that dies or runs twice tells nothing twice. What is younger than
:data:`kennislab.core.search.SETTLED` waits for the next time: another transaction may still be about to commit something older.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale, gettext, ngettext
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy.orm import Session

from kennislab.accounts import queries as people
from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Person
from kennislab.archive import asking, words
from kennislab.archive.asking import Asked
from kennislab.archive.models import SavedSearch
from kennislab.core import clock, jobs, mail, search
from kennislab.core.db import db
from kennislab.core.errors import N_, Conflict, Gone, Invalid, NotFound
from kennislab.core.mail import Mail
from kennislab.core.search import Hit, SearchDocument
from kennislab.core.templating import quarter_text
from kennislab.core.text import tidy
from kennislab.core.transaction import Tx, transaction
from kennislab.programme import mails
from kennislab.programme.models import Programme

KIND = "saved_search"
EVERY = {"day": N_("Elke dag"), "week": N_("Elke week"), "never": N_("Geen mail")}
"""How often somebody is told by mail."""
MOST = 50
MOST_NAME = 120
MOST_TOLD = 5
"""Of one search in one mail; for the others there is a link."""
FROM_HOUR = 7
_PROGRAMMES = "programmas"
_SALT = "kennislab.saved-search"
_LONGEST = 200


def of_person(session: Session, person_id: int) -> Sequence[SavedSearch]:
    """Somebody's searches, by name."""
    S = SavedSearch
    return session.scalars(sa.select(S).where(S.person_id == person_id).order_by(sa.func.lower(S.name), S.created_at)).all()


def one(session: Session, search_id: str) -> SavedSearch:
    """A kept search, or NotFound."""
    found = session.get(SavedSearch, search_id)
    if found is None:
        raise NotFound()
    return found


def asked_of(kept: SavedSearch) -> Asked:
    """The question that was kept."""
    return Asked.kept(kept.query)


def left(session: Session, actor: Actor, kept: SavedSearch) -> list[str]:
    """Names of the programmes that this search looked through and that its owner no longer takes part in."""
    gone = [number for number in kept.query.get(_PROGRAMMES, []) if number not in actor.roles]
    return list(session.scalars(sa.select(Programme.name).where(Programme.id.in_(gone)).order_by(Programme.name))) if gone else []


# --- keeping --------------------------------------------------------------------------------------------------------------------


def _name(name: str, every: str) -> str:
    clean = " ".join(tidy(name).split())
    wrong: dict[str, str] = {}
    if not clean:
        wrong["name"] = N_("Geef de zoekopdracht een naam, dan vind je hem terug.")
    elif len(clean) > MOST_NAME:
        wrong["name"] = N_("Kies een naam van hoogstens 120 tekens.")
    if every not in EVERY:
        wrong["every"] = N_("Kies hoe vaak je een mail wilt.")
    if wrong:
        raise Invalid(fields=wrong)
    return clean


def keep(tx: Tx, actor: Actor, name: str, asked: Asked, every: str) -> SavedSearch:
    """Keeps a search; what can be found now is not new any more. Raises Invalid, or Conflict when there are too many."""
    assert actor.person_id is not None, "the policy lets only people with an account in"
    clean = _name(name, every)
    if not asked.asks:
        raise Invalid(fields={"name": N_("Er is niets om te bewaren. Zoek eerst op een woord, of kies een filter.")})
    S = SavedSearch
    tx.session.execute(sa.select(Person.id).where(Person.id == actor.person_id).with_for_update())
    have = tx.session.scalars(sa.select(S).where(S.person_id == actor.person_id)).all()
    same = next((kept for kept in have if asked_of(kept).pairs == asked.pairs), None)
    if same is not None:  # pressed twice, or forgotten that it was there
        same.name, same.every = clean, every
        tx.session.flush()
        return same
    if len(have) >= MOST:
        raise Conflict(
            "too-many-searches",
            N_("Je hebt al vijftig zoekopdrachten bewaard"),
            N_("Gooi er eerst een weg die je niet meer gebruikt."),
        )
    now = clock.now()
    kept = S(
        person_id=actor.person_id, name=clean, every=every, looked_at=now, created_at=now,
        query={**asked.as_kept(), _PROGRAMMES: sorted(actor.roles)},
    )  # fmt: skip
    tx.session.add(kept)
    tx.session.flush()
    return kept


def change(tx: Tx, kept: SavedSearch, name: str, every: str) -> None:
    """Another name, or mail more or less often. Who asks for mail again is told what is new from now on. Raises Invalid."""
    clean = _name(name, every)
    if kept.every == "never" and every != "never":
        kept.looked_at = clock.now()
    kept.name, kept.every = clean, every
    tx.session.flush()


def remove(tx: Tx, kept: SavedSearch) -> None:
    """Throws it away."""
    tx.session.delete(kept)
    tx.session.flush()


def stop(tx: Tx, person_id: int) -> int:
    """No mail about any of somebody's searches any more; the searches stay. Returns about how many there was mail."""
    S = SavedSearch
    told = sa.update(S).where(S.person_id == person_id, S.every != "never").values(every="never")
    return len(tx.session.scalars(told.returning(S.id)).all())


# --- what is new ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class New:
    """What is new for one search: ``hits``, best first, :data:`MOST_TOLD` at most, of ``total``."""

    kept: SavedSearch
    hits: list[Hit]
    total: int


def new_of(session: Session, actor: Actor, kept: SavedSearch, until: datetime) -> New:
    """What became findable for this actor after this search last looked and not after ``until``."""
    asked, audiences = asked_of(kept), asking.audiences_of(actor)
    answer = search.newer(session, asked.query, audiences, asked.facets(), kept.looked_at, MOST_TOLD, until)
    return New(kept, answer.hits, answer.total)


def due(kept: SavedSearch, now: datetime) -> bool:
    """Whether its owner is to be told today."""
    today, last = now.astimezone(clock.LOCAL).date(), kept.looked_at.astimezone(clock.LOCAL).date()
    return last < today if kept.every == "day" else last <= today - timedelta(days=7) if kept.every == "week" else False


@jobs.every(3600, "saved-searches")
def tell(progress: jobs.Progress) -> int:
    """Tells everybody who is due, from seven in the morning. Returns how many mails."""
    now = clock.now()
    if now.astimezone(clock.LOCAL).hour < FROM_HOUR:
        return 0
    S = SavedSearch
    rows = db.session().scalars(sa.select(S).where(S.every != "never").order_by(S.person_id)).all()
    waiting = list(dict.fromkeys(row.person_id for row in rows if due(row, now)))
    db.session.rollback()  # reading only: no transaction stays open meanwhile
    return sum(_tell(person_id, now) for person_id in waiting)


def _tell(person_id: int, now: datetime) -> bool:
    """One mail with all their searches, in the transaction that remembers it. Returns whether there was anything to tell."""
    until = now - search.SETTLED
    with transaction() as tx:
        S = SavedSearch
        mine = sa.select(S).where(S.person_id == person_id).order_by(sa.func.lower(S.name), S.id).with_for_update()
        kept = [row for row in tx.session.scalars(mine) if due(row, now)]
        person = tx.session.get_one(Person, person_id)
        actor = people.actor_of(tx.session, person)
        fresh = [new for row in kept if (new := new_of(tx.session, actor, row, until)).total] if actor.roles and person.email else []
        for row in kept:
            row.looked_at = max(until, row.looked_at)
        if fresh:
            _write(tx, person, actor, fresh)
    return bool(fresh)


def _write(tx: Tx, person: Person, actor: Actor, fresh: Sequence[New]) -> Mail:
    """To the person alone: it belongs to no programme, so nobody reads along in an outbox."""
    programme_id = next(iter(actor.roles)) if len(actor.roles) == 1 else 0
    with force_locale(person.language if person.language in mails.LANGUAGES else "nl"):
        values = {
            "naam": person.name,
            "zoekopdrachten": ", ".join(new.kept.name for new in fresh),
            "nieuw": "\n\n".join(_told(new) for new in fresh),
            "link": mail.site_address("/archief/zoekopdrachten"),
        }
    subject, body = mails.compose(tx.session, programme_id, KIND, person.language, values)
    made = mail.draft(tx, to=person.email or "", subject=subject, body=body, purpose=KIND, person_id=person.id, language=person.language)
    mail.release(tx, made)
    return made


def _told(new: New) -> str:
    lines = [f"{new.kept.name}: {ngettext('%(num)s nieuw resultaat', '%(num)s nieuwe resultaten', new.total)}"]
    for hit in new.hits:
        kind = gettext(words.KINDS[hit.kind]) if hit.kind in words.KINDS else hit.kind
        where = ", ".join([*hit.facets.get("municipality", []), *map(quarter_text, hit.facets.get("quarter", []))])
        lines.append(f"- {kind}: {_short(hit.title)}{f' ({where})' if where else ''}\n  {mail.site_address(hit.url)}")
    if new.total > len(new.hits):
        more = mail.site_address(f"/archief?{asked_of(new.kept).address}")
        lines.append("- " + gettext("Alles bekijken: %(link)s", link=more))
    return "\n".join(lines)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 160 else line[:159].rsplit(" ", 1)[0] + "…"


# --- while sending --------------------------------------------------------------------------------------------------------------


@mail.needed(KIND)
def _still_needed(session: Session, sent: Mail) -> bool:
    """Not when its reader wants no mail any more, or may by now not see something that it tells."""
    person = session.get(Person, sent.person_id) if sent.person_id else None
    if person is None or not any(kept.every != "never" for kept in of_person(session, person.id)):
        return False
    paths = set(re.findall(r"^  " + re.escape(mail.site_address()) + r"(/\S+)$", sent.body, re.MULTILINE))
    D = SearchDocument
    audiences = asking.audiences_of(people.actor_of(session, person))
    seen = set(session.scalars(sa.select(D.url).where(D.url.in_(paths), D.audience.in_(audiences))))
    return paths <= seen


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=_SALT)


def token_of(person_id: int) -> str:
    """The secret of the link that stops these mails for somebody: signed, not stored. It can do nothing else, so it does not grow old."""
    return str(_signer().dumps(person_id))


def person_by(session: Session, token: str) -> Person:
    """Whose mails a link stops. Raises Gone when it was made up, or its person is not there any more."""
    gone = Gone(
        "stop-link-gone",
        N_("Deze link werkt niet meer"),
        N_("Meld je aan en zet de mail uit bij je bewaarde zoekopdrachten."),
    )
    if len(token) > _LONGEST:
        raise gone
    try:
        person_id = _signer().loads(token)
    except (BadData, ValueError, TypeError) as error:
        raise gone from error
    person = session.get(Person, person_id) if isinstance(person_id, int) else None
    if person is None or not person.email:
        raise gone
    return person


@mail.fill(mails.SECRET, KIND)
def _way_out(tx: Tx, sent: Mail) -> str:
    """The link to the one page with the button. Opening it changes nothing: mail programs do."""
    if sent.person_id is None:
        raise Gone("nobody-there", N_("Deze persoon of dit lab is er niet meer"), N_("De mail is niet meer nodig."))
    return mail.site_address(f"/zoekmail-stoppen/{token_of(sent.person_id)}") + ("?taal=en" if sent.language == "en" else "")
