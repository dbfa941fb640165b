"""Forms of the programme. Days and times are as on the wall in the Netherlands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, EmailField, FileField, IntegerField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from kennislab.accounts.models import Person, Role
from kennislab.core import clock
from kennislab.core.forms import Form, clean_text
from kennislab.programme import agenda as agendas
from kennislab.programme import people, words
from kennislab.programme.models import District, Lab, LabKind, Municipality, ParticipationStatus, Programme
from kennislab.programme.operations import LabData
from kennislab.programme.people import PersonData

_FILL = _l("Vul dit in.")


def _options(texts: Any) -> list[tuple[str, str]]:
    return [(key.value if hasattr(key, "value") else key, _(text)) for key, text in texts.items()]


def local(day: date, at: time) -> datetime:
    """A day and a time on the wall, as an aware moment."""
    return datetime.combine(day, at, tzinfo=clock.LOCAL)


class LabForm(Form):
    """Planning or changing a lab. ``template`` is asked only for a new one."""

    title = StringField(_l("Titel"), filters=[clean_text], validators=[DataRequired(_l("Geef het lab een titel.")), Length(max=160)])
    kind = SelectField(_l("Soort"), validators=[InputRequired(_FILL)])
    day = DateField(_l("Dag"), validators=[InputRequired(_FILL)])
    starts = TimeField(_l("Begint om"), validators=[InputRequired(_FILL)])
    ends = TimeField(_l("Eindigt om"), validators=[InputRequired(_FILL)])
    place = StringField(_l("Plaats"), filters=[clean_text], validators=[Length(max=160)])
    description = TextAreaField(_l("Waar gaat het over"), filters=[clean_text], validators=[Length(max=4000)])
    deadline_day = DateField(_l("Kennisvragen insturen tot en met"), validators=[InputRequired(_FILL)])
    deadline_time = TimeField(_l("Tot hoe laat"), validators=[InputRequired(_FILL)])
    template = SelectField(_l("Agenda"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = _options(words.LAB_KINDS)
        self.template.choices = [(key, _(template.label)) for key, template in agendas.TEMPLATES.items()]

    @staticmethod
    def values(lab: Lab) -> dict[str, Any]:
        """What the form shows for an existing lab."""
        starts, ends, deadline = (moment.astimezone(clock.LOCAL) for moment in (lab.starts_at, lab.ends_at, lab.question_deadline))
        return {
            "title": lab.title, "kind": lab.kind.value, "place": lab.place, "description": lab.description,
            "day": starts.date(), "starts": starts.time(), "ends": ends.time(),
            "deadline_day": deadline.date(), "deadline_time": deadline.time(),
        }  # fmt: skip

    @staticmethod
    def proposal(today: date, previous: Lab | None) -> dict[str, Any]:
        """What the form shows for a new lab: a quarter after the previous one (or six weeks from now), the deadline a week before."""
        day = today + timedelta(weeks=6)
        shown: dict[str, Any] = {"kind": LabKind.KNOWLEDGE_LAB.value, "starts": time(13, 0), "ends": time(17, 0), "template": "half-day"}
        if previous is not None:
            shown = LabForm.values(previous) | {"title": "", "description": ""}
            day = max(previous.day + timedelta(weeks=13), today + timedelta(weeks=2))
        return shown | {"day": day, "deadline_day": day - timedelta(days=7), "deadline_time": time(17, 0)}

    def data_of_lab(self) -> LabData:
        """What was filled in, for the operations."""
        return LabData(
            title=self.title.data,
            kind=LabKind(self.kind.data),
            starts_at=local(self.day.data, self.starts.data),
            ends_at=local(self.day.data, self.ends.data),
            question_deadline=local(self.deadline_day.data, self.deadline_time.data),
            place=self.place.data or "",
            description=self.description.data or "",
        )


class ProgrammeForm(Form):
    """What a programme says about itself."""

    name = StringField(_l("Naam"), filters=[clean_text], validators=[DataRequired(_FILL), Length(max=160)])
    description = TextAreaField(_l("Waar gaat het over"), filters=[clean_text], validators=[Length(max=8000)])
    starts_on = DateField(_l("Begint op"), validators=[Optional()])
    ends_on = DateField(_l("Eindigt op"), validators=[Optional()])
    retention_months = IntegerField(
        _l("Bewaartermijn van persoonsgegevens, in maanden"), validators=[InputRequired(_FILL), NumberRange(1, 240)]
    )

    @staticmethod
    def values(programme: Programme) -> dict[str, Any]:
        """What the form shows for an existing programme."""
        return {name: getattr(programme, name) for name in ("name", "description", "starts_on", "ends_on", "retention_months")}


def _places(municipalities: Any) -> list[tuple[str, str]]:
    return [("", _("Kies een gemeente")), *((place.code, place.name) for place in municipalities)]


class DistrictForm(Form):
    """A district of a municipality."""

    municipality_code = SelectField(_l("Gemeente"), validators=[DataRequired(_l("Kies een gemeente uit de lijst."))])
    name = StringField(_l("Wijk"), filters=[clean_text], validators=[DataRequired(_l("Vul de naam van de wijk in.")), Length(max=120)])
    cbs_code = StringField(
        _l("Wijkcode van het CBS"), description=_l("WK met zes tekens, zoals WK085511."), filters=[clean_text], validators=[Length(max=10)]
    )

    def __init__(self, municipalities: list[Municipality], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.municipality_code.choices = _places(municipalities)

    @staticmethod
    def values(district: District) -> dict[str, Any]:
        """What the form shows for an existing district."""
        return {name: getattr(district, name) for name in ("municipality_code", "name", "cbs_code")}


class ParticipationForm(Form):
    """What a municipality does in a year."""

    municipality_code = SelectField(_l("Gemeente"), validators=[DataRequired(_l("Kies een gemeente uit de lijst."))])
    status = SelectField(_l("Besluit"), validators=[InputRequired(_FILL)])
    reason = TextAreaField(_l("Waarom"), filters=[clean_text], validators=[Length(max=2000)])

    def __init__(self, municipalities: list[Municipality], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.municipality_code.choices = _places(municipalities)
        self.status.choices = _options(words.PARTICIPATION)

    def status_value(self) -> ParticipationStatus:
        """The choice as the model knows it."""
        return ParticipationStatus(self.status.data)


class PersonForm(Form):
    """What is known of somebody who takes part in the programme."""

    name = StringField(_l("Naam"), filters=[clean_text], validators=[DataRequired(_l("Vul een naam in.")), Length(max=120)])
    email = EmailField(_l("E-mailadres"), filters=[clean_text], validators=[Length(max=254)])
    organisation = StringField(_l("Organisatie"), filters=[clean_text], validators=[Length(max=160)])
    municipality_code = SelectField(_l("Gemeente"))
    language = SelectField(_l("Taal van de mails"), validators=[InputRequired(_FILL)], default="nl")

    def __init__(self, municipalities: Iterable[Municipality], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.municipality_code.choices = [("", _("Geen gemeente")), *((place.code, place.name) for place in municipalities)]
        self.language.choices = _options(people.LANGUAGES)

    def validate_email(self, field: EmailField) -> None:
        """An address may be left out, but not be wrong."""
        if field.data and not people.is_address(field.data):
            raise ValidationError(_("Kijk het e-mailadres na: er klopt iets niet."))

    @staticmethod
    def values(person: Person) -> dict[str, Any]:
        """What the form shows of somebody who is known."""
        return {name: getattr(person, name) or "" for name in ("name", "email", "organisation", "municipality_code", "language")}

    def data_of_person(self) -> PersonData:
        """What was filled in, for the operations."""
        return PersonData(
            name=self.name.data,
            email=self.email.data or "",
            organisation=self.organisation.data or "",
            municipality_code=self.municipality_code.data or "",
            language=self.language.data,
        )


class NewPersonForm(PersonForm):
    """Somebody who comes to the programme, with a role in it."""

    role = SelectField(_l("Rol"), validators=[InputRequired(_FILL)])

    def __init__(self, municipalities: Iterable[Municipality], *args: Any, **kwargs: Any) -> None:
        super().__init__(municipalities, *args, **kwargs)
        self.role.choices = _options(words.ROLES)

    def role_value(self) -> Role:
        """The choice as the model knows it."""
        return Role(self.role.data)


class SheetForm(Form):
    """A table: a file, or what was copied from one."""

    file = FileField(_l("Bestand"))
    pasted = TextAreaField(_l("Of plak hier wat je in Excel hebt gekopieerd"))
