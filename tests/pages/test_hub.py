"""Who is in a call on this server."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.pages.hub import Caller, Hub
from bot.pages.pace import Pace

ROOM = 1


@dataclass
class Heard:
    """A page that remembers what it was told."""

    words: list[Mapping[str, object]] = field(default_factory=list)

    def tell(self, word: Mapping[str, object]) -> None:
        self.words.append(word)

    @property
    def kinds(self) -> list[object]:
        return [word["type"] for word in self.words]


def caller(person_id: int, *, direct: bool = True, line: Heard | None = None) -> tuple[Caller, Heard]:
    heard = line or Heard()
    return Caller(heard, person_id, f"P{person_id}", f"call-{person_id}", direct), heard


def test_a_third_finds_no_place_and_disturbs_nobody() -> None:
    hub = Hub()
    (one, heard_one), (two, heard_two), (three, heard_three) = caller(1), caller(2), caller(3)
    assert hub.enter(ROOM, one)
    assert hub.enter(ROOM, two)
    before = len(heard_one.words), len(heard_two.words)
    assert not hub.enter(ROOM, three)
    hub.relay(ROOM, three, one.call, {"description": "mine"})
    assert (len(heard_one.words), len(heard_two.words)) == before
    assert heard_three.words == []


def test_rooms_never_hear_each_other() -> None:
    hub = Hub()
    (one, _), (two, heard) = caller(1), caller(2)
    hub.enter(1, one)
    hub.enter(2, two)
    hub.relay(1, one, two.call, {"description": "mine"})
    assert heard.words == []


def test_the_newest_page_takes_over_and_the_old_one_cannot_end_it() -> None:
    hub = Hub()
    (old, heard_old), (new, _), (other, heard_other) = caller(1), caller(1), caller(2)
    for each in (old, other, new):
        assert hub.enter(ROOM, each)
    assert heard_old.kinds[-1] == "taken_over"
    assert not hub.leave(ROOM, old)
    assert heard_other.words[-1]["here"] is True
    assert hub.leave(ROOM, new)
    assert heard_other.words[-1]["here"] is False


def test_what_was_meant_for_an_earlier_entry_reaches_nobody() -> None:
    hub = Hub()
    (one, _), (earlier, heard_earlier), (two, heard) = caller(1), caller(2), caller(2)
    two.call = "another-call"
    for each in (one, earlier, two):
        assert hub.enter(ROOM, each)
    hub.relay(ROOM, one, earlier.call, {"description": "late"})
    hub.relay(ROOM, earlier, one.call, {"description": "later still"})
    assert "signal" not in [*heard.kinds, *heard_earlier.kinds]
    hub.relay(ROOM, one, two.call, {"description": "fresh"})
    assert heard.words[-1] == {"type": "signal", "from": one.call, "to": two.call, "data": {"description": "fresh"}}


def test_the_same_page_enters_again_after_a_break_without_being_told_off() -> None:
    hub = Hub()
    line = Heard()
    first, again = caller(1, line=line)[0], caller(1, line=line)[0]
    assert hub.enter(ROOM, first)
    assert hub.enter(ROOM, again)
    assert "taken_over" not in line.kinds


def test_callers_of_another_player_are_no_peers() -> None:
    hub = Hub()
    (one, heard), (two, _) = caller(1), caller(2, direct=False)
    hub.enter(ROOM, one)
    hub.enter(ROOM, two)
    hub.relay(ROOM, two, one.call, {"description": "mine"})
    assert heard.words == []


def test_a_pace_allows_a_burst_and_then_so_many_a_second() -> None:
    time = [0.0]
    pace = Pace(per_second=2, burst=3, clock=lambda: time[0])
    assert [pace.allows() for _ in range(4)] == [True, True, True, False]
    time[0] += 0.5
    assert [pace.allows() for _ in range(2)] == [True, False]
