"""Forms of what is added after the seal: what became of something, and how an agreement went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Optional

from kennislab.archive import words
from kennislab.archive.models import ActionStatus, Outcome
from kennislab.core.forms import Form, clean_text
from kennislab.programme.models import District, Municipality


class OutcomeForm(Form):
    """What became of something in a municipality or one of its districts, offered as one list."""

    municipality_code = SelectField(_l("Gemeente of wijk"), validate_choice=False, validators=[DataRequired(_l("Kies een gemeente."))])
    status = RadioField(_l("Wat kwam ervan"), validators=[DataRequired(_l("Kies wat ervan kwam."))])
    note = TextAreaField(_l("Toelichting"), filters=[clean_text])
    at = DateField(_l("Wanneer"), validators=[Optional()])

    def __init__(self, municipalities: Sequence[Municipality], districts: Sequence[District] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._districts = {_key(district): district for district in districts}
        self.municipality_code.choices = [
            choice
            for place in municipalities
            for choice in [
                (place.code, place.name),
                *(
                    (_key(district), _("%(place)s, wijk %(district)s", place=place.name, district=district.name))
                    for district in districts
                    if district.municipality_code == place.code
                ),
            ]
        ]
        self.status.choices = [(outcome.value, _(words.OUTCOMES[outcome])) for outcome in Outcome]

    def place(self) -> tuple[str, str, int | None]:
        """Code of the municipality, and the district's name and number, or nothing."""
        sent = str(self.municipality_code.data or "")
        district = self._districts.get(sent)
        return (district.municipality_code, district.name, district.id) if district is not None else (sent, "", None)


def _key(district: District) -> str:
    return f"{district.municipality_code}-{district.id}"


class WithdrawForm(Form):
    """Why a line of the ledger does not count any more; of one's ``own`` it may be left out."""

    why = TextAreaField(_l("Waarom klopt het niet?"), filters=[clean_text])

    def __init__(self, *, own: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not own:
            self.why.validators = [DataRequired(_("Schrijf op waarom je de melding van een ander intrekt."))]
            self.why.flags.required = True


class ActionForm(Form):
    """How an agreement went; when it goes on, until when and by whom."""

    status = RadioField(_l("Hoe staat het ervoor"), validators=[DataRequired(_l("Kies hoe het ervoor staat."))])
    note = TextAreaField(_l("Toelichting"), filters=[clean_text])
    due = DateField(_l("Nieuwe datum"), validators=[Optional()])
    owner = StringField(_l("Wie neemt het over"), filters=[clean_text])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.status.choices = [(status.value, _(words.ACTION_STATUSES[status])) for status in ActionStatus]
