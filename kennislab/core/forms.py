"""Forms: one base, and the way a domain refusal becomes a form error."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_wtf import FlaskForm

from kennislab.core.errors import DomainError, Invalid
from kennislab.core.text import tidy


class Form(FlaskForm):
    """The base of all forms. Messages of the library come in the user's language through Flask-Babel."""

    def add_error(self, error: DomainError) -> None:
        """Puts a refusal where the user sees it: at its field, or above the form. What was typed stays."""
        sentence = " ".join(
            part for part in (gettext(error.title, **error.params), gettext(error.detail, **error.params) if error.detail else "") if part
        )
        if isinstance(error, Invalid) and error.fields:
            for name, text in error.fields.items():
                if name in self._fields:
                    self._fields[name].errors = [*self._fields[name].errors, gettext(text, **error.params)]
                else:
                    self.form_errors.append(gettext(text, **error.params))
            return
        self.form_errors.append(sentence)


def clean_text(value: Any) -> Any:
    """A WTForms filter: Unicode composed, ends trimmed, control and bidi characters gone, at most three marks on a letter."""
    return tidy(value) if isinstance(value, str) else value
