"""Money in Telegram's updates: the question before a payment, answered at once, and the payment, kept at once."""

from dataclasses import dataclass
from typing import Any

import stamina
import structlog
from telegram import Bot, PreCheckoutQuery, Update
from telegram.error import BadRequest, NetworkError, TelegramError

from handlers.checkout.may_pay import may_pay
from handlers.checkout.reports import accept_report
from handlers.house import House
from payments.telegram import Telegram
from payments.telegram.facts import MISSHAPEN

ANSWER_IN = 3.0
"""Seconds for one try to answer; Telegram gives up on the payment after ten."""
CLOSED = "Nothing can be paid here at the moment. Nothing was taken; please ask in the chat."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Purse:
    """What the program does about money that Telegram speaks of. Without a gateway every payment is refused."""

    house: House

    async def take(self, update: Update, bot: Bot) -> bool:
        """Take an update that is about money; False for any other. When it returns, a payment is kept durably."""
        if update.pre_checkout_query is not None:
            await _answer(bot, update.pre_checkout_query, await self._refusal(update))
            return True
        message = update.message
        if message is None or not (message.successful_payment or message.refunded_payment):
            return False
        await self._report(update.to_dict())
        return True

    async def _refusal(self, update: Update) -> str:
        gateway = self._gateway
        try:
            question = gateway.question(update.to_dict()) if gateway else None
        except MISSHAPEN:
            question = None
        return await may_pay(self.house, question) if question else CLOSED

    async def _report(self, update: dict[str, Any]) -> None:
        gateway = self._gateway
        if gateway is None:
            log.warning("telegram_money_without_gateway", update_id=update["update_id"])
            return
        try:
            facts = gateway.report(update)
        except MISSHAPEN as error:
            log.warning("telegram_money_unreadable", update_id=update["update_id"], reason=type(error).__name__)
            return
        await accept_report(self.house, gateway.name, facts)

    @property
    def _gateway(self) -> Telegram | None:
        found = self.house.gateways.get(Telegram.name)
        return found if isinstance(found, Telegram) else None


async def _answer(bot: Bot, query: PreCheckoutQuery, refusal: str) -> None:
    """Say yes or why not. A query that is too old, or answered before, needs nothing more."""
    try:
        async for attempt in stamina.retry_context(on=_worth_repeating, attempts=3, timeout=3 * ANSWER_IN, wait_max=1):
            with attempt:
                await bot.answer_pre_checkout_query(
                    query.id, not refusal, refusal or None,
                    read_timeout=ANSWER_IN, connect_timeout=ANSWER_IN, pool_timeout=ANSWER_IN,
                )  # fmt: skip
    except TelegramError as error:
        log.warning("telegram_question_unanswered", reason=type(error).__name__)


def _worth_repeating(error: Exception) -> bool:
    return isinstance(error, NetworkError) and not isinstance(error, BadRequest)
