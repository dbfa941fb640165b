"""Pages of accounts: signing in and out, and where one is signed in."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response as AnyResponse

from kennislab.accounts import mails, operations, passwords, policies, queries, signin
from kennislab.accounts.actors import Actor
from kennislab.accounts.forms import LinkForm, PasswordForm, SignInForm, TokenForm
from kennislab.accounts.models import Person, PersonalLink
from kennislab.core.db import db
from kennislab.core.errors import N_, Gone, require
from kennislab.core.security import limiter
from kennislab.core.transaction import transaction

bp = Blueprint("accounts", __name__)
Answer = str | AnyResponse | tuple[str, int]


def init(app: Flask) -> None:
    """Called once by the composition root."""
    signin.init(app)


def _failed(response: Response) -> bool:
    return response.status_code in (404, 410, 422)


def _account_here() -> str:
    """The account that is tried, seen from this network: an attacker elsewhere cannot lock somebody out."""
    return f"{get_remote_address()}|{queries.fold_email(request.form.get('email', ''))[:254]}"


def _account() -> str:
    return queries.fold_email(request.form.get("email", ""))[:254]


@bp.get("/aanmelden")
def sign_in() -> Answer:
    """Password or mailed link, side by side."""
    actor, here = signin.current_actor(), signin.current_record()
    then = signin.safe_next(request.args.get("next"))
    if actor.known and (here is None or here.only_programme_id is None):  # who came by a personal link may want to sign in fully
        return redirect(then or "/")
    return _sign_in_page(SignInForm(next=then), LinkForm(next=then))


def _sign_in_page(form: SignInForm, link_form: LinkForm) -> str:
    examples = queries.examples(db.session()) if current_app.config["DEMO"] else ()
    return render_template("accounts/sign_in.html", form=form, link_form=link_form, examples=examples)


@bp.post("/aanmelden")
@limiter.limit("10 per 15 minutes", key_func=_account_here, deduct_when=_failed)
@limiter.limit("60 per hour", key_func=_account, deduct_when=_failed)
@limiter.limit("300 per 15 minutes", deduct_when=_failed)
def sign_in_with_password() -> Answer:
    """Checks address and password; the same answer, as slow, for an unknown address."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _sign_in_page(form, LinkForm(formdata=None, next=form.next.data)), 422
    person = queries.person_by_email(db.session(), form.email.data)
    stored = None if person is None else person.password_hash
    if not passwords.check(stored, form.password.data) or person is None:
        form.form_errors.append(_("Dit e-mailadres en dit wachtwoord horen niet bij elkaar. Kijk ze na, of laat je een link mailen."))
        return _sign_in_page(form, LinkForm(formdata=None, next=form.next.data)), 422
    signin.sign_in(person)
    return redirect(signin.safe_next(form.next.data) or "/", 303)


@bp.post("/aanmelden/link")
@limiter.limit("5 per 15 minutes", key_func=_account_here)
@limiter.limit("20 per hour", key_func=_account)
@limiter.limit("300 per 15 minutes")
def send_link() -> Answer:
    """Mails a link to whoever has the address; says the same when nobody has."""
    form = LinkForm()
    if not form.validate_on_submit():
        return _sign_in_page(SignInForm(formdata=None, next=form.next.data), form), 422
    with transaction() as tx:
        mails.request_magic_link(tx, form.email.data, signin.base_url(), signin.safe_next(form.next.data))
    return render_template("accounts/link_sent.html", email=form.email.data)


@bp.get("/aanmelden/link/<token>")
def open_link(token: str) -> Answer:
    """Shows a button and nothing else: mail programs that open links on their own use nothing up."""
    return render_template("accounts/open_link.html", token=token, next=signin.safe_next(request.args.get("next")))


@bp.post("/aanmelden/link/<token>")
@limiter.limit("300 per 15 minutes", deduct_when=_failed)
def use_link(token: str) -> Answer:
    """Consumes the link and signs in."""
    with transaction() as tx:
        person = operations.use_magic_link(tx, token)
    signin.sign_in(person)
    return redirect(signin.safe_next(request.form.get("next")) or "/", 303)


@bp.get("/uitnodiging/<token>")
@limiter.limit("300 per 15 minutes", deduct_when=_failed)
def open_personal_link(token: str) -> Answer:
    """A participant's personal link: who it is for, and a button. Who is here as this person already just goes on."""
    link, person = _personal(token)
    actor = signin.current_actor()
    further = signin.safe_next(request.args.get("next"))
    if _is_here(actor, link, person):
        return redirect(_where(link, further), 303)
    other = actor.name if actor.known and actor.person_id != person.id else None
    return render_template("accounts/open_personal_link.html", token=token, person=person, link=link, next=further, other=other)


@bp.post("/uitnodiging/<token>")
@limiter.limit("300 per 15 minutes", deduct_when=_failed)
def use_personal_link(token: str) -> Answer:
    """Signs in as a participant of that one programme. Somebody who is signed in already as this person stays who they are."""
    link, person = _personal(token)
    if not _is_here(signin.current_actor(), link, person):
        signin.sign_in(person, only_programme_id=link.programme_id)
    return redirect(_where(link, signin.safe_next(request.form.get("next"))), 303)


