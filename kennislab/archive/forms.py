"""Forms of harvest and archive. What may be is decided in the operations; a refusal comes back at its field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Optional

from kennislab.archive import lessons, words
from kennislab.archive.models import KINDS, ArchiveItem, Consent
from kennislab.archive.rewording import Revision
from kennislab.core.errors import DomainError, Invalid
from kennislab.core.forms import Form, clean_text


def _short(text: str, most: int = 90) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


class ItemForm(Form):
    """All that can be changed of one item of the harvest. ``rev``: what the editor saw."""

    text = TextAreaField(_l("Tekst"), filters=[clean_text], validators=[DataRequired(_l("Schrijf op wat blijft."))])
    kind = SelectField(_l("Soort"), validators=[DataRequired(_l("Kies een soort."))])
    themes = StringField(_l("Thema’s"), filters=[clean_text])
    answers = SelectField(_l("Lost op"), validate_choice=False)
    question = SelectField(_l("Kwam op bij de kennisvraag"), validate_choice=False)
    consent = RadioField(_l("Hoe ver mag dit gaan"), validators=[DataRequired(_l("Kies hoe ver dit mag gaan."))])
    agreed = BooleanField(_l("De inbrenger vindt goed dat dit verder gaat dan eerst"))
    contact = StringField(_l("Wie kun je hierover bellen"), filters=[clean_text])
    owner = StringField(_l("Actiehouder"), filters=[clean_text])
    due = DateField(_l("Klaar op"), validators=[Optional()])
    lesson_if = StringField(_l("Als"), filters=[clean_text])
    lesson_then = StringField(_l("dan"), filters=[clean_text])
    lesson_because = StringField(_l("want"), filters=[clean_text])
    rev = HiddenField()

    def __init__(self, solvable: Sequence[ArchiveItem], questions: Sequence[ArchiveItem], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = [(kind, _(words.KINDS[kind])) for kind in KINDS]
        self.consent.choices = [(consent.value, _(words.CONSENTS[consent])) for consent in Consent]
        nothing = [("", _("Niets in het bijzonder"))]
        self.answers.choices = nothing + [(one.id, _short(one.text)) for one in solvable]
        self.question.choices = nothing + [(one.id, _short(one.text)) for one in questions]

    @staticmethod
    def values(item: ArchiveItem, question: str | None) -> dict[str, Any]:
        """What the form shows of an item."""
        shown = {name: getattr(item, name) for name in ("text", "kind", "contact", "owner", "due", "rev")}
        themes, answers = ", ".join(item.themes), item.answers_id or ""
        shown |= {f"lesson_{name}": item.lesson.get(name, "") for name in lessons.PARTS}
        return shown | {"themes": themes, "answers": answers, "question": question or "", "consent": item.consent.value}

    def revision(self) -> Revision:
        """What was filled in."""
        return Revision(
            text=self.text.data or "",
            kind=self.kind.data,
            themes=(self.themes.data or "").split(","),
            consent=Consent(self.consent.data),
            agreed=bool(self.agreed.data),
            answers=self.answers.data or None,
            question=self.question.data or None,
            contact=self.contact.data or "",
            owner=self.owner.data or "",
            due=self.due.data,
            lesson=self._lesson(),
        )

    def _lesson(self) -> dict[str, str] | None:
        """The three parts, when they were changed; else the text counts as it was typed."""
        parts = {name: self[f"lesson_{name}"].data or "" for name in lessons.PARTS}
        before = {name: self[f"lesson_{name}"].object_data or "" for name in lessons.PARTS}
        return parts if any(parts.values()) and parts != before else None

    def add_error(self, error: DomainError) -> None:
        """A refusal of a part of the lesson stands at its field."""
        if isinstance(error, Invalid):
            error.fields = {f"lesson_{name}" if name in lessons.PARTS else name: text for name, text in error.fields.items()}
        super().add_error(error)

    def seen_rev(self) -> int:
        """The revision that the editor had before them; 0 when the page did not say."""
        sent = str(self.rev.data or "")
        return int(sent) if sent.isdecimal() and len(sent) < 10 else 0


class MergeForm(Form):
    """One text for several items."""

    text = TextAreaField(_l("De tekst die blijft"), filters=[clean_text], validators=[DataRequired(_l("Schrijf op wat blijft."))])
    keep = RadioField(_l("Welke kaart blijft de hoofdkaart"), validators=[DataRequired(_l("Kies een kaart."))])

    def __init__(self, items: Sequence[ArchiveItem], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.keep.choices = [(item.id, _short(item.text)) for item in items]


class CorrectionForm(Form):
    """Something added to a sealed item."""

    text = TextAreaField(_l("Je verbetering"), filters=[clean_text], validators=[DataRequired(_l("Schrijf je verbetering op."))])
