"""One day with one plant.

What arrives goes through the inbox, is decided by a worker, and leaves through the outbox by the rules of the engine:
one order for each lane, a card that waits is sent once and in its last form, and a row that must wait for its budget
holds no hand. The work of a row is a span of one processor. Times are seconds since midnight.
"""

import gc
import heapq
import random
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle, takewhile

from bench.simulation.limits import BOT, Budget, account, budget, place
from bench.simulation.traffic import DAY, EFFECTS, LINE, SOURCES, Arrival, Case, Kind, Say, Side, Traffic, day

MINUTES = 1440
ROWS_IN, ROWS_OUT = 5, 4
"""Row writes: insert, claim, done, and two of the domain; insert, claim, done, and the delivery."""


@dataclass(frozen=True, slots=True)
class Plant:
    """The machines. Seconds of a processor for each row are those measured on PostgreSQL, see the decision page."""

    workers: int = 1
    own_bots: bool = True
    hands: int = 16
    """Calls that one worker has in the air at once."""
    decide: float = 1 / 556
    deliver: float = 1 / 943
    call: float = 0.12
    """Seconds that a call to a platform takes in the middle; they spread log-normally."""


@dataclass(slots=True)
class Job:
    """A row of the inbox or the outbox. `ready`: when it began to wait for what it waits for now."""

    number: int
    lane: int
    case: int
    say: Say
    kind: Kind
    made: float
    ready: float


class Queue:
    """Lanes, of which each has one row in hand, and the hands."""

    def __init__(self, hands: int) -> None:
        self.hands = hands
        self.lanes: dict[int, list[Job]] = {}
        self.ready: deque[Job] = deque()

    def enter(self, job: Job) -> bool:
        """Whether the row is the head of its lane; else it stands behind."""
        if (behind := self.lanes.get(job.lane)) is None:
            self.lanes[job.lane] = []
            return True
        behind.append(job)
        return False

    def leave(self, lane: int) -> Job | None:
        """The head is finished; the next one of its lane."""
        if behind := self.lanes[lane]:
            return behind.pop(0)
        del self.lanes[lane]
        return None

    def __len__(self) -> int:
        """Rows that are not finished."""
        return len(self.lanes) + sum(map(len, self.lanes.values()))


@dataclass(slots=True)
class Seen:
    """What was counted. Waits hold those that were longer than nothing, in seconds."""

    came_in: int = 0
    taken_in: int = 0
    planned: int = 0
    collapsed: int = 0
    sent: int = 0
    rows: list[int] = field(default_factory=lambda: [0] * (MINUTES + 1))
    inbox: list[float] = field(default_factory=list)
    lane: list[float] = field(default_factory=list)
    place: list[float] = field(default_factory=list)
    bot: list[float] = field(default_factory=list)
    worker: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    desks: dict[int, float] = field(default_factory=dict)
    """The longest wait for its place, by team."""
    bots: Counter[tuple[int, int]] = field(default_factory=Counter)
    """Messages by bot and minute."""

    def quantiles(self, stage: str) -> list[float]:
        """The waits that half, 99 in 100 and all of the rows do not exceed."""
        waits = sorted(getattr(self, stage))
        total = max(self.taken_in if stage == "inbox" else self.sent, len(waits))
        places = [int(share * (total - 1)) - (total - len(waits)) for share in (0.5, 0.99, 1.0)]
        return [waits[place] if place >= 0 else 0.0 for place in places]


