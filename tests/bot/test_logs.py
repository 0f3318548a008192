"""No key or token reaches a log."""

import json
import subprocess
import sys

from pydantic import SecretStr

from bot.gateway_settings import StripeSettings
from bot.logs import Redact
from bot.settings import Settings

SETTINGS = Settings(
    secret_keys=(SecretStr("an-own-key-of-the-operator"),),
    stripe=StripeSettings(api_key=SecretStr("sk_test_own"), webhook_secret=SecretStr("whsec_a.webhook+secret")),
)
SECRETS = [
    "an-own-key-of-the-operator",
    "sk_test_own",
    "whsec_a.webhook+secret",
    "sk_live_somebodyelses",
    "xoxb-1-2-abc",
    "A21AAFs9YL-a_token_of_paypals",
    "123456789:AAbbccddeeffgghhiijjkk",
]


def test_secrets_are_taken_out_wherever_they_stand() -> None:
    said = {"event": "sent", "url": [f"https://x/bot{secret}/getMe" for secret in SECRETS], "more": {"deep": SECRETS}}
    clean = Redact(SETTINGS)(None, "info", said)
    assert not any(secret in str(clean) for secret in SECRETS)
    assert (clean["event"], clean["url"][0]) == ("sent", "https://x/bot***/getMe")


def test_a_library_that_logs_a_secret_is_cleaned_too_and_json_is_one_line_each() -> None:
    code = """
import logging, structlog
from bot.logs import set_up
from bot.settings import Settings
set_up(Settings(log_json=True))
logging.getLogger("somelib").warning("token %s", "xoxb-1-2-abc")
try:
    raise ValueError("sk_live_inanexception")
except ValueError as error:
    structlog.get_logger("ours").warning("failed", exc_info=error)
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    theirs, ours = (json.loads(line) for line in ended.stderr.splitlines())
    assert (theirs["event"], theirs["level"]) == ("token ***", "warning")
    assert "ValueError: ***" in ours["exception"]
