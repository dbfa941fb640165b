"""The outbox: what goes out in the programme's name, read before it leaves, and found back after."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from kennislab.accounts.signin import current_actor
from kennislab.core import clock, mail, mail_words
from kennislab.core.db import db
from kennislab.core.errors import Conflict, Invalid, NotFound, require
from kennislab.core.mail import Mail
from kennislab.core.templating import moment_text
from kennislab.core.transaction import transaction
from kennislab.programme import links, mails, outbox, policies, queries
from kennislab.programme.mail_forms import MailForm
from kennislab.programme.models import Lab, Programme
from kennislab.programme.routes import Answer, bp, the_programme


def _filter() -> outbox.Filter:
    told = request.args
    state = told.get("state", "")
    return outbox.Filter(
        state=state if state in outbox.GROUPS or state in mail_words.STATES else "",
        lab=told.get("lab", type=int),
        wave=told.get("wave", type=int),
        person=told.get("person", type=int),
        kind=told.get("kind", "")[:40],
        text=told.get("q", "")[:100].strip(),
    )


def _in_address(wish: outbox.Filter, **other: Any) -> dict[str, Any]:
    """The filter as it stands in an address; ``other`` changes a part."""
    told = {"state": wish.state, "lab": wish.lab, "wave": wish.wave, "person": wish.person, "kind": wish.kind, "q": wish.text} | other
    return {name: value for name, value in told.items() if value not in ("", None)}


def kind_title(purpose: str) -> str:
    """What a kind of mail is called."""
    return _(mails.KINDS[purpose].title) if purpose in mails.KINDS else _("Andere mail")


@links.tells_waiting
def mails_that_missed(session: Session, labs: Sequence[Lab]) -> list[links.Waiting]:
    """For the dashboard: what did not arrive."""
    counts = outbox.missed(session, [lab.id for lab in labs])
    return [
        links.Waiting(
            lab,
            ngettext("%(num)s mail kwam niet aan", "%(num)s mails kwamen niet aan", counts[lab.id]),
            f"/programmas/{lab.programme_id}/post?state=failed&lab={lab.id}",
        )
        for lab in labs
        if lab.id in counts
    ]


@bp.app_template_filter("mail_moment")
def mail_moment(row: Mail) -> str:
    """When a mail left, leaves, or came back."""
    if row.state == "sent" and row.sent_at:
        return moment_text(row.sent_at)
    if row.state == "bounced" and row.bounced_at:
        return _("Teruggekomen op %(moment)s", moment=moment_text(row.bounced_at))
    if row.state == "released" and row.send_after:
        if row.send_after > clock.now():
            return _("Gaat weg na %(moment)s", moment=moment_text(row.send_after))
        return _("Gaat zo weg")
    if row.state == "failed" and row.taken_at:
        return _("Geprobeerd op %(moment)s", moment=moment_text(row.taken_at))
    return _("Gemaakt op %(moment)s", moment=moment_text(row.created_at))


@bp.app_template_filter("secret_parts")
def secret_parts(body: str, secrets: Collection[str]) -> list[tuple[str, bool]]:
    """The body in pieces: (text, whether it is a placeholder that is only filled in while sending)."""
    if not secrets:
        return [(body, False)]
    pieces = re.split(r"(\[(?:" + "|".join(map(re.escape, sorted(secrets))) + r")\])", body)
    return [(piece, number % 2 == 1) for number, piece in enumerate(pieces) if piece]


@bp.get("/programmas/<int:programme_id>/post", endpoint="outbox")
def outbox_page(programme_id: int) -> Answer:
    """All mail of the programme, by state, lab, round, person and words."""
    require(policies.may_see_mail(current_actor(), programme_id))
    programme = the_programme(programme_id)
    read, wish = db.session(), _filter()
    counts = outbox.counts(read, programme_id, wish)
    total = sum(counts.values()) if not wish.state else counts.get(wish.state, 0)
    if wish.state and wish.state not in outbox.GROUPS:
        total = next(counts[key] for key, (_name, states) in outbox.GROUPS.items() if wish.state in states)
    pages = max(1, -(-total // outbox.PER_PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    rows = outbox.find(read, programme_id, wish, page)
    labs = {lab.id: lab for lab in queries.labs_of(read, programme_id)}

    def address(**other: Any) -> str:
        return url_for("programme.outbox", programme_id=programme_id, **_in_address(wish, **other))

    return render_template(
        "programme/outbox.html",
        programme=programme,
        rows=rows,
        total=total,
        counts=counts,
        groups=outbox.GROUPS,
        wish=wish,
        page=page,
        pages=pages,
        address=address,
        labs=labs,
        lab_choices=[(lab.id, lab.title) for lab in labs.values()],
        people=outbox.people(read, rows),
        named=next(iter(outbox.people(read, [row for row in rows if row.person_id == wish.person][:1]).values()), None),
        kinds=[(kind, kind_title(kind)) for kind in outbox.kinds(read, programme_id)],
        kind_title=kind_title,
        states=mail_words.STATES,
        reason=mail.reason,
        no_server=not current_app.config["SMTP_URL"],
        filters=_in_address(wish),
    )


@bp.post("/programmas/<int:programme_id>/post")
def outbox_do(programme_id: int) -> Answer:
    """Lets go, holds or sends again what was ticked, or all that the filter shows."""
    require(policies.may_send_mail(current_actor(), programme_id))
    the_programme(programme_id)
    verb, wish = request.form.get("do", ""), _filter()
    if verb not in outbox.VERBS:
        raise NotFound()
    chosen = None if request.form.get("everything") else request.form.getlist("mail")
    back = redirect(url_for("programme.outbox", programme_id=programme_id, **_in_address(wish)), 303)
    if chosen == []:
        flash(_("Kies eerst een of meer mails."), "warn")
        return back
    with transaction() as tx:
        done, left = outbox.do(tx, programme_id, verb, chosen, wish)
    said = {
        "release": ngettext("%(num)s mail gaat weg.", "%(num)s mails gaan weg.", done),
        "hold": ngettext("%(num)s mail tegengehouden.", "%(num)s mails tegengehouden.", done),
        "retry": ngettext("%(num)s mail gaat opnieuw weg.", "%(num)s mails gaan opnieuw weg.", done),
    }
    flash(said[verb], "ok" if done else "warn")
    if left:
        flash(ngettext("Bij %(num)s mail kon dat niet (meer).", "Bij %(num)s mails kon dat niet (meer).", left), "warn")
    return back


def _the_mail(programme_id: int, public_id: str) -> Mail:
    found = outbox.one(db.session(), programme_id, public_id)
    if found is None:
        raise NotFound()
    return found


@bp.get("/programmas/<int:programme_id>/post/<public_id>", endpoint="mail")
def mail_page(programme_id: int, public_id: str) -> Answer:
    """One mail as it will be read, and what became of it."""
    require(policies.may_see_mail(current_actor(), programme_id))
    return _mail_page(the_programme(programme_id), _the_mail(programme_id, public_id))


def _mail_page(programme: Programme, row: Mail, form: MailForm | None = None) -> str:
    read = db.session()
    return render_template(
        "programme/mail.html",
        programme=programme,
        mail=row,
        form=form or MailForm(data={"subject": row.subject, "body": row.body, "rev": row.rev}, formdata=None),
        editing=form is not None,
        person=outbox.people(read, [row]).get(row.person_id or 0),
        lab=queries.lab(read, row.lab_id) if row.lab_id else None,
        kind=kind_title(row.purpose),
        state=mail_words.STATES[row.state],
        why=mail.reason(row),
        secrets=mail.secret_names() | {mails.SECRET},
        no_server=not current_app.config["SMTP_URL"],
    )


@bp.post("/programmas/<int:programme_id>/post/<public_id>")
def edit_mail(programme_id: int, public_id: str) -> Answer:
    """Other words for one mail that has not left."""
    require(policies.may_send_mail(current_actor(), programme_id))
    programme, form = the_programme(programme_id), MailForm()
    _the_mail(programme_id, public_id)
    if form.validate_on_submit():
        try:
            with transaction() as tx:
                row = tx.session.get_one(Mail, _the_mail(programme_id, public_id).id, with_for_update=True)
                mail.edit(tx, row, form.subject.data, form.body.data, form.read_rev(), current_actor().name)
        except (Invalid, Conflict) as error:
            form.add_error(error)
        else:
            flash(_("De mail is aangepast."), "ok")
            return redirect(url_for("programme.mail", programme_id=programme_id, public_id=public_id), 303)
    return _mail_page(programme, _the_mail(programme_id, public_id), form), 422


@bp.post("/programmas/<int:programme_id>/post/<public_id>/<any(release, hold, retry):verb>")
def do_with_mail(programme_id: int, public_id: str, verb: str) -> Answer:
    """Lets one mail go (now, or at a moment), holds it, or sends it again."""
    require(policies.may_send_mail(current_actor(), programme_id))
    the_programme(programme_id)
    back = redirect(url_for("programme.mail", programme_id=programme_id, public_id=public_id), 303)
    after = None
    if verb == "release" and (text := request.form.get("after", "").strip()):
        try:
            after = datetime.fromisoformat(text).replace(tzinfo=clock.LOCAL)
        except ValueError:
            flash(_("Dat moment is niet te lezen. Kies een dag en een tijd."), "danger")
            return back
    with transaction() as tx:
        row = tx.session.get_one(Mail, _the_mail(programme_id, public_id).id, with_for_update=True)
        if verb == "release":
            outbox.let_go(tx, row, after)
        else:
            outbox.VERBS[verb](tx, row)
    flash({"release": _("De mail gaat weg."), "hold": _("De mail is tegengehouden."), "retry": _("De mail gaat opnieuw weg.")}[verb], "ok")
    return back


# --- a programme's own words ------------------------------------------------------------------------------------------------


@bp.get("/programmas/<int:programme_id>/post/sjablonen")
def mail_templates(programme_id: int) -> Answer:
    """Every kind of mail, and which have words of the programme's own."""
    require(policies.may_see_mail(current_actor(), programme_id))
    return render_template(
        "programme/mail_templates.html",
        programme=the_programme(programme_id),
        kinds=mails.KINDS.values(),
        languages=mails.LANGUAGES,
        own=mails.own_words(db.session(), programme_id),
    )


