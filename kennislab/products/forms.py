"""Forms of products."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, FieldList, FormField, HiddenField, StringField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.validators import DataRequired, Length, Optional

from kennislab.core.forms import Form, clean_text
from kennislab.products.models import Product
from kennislab.products.operations import ProductData, StepDraft


class StepForm(PlainForm):
    """One step; an empty one is left out."""

    title = StringField(_l("Wat doe je"), filters=[clean_text], validators=[Length(max=160)])
    text = TextAreaField(_l("Uitleg"), filters=[clean_text], validators=[Length(max=4000)])
    who = StringField(_l("Wie"), filters=[clean_text], validators=[Length(max=160)])
    when = StringField(_l("Wanneer"), filters=[clean_text], validators=[Length(max=160)])
    sources = StringField(_l("Bronnen (nummers uit het archief)"), filters=[clean_text], validators=[Length(max=800)])


class ProductForm(Form):
    """A whole step-by-step plan."""

    title = StringField(
        _l("Titel"), filters=[clean_text], validators=[DataRequired(_l("Geef het stappenplan een titel.")), Length(max=160)]
    )
    summary = TextAreaField(_l("Samenvatting"), filters=[clean_text], validators=[Length(max=2000)])
    audience = StringField(_l("Voor wie"), filters=[clean_text], validators=[Length(max=200)])
    authors = StringField(_l("Makers"), filters=[clean_text], validators=[Length(max=300)])
    tags = StringField(_l("Thema’s, met komma’s ertussen"), filters=[clean_text], validators=[Length(max=300)])
    steps = FieldList(FormField(StepForm), max_entries=40)
    rev = HiddenField()

    @staticmethod
    def values(product: Product) -> dict[str, Any]:
        """What the form shows for an existing product, with one empty step at the end."""
        steps = [
            {"title": s.title, "text": s.text, "who": s.who, "when": s.when, "sources": " ".join(i.id for i in s.sources)}
            for s in product.steps
        ]
        return {
            "title": product.title, "summary": product.summary, "audience": product.audience, "authors": product.authors,
            "tags": ", ".join(product.tags), "rev": str(product.rev), "steps": [*steps, {}],
        }  # fmt: skip

    def product_data(self) -> ProductData:
        """What was written, without empty steps."""
        steps = [
            StepDraft(
                step["title"] or (step["text"] or "")[:100],
                step["text"] or "",
                step["who"] or "",
                step["when"] or "",
                tuple((step["sources"] or "").replace(",", " ").split()),
            )
            for step in self.steps.data
            if any((step[name] or "").strip() for name in ("title", "text", "sources"))
        ]
        return ProductData(
            self.title.data or "",
            self.summary.data or "",
            self.audience.data or "",
            self.authors.data or "",
            tuple((self.tags.data or "").split(",")),
            steps,
        )


class ReleaseForm(Form):
    """Letting participants in, and perhaps saying when everybody may read it."""

    public_on = DateField(_l("Openbaar vanaf"), validators=[Optional()])
