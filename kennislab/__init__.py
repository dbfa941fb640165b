"""Kennislab: the working instrument of a learning programme."""

__version__ = "0.1.0"
