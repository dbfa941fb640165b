"""``python -m kennislab`` is the command line."""

from kennislab.cli import main

if __name__ == "__main__":
    main()
