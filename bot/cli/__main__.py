"""`python -m bot.cli`: the command where it is not on the path."""

from bot.cli import main

main()
