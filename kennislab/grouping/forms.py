"""Forms of the board and the groups. Plain: what they carry is decided by the operations."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField, TimeField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from kennislab.core.forms import Form, clean_text
from kennislab.grouping.assigning import Settings
from kennislab.grouping.operations import MOST_TITLE
from kennislab.grouping.placing import MOST_PEOPLE, GroupData
from kennislab.grouping.proposing import LEAST_GROUPS, LEAST_LARGEST, MOST_GROUPS, MOST_LARGEST

_SIZE = _("Vul een aantal in van 1 tot en met 200.")


class TitleForm(Form):
    """The name of a theme."""

    title = StringField(
        _("Naam van het thema"), validators=[InputRequired(_("Geef het thema een naam.")), Length(max=MOST_TITLE)], filters=[clean_text]
    )


class ProposalForm(Form):
    """How many themes to propose, and how many questions in one at most; empty: as many as suit."""

    groups = IntegerField(
        _("Aantal thema’s"),
        validators=[Optional(), NumberRange(LEAST_GROUPS, MOST_GROUPS, message=_("Kies een aantal van 2 tot en met 20."))],
    )
    largest = IntegerField(
        _("Hoogstens per thema"),
        validators=[Optional(), NumberRange(LEAST_LARGEST, MOST_LARGEST, message=_("Kies een aantal van 2 tot en met 500."))],
    )


def _person(value: object) -> int | None:
    return int(str(value)) if value not in (None, "", "None") else None


class GroupForm(Form):
    """A working group. ``leader`` gets its choices from the page."""

    name = StringField(_("Naam"), validators=[InputRequired(_("Geef de groep een naam.")), Length(max=120)], filters=[clean_text])
    room = StringField(_("Ruimte"), validators=[Length(max=80)], filters=[clean_text])
    leader = SelectField(_("Wie leidt de groep"), coerce=_person, validators=[Optional()])
    least = IntegerField(_("Minstens"), validators=[Optional(), NumberRange(1, MOST_PEOPLE, message=_SIZE)])
    most = IntegerField(_("Hoogstens"), validators=[Optional(), NumberRange(1, MOST_PEOPLE, message=_SIZE)])
    method = StringField(_("Werkvorm"), validators=[Length(max=60)])

    def data_of_group(self) -> GroupData:
        """What was filled in."""
        return GroupData(self.name.data, self.room.data or "", self.leader.data, self.least.data, self.most.data, self.method.data or None)


class SizesForm(Form):
    """One size for all groups; empty: open."""

    least = IntegerField(_("Minstens"), validators=[Optional(), NumberRange(1, MOST_PEOPLE, message=_SIZE)])
    most = IntegerField(_("Hoogstens"), validators=[Optional(), NumberRange(1, MOST_PEOPLE, message=_SIZE)])


class PlacingForm(Form):
    """How people are to be placed."""

    max_per_municipality = IntegerField(
        _("Hoogstens per gemeente in een groep"), validators=[Optional(), NumberRange(1, MOST_PEOPLE, message=_SIZE)]
    )
    leaders = SelectField(
        _("Iemand die kan leiden"),
        choices=[("prefer", _("in elke groep als het kan")), ("must", _("in elke groep, altijd")), ("no", _("maakt niet uit"))],
    )
    only_coming = BooleanField(_("Alleen wie heeft laten weten te komen"))

    def settings(self) -> Settings:
        """What was filled in."""
        return Settings(self.max_per_municipality.data, self.leaders.data, bool(self.only_coming.data))


class UntilForm(Form):
    """Until when; empty: until somebody closes it."""

    day = DateField(_("Dag"), validators=[Optional()])
    time = TimeField(_("Tijd"), validators=[Optional()])
