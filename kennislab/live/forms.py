"""The form at the door."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from kennislab.core.forms import Form, clean_text


class JoinForm(Form):
    """Code, and, when one likes, name and municipality."""

    code = StringField(_("Deelnamecode"), filters=[clean_text], validators=[InputRequired(_("Vul dit in.")), Length(max=60)])
    name = StringField(
        _("Je naam"), filters=[clean_text], validators=[Optional(), Length(max=80, message=_("Houd je naam korter dan 80 tekens."))]
    )
    municipality = SelectField(_("Je gemeente"), validators=[Optional()], choices=[])
