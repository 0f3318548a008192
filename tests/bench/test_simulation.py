"""The simulated day: nothing vanishes, order holds, limits hold, and a seed is a day."""

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise

import pytest

from bench.simulation.limits import BOT, GROUP, Budget, Limit
from bench.simulation.plant import Job, Plant, Simulation, live_through
from bench.simulation.traffic import BILL, DAY, Arrival, Case, Kind, Side, Traffic, day

SMALL = Traffic(teams=40, adverts=0.2)
SLOW = Plant(hands=2, decide=0.5, deliver=0.3)
DESK_IN_A_GROUP = Case(team=0, telegram=True, telegram_desk=True)


@pytest.mark.parametrize("plant", [Plant(), Plant(workers=4, own_bots=False), SLOW], ids=["one", "four", "slow"])
@pytest.mark.parametrize("until", [DAY / 2, DAY], ids=["noon", "midnight"])
def test_what_came_in_went_out_or_waits(plant: Plant, until: float) -> None:
    cases, arrivals = day(SMALL)
    simulation = Simulation(cases, plant)
    seen = simulation.run(arrivals, until)
    assert seen.came_in == len([arrival for arrival in arrivals if arrival.time < until]) > 100
    assert seen.came_in == seen.taken_in + len(simulation.inbox)
    assert seen.planned == seen.sent + seen.collapsed + len(simulation.outbox)


def test_a_slow_plant_has_rows_left_at_the_end() -> None:
    cases, arrivals = day(SMALL)
    simulation = Simulation(cases, replace(SLOW, decide=500.0))
    simulation.run(arrivals)
    assert len(simulation.inbox) > 0


@pytest.mark.parametrize("plant", [Plant(), SLOW], ids=["fast", "slow"])
def test_the_rows_of_a_lane_go_out_in_their_order(plant: Plant) -> None:
    lanes: defaultdict[int, list[int]] = defaultdict(list)

    def told(job: Job, time: float) -> None:
        lanes[job.lane].append(job.number)

    cases, arrivals = day(SMALL)
    Simulation(cases, plant, told).run(arrivals)
    assert max(map(len, lanes.values())) > 10
    assert all(numbers == sorted(numbers) for numbers in lanes.values())


def test_the_same_seed_is_the_same_day_and_another_seed_another() -> None:
    assert live_through(SMALL, Plant()) == live_through(SMALL, Plant())
    assert live_through(SMALL, Plant()) != live_through(replace(SMALL, seed=2), Plant())


def test_a_card_that_waits_is_sent_once() -> None:
    said: list[Job] = []
    bills = [Arrival(float(second), 0, Kind.ASKED) for second in (1, 2, 3)]
    seen = Simulation([DESK_IN_A_GROUP], Plant(call=60.0), lambda job, time: said.append(job)).run(bills)
    assert seen.planned == 6
    assert seen.collapsed == 2
    assert [job.say.card for job in said] == [BILL] * 4


def test_a_group_hears_twenty_messages_a_minute_and_no_more() -> None:
    times: list[float] = []

    def told(job: Job, time: float) -> None:
        if job.say.side is Side.DESK:
            times.append(time)

    cases = [DESK_IN_A_GROUP] * 50
    begun = [Arrival(0.0, number, Kind.SAID) for number in range(50)]
    Simulation(cases, Plant(call=0.0), told).run(begun)
    assert len(times) == 50
    assert len([time for time in times if time < 60]) == GROUP.most
    assert 120 <= times[-1] < 121


def test_a_shared_bot_holds_up_what_own_bots_do_not() -> None:
    cases = [Case(team, telegram=True, telegram_desk=False) for team in range(300)]
    reminders = [Arrival(0.0, number, Kind.REMINDED) for number in range(300)]
    shared = Simulation(cases, Plant(workers=4, own_bots=False)).run(reminders)
    own = Simulation(cases, Plant(workers=4, own_bots=True)).run(reminders)
    assert own.bot == []
    assert max(shared.bot) == pytest.approx(300 / BOT.most, abs=1.5)


def test_a_budget_never_gives_more_than_its_limit_in_any_window() -> None:
    budget = Budget(Limit(3, 2.0))
    taken = [budget.take(now) for now in (0.0, 0.1, 0.2, 0.3, 0.4, 5.0, 5.0, 5.0, 5.0)]
    assert all(later - earlier >= 2.0 for earlier, later in zip(taken, taken[3:], strict=False))
    assert all(earlier <= later for earlier, later in pairwise(taken))


def test_quantiles_count_the_rows_that_did_not_wait() -> None:
    seen = live_through(replace(SMALL, teams=1), Plant())
    seen.sent, seen.bot = 1000, [float(second) for second in range(1, 21)]
    half, most, all_of_them = seen.quantiles("bot")
    assert (half, all_of_them) == (0.0, 20.0)
    assert 9 <= most <= 11
