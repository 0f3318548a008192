"""The wizard: asks one thing at a time, tries each account at once, keeps what was answered before, writes `.env`."""

import asyncio
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx2
import typer

from bot import probes
from bot.doctor import TIMEOUT
from bot.env_file import render
from bot.environment import is_secret, read_settings, variables, written_in
from bot.probes import Finding, Grade, Visit, faults
from bot.settings import PREFIX, Settings, SettingsError

HEAD = "# Written by bellhop init; run it again to change it. Keep this file to yourself.\n"
SELLING = (
    "STRIPE__API_KEY", "PAYPAL__CLIENT_ID", "PHONEPE__CLIENT_ID", "RAZORPAY__KEY_ID", "TELEGRAM__PROVIDER_TOKEN",
    "TELEGRAM__STARS",
)  # fmt: skip
"""Each means that somebody takes money."""
REHEARSE = (
    'No payment account yet: with gateway = "pretend" in team.toml everything around a payment can be tried, and no '
    "money moves."
)
NONE = "-"
"""The answer that takes a value away."""
COMMON = (f"{PREFIX}PUBLIC_URL", f"{PREFIX}SECRET_KEYS")
"""What every account is tried with."""


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask for one variable: only when `after` is answered, and not when `unless` is."""

    variable: str
    words: str
    after: str = ""
    unless: str = ""

    @property
    def name(self) -> str:
        """The variable's full name."""
        return PREFIX + self.variable

    def is_wanted(self, values: Mapping[str, str]) -> bool:
        """Whether it has to be asked, after what was answered so far."""
        return (not self.after or PREFIX + self.after in values) and PREFIX + self.unless not in values


GROUPS: dict[str, tuple[Question, ...]] = {
    "": (Question("PUBLIC_URL", "Public address of this program (Enter: this machine only)"),),
    "telegram": (
        Question("TELEGRAM__TOKEN", "Telegram bot token, from @BotFather (Enter: no Telegram)"),
        Question("TELEGRAM__MODE", "polling, or webhook with an https address (Enter: polling)", "TELEGRAM__TOKEN"),
        Question("TELEGRAM__PROVIDER_TOKEN", "Telegram payments: provider token (Enter: none)", "TELEGRAM__TOKEN"),
        Question("TELEGRAM__STARS", "Telegram payments: true to take Stars (Enter: false)", "TELEGRAM__TOKEN"),
    ),
    "slack": (
        Question("SLACK__BOT_TOKEN", "Slack bot token, xoxb-... (Enter: no Slack)"),
        Question("SLACK__APP_TOKEN", "Slack app token, xapp-..., for Socket Mode (Enter: HTTP)", "SLACK__BOT_TOKEN"),
        Question("SLACK__SIGNING_SECRET", "Slack signing secret", "SLACK__BOT_TOKEN", "SLACK__APP_TOKEN"),
    ),
    "stripe": (
        Question("STRIPE__API_KEY", "Stripe secret key, sk_test_... or sk_live_... (Enter: no payments)"),
        Question("STRIPE__WEBHOOK_SECRET", "Stripe webhook secret, whsec_... (Enter: none)", "STRIPE__API_KEY"),
    ),
    "paypal": (
        Question("PAYPAL__CLIENT_ID", "PayPal client id (Enter: no PayPal)"),
        Question("PAYPAL__CLIENT_SECRET", "PayPal client secret", "PAYPAL__CLIENT_ID"),
        Question("PAYPAL__API_URL", "PayPal address (Enter: live, real money)", "PAYPAL__CLIENT_ID"),
        Question("PAYPAL__WEBHOOK_ID", "PayPal webhook id (Enter: none)", "PAYPAL__CLIENT_ID"),
    ),
    "phonepe": (
        Question("PHONEPE__CLIENT_ID", "PhonePe client id (Enter: no PhonePe)"),
        Question("PHONEPE__CLIENT_SECRET", "PhonePe client secret", "PHONEPE__CLIENT_ID"),
        Question("PHONEPE__CLIENT_VERSION", "PhonePe client version (Enter: 1)", "PHONEPE__CLIENT_ID"),
        Question("PHONEPE__API_URL", "PhonePe address (Enter: production, real money)", "PHONEPE__CLIENT_ID"),
        Question("PHONEPE__WEBHOOK_USERNAME", "PhonePe webhook username (Enter: none)", "PHONEPE__CLIENT_ID"),
        Question("PHONEPE__WEBHOOK_PASSWORD", "PhonePe webhook password", "PHONEPE__WEBHOOK_USERNAME"),
    ),
    "razorpay": (
        Question("RAZORPAY__KEY_ID", "Razorpay key id, rzp_test_... or rzp_live_... (Enter: no Razorpay)"),
        Question("RAZORPAY__KEY_SECRET", "Razorpay key secret", "RAZORPAY__KEY_ID"),
        Question("RAZORPAY__WEBHOOK_SECRET", "Razorpay webhook secret (Enter: none)", "RAZORPAY__KEY_ID"),
    ),
    "jitsi": (
        Question("JITSI__DOMAIN", "Jitsi server (Enter: Bellhop's own room)"),
        Question("JITSI__APP_ID", "Jitsi app id", "JITSI__DOMAIN"),
        Question("JITSI__APP_SECRET", "Jitsi app secret, at least 32 bytes (Enter: JaaS)", "JITSI__DOMAIN"),
        Question("JITSI__KEY_ID", "JaaS key id", "JITSI__DOMAIN", "JITSI__APP_SECRET"),
        Question("JITSI__PRIVATE_KEY", "JaaS private key (PEM, lines joined by \\n)", "JITSI__KEY_ID"),
    ),
}


