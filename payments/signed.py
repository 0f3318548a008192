"""The body of a webhook whose signature holds."""

import json
from typing import Any

from payments.errors import BadSignature


def read_signed(body: bytes) -> dict[str, Any]:
    """The event in it. Raises BadSignature for what is not a JSON object: whoever signed that is no gateway."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadSignature("The signed body is not JSON.") from error
    if not isinstance(event, dict):
        raise BadSignature("The signed body is not an event.")
    return event
