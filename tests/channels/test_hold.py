"""Pauses that a platform asked for are kept, and no longer than asked."""

import pytest

from bot.channels.hold import Hold
from handlers.channel import TryLater


def test_a_pause_holds_its_own_place_until_it_is_over() -> None:
    moment = [100.0]
    hold = Hold(clock=lambda: moment[0])
    hold.keep("mia", 7)
    moment[0] += 5
    with pytest.raises(TryLater) as refused:
        hold.check("mia")
    assert refused.value.seconds == 2
    hold.check("arjun")
    moment[0] += 2
    hold.check("mia")
