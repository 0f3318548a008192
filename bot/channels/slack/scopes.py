"""What the app may do in a workspace, and what for: the manifest, the install link and the landing page go by it."""

from collections.abc import Collection, Mapping

SCOPES: Mapping[str, str] = {
    "commands": "slash commands and message shortcuts",
    "chat:write": "cards and words in threads and direct messages",
    "chat:write.customize": "a customer's words under the customer's name",
    "channels:history": "agents' words in a public front-desk channel",
    "groups:history": "agents' words in a private front-desk channel",
    "channels:read": "being invited to a public front-desk channel, or taken out of it",
    "groups:read": "being invited to a private front-desk channel, or taken out of it",
    "im:history": "customers' words in direct messages",
    "im:write": "direct messages to customers and agents",
    "users:read": "people's names, languages and time zones",
    "files:read": "pictures and files on their way to the other side",
    "files:write": "pictures and files from the other side, calendar entries",
    "reactions:write": "the tick on words that arrived",
}
"""Each scope and the feature that needs it."""

THREADS = frozenset({"channels:history", "groups:history", "reactions:write"})
"""What is left out of the light form: without the first two no thread is heard, and then there is nothing to tick."""


def scopes(*, light: bool = False) -> Mapping[str, str]:
    """The scopes of the normal form, or of the light one, in which agents answer by the card's button."""
    return {scope: what for scope, what in SCOPES.items() if not (light and scope in THREADS)}


def hears_threads(granted: Collection[str]) -> bool:
    """Whether words written in a case's thread reach us with these scopes."""
    return bool({"channels:history", "groups:history"} & set(granted))
