"""What comes with a service: bookings by agents, what is bought, the team's own system, shortcuts, transports."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from bot.outgoing import signing_key
from bot.roster import settle_in
from sandbox.faults import Fault, Rule
from sandbox.slack import Slack
from tests.stories.people import OnSlack, labels
from tests.stories.script import asks, beside, books, claims, in_conversation, writes_in
from tests.stories.stage import TEAM, Stage, set_up

pytestmark = pytest.mark.long

SECRET = "whsec_bWFkZS11cC1zZWNyZXQtZm9yLXRlc3Rz"


async def test_an_agent_books_for_the_customer_of_the_case(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    await ana.says("!book")
    await ana.hears("What would you like to book?")
    await ana.taps("Lesson")
    await ana.taps("Tomorrow")
    await ana.taps("10:00")
    await ana.hears("Shall I book this?", "Mia Schneider", "€60.00")
    await ana.taps("Confirm")
    await mia.hears("Your booking", "Lesson, 60 min", "10:00–11:00")
    await ana.hears("Booked: Lesson")
    await ana.commands("/agenda")
    await ana.hears("Agenda", "Lesson · Mia Schneider · with")


async def test_a_customer_cancels_and_everyone_knows(stage: Stage) -> None:
    carla, ana = stage.carla, stage.ana
    await carla.starts()
    await carla.taps("Book")
    await carla.taps("Consultation")
    await carla.hears("which day")
    await carla.taps("Tomorrow")
    await carla.taps("09:00")
    await carla.taps("Confirm")
    await carla.hears("Your booking")
    await ana.hears("Booked: Consultation")
    await carla.taps("Cancel booking")
    await carla.hears("Cancel Consultation?")
    await carla.taps("Yes, cancel it")
    await carla.hears("Booking cancelled")
    await carla.hears("cancelled.ics")
    await ana.hears("Cancelled by Carla Customer: Consultation")


@pytest.mark.parametrize("platform", ["telegram", "slack"])
async def test_customer_and_desk_are_reminded_before_it_begins(stage: Stage, platform: str) -> None:
    customer, agent = beside(stage, platform)
    await books(customer, agent)
    stage.world.clock.jump(await until_start(stage) - timedelta(minutes=59))
    await customer.hears("Consultation begins in 59 minutes", "The link to the video room comes here")
    await agent.hears("begins in 59 minutes")


async def until_start(stage: Stage) -> timedelta:
    """How long until the first booking begins."""
    async with stage.app.house.database.begin() as work:
        booking = await work.bookings.get(1)
        assert booking is not None
        return booking.starts_at - work.now


async def test_the_teams_own_system_hears_of_money_with_a_signature(tmp_path: Path) -> None:
    team = tmp_path / "team.toml"
    async with set_up(tmp_path) as stage:
        told = f'{TEAM.read_text()}\n[webhook]\nurl = "{stage.world.public_url}/receiver"\nsecret = "{SECRET}"\n'
        team.write_text(told)
        await settle_in(stage.app.house, stage.app.channels, team)
        mia, ana = await in_conversation(stage)
        session = await stage.session_of(await asks(mia, ana))
        stage.world.faults.add(Rule("receiver", Fault.SERVER_ERROR, count=1))
        await stage.cast.stripe.pay(session)
        await mia.hears("Paid: $49.00")
        await ana.taps("Refund")
        await ana.taps("Refund $49.00")
        received = stage.cast.receiver.received
        await stage.world.until(lambda: len(received) >= 2)
        events = [Webhook(signing_key(SECRET)).verify(each.body, each.headers) for each in received]
    assert [event["type"] for event in events] == ["payment.paid", "payment.refunded"]
    assert events[0]["data"]["amount"] == 4900 and events[1]["data"]["refunded"] == 4900


async def test_a_message_shortcut_asks_for_money(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    words = next(seen for seen in ana.screen() if "Good morning" in seen.text)
    told = await stage.cast.slack.people.uses_shortcut("U0ANA", "C0DESK", words.id, "pay")
    assert told["ok"]
    await ana.fills(**{"How much?": "15 EUR", "What for?": "Copies"})
    await ana.taps("Ask for €15.00")
    await mia.hears("To pay: €15.00", "Copies")


async def test_a_message_waits_as_long_as_telegram_asks_and_comes_once(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    stage.world.faults.add(Rule("telegram", Fault.RATE_LIMITED, count=1, method="sendMessage", retry_after=1))
    await ana.says("After the pause")
    await mia.hears("After the pause")
    assert mia.count("After the pause") == 1


@pytest.mark.parametrize("socket_mode", [True, False])
async def test_the_other_ways_to_connect_work_as_well(tmp_path: Path, socket_mode: bool) -> None:
    async with set_up(tmp_path, polling=False, socket_mode=socket_mode) as stage:
        await writes_in(stage.mia, stage.ana)
        await claims(stage.mia, stage.ana)
        await stage.ana.says("Hello")
        await stage.mia.hears("Hello")


async def test_a_jitsi_room_opens_when_the_team_names_it(tmp_path: Path) -> None:
    team = tmp_path / "team.toml"
    team.write_text(TEAM.read_text().replace('gateway = "stripe"', 'gateway = "stripe"\nroom = "jitsi"'))
    async with set_up(tmp_path, jitsi=True, team=team) as stage:
        mia, ana = await in_conversation(stage)
        await ana.commands("/video")
        await mia.hears("Your video room is open")
        assert (await ana.taps("Enter the room")).startswith(f"{stage.url}/room/")


def _at_home(slack: Slack, shown: str) -> bool:
    return shown in str(slack.sees("U0DEV")["home"])


async def test_the_app_home_leads_to_a_booking(stage: Stage) -> None:
    slack = stage.cast.slack
    await slack.people.opens_home("U0DEV")
    for shown, label in (
        ("Welcome to Bright Studio", "Book"),
        ("What would you like to book?", "Consultation"),
        ("which day", "Tomorrow"),
        ("Consultation: Tomorrow", "13:30"),
        ("Shall I book this?", "Confirm"),
    ):
        await stage.world.until(partial(_at_home, slack, shown))
        full = next(each for each in labels(slack.sees("U0DEV")["home"]["blocks"]) if each.startswith(label))
        told = await slack.people.presses_in_view("U0DEV", full, home=True)
        assert told["ok"], told
    await OnSlack(stage.cast, "U0DEV").hears("Your booking", "13:30–14:00")
