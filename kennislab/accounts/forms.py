"""Forms of accounts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, Email, EqualTo, Length, Optional

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


class OwnDataForm(Form):
    """What somebody may correct about themselves."""

    name = StringField(_l("Naam"), filters=[clean_text], validators=[DataRequired(_l("Vul je naam in.")), Length(max=120)])
    email = EmailField(
        _l("E-mailadres"),
        description=_l("Een nieuw adres geldt zodra je de link hebt geopend die we daarheen mailen."),
        filters=[clean_text],
        validators=[Optional(), Length(max=254), Email(_l("Kijk het e-mailadres na: er klopt iets niet."))],
    )
    organisation = StringField(_l("Organisatie"), filters=[clean_text], validators=[Length(max=160)])
    language = SelectField(_l("Taal van je mails"), choices=[("nl", _l("Nederlands")), ("en", _l("Engels"))], validators=[DataRequired()])


class EraseForm(Form):
    """To be forgotten: typed, so that it does not happen by a slip."""

    name = StringField(_l("Typ je naam, zoals hij hierboven staat"), filters=[clean_text], validators=[DataRequired(_l("Typ je naam."))])
