"""The form for one decision."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from kennislab.core.forms import Form, clean_text
from kennislab.programme.models import Municipality


class DecisionForm(Form):
    """What a city decides for a year."""

    municipality_code = SelectField(_l("Gemeente"))
    choice = RadioField(
        _l("Besluit"),
        choices=[("continue", _l("Gaat door")), ("stop", _l("Stopt")), ("join", _l("Stapt in"))],
        validators=[DataRequired(_l("Kies een besluit."))],
    )
    decided_by = StringField(
        _l("Wie besliste"),
        filters=[clean_text],
        validators=[DataRequired(_l("Schrijf op wie dit namens de gemeente besliste.")), Length(max=160)],
    )
    reason = TextAreaField(
        _l("Waarom"), filters=[clean_text], validators=[DataRequired(_l("Schrijf op waarom de gemeente dit besluit.")), Length(max=2000)]
    )

    def offer(self, places: Iterable[Municipality]) -> None:
        """The municipalities to choose from."""
        self.municipality_code.choices = [(place.code, place.name) for place in places]
