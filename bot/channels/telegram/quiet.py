"""What people type starts nothing on Telegram: clients make mentions and commands of plain text by themselves.

A mention calls somebody of the group, and a command is sent by whoever touches it. Telegram offers no way to switch
that off (core.telegram.org/bots/api#messageentity: entities of both kinds are found in any text), so a sign that nobody
sees parts the sign from the word. Addresses stay as they are.
"""

import re

UNSEEN = "\N{WORD JOINER}"
MENTION = re.compile(r"(https?://\S+)|(?<![\w@])@(?=[A-Za-z]\w{2})")
COMMAND = re.compile(r"(https?://\S+)|(?<![\w/<>])/(?=[A-Za-z0-9_])")


def calls_nobody(text: str) -> str:
    """The text, in which no name is a mention."""
    return _parted(MENTION, text)


def starts_nothing(text: str) -> str:
    """The text, in which nothing is a mention or a command."""
    return _parted(COMMAND, calls_nobody(text))


def _parted(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda found: found[1] or found[0] + UNSEEN, text)
