"""Looking after an installation: its settings, tables, programmes, returned mail, and search index."""

from __future__ import annotations

import sys

import click

from kennislab.cli.group import ROOT, bring_to_date, main, say


@main.command()
def check() -> None:
    """Prints the settings (never secrets), and what would be unsafe about them."""
    import runpy

    from kennislab.app import load_settings
    from kennislab.core.checks import unsafe

    settings = load_settings()
    for one in runpy.run_path(str(ROOT / "config.py"))["SETTINGS"]:
        value = settings[one.name]
        shown = ("(set)" if value and value != one.default else "(not set)") if one.secret else repr(value)
        click.echo(f"KENNISLAB_{one.name} = {shown}\n    {one.about}")
    for problem in unsafe(settings, "0.0.0.0", 1):
        click.echo(f"! {problem}")


@main.command()
def upgrade() -> None:
    """Brings the database to this version's tables."""
    from kennislab.app import create_app

    bring_to_date(create_app())
    say("De database is bij.")


@main.command()
@click.option("--name", prompt="Naam van het programma", help="What the programme is called.")
@click.option("--coordinator", prompt="Naam van de coördinator", help="Who runs it.")
@click.option("--email", prompt="E-mailadres van de coördinator")
@click.password_option("--password", prompt="Wachtwoord voor de coördinator", help="At least ten characters.")
def programme(name: str, coordinator: str, email: str, password: str) -> None:
    """Makes a programme with its first coordinator, who invites the others."""
    from kennislab.accounts import operations as accounts
    from kennislab.accounts import passwords, queries
    from kennislab.accounts.models import Role
    from kennislab.app import create_app
    from kennislab.core.transaction import transaction
    from kennislab.programme import operations as programmes

    if len(password) < 10:
        raise click.ClickException("Kies een wachtwoord van minstens tien tekens.")
    app = create_app()
    bring_to_date(app)
    with app.app_context():
        hashed = passwords.make(password)
        with transaction() as tx:
            programmes.ensure_municipalities(tx)
            made = programmes.create_programme(tx, name=name)
            person = queries.person_by_email(tx.session, email) or accounts.create_person(
                tx, name=coordinator, email=email, password_hash=hashed
            )
            accounts.set_role(tx, person, made.id, Role.COORDINATOR)
    say(f"{name} staat klaar. {coordinator} meldt zich aan met {email}.")


@main.command()
def bounce() -> None:
    """Reads one returned mail (a delivery status notification) on stdin and marks what bounced. For the mail server's pipe."""
    from kennislab.app import create_app
    from kennislab.core import bounces
    from kennislab.core.errors import Unavailable
    from kennislab.core.transaction import transaction

    told = bounces.read(sys.stdin.buffer.read(bounces.MOST_BYTES))
    if not told:
        say("Dit is geen bericht over een mail die niet aankwam; er is niets veranderd.")
        return
    try:
        with create_app().app_context(), transaction() as tx:
            marked = [row.to for row in bounces.take(tx, told)]
    except Unavailable as error:
        say("De database is even niet bereikbaar.")
        raise SystemExit(75) from error  # EX_TEMPFAIL: the mail server keeps it and tries again
    say(f"Teruggekomen: {', '.join(marked)}" if marked else "Van deze mail weten we niets; er is niets veranderd.")


@main.command()
def reindex() -> None:
    """Brings the search index up to date with everything that can be found. A server does so once by itself after an upgrade."""
    from kennislab.app import create_app
    from kennislab.archive import reindexing

    with create_app().app_context():
        done = reindexing.reindex()
    say(f"{done.documents} stukken zijn te vinden; {done.written} zijn (opnieuw) in de index gezet en {done.removed} eruit gehaald.")
