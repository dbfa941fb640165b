"""Forms of knowledge questions. Lengths are checked in the operations, so that a draft may be what a question may not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired

from kennislab.core.forms import Form, clean_text
from kennislab.programme.models import Municipality
from kennislab.questions.models import KnowledgeQuestion
from kennislab.questions.operations import QuestionData


class QuestionForm(Form):
    """Asking or changing a question. ``question``: public id of the draft that it goes on with; ``rev``: what the editor saw."""

    text = TextAreaField(_l("Je kennisvraag"), filters=[clean_text], validators=[DataRequired(_l("Schrijf je vraag op."))])
    context = TextAreaField(_l("Toelichting"), filters=[clean_text])
    tried = TextAreaField(_l("Wat heb je al geprobeerd?"), filters=[clean_text])
    theme_hint = StringField(_l("Bij welk thema hoort het, denk je?"), filters=[clean_text])
    municipality_code = SelectField(_l("Gemeente"), validate_choice=False)
    asker_name = StringField(_l("Namens wie"), filters=[clean_text])
    question = HiddenField()
    rev = HiddenField()

    def __init__(self, municipalities: Sequence[Municipality], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.municipality_code.choices = [("", _("Geen gemeente")), *((place.code, place.name) for place in municipalities)]

    @staticmethod
    def values(question: KnowledgeQuestion) -> dict[str, Any]:
        """What the form shows for an existing question."""
        shown = {name: getattr(question, name) for name in ("text", "context", "tried", "theme_hint", "municipality_code", "rev")}
        return shown | {"question": question.public_id}

    def data_of_question(self, staff: bool = False) -> QuestionData:
        """What was filled in. Only staff may ask in somebody else's name."""
        return QuestionData(
            text=self.text.data or "",
            context=self.context.data or "",
            tried=self.tried.data or "",
            theme_hint=self.theme_hint.data or "",
            municipality_code=self.municipality_code.data or None,
            asker_name=(self.asker_name.data or None) if staff else None,
        )

    def seen_rev(self) -> int:
        """The revision that the editor had before them; 0 when the page did not say."""
        sent = str(self.rev.data or "")
        return int(sent) if sent.isdecimal() and len(sent) < 10 else 0


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