def _is_here(actor: Actor, link: PersonalLink, person: Person) -> bool:
    return actor.person_id == person.id and actor.has_role(link.programme_id)


def _where(link: PersonalLink, further: str | None) -> str:
    """Where a personal link leads to."""
    if further:
        return further
    if link.lab_id is not None:
        return url_for("programme.lab_page", lab_id=link.lab_id)
    return url_for("programme.dashboard", programme_id=link.programme_id)


def _personal(token: str) -> tuple[PersonalLink, Person]:
    found = queries.personal_link(db.session(), token)
    if found is None:
        raise Gone("link-gone", N_("Deze link werkt niet meer"), N_("Vraag de coördinator van je programma om een nieuwe link."))
    return found


@bp.route("/afmelden", methods=["GET", "POST"])
def sign_out() -> Answer:
    """Signs out; as a plain page it shows a button, because a link must not do it."""
    if request.method == "GET":
        return render_template("accounts/sign_out.html")
    signin.sign_out()
    flash(_("Je bent afgemeld."), "ok")
    return redirect("/", 303)


@bp.get("/mijn/aanmeldingen")
def sign_ins() -> Answer:
    """Where am I signed in, which keys exist, and a new password."""
    return _account_page(PasswordForm(), TokenForm())


def _account_page(password_form: PasswordForm, token_form: TokenForm, fresh_token: str | None = None) -> str:
    actor = signin.known_actor()
    assert actor.person_id is not None
    read = db.session()
    here = signin.current_record()
    return render_template(
        "accounts/sign_ins.html",
        records=queries.sign_ins_of(read, actor.person_id),
        this_one=here,
        tokens=queries.tokens_of(read, actor.person_id),
        fresh_token=fresh_token,
        limited=here is not None and here.only_programme_id is not None,
        has_password=read.get_one(Person, actor.person_id).password_hash is not None,
        password_form=password_form,
        token_form=token_form,
    )


@bp.post("/mijn/aanmeldingen/<public_id>/intrekken")
def revoke_sign_in(public_id: str) -> Answer:
    """Ends one sign-in of one's own."""
    actor = signin.known_actor()
    with transaction() as tx:
        record = queries.sign_in_by_public_id(tx.session, public_id)
        require(policies.may_revoke_sign_in(actor, record))
        assert record is not None
        operations.revoke_sign_in(tx, record)
    flash(_("Dat apparaat is afgemeld."), "ok")
    return redirect(url_for("accounts.sign_ins"), 303)


@bp.post("/mijn/aanmeldingen/andere-intrekken")
def revoke_others() -> Answer:
    """Ends all sign-ins of one's own but this one."""
    actor = signin.known_actor()
    assert actor.person_id is not None
    here = signin.current_record()
    with transaction() as tx:
        operations.revoke_all(tx, actor.person_id, keep=here)
    flash(_("Alle andere apparaten zijn afgemeld."), "ok")
    return redirect(url_for("accounts.sign_ins"), 303)


def full_account() -> Person:
    """The person behind the session, when the sign-in is a full one (a personal link cannot change an account)."""
    actor = signin.known_actor()
    here = signin.current_record()
    require(policies.may_change_account(actor, here is not None and here.only_programme_id is None))
    return db.session().get_one(Person, actor.person_id)


@bp.post("/mijn/wachtwoord")
@limiter.limit("10 per 15 minutes", deduct_when=_failed)
def change_password() -> Answer:
    """A new password; ends all other sign-ins."""
    person = full_account()
    form = PasswordForm()
    if not form.validate_on_submit():
        return _account_page(form, TokenForm(formdata=None)), 422
    if person.password_hash is not None and not passwords.check(person.password_hash, form.current.data or ""):
        form.current.errors = [_("Dit is niet je wachtwoord van nu.")]
        return _account_page(form, TokenForm(formdata=None)), 422
    hashed = passwords.make(form.password.data)
    here = signin.current_record()
    with transaction() as tx:
        operations.set_password(tx, tx.session.get_one(Person, person.id), hashed, keep=here)
    flash(_("Je wachtwoord is veranderd. Andere apparaten zijn afgemeld."), "ok")
    return redirect(url_for("accounts.sign_ins"), 303)


@bp.post("/mijn/sleutels")
@limiter.limit("20 per hour")
def make_token() -> Answer:
    """A new Bearer token, shown once."""
    person = full_account()
    form = TokenForm()
    if not form.validate_on_submit():
        return _account_page(PasswordForm(formdata=None), form), 422
    with transaction() as tx:
        token = operations.make_access_token(tx, tx.session.get_one(Person, person.id), form.name.data)
    return _account_page(PasswordForm(formdata=None), TokenForm(formdata=None), fresh_token=token), 201


@bp.post("/mijn/sleutels/<int:token_id>/intrekken")
def revoke_token(token_id: int) -> Answer:
    """Ends one Bearer token of one's own."""
    actor = signin.known_actor()
    with transaction() as tx:
        record = queries.access_token(tx.session, token_id)
        require(policies.may_revoke_token(actor, record))
        assert record is not None
        operations.revoke_access_token(tx, record)
    flash(_("De sleutel werkt niet meer."), "ok")
    return redirect(url_for("accounts.sign_ins") + "#sleutels", 303)
