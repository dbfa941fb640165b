"""Working through the questions of a lab: the list with everything that can be done with many at once, merging, splitting, taking apart."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from kennislab.accounts.signin import current_actor
from kennislab.core.db import db
from kennislab.core.errors import DomainError, Invalid, NotFound, require
from kennislab.core.transaction import transaction
from kennislab.programme import queries as programme_queries
from kennislab.programme.models import Lab
from kennislab.programme.routes import the_lab
from kennislab.questions import bulk, carrying, importing, later, lineage, merging, operations, policies, queries, splitting
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus
from kennislab.questions.routes import Answer, again, bp, the_question, undoing

STANDS = ("ingestuurd", "teruggestuurd", "verder", "ingetrokken")
_STATUS = {
    "ingestuurd": (QuestionStatus.SUBMITTED,),
    "teruggestuurd": (QuestionStatus.RETURNED,),
    "verder": (QuestionStatus.MERGED, QuestionStatus.SPLIT),
    "ingetrokken": (QuestionStatus.WITHDRAWN,),
}
MOST_CHOSEN = 100


def _back(lab: Lab, default: str | None = None) -> str:
    """Where the form came from, when that is a page of this lab; else the list."""
    sent = request.values.get("back", "")
    own = url_for("programme.lab_page", lab_id=lab.id)
    fine = sent.startswith(own + "/") and "\\" not in sent and ".." not in sent
    return sent if fine else default or url_for("questions.manage", lab_id=lab.id)


def _chosen(lab: Lab, name: str = "v") -> list[KnowledgeQuestion]:
    """The questions of this lab that were ticked, in that order, once each. Raises Invalid for none, NotFound for one of elsewhere."""
    ids = list(dict.fromkeys(request.values.getlist(name)))
    if not ids:
        raise Invalid("nothing-chosen", _("Je hebt nog geen vraag gekozen"), _("Vink eerst aan met welke vragen je iets wilt doen."))
    if len(ids) > MOST_CHOSEN:
        raise Invalid("too-many", _("Dat zijn te veel vragen tegelijk"), _("Kies er hoogstens honderd."))
    found = queries.by_public_ids(db.session(), lab.id, ids)
    hidden = any(one.status is QuestionStatus.WITHDRAWN and not bulk.withdrawn_by_staff(one) for one in found.values())
    if hidden or len(found) < len(ids):
        raise NotFound()
    return [found[one] for one in ids]


def _say(error: DomainError) -> None:
    """A refusal as a word on the next page."""
    fields = [_(text, **error.params) for text in getattr(error, "fields", {}).values()]
    more = fields or ([_(error.detail, **error.params)] if error.detail else [])
    flash(" ".join([_(error.title, **error.params) + ".", *more]) if not fields else " ".join(fields), "error")


# --- the list -----------------------------------------------------------------------------------------------------------------


@bp.get("/kennislabs/<int:lab_id>/vragen/beheer")
def manage(lab_id: int) -> Answer:
    """All questions of a lab to work through; ``?stand=``, ``?zoek=``, ``?gemeente=`` and ``?thema=`` narrow the list."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_manage(actor, lab))
    read = db.session()
    stand = request.args.get("stand", "")
    stand = stand if stand in STANDS else STANDS[0]
    by_stand: dict[str, list[KnowledgeQuestion]] = {one: [] for one in STANDS}
    for question in queries.all_of_lab(read, lab_id):
        if question.status is QuestionStatus.WITHDRAWN and not bulk.withdrawn_by_staff(question):
            continue
        for one, statuses in _STATUS.items():
            if question.status in statuses:
                by_stand[one].append(question)
    everything = by_stand[stand]
    ids = [question.id for question in everything]
    names = programme_queries.municipality_names(read, [question.municipality_code for question in everything])
    typed, place, theme = (request.args.get(name, "").strip()[:120] for name in ("zoek", "gemeente", "thema"))
    words = importing.same(typed).split()

    def fits(question: KnowledgeQuestion) -> bool:
        text = importing.same(" ".join((question.text, question.asker_name, question.context, question.theme_hint)))
        return (
            all(word in text for word in words)
            and (not place or question.municipality_code == place)
            and (not theme or (question.theme_hint or "-").casefold() == theme.casefold())
        )

    return render_template(
        "questions/manage.html",
        lab=lab,
        stand=stand,
        sizes={one: len(found) for one, found in by_stand.items()},
        questions=[question for question in everything if fits(question)],
        total=len(everything),
        filters={"zoek": typed, "gemeente": place, "thema": theme},
        places=sorted(names.items(), key=lambda one: one[1].casefold()),
        themes=sorted({question.theme_hint for question in everything if question.theme_hint}, key=str.casefold),
        names=names,
        counts=queries.support_counts(read, ids),
        merged=lineage.merged_counts(read, ids),
        carried=carrying.origins(read, ids),
        further={one.id: lineage.goes_on_in(read, one) for one in everything} if stand == "verder" else {},
        pairs=later.alike(read, lab_id),
        open_before=carrying.count(read, lab),
        undo=undoing.take(),
    )


