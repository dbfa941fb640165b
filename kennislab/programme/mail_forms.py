"""Forms of the outbox and of a programme's own words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from kennislab.core.forms import Form, clean_text


class MailForm(Form):
    """Subject and text of a mail, or of a kind of mail. ``rev``: the version that was read."""

    subject = StringField(_l("Onderwerp"), filters=[clean_text], validators=[DataRequired(_l("Vul een onderwerp in.")), Length(max=300)])
    body = TextAreaField(_l("Tekst"), filters=[clean_text], validators=[DataRequired(_l("Vul een tekst in.")), Length(max=20_000)])
    rev = HiddenField()

    def read_rev(self) -> int:
        """The version that was read; -1 when the field holds no number, which never matches."""
        text = str(self.rev.data or "")
        return int(text) if text.isdecimal() else -1
