"""Forms of accounts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, Length

from kennislab.accounts import passwords
from kennislab.core.forms import Form, clean_text


class SignInForm(Form):
    """Sign in with e-mail address and password."""

    email = EmailField(_l("E-mailadres"), filters=[clean_text], validators=[DataRequired(_l("Vul je e-mailadres in.")), Length(max=254)])
    password = PasswordField(_l("Wachtwoord"), validators=[DataRequired(_l("Vul je wachtwoord in.")), Length(max=passwords.MOST)])
    next = HiddenField()


class LinkForm(Form):
    """Ask for a sign-in link by mail."""

    email = EmailField(
        _l("E-mailadres"),
        id="link-email",
        filters=[clean_text],
        validators=[DataRequired(_l("Vul je e-mailadres in.")), Length(max=254)],
    )
    next = HiddenField(id="link-next")


class PasswordForm(Form):
    """A new password, twice."""

    current = PasswordField(_l("Wachtwoord van nu"), validators=[Length(max=passwords.MOST)])
    password = PasswordField(
        _l("Nieuw wachtwoord"),
        description=_l("Minstens tien tekens. Een zin van een paar woorden is goed te onthouden."),
        validators=[
            DataRequired(_l("Kies een nieuw wachtwoord.")),
            Length(min=passwords.LEAST, max=passwords.MOST, message=_l("Kies een wachtwoord van tien tot tweehonderd tekens.")),
        ],
    )
    again = PasswordField(
        _l("Nog een keer"),
        validators=[DataRequired(_l("Herhaal het nieuwe wachtwoord.")), EqualTo("password", _l("De twee wachtwoorden zijn niet gelijk."))],
    )


class TokenForm(Form):
    """A Bearer token for a program."""

    name = StringField(
        _l("Naam van de sleutel"),
        description=_l("Bijvoorbeeld: koppeling met ons dashboard."),
        filters=[clean_text],
        validators=[DataRequired(_l("Geef de sleutel een naam, zodat je hem later herkent.")), Length(max=80)],
    )
