"""Cancelling: free, with a fee, or too late."""

from datetime import UTC, datetime, timedelta

import pytest

from booking.policy import CancelPolicy, HoldLengths, cancellation, hold_until, moving

STARTS = datetime(2026, 11, 24, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("fee", "before", "allowed", "back", "words"),
    [
        (50, 25 * HOUR, True, 100, "free of charge until 24 hours before the start; later, 50% is refunded."),
        (50, 24 * HOUR, True, 100, "free of charge until 24 hours before the start; later, 50% is refunded."),
        (100, 25 * HOUR, True, 100, "free of charge until 24 hours before the start; later, nothing is refunded."),
        (50, 23 * HOUR, True, 50, "less than 24 hours before the start: you can cancel, and 50% is refunded"),
        (100, 1 * HOUR, True, 0, "nothing is refunded"),
        (0, 1 * HOUR, True, 100, "free of charge until the start."),
        (0, 0 * HOUR, False, 0, "already started"),
        (0, -1 * HOUR, False, 0, "already started"),
    ],
)
def test_what_comes_back_depends_on_when(fee: int, before: timedelta, allowed: bool, back: int, words: str) -> None:
    told = cancellation(CancelPolicy(24 * HOUR, fee), STARTS, STARTS - before)
    assert (told.allowed, told.refund_percent) == (allowed, back)
    assert words in told.sentence


@pytest.mark.parametrize(
    ("fee", "before", "allowed", "words"),
    [
        (50, 24 * HOUR, True, "You can move it free of charge until 24 hours before the start."),
        (50, 23 * HOUR, False, "less than 24 hours before the start: you can no longer move it yourself, but the team"),
        (0, 1 * HOUR, True, "You can move it free of charge until the start."),
        (0, 0 * HOUR, False, "already started"),
        (50, -1 * HOUR, False, "already started"),
    ],
)
def test_it_may_be_moved_while_cancelling_is_free(fee: int, before: timedelta, allowed: bool, words: str) -> None:
    told = moving(CancelPolicy(24 * HOUR, fee), STARTS, STARTS - before)
    assert told.allowed is allowed
    assert words in told.sentence


@pytest.mark.parametrize(
    ("free_until", "words"),
    [(timedelta(days=3), "3 days"), (timedelta(hours=1), "1 hour"), (timedelta(minutes=90), "90 minutes")],
)
def test_lengths_are_told_in_the_unit_that_fits(free_until: timedelta, words: str) -> None:
    told = cancellation(CancelPolicy(free_until, 100), STARTS, STARTS - timedelta(minutes=5))
    assert f"less than {words} before" in told.sentence


@pytest.mark.parametrize(("free_until", "fee"), [(HOUR, 101), (HOUR, -1), (-HOUR, 10)])
def test_a_policy_that_makes_no_sense_is_refused(free_until: timedelta, fee: int) -> None:
    with pytest.raises(ValueError, match="a fee is"):
        CancelPolicy(free_until, fee)


def test_a_hold_never_outlives_the_start() -> None:
    lengths = HoldLengths()
    assert hold_until(lengths.paying, now=STARTS - HOUR, starts_at=STARTS) == STARTS - timedelta(minutes=25)
    assert hold_until(lengths.paying, now=STARTS - timedelta(minutes=5), starts_at=STARTS) == STARTS
