"""Forms of knowledge questions. Lengths are checked in the operations, so that a draft may be what a question may not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field as WtField
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.form import BaseForm
from wtforms.validators import DataRequired

from kennislab.core.forms import Form, clean_text
from kennislab.questions import fields
from kennislab.questions.models import KnowledgeQuestion
from kennislab.questions.operations import QuestionData

Choices = Sequence[tuple[str, str]]
"""What can be chosen: (value, text)."""


class QuestionForm(Form):
    """Asking or changing a question. ``question``: public id of the draft that it goes on with; ``rev``: what the editor saw.

    ``co_askers``: names with commas between. The lab's own fields stand in it as ``own_<key>``.
    """

    text = TextAreaField(_l("Je kennisvraag"), filters=[clean_text], validators=[DataRequired(_l("Schrijf je vraag op."))])
    context = TextAreaField(_l("Toelichting"), filters=[clean_text])
    tried = TextAreaField(_l("Wat heb je al geprobeerd?"), filters=[clean_text])
    theme_hint = StringField(_l("Bij welk thema hoort het, denk je?"), filters=[clean_text])
    municipality_code = SelectField(_l("Gemeente"), validate_choice=False)
    co_askers = StringField(_l("Met wie stel je deze vraag samen?"), filters=[clean_text])
    asker_name = StringField(_l("Namens wie"), filters=[clean_text])
    question = HiddenField()
    rev = HiddenField()

    def __init__(self, places: Choices, asked: fields.Form = fields.NOTHING, shown: Mapping[str, Any] | None = None) -> None:
        """``shown``: what stands in it; without, what was sent."""
        super().__init__(**({} if shown is None else {"formdata": None, "data": shown}))
        self.asked = asked
        self.municipality_code.choices = [("", _("Geen gemeente")), *places]
        for name in asked.required:
            self._fields[name].flags.required = True
        answers = shown.get("answers", {}) if shown is not None else {}
        for one in asked.fields:
            BaseForm.__setitem__(self, fields.PREFIX + one.key, _own(one))  # a form of the library takes none afterwards, its base does
            made = self._fields[fields.PREFIX + one.key]
            if isinstance(made, SelectField):  # and the radio buttons, which are one
                made.choices = _options(one)
            made.process(request.form if shown is None else None, answers.get(one.key, ""))

    def own(self) -> list[tuple[fields.Field, WtField]]:
        """The lab's own fields, in order."""
        return [(one, self._fields[fields.PREFIX + one.key]) for one in self.asked.fields]

    @staticmethod
    def values(question: KnowledgeQuestion) -> dict[str, Any]:
        """What the form shows for an existing question."""
        shown = {
            name: getattr(question, name) for name in ("text", "context", "tried", "theme_hint", "municipality_code", "rev", "answers")
        }
        named = [one.name for one in question.co_askers if one.how == "named"]
        return shown | {"question": question.public_id, "co_askers": ", ".join(named), "answers": question.answers or {}}

    def data_of_question(self, staff: bool = False) -> QuestionData:
        """What was filled in. Only staff may ask in somebody else's name."""
        return QuestionData(
            text=self.text.data or "",
            context=self.context.data or "",
            tried=self.tried.data or "",
            theme_hint=self.theme_hint.data or "",
            municipality_code=self.municipality_code.data or None,
            asker_name=(self.asker_name.data or None) if staff else None,
            answers={one.key: made.data or "" for one, made in self.own()},
            co_askers=(self.co_askers.data or "").split(","),
        )

    def words(self) -> str:
        """All that was written, as one text: for who goes on in somebody else's question."""
        return "\n\n".join(part for part in (self.text.data, self.context.data, self.tried.data) if part)

    def seen_rev(self) -> int:
        """The revision that the editor had before them; 0 when the page did not say."""
        sent = str(self.rev.data or "")
        return int(sent) if sent.isdecimal() and len(sent) < 10 else 0


class BlankForm(Form):
    """What an empty form of a question has of its own for everybody: the rest is drawn once, see :mod:`kennislab.questions.blank`."""

    asker_name = StringField(_l("Namens wie"))
    question = HiddenField()
    rev = HiddenField()


def _own(one: fields.Field) -> WtField:
    """A field of a lab's own as a field of the form."""
    must = [DataRequired()] if one.required else []
    if one.kind == "text":
        return TextAreaField(one.label, description=one.help, filters=[clean_text], validators=must)
    if one.kind in ("choice", "yes_no"):
        kind = SelectField if one.kind == "choice" else RadioField
        return kind(one.label, description=one.help, validate_choice=False, validators=must)
    return StringField(one.label, description=one.help, filters=[clean_text], validators=must)


def _options(one: fields.Field) -> list[tuple[str, str]]:
    if one.kind == "choice":
        return [("", _("Kies")), *((option, option) for option in one.options)]
    return [("yes", _("Ja")), ("no", _("Nee")), *([] if one.required else [("", _("Weet ik niet"))])]


class LightEditForm(Form):
    """A facilitator makes a question easier to read."""

    text = TextAreaField(_l("De vraag, beter leesbaar"), filters=[clean_text], validators=[DataRequired(_l("Schrijf de vraag op."))])
    rev = HiddenField()


class ReturnForm(Form):
    """A facilitator gives a question back with a remark."""

    remark = TextAreaField(
        _l("Wat is er nog nodig?"),
        filters=[clean_text],
        validators=[DataRequired(_l("Schrijf in één of twee zinnen wat er nog nodig is."))],
    )


class FieldsForm(Form):
    """What the form of a lab asks. Its rows are read from the request by :func:`wishes_of`; this holds the token and the refusals."""

    rev = HiddenField()


def wishes_of(sent: Mapping[str, str]) -> list[fields.Wish]:
    """The rows of the editor as they were sent, in the order in which they stand; at most twice as many as a form may have."""
    found = []
    for place in range(2 * fields.MOST_FIELDS):
        if f"label-{place}" not in sent:
            continue
        found.append(
            fields.Wish(
                key=clean_text(sent.get(f"key-{place}", ""))[:16],
                label=sent[f"label-{place}"],
                help=sent.get(f"help-{place}", ""),
                kind=sent.get(f"kind-{place}", "line"),
                options=sent.get(f"options-{place}", ""),
                required=f"required-{place}" in sent,
            )
        )
    return found