def _the_kind(kind: str, language: str) -> mails.MailKind:
    if kind not in mails.KINDS or language not in mails.LANGUAGES:
        raise NotFound()
    return mails.KINDS[kind]


def _example(kind: mails.MailKind, language: str, subject: str, body: str) -> tuple[str, str]:
    """How it reads for somebody: the kind's words with examples in the brackets."""
    with force_locale(language):
        values = {name: _(mails.PLACEHOLDERS[name].example) for name in kind.placeholders if name != mails.SECRET}
    one_line = {name: " ".join(value.split()) for name, value in values.items()}
    return mails.fill_in(kind, subject, one_line), mails.fill_in(kind, body, values)


def _words_page(programme: Programme, kind: mails.MailKind, language: str, form: MailForm | None = None) -> str:
    words = mails.words_of(db.session(), programme.id, kind.key, language)
    shown = form or MailForm(data={"subject": words.subject, "body": words.body, "rev": words.row.rev if words.row else 0}, formdata=None)
    return render_template(
        "programme/mail_template.html",
        programme=programme,
        kind=kind,
        language=language,
        languages=mails.LANGUAGES,
        own=words.row,
        form=shown,
        example=_example(kind, language, shown.subject.data or "", shown.body.data or ""),
        placeholders=[(name, mails.PLACEHOLDERS[name]) for name in kind.placeholders],
        secrets={mails.SECRET},
        may_edit=bool(policies.may_edit_mail_words(current_actor(), programme.id)),
    )


