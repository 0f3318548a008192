"""The Bot API's refusals, in its own words (tdlib/telegram-bot-api, Client.cpp)."""

from typing import Any

PREFIX = {400: "Bad Request: ", 403: "Forbidden: ", 409: "Conflict: "}


class Refused(Exception):
    """The Bot API says no: HTTP status, description, and parameters such as `retry_after`."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        self.code = code
        self.description = PREFIX.get(code, "") + description
        self.parameters = parameters
        super().__init__(self.description)

    def as_json(self) -> dict[str, Any]:
        """The body of the answer."""
        body = {"ok": False, "error_code": self.code, "description": self.description}
        return {**body, "parameters": self.parameters} if self.parameters else body


def bad_request(text: str) -> Refused:
    """400 with Telegram's habit of a lower-case first letter, unless the word is an error NAME."""
    lowered = text if len(text) > 1 and (text[1] == "_" or text[1].isupper()) else text[:1].lower() + text[1:]
    return Refused(400, lowered)


def too_many(seconds: int) -> Refused:
    """429 with the time to wait."""
    return Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
