"""What became of things, over the labs: the agreements of a programme, and answering by the link of a mail what came of a solution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from kennislab.accounts.signin import current_actor
from kennislab.archive import actions, following, ledger, previous, prompts, queries, words
from kennislab.archive.actions import Action
from kennislab.archive.ledger_forms import WithdrawForm
from kennislab.archive.models import ActionStatus, ArchiveItem, Consent, Evidence, Status
from kennislab.archive.policies import may_see_item, may_withdraw_outcome
from kennislab.archive.routes import Answer, bp, the_item
from kennislab.core.db import db
from kennislab.core.errors import N_, DomainError, Invalid, require
from kennislab.core.security import limiter
from kennislab.core.sheets import CSV_TYPE, XLSX_TYPE, write_csv, write_xlsx
from kennislab.core.templating import quarter_text
from kennislab.core.transaction import transaction
from kennislab.programme import links, policies, states
from kennislab.programme.models import Lab
from kennislab.programme.queries import municipality_names
from kennislab.programme.routes import the_lab, the_programme

STANDS = {
    "open": N_("Open"),
    "te-laat": N_("Over tijd"),
    "gedaan": N_("Gedaan"),
    "vervallen": N_("Vervallen"),
    "alle": N_("Alle"),
}
"""Name in the address → words. *open*: also what is carried on."""
PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for: ``?stand=te-laat&gemeente=GM0503&lab=4&mijn=1``."""

    stand: str
    place: str
    lab: str
    mine: bool

    @classmethod
    def asked(cls) -> Filters:
        """Those of this request; what makes no sense is left out."""
        stand = request.args.get("stand", "open")
        return cls(
            stand if stand in STANDS else "open",
            request.args.get("gemeente", "")[:6],
            request.args.get("lab", "")[:9],
            request.args.get("mijn") == "1",
        )

    @property
    def statuses(self) -> tuple[ActionStatus, ...] | None:
        """How what it lets through stands (None: in any way), with what is open, of which the page says how much is overdue."""
        settled = {"gedaan": ActionStatus.DONE, "vervallen": ActionStatus.DROPPED}.get(self.stand)
        return None if self.stand == "alle" else (*actions.OPEN, settled) if settled else actions.OPEN

    def take(self, every: Sequence[Action]) -> list[Action]:
        """The agreements that it lets through."""
        actor = current_actor()
        return [
            one
            for one in every
            if _stands(one, self.stand)
            and (not self.place or one.of_place(self.place))
            and (not self.lab or str(one.item.lab_id) == self.lab)
            and (not self.mine or one.mine(actor))
        ]

    def address(self, **changes: str) -> str:
        """The question part of the address with some of it changed; nothing of what is usual."""
        now = {"stand": self.stand, "gemeente": self.place, "lab": self.lab, "mijn": "1" if self.mine else ""} | changes
        return urlencode({name: value for name, value in now.items() if value and (name, value) != ("stand", "open")})


def _stands(one: Action, stand: str) -> bool:
    if stand == "te-laat":
        return one.overdue
    if stand == "open":
        return one.open
    wanted = {"gedaan": ActionStatus.DONE, "vervallen": ActionStatus.DROPPED}.get(stand)
    return wanted is None or one.status is wanted


