"""The demo: an invented programme with real municipalities, loaded at a chosen stage. Used by the command line only."""
