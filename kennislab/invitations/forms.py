"""Forms of invitations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateTimeLocalField, RadioField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from kennislab.core import clock
from kennislab.core.forms import Form, clean_text
from kennislab.invitations.models import Answer, Invitation
from kennislab.invitations.operations import LONGEST_NOTE


class AnswerForm(Form):
    """What somebody says to an invitation; which of the two comes with the button."""

    note = TextAreaField(
        _l("Wil je er iets bij zeggen?"),
        filters=[clean_text],
        validators=[Length(max=LONGEST_NOTE, message=_l("Houd je opmerking onder de 300 tekens."))],
    )


class FillInForm(Form):
    """Staff fills in an answer for somebody who told it otherwise."""

    answer = RadioField(
        _l("Antwoord"),
        choices=[
            (Answer.COMING.value, _l("Komt")),
            (Answer.NOT_COMING.value, _l("Komt niet")),
            (Answer.OPEN.value, _l("Nog geen antwoord")),
        ],
        validators=[DataRequired(_l("Kies een antwoord."))],
    )
    note = TextAreaField(
        _l("Opmerking"),
        filters=[clean_text],
        validators=[Length(max=LONGEST_NOTE, message=_l("Houd je opmerking onder de 300 tekens."))],
    )

    @staticmethod
    def values(invitation: Invitation) -> dict[str, Any]:
        """What the form shows at first."""
        return {"answer": invitation.answer.value, "note": invitation.note}


class SendAtForm(Form):
    """When a wave leaves; in Dutch time."""

    send_at = DateTimeLocalField(
        _l("Op een ander moment"), validators=[Optional()], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], render_kw={"step": 60}
    )

    def moment(self) -> datetime | None:
        """The chosen moment, aware; None: now."""
        typed: datetime | None = self.send_at.data
        return None if typed is None else typed.replace(tzinfo=clock.LOCAL).astimezone(clock.now().tzinfo)