@bp.get("/programmas/<int:programme_id>/acties")
def programme_actions(programme_id: int) -> Answer:
    """Everything that was agreed, with who does it and when; one's own first."""
    actor = current_actor()
    require(policies.is_member(actor, programme_id))
    programme = the_programme(programme_id)
    read, filters = db.session(), Filters.asked()
    every = actions.seen_by(read, actor, programme_id, filters.statuses)
    choices = actions.choices_of(read, actor, programme_id)
    found, page = filters.take(every), _page_number()
    pages = max(1, -(-len(found) // PER_PAGE))
    page = min(page, pages)
    base = url_for("archive.programme_actions", programme_id=programme_id)
    places = municipality_names(read, choices.places)
    labs = read.scalars(sa.select(Lab).where(Lab.id.in_(choices.labs)).order_by(Lab.starts_at.desc(), Lab.id.desc())).all()
    return render_template(
        "archive/actions.html",
        programme=programme,
        staff=actor.is_staff(programme_id),
        actor=actor,
        actions=found[(page - 1) * PER_PAGE : page * PER_PAGE],
        number=len(found),
        page=page,
        pages=pages,
        url_of=lambda number: _with(base, filters.address() + (f"&bladzijde={number}" if number > 1 else "")),
        total=choices.total,
        late=sum(one.overdue for one in replace(filters, stand="alle").take(every)),
        late_address=_with(base, filters.address(stand="te-laat")),
        filters=filters,
        stands=[(_(title), _with(base, filters.address(stand=key)), filters.stand == key) for key, title in STANDS.items()],
        places=[("", _("Alle gemeenten")), *sorted(places.items(), key=lambda pair: pair[1])],
        labs=[
            ("", _("Alle labs")),
            *((str(lab.id), lab.title) for lab in labs),
        ],
        csv=_with(f"{base}.csv", filters.address()),
        xlsx=_with(f"{base}.xlsx", filters.address()),
    )


def _with(path: str, question: str) -> str:
    return f"{path}?{question.removeprefix('&')}" if question else path


def _page_number() -> int:
    sent = request.args.get("bladzijde", "1")
    return max(int(sent), 1) if sent.isascii() and sent.isdecimal() and len(sent) < 6 else 1


@bp.get("/programmas/<int:programme_id>/acties.<any(csv, xlsx):kind>")
def download_actions(programme_id: int, kind: str) -> Answer:
    """The same with the same filters, as a table to work on."""
    actor = current_actor()
    require(policies.is_member(actor, programme_id))
    the_programme(programme_id)
    filters = Filters.asked()
    rows = filters.take(actions.seen_by(db.session(), actor, programme_id, filters.statuses))
    columns = [
        _("Actie"), _("Stand"), _("Over tijd"), _("Actiehouder"), _("Klaar op"), _("Gemeente"), _("Kennislab"), _("Kwartaal"),
        _("Laatste bericht"),
    ]  # fmt: skip
    table = [
        [
            one.item.text,
            _(words.ACTION_STATUSES[one.status]),
            one.overdue,
            one.owner,
            one.due,
            one.place,
            one.item.lab.title,
            quarter_text(one.item.quarter),
            next((update.note for update in reversed(one.updates) if update.note), ""),
        ]
        for one in rows
    ]
    made = write_csv(columns, table) if kind == "csv" else write_xlsx(columns, table, _("Acties"))
    answer = Response(made, content_type=CSV_TYPE if kind == "csv" else XLSX_TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="acties-{programme_id}.{kind}"'
    return answer


@links.tells_waiting
def waiting(session: Session, labs: Sequence[Lab]) -> list[links.Waiting]:
    """For the dashboard: the agreements of a programme that are overdue, said once. They are of no one lab that is still to come."""
    told = []
    for programme_id in dict.fromkeys(lab.programme_id for lab in labs):
        if late := len(actions.overdue(session, programme_id)):
            text = ngettext("%(num)s actie is over tijd", "%(num)s acties zijn over tijd", late)
            told.append(links.Waiting(None, text, f"/programmas/{programme_id}/acties?stand=te-laat"))
    return told


@bp.get("/kennislabs/<int:lab_id>/vorige-keer")
def previous_time(lab_id: int) -> Answer:
    """What was asked last time, what was answered, whether it helped, and what is still to be done."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.is_member(actor, lab.programme_id))
    staff = actor.is_staff(lab.programme_id)
    return render_template(
        "archive/previous.html",
        lab=lab,
        last=previous.told_to(db.session(), actor, lab),
        actor=actor,
        may_carry=staff and states.allows(lab.state, "add_question"),
    )


# --- a wrong line --------------------------------------------------------------------------------------------------------------


@bp.get("/archief/<item_id>/resultaat/<int:line_id>/intrekken")
def ask_withdraw_outcome(item_id: str, line_id: int) -> Answer:
    """What would be withdrawn, and why."""
    found, line = _withdrawing(item_id, line_id)
    if not line.stands:
        flash(_("Deze melding was al ingetrokken."), "ok")
        return redirect(url_for("archive.item", item_id=item_id, _anchor="resultaten"), 303)
    return _withdraw_page(found, line, WithdrawForm(own=_own(line)))


@bp.post("/archief/<item_id>/resultaat/<int:line_id>/intrekken")
def withdraw_outcome(item_id: str, line_id: int) -> Answer:
    """Takes a line out of the sums; it stays to be read."""
    found, line = _withdrawing(item_id, line_id)
    form = WithdrawForm(own=_own(line))
    if form.validate_on_submit():
        try:
            with transaction() as tx:
                fresh = the_item(item_id)
                following.withdraw_outcome(tx, fresh, following.line_of(fresh, line_id), form.why.data or "", current_actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Ingetrokken. De melding blijft te lezen en telt niet meer mee."), "ok")
            return redirect(url_for("archive.item", item_id=item_id, _anchor="resultaten"), 303)
    return _withdraw_page(found, line, form), 422


def _withdrawing(item_id: str, line_id: int) -> tuple[ArchiveItem, Evidence]:
    actor, found = current_actor(), the_item(item_id)
    groups = queries.groups_of(db.session(), found.lab_id, actor.person_id)
    require(may_see_item(actor, found, groups))
    line = following.line_of(found, line_id)
    require(may_withdraw_outcome(actor, found, line, groups))
    return found, line


def _withdraw_page(found: ArchiveItem, line: Evidence, form: WithdrawForm) -> str:
    return render_template("archive/withdraw.html", item=found, line=line, form=form, own=_own(line))


def _own(line: Evidence) -> bool:
    return line.reporter_id is not None and line.reporter_id == current_actor().person_id


# --- by the link of a mail ----------------------------------------------------------------------------------------------------


def _failed(response: Response) -> bool:
    return response.status_code == 410


def _this_link() -> str:
    return str((request.view_args or {}).get("token", ""))[:200]


@bp.get("/wat-kwam-ervan/<token>")
@limiter.limit("300 per 15 minutes", deduct_when=_failed)
def open_prompt(token: str) -> Answer:
    """What is asked, and the buttons. Changes nothing: mail programs open links, too."""
    return _prompt_page(token)


@bp.post("/wat-kwam-ervan/<token>")
@limiter.limit("300 per 15 minutes", deduct_when=_failed)
@limiter.limit("30 per 15 minutes", key_func=_this_link)
def answer_prompt(token: str) -> Answer:
    """Adds the answer to the ledger, in the name of who was asked."""
    try:
        with transaction() as tx:
            prompts.answer(tx, token, request.form.get("status", ""), request.form.get("note", ""))
    except Invalid as error:
        return _prompt_page(token, error), 422
    return redirect(url_for("archive.open_prompt", token=token, gemeld="1"), 303)


@bp.post("/wat-kwam-ervan/<token>/terug")
@limiter.limit("300 per 15 minutes", deduct_when=_failed)
@limiter.limit("30 per 15 minutes", key_func=_this_link)
def take_back_prompt(token: str) -> Answer:
    """The wrong button: withdraws what was answered by this link."""
    with transaction() as tx:
        prompts.take_back(tx, token)
    return redirect(url_for("archive.open_prompt", token=token, terug="1"), 303)


def _prompt_page(token: str, refusal: Invalid | None = None) -> str:
    read = db.session()
    prompt, item, person = prompts.prompt_by(read, token)
    actor = current_actor()
    question = queries.item(read, item.answers_id) if item.answers_id else None
    shown = question is not None and question.consent is not Consent.GROUP and question.status is Status.CONFIRMED
    return render_template(
        "archive/prompt.html",
        token=token,
        item=item,
        person=person,
        question=question if shown else None,
        place=prompts.place_of(read, prompt.municipality_code, prompts.district_of(prompt)),
        answers=[(one.value, _(words.OUTCOMES[one])) for one in prompts.ANSWERS],
        said=request.form.get("status", ""),
        note=request.form.get("note", ""),
        wrong={name: _(text) for name, text in refusal.fields.items()} if refusal is not None else {},
        done="gemeld" in request.args and refusal is None and prompts.answered(prompt, item) is not None,
        taken_back="terug" in request.args and refusal is None,
        summary=ledger.summary(item.evidence),
        may_see=actor.known and may_see_item(actor, item, queries.groups_of(read, item.lab_id, actor.person_id)) is True,
    )
