"""The time two sides spent together, whoever came and went."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from booking.overtime import Span, minutes_beyond, together

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SPANS = st.lists(
    st.tuples(st.integers(0, 90), st.integers(0, 30)).map(lambda span: _span(span[0], span[0] + span[1])), max_size=6
)


def _span(start: int, end: int) -> Span:
    return NOON + timedelta(minutes=start), NOON + timedelta(minutes=end)


def test_waiting_alone_is_not_talking() -> None:
    assert together([_span(0, 50)], [_span(5, 20), _span(25, 60)]) == timedelta(minutes=40)


def test_two_agents_at_once_count_once() -> None:
    assert together([_span(0, 42)], [_span(0, 30), _span(20, 42)]) == timedelta(minutes=42)


def test_only_full_minutes_beyond_count() -> None:
    booked = timedelta(minutes=30)
    assert minutes_beyond(timedelta(minutes=42, seconds=59), booked) == 12
    assert minutes_beyond(timedelta(minutes=29), booked) == 0


@given(SPANS, SPANS)
def test_it_counts_the_minutes_in_which_both_are_there(one: list[Span], other: list[Span]) -> None:
    def there(spans: list[Span], minute: int) -> bool:
        return any(start <= NOON + timedelta(minutes=minute) < end for start, end in spans)

    expected = sum(there(one, minute) and there(other, minute) for minute in range(121))
    assert together(one, other) == together(other, one) == timedelta(minutes=expected)
