"""The command line. Serving commands patch the process for gevent before anything else is imported."""

from kennislab.cli import keeping, running, tending, trying  # noqa: F401 - their commands hang themselves in the group
from kennislab.cli.group import main

__all__ = ["main"]
