"""What the chat platforms allow, as budgets."""

from collections import deque
from typing import NamedTuple

from bench.simulation.traffic import Case


class Limit(NamedTuple):
    """So many messages within so many seconds."""

    most: int
    seconds: float


BOT, WORKSPACE = Limit(30, 1.0), Limit(300, 60.0)
CHAT, CHANNEL, GROUP = Limit(3, 3.0), Limit(3, 3.0), Limit(20, 60.0)
"""One a second, with short bursts, in a chat and in a Slack channel; 20 a minute in a Telegram group."""


class Budget:
    """A limit over a sliding window, given out in the order of asking."""

    __slots__ = ("_seconds", "_times")

    def __init__(self, limit: Limit) -> None:
        self._seconds = limit.seconds
        self._times: deque[float] = deque(maxlen=limit.most)

    def take(self, now: float) -> float:
        """The first moment from `now` on at which one more message is allowed; it is taken."""
        times = self._times
        moment = max(now, times[0] + self._seconds) if len(times) == times.maxlen else now
        times.append(moment)
        return moment


def budget(budgets: dict[int, Budget], limit: Limit, key: int) -> Budget:
    """The budget of that key, made when it is new."""
    if (found := budgets.get(key)) is None:
        found = budgets[key] = Budget(limit)
    return found


def place(case: Case, number: int, desk: bool) -> tuple[Limit, int]:
    """Where it is said: a desk is one place for all cases of its team, a customer's chat is a place of its own."""
    if desk:
        return (GROUP if case.telegram_desk else CHANNEL), -1 - case.team
    return CHAT, number


def account(case: Case, desk: bool, own_bots: bool) -> tuple[Limit, int]:
    """Who says it: a Telegram bot, or the app in a Slack workspace. Bot 0 is the one that all share."""
    telegram = case.telegram_desk if desk else case.telegram
    return (BOT, (case.team + 1) * own_bots) if telegram else (WORKSPACE, -1 - case.team)