# --- many at once -------------------------------------------------------------------------------------------------------------


@bp.route("/kennislabs/<int:lab_id>/vragen/beheer/samen", methods=["GET", "POST"])
def do_many(lab_id: int) -> Answer:
    """What was ticked (``v``), and what to do with it (``do``): shown first with what it needs, then done."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_manage(actor, lab))
    what = request.values.get("do", "")
    try:
        chosen = _chosen(lab)
        if request.method == "GET" and what == "merge":
            return redirect(url_for("questions.merge", lab_id=lab_id, v=[one.public_id for one in chosen]))
        if request.method == "GET" and what == "split":
            if len(chosen) > 1:
                raise Invalid("one-at-a-time", _("Splitsen gaat per vraag"), _("Vink één vraag aan."))
            return redirect(url_for("questions.split", public_id=chosen[0].public_id))
    except Invalid as refusal:
        _say(refusal)
        return redirect(_back(lab), 303)
    if what not in ("return", "withdraw", "theme", "take_in"):
        raise NotFound()
    error: DomainError | None = None
    if request.method == "POST":
        try:
            _do(lab, what, chosen)
            return redirect(_back(lab), 303)
        except DomainError as refusal:
            if what == "take_in":
                _say(refusal)
                return redirect(_back(lab), 303)
            error = refusal
    known = {one.theme_hint for one in queries.of_lab(db.session(), lab_id) if one.theme_hint}
    page = render_template(
        "questions/manage_many.html",
        lab=lab,
        what=what,
        questions=chosen,
        nameless=[one for one in chosen if one.asker_id is None],
        themes=sorted(known, key=str.casefold),
        typed=request.form.get("remark" if what != "theme" else "hint", ""),
        error=error,
        back=_back(lab),
    )
    return page, error.status if error is not None else 200


def _do(lab: Lab, what: str, chosen: list[KnowledgeQuestion]) -> None:
    """Does it, and offers to take it back."""
    actor = current_actor()
    address = url_for("questions.do_many", lab_id=lab.id)
    ids = [one.public_id for one in chosen]
    with transaction() as tx:
        fresh = [again(one, tx.session) for one in ids]
        require(policies.may_manage(actor, fresh[0].lab))
        if what == "return":
            for one in fresh:
                if one.asker_id is not None:
                    require(policies.may_return(actor, one))
            back, stayed = bulk.return_many(tx, fresh, request.form.get("remark", ""), actor)
            fields = [("do", "take_in"), *(("v", one.public_id) for one in back)]
            said = ngettext("%(num)s vraag is teruggestuurd.", "%(num)s vragen zijn teruggestuurd.", len(back))
            if stayed:
                left = ngettext("%(num)s vraag bleef: zonder account.", "%(num)s vragen bleven: zonder account.", stayed)
                flash(left, "warn")
        elif what == "withdraw":
            bulk.withdraw_for(tx, fresh, request.form.get("remark", ""), actor)
            fields = [("do", "take_in"), *(("v", one) for one in ids)]
            said = ngettext("%(num)s vraag is ingetrokken.", "%(num)s vragen zijn ingetrokken.", len(fresh))
        elif what == "theme":
            hints = request.form.getlist("hint")
            each = hints if len(hints) == len(fresh) else [request.form.get("hint", "")] * len(fresh)
            was = bulk.give_hints(tx, dict(zip(fresh, each, strict=True)))
            fields = [("do", "theme"), *(pair for one, hint in was.items() for pair in (("v", one), ("hint", hint)))]
            said = ngettext("%(num)s vraag heeft een ander thema.", "%(num)s vragen hebben een ander thema.", len(was))
            back = fresh if was else []
        else:
            bulk.take_in(tx, fresh, actor)
            fields, said = [], ngettext("%(num)s vraag telt weer mee.", "%(num)s vragen tellen weer mee.", len(fresh))
    if len(fields) > 1:
        undoing.offer(said, address, [*fields, ("back", _back(lab))])
    else:
        flash(said, "ok")


# --- merging and splitting ----------------------------------------------------------------------------------------------------


@bp.route("/kennislabs/<int:lab_id>/vragen/samenvoegen", methods=["GET", "POST"])
def merge(lab_id: int) -> Answer:
    """Questions (``v``) side by side; which one goes on (``into``), and in which words. A pair posts here at once, without ``text``."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_manage(actor, lab))
    into_id = request.values.get("into", "")
    error: DomainError | None = None
    try:
        chosen = _chosen(lab)
        if into_id and all(one.public_id != into_id for one in chosen):
            chosen = [_one(lab, into_id), *chosen]
        if request.method == "GET" and len(chosen) < 2:
            raise Invalid("nothing-to-merge", _("Kies minstens twee vragen"), _("Vink de vragen aan die over hetzelfde gaan."))
    except Invalid as refusal:
        _say(refusal)
        return redirect(_back(lab), 303)
    if request.method == "POST":
        try:
            with transaction() as tx:
                fresh = {one.public_id: again(one.public_id, tx.session) for one in chosen}
                if into_id not in fresh:
                    raise Invalid(fields={"into": _("Kies welke vraag verdergaat.")})
                for one in fresh.values():
                    require(policies.may_manage(actor, one.lab))
                into = fresh.pop(into_id)
                merging.merge(tx, into, list(fresh.values()), actor, request.form.get("text"))
                others = list(fresh)
        except DomainError as refusal:
            error = refusal
            if "text" not in request.form:
                _say(refusal)
                return redirect(_back(lab), 303)
        else:
            action = url_for("questions.take_apart", public_id=others[0])
            said = _("De vragen zijn samengevoegd. De vragenstellers krijgen bericht.")
            undoing.offer(said, action, [*(("v", one) for one in others), ("back", _back(lab))])
            return redirect(_back(lab), 303)
    read = db.session()
    page = render_template(
        "questions/manage_merge.html",
        lab=lab,
        questions=chosen,
        into=into_id or max(chosen, key=lambda one: queries.support_counts(read, [one.id]).get(one.id, 0)).public_id,
        text=request.form.get("text", ""),
        names=programme_queries.municipality_names(read, [one.municipality_code for one in chosen]),
        counts=queries.support_counts(read, [one.id for one in chosen]),
        error=error,
        back=_back(lab),
        most_text=operations.MOST_TEXT,
    )
    return page, error.status if error is not None else 200