def ask_all(path: Path) -> None:
    """Ask everything, and write `path` readable by its owner alone. Raises SettingsError when it cannot be read."""
    values = written_in(path)
    values.setdefault(f"{PREFIX}SECRET_KEYS", secrets.token_hex(32))
    typer.echo(f"Enter keeps what is there, {NONE} takes it away. Secrets are not shown.\n")
    for section, questions in GROUPS.items():
        _settle(section, questions, values)
    _keep(path, values)
    if not any(f"{PREFIX}{name}" in values for name in SELLING):
        typer.echo(f"\n{REHEARSE}")
    typer.echo(f"\nWritten to {path}. Next: bellhop doctor, then bellhop run")


def _settle(section: str, questions: tuple[Question, ...], values: dict[str, str]) -> None:
    """Ask until the answers work, or are to be kept all the same."""
    while True:
        for question in questions:
            if question.is_wanted(values):
                _ask(question, values)
        found = _tried(section, questions, values)
        for finding in found:
            sign = "✗" if finding.grade is Grade.FAULT else "✓"
            remedy = f"\n    → {finding.remedy}" if finding.remedy else ""
            typer.echo(f"  {sign} {finding.what}: {finding.said}{remedy}")
        if not faults(found) or typer.confirm("  Keep it all the same?", default=False):
            return


def _ask(question: Question, values: dict[str, str]) -> None:
    before = values.get(question.name, "")
    hidden = is_secret(variables()[question.name])
    shown = f" [{'kept' if hidden else before}]" if before else ""
    answer = typer.prompt(f"{question.words}{shown}", default="", show_default=False, hide_input=hidden).strip()
    if answer == NONE:
        values.pop(question.name, None)
    elif answer:
        values[question.name] = answer


def _tried(section: str, questions: tuple[Question, ...], values: Mapping[str, str]) -> list[Finding]:
    """What the account itself says to the answers, or what is wrong with their form."""
    prefix = f"{PREFIX}{section.upper()}__" if section else COMMON
    mine = {name: value for name, value in values.items() if name.startswith(prefix) or name in COMMON}
    if questions[0].name not in mine:
        return []
    try:
        settings, _ = read_settings(mine, dotenv=None)
    except SettingsError as error:
        return [Finding("answer", sentence, Grade.FAULT, "answer again") for sentence in error.sentences]
    return asyncio.run(_asked(section, settings)) if section else []


async def _asked(section: str, settings: Settings) -> list[Finding]:
    async with httpx2.AsyncClient(timeout=TIMEOUT) as http:
        return [finding async for finding in probes.ACCOUNTS[section](Visit(settings, http))]


def _keep(path: Path, values: Mapping[str, str]) -> None:
    """Write the file whole or not at all; nobody else may read it for a moment."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(render(values, HEAD))
    fresh.replace(path)
