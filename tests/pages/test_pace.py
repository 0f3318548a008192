"""How fast one browser may speak."""

from bot.pages.pace import Pace


def test_a_pace_allows_a_burst_and_then_so_many_a_second() -> None:
    time = [0.0]
    pace = Pace(per_second=2, burst=3, clock=lambda: time[0])
    assert [pace.allows() for _ in range(4)] == [True, True, True, False]
    time[0] += 0.5
    assert [pace.allows() for _ in range(2)] == [True, False]
