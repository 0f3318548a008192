from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from booking.reminders import BEFORE, next_reminder

START = datetime(2026, 3, 3, 10, tzinfo=UTC)


def test_a_day_before_then_an_hour_before_then_never() -> None:
    first = next_reminder(START, START - timedelta(days=9))
    assert first == START - timedelta(days=1)
    second = next_reminder(START, first)
    assert second == START - timedelta(hours=1)
    assert next_reminder(START, second) is None


@given(st.timedeltas(min_value=timedelta(days=-2), max_value=timedelta(days=40)))
def test_each_reminder_is_ahead_and_before_the_start(before: timedelta) -> None:
    moment = next_reminder(START, START - before)
    assert (moment is None) is (before <= BEFORE[-1])
    assert moment is None or START - before < moment < START