class Simulation:
    """One day with one plant. `told` hears of each delivery and its time."""

    def __init__(
        self, cases: Sequence[Case], plant: Plant, told: Callable[[Job, float], None] = lambda job, time: None
    ) -> None:
        """Nothing has arrived yet."""
        self.seen = Seen()
        self.inbox, self.outbox = Queue(plant.workers * plant.hands), Queue(plant.workers * plant.hands)
        self._plant, self._cases, self._told = plant, cases, told
        self._processors = [0.0] * plant.workers
        self._events: list[tuple[float, int, Callable[[float, Job], None], Job]] = []
        self._places: dict[int, Budget] = {}
        self._accounts: dict[int, Budget] = {}
        self._cards: set[tuple[int, int]] = set()
        # By position: the hash of an enumeration's member is slow.
        self._effects = [EFFECTS[kind] for kind in Kind]
        self._sources = [SOURCES[kind] for kind in Kind]
        self._number = 0
        rng = random.Random(0)
        self._calls = cycle([rng.lognormvariate(0, 0.5) * plant.call for _ in range(4096)])

    def run(self, arrivals: Sequence[Arrival], until: float = DAY) -> Seen:
        """Let the day pass until that moment, and say what was seen."""
        for arrival in takewhile(lambda each: each.time < until, arrivals):
            self._pass(arrival.time)
            self._arrive(arrival)
        self._pass(until)
        return self.seen

    def _pass(self, until: float) -> None:
        events = self._events
        while events and events[0][0] <= until:
            time, _, step, job = heapq.heappop(events)
            step(time, job)

    def _at(self, moment: float, now: float, step: Callable[[float, Job], None], job: Job) -> None:
        if moment > now:
            heapq.heappush(self._events, (moment, job.number, step, job))
        else:
            step(now, job)

    def _job(self, now: float, lane: int, case: int, say: Say, kind: Kind) -> Job:
        self._number += 1
        return Job(self._number, lane, case, say, kind, now, now)

    def _arrive(self, arrival: Arrival) -> None:
        """A row for the inbox, in the lane of the one who speaks."""
        now, case, kind = arrival
        self.seen.came_in += 1
        self.seen.rows[int(now // 60)] += ROWS_IN
        job = self._job(now, 3 * case + self._sources[kind], case, LINE, kind)
        if self.inbox.enter(job):
            self._take_hand(now, job, self.inbox, self._decide)

    def _take_hand(self, now: float, job: Job, queue: Queue, work: Callable[[float, Job], None]) -> None:
        if queue.hands:
            queue.hands -= 1
            work(now, job)
        else:
            queue.ready.append(job)

    def _free_hand(self, now: float, queue: Queue, work: Callable[[float, Job], None]) -> None:
        if queue.ready:
            work(now, queue.ready.popleft())
        else:
            queue.hands += 1

    def _processor(self, now: float, seconds: float) -> float:
        """When the first free processor begins; it is busy for so long from then."""
        begin = max(now, self._processors[0])
        heapq.heapreplace(self._processors, begin + seconds)
        return begin

    def _decide(self, now: float, job: Job) -> None:
        begin = self._processor(now, self._plant.decide)
        if begin > job.ready:
            self.seen.inbox.append(begin - job.ready)
        self._at(begin + self._plant.decide, now, self._decided, job)

    def _decided(self, now: float, job: Job) -> None:
        """Committed: what follows stands in the outbox."""
        self.seen.taken_in += 1
        for say in self._effects[job.kind]:
            self._plan(now, job.case, say, job.kind)
        if behind := self.inbox.leave(job.lane):
            self._take_hand(now, behind, self.inbox, self._decide)
        self._free_hand(now, self.inbox, self._decide)

    def _plan(self, now: float, case: int, say: Say, kind: Kind) -> None:
        self.seen.planned += 1
        self.seen.rows[int(now // 60)] += ROWS_OUT
        lane = 2 * case + say.side
        if say.card:
            if (lane, say.card) in self._cards:
                self.seen.collapsed += 1
                return
            self._cards.add((lane, say.card))
        job = self._job(now, lane, case, say, kind)
        if self.outbox.enter(job):
            self._head(now, job)

    def _head(self, now: float, job: Job) -> None:
        """At the head of its lane: wait for the chat, the channel or the group."""
        if now > job.ready:
            self.seen.lane.append(now - job.ready)
        case, desk = self._cases[job.case], job.say.side is Side.DESK
        moment = budget(self._places, *place(case, job.case, desk)).take(now)
        if moment > now:
            self.seen.place.append(moment - now)
            if desk:
                self.seen.desks[case.team] = max(moment - now, self.seen.desks.get(case.team, 0))
        self._at(moment, now, self._placed, job)

    def _placed(self, now: float, job: Job) -> None:
        """Wait for the bot or the workspace."""
        limit, key = account(self._cases[job.case], job.say.side is Side.DESK, self._plant.own_bots)
        moment = budget(self._accounts, limit, key).take(now)
        if moment > now:
            self.seen.bot.append(moment - now)
        if limit is BOT:
            self.seen.bots[key, int(moment // 60)] += 1
        self._at(moment, now, self._allowed, job)

    def _allowed(self, now: float, job: Job) -> None:
        job.ready = now
        self._take_hand(now, job, self.outbox, self._deliver)

    def _deliver(self, now: float, job: Job) -> None:
        begin = self._processor(now, self._plant.deliver)
        if begin > job.ready:
            self.seen.worker.append(begin - job.ready)
        self._cards.discard((job.lane, job.say.card))
        self._at(begin + self._plant.deliver + next(self._calls), now, self._delivered, job)

    def _delivered(self, now: float, job: Job) -> None:
        self.seen.sent += 1
        self.seen.whole.append(now - job.made)
        self._told(job, now)
        if behind := self.outbox.leave(job.lane):
            self._head(now, behind)
        self._free_hand(now, self.outbox, self._deliver)


def live_through(traffic: Traffic, plant: Plant) -> Seen:
    """The day of that traffic with that plant."""
    gc.disable()  # nothing here is a cycle, and looking for them takes long
    cases, arrivals = day(traffic)
    return Simulation(cases, plant).run(arrivals)