def _one(lab: Lab, public_id: str) -> KnowledgeQuestion:
    found = queries.by_public_id(db.session(), public_id)
    if found is None or found.lab_id != lab.id:
        raise NotFound()
    return found


@bp.route("/kennisvragen/<public_id>/splitsen", methods=["GET", "POST"])
def split(public_id: str) -> Answer:
    """One question that asks several things becomes several (``part``)."""
    actor, found = current_actor(), the_question(public_id)
    require(policies.may_rework(actor, found))
    error: DomainError | None = None
    parts = request.form.getlist("part") if request.method == "POST" else splitting.suggestion(found.text)
    if request.method == "POST" and request.form.get("do") != "more":
        try:
            with transaction() as tx:
                fresh = again(public_id, tx.session)
                require(policies.may_rework(actor, fresh))
                made = splitting.split(tx, fresh, parts, actor)
                count = len(made)
        except DomainError as refusal:
            error = refusal
        else:
            said = ngettext("De vraag is %(num)s vraag geworden.", "De vraag is nu %(num)s vragen.", count)
            undoing.offer(said, url_for("questions.take_apart", public_id=public_id), [("back", _back(found.lab))])
            return redirect(_back(found.lab), 303)
    shown = [*parts, ""][: splitting.MOST_PARTS] if request.form.get("do") == "more" else [*parts, *[""] * (2 - len(parts))]
    page = render_template(
        "questions/manage_split.html",
        lab=found.lab,
        question=found,
        parts=shown[: splitting.MOST_PARTS],
        most_parts=splitting.MOST_PARTS,
        error=error,
        most_text=operations.MOST_TEXT,
        back=_back(found.lab),
    )
    return page, error.status if error is not None else 200


@bp.post("/kennisvragen/<public_id>/uit-elkaar")
def take_apart(public_id: str) -> Answer:
    """Makes a merged question (and those in ``v``) one by itself again, or the parts of a split one whole."""
    actor, found = current_actor(), the_question(public_id)
    require(policies.may_take_apart(actor, found))
    lab = found.lab
    ids = list(dict.fromkeys([public_id, *request.form.getlist("v")]))[:MOST_CHOSEN]
    try:
        with transaction() as tx:
            for one in ids:
                fresh = again(one, tx.session)
                require(policies.may_take_apart(actor, fresh))
                if fresh.status is QuestionStatus.SPLIT:
                    splitting.unsplit(tx, fresh, actor)
                else:
                    merging.unmerge(tx, fresh, actor)
    except DomainError as error:
        if error.status != 409:
            raise
        _say(error)
    else:
        flash(_("Ongedaan gemaakt. Alles staat er weer zoals het was."), "ok")
    return redirect(_back(lab), 303)
