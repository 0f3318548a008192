"""What a Mini App is opened with: who asks, signed with the bot's token."""

import hashlib
import hmac
import json
from urllib.parse import urlencode

from sandbox.telegram.state import Person, State


def with_init_data(url: str, person: Person, state: State) -> str:
    """The address with Telegram's launch parameters in its fragment."""
    user = json.dumps({key: value for key, value in person.user().items() if key != "is_bot"}, separators=(",", ":"))
    pairs = {"auth_date": str(state.now()), "query_id": f"AAE{person.id}", "user": user}
    check = "\n".join(f"{key}={value}" for key, value in sorted(pairs.items()))
    secret = hmac.digest(b"WebAppData", state.token.encode(), hashlib.sha256)
    pairs["hash"] = hmac.new(secret, check.encode(), hashlib.sha256).hexdigest()
    launch = {"tgWebAppData": urlencode(pairs), "tgWebAppVersion": "9.0", "tgWebAppPlatform": "web"}
    return f"{url}#{urlencode(launch)}"
