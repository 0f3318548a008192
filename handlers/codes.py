"""Secrets in links: what is kept of them, and how a link says what kind of secret it carries."""

import hashlib

INVITATION = "invite-"
"""What the payload of an invitation's deep link begins with."""


def digest(code: str) -> str:
    """What is kept of a secret code: a stolen database opens nothing."""
    # Neither salted nor stretched: codes are drawn at random, none is a word that somebody thought up.
    return hashlib.sha256(code.encode()).hexdigest()
