"""The room as a fold of its journal: pure, without database or web."""
