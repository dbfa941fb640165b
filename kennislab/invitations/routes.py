"""Pages of invitations."""

from __future__ import annotations

from flask import Blueprint

from kennislab.core.sheets import SheetDraft
from kennislab.invitations import models

bp = Blueprint("invitations", __name__)
TABLES = (models.Invitation, models.Wave, SheetDraft)
