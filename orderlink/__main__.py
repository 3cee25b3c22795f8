"""Let `python -m orderlink` do what `orderlink` does."""

from orderlink.cli import main

main()
