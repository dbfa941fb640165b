"""People, their roles per programme, and how they get in."""