@bp.get("/programmas/<int:programme_id>/post/sjablonen/<mail_kind>/<language>")
def mail_template(programme_id: int, mail_kind: str, language: str) -> Answer:
    """The words of one kind in one language, with an example of how they read."""
    require(policies.may_see_mail(current_actor(), programme_id))
    return _words_page(the_programme(programme_id), _the_kind(mail_kind, language), language)


@bp.post("/programmas/<int:programme_id>/post/sjablonen/<mail_kind>/<language>")
def save_mail_template(programme_id: int, mail_kind: str, language: str) -> Answer:
    """Keeps the programme's own words; or, asked for an example, shows how they would read and keeps nothing."""
    require(policies.may_edit_mail_words(current_actor(), programme_id))
    programme, what, form = the_programme(programme_id), _the_kind(mail_kind, language), MailForm()
    if form.validate_on_submit():
        try:
            if request.form.get("do") == "example":
                mails.check(what, form.subject.data, form.body.data)
                return _words_page(programme, what, language, form)
            with transaction() as tx:
                own = tx.session.get_one(Programme, programme_id)
                mails.save_words(tx, own, mail_kind, language, form.subject.data, form.body.data, form.read_rev(), current_actor().name)
        except (Invalid, Conflict) as error:
            form.add_error(error)
        else:
            flash(_("De tekst is opgeslagen. Nieuwe mails krijgen hem; wat al klaarstaat, blijft zoals het is."), "ok")
            return redirect(url_for("programme.mail_template", programme_id=programme_id, mail_kind=mail_kind, language=language), 303)
    return _words_page(programme, what, language, form), 422


@bp.post("/programmas/<int:programme_id>/post/sjablonen/<mail_kind>/<language>/herstellen")
def reset_mail_template(programme_id: int, mail_kind: str, language: str) -> Answer:
    """Back to the words that come with Kennislab."""
    require(policies.may_edit_mail_words(current_actor(), programme_id))
    the_programme(programme_id)
    _the_kind(mail_kind, language)
    with transaction() as tx:
        mails.reset_words(tx, tx.session.get_one(Programme, programme_id), mail_kind, language)
    flash(_("De tekst is weer zoals hij met Kennislab meekwam."), "ok")
    return redirect(url_for("programme.mail_template", programme_id=programme_id, mail_kind=mail_kind, language=language), 303)
