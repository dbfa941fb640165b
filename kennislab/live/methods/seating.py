"""Everything about people in a method, behind one door: tables, stations, roles, and cards that go round."""

from __future__ import annotations

from kennislab.live.methods.cards import hand_round
from kennislab.live.methods.casting import roles, rotates, suggest
from kennislab.live.methods.tables import Member, Tables, belongs_to, company, keep, station_of, stations, tables

__all__ = [
    "Member", "Tables", "belongs_to", "company", "hand_round", "keep", "roles", "rotates", "station_of", "stations", "suggest", "tables",
]  # fmt: skip
