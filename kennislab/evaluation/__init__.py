"""The year: how it went, and what every city decides."""
