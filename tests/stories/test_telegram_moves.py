"""Telegram without a shell: teams set up in the chat, several teams on one bot, desks that come and go."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.stories.people import DESK_GROUP, OnSlack, OnTelegram
from tests.stories.stage import Stage, set_up

pytestmark = pytest.mark.long

CODE = "write there: /connect "


@asynccontextmanager
async def open_bot(folder: Path) -> AsyncIterator[Stage]:
    """A bot that is open to new teams, and nobody has come yet."""
    async with set_up(folder, shared=True, team=None) as stage:
        yield stage


async def founds(owner: OnTelegram, name: str, beside: str = "") -> None:
    """Set up a team in the chat; the only team there is before it is the one that newcomers talk to."""
    await owner.says("/bellhop setup")
    if beside:
        await owner.hears(f"Only an owner of {beside} can set it up")
        await owner.taps("Set up a team of my own")
    await owner.hears("What is your team called?")
    await owner.says(name)
    await owner.hears("Which time zone")
    await owner.says("Berlin")
    await owner.hears("Which currency")
    await owner.taps("Use: USD")
    await owner.hears(f"{name} is set up")


async def sells(owner: OnTelegram, name: str, price: str) -> None:
    """Add a service in the chat."""
    await owner.says("/setup")
    await owner.taps("Add a service")
    await owner.hears("What is it called?")
    await owner.says(name)
    await owner.hears("How many minutes")
    await owner.says("half an hour")
    await owner.hears("How many minutes", "whole minutes in steps of five")
    await owner.says("30")
    await owner.hears("What does it cost?")
    await owner.says(price)
    for question in ("What is it about", "told once it is paid", "Which link"):
        await owner.hears(question)
        await owner.taps("Skip")
    await owner.hears(name, "Customers can book it")


async def code_of(owner: OnTelegram) -> str:
    """A desk's code, from the owner's page."""
    await owner.says("/bellhop setup")
    await owner.taps("Connect a desk")
    seen = await owner.hears(CODE)
    return seen.text.partition(CODE)[2].split()[0]


async def test_a_team_is_set_up_from_nothing_by_its_owner_in_the_chat(tmp_path: Path) -> None:
    async with open_bot(tmp_path) as stage:
        ana, groups = OnTelegram(stage.cast, 2001), stage.cast.telegram.groups
        await ana.starts()
        await ana.hears("Which team would you like to talk to?")
        await founds(ana, "Yoga People")
        await ana.taps("Go on")
        await ana.hears("first steps, 1 of 6", "☐ Front desk")

        # The desk: every step that is missing is named.
        group = groups.create_group(2001, "Yoga desk")["id"]
        at_desk = replace(ana, at_desk=True, group=group)
        groups.add_bot(2001, group)
        await at_desk.hears("Topics are off", "Yoga desk")
        code = await code_of(ana)
        await at_desk.says(f"/connect {code}")
        await at_desk.hears("Not yet. Topics are off")
        group = groups.switch_topics(2001, group)["id"]
        at_desk = replace(ana, at_desk=True, group=group)
        await at_desk.says(f"/connect {code}")
        await at_desk.hears("Not yet.", "right “Manage topics”")
        groups.promote_bot(2001, group)
        await at_desk.says(f"/connect {code}")
        await at_desk.hears("Cases of Yoga People come here from now on")
        await at_desk.says(f"/connect {code}")
        await at_desk.hears("That code is not good any more")

        # What is sold, when, and the first customer.
        await sells(ana, "First class", "0")
        await ana.says("/setup")
        await ana.taps("Set the hours")
        await ana.hears("When can Ana be booked?")
        await ana.says("every day, all day long")
        await ana.hears("When can Ana be booked?", "has no days and times I can read")
        await ana.says("Mon-Sun 06:00-22:00")
        await ana.hears("In which time zone?")
        await ana.taps("Use: Europe/Berlin")
        await ana.taps("Skip")
        await ana.hears("Hours of Yoga People", "Saved", "Mon-Sun 06:00-22:00")
        await ana.says("/setup")
        await ana.taps("Try it as a customer")
        link = (await ana.hears("Your customers' link", "start=yoga-people")).text.split("\n")[1]

        stage.cast.telegram.people.start(1001, link=link)
        await stage.mia.hears("Welcome to Yoga People")
        await stage.mia.taps("Book")
        await stage.mia.taps("Berlin")
        await stage.mia.taps("First class")
        await stage.mia.taps("Tomorrow")
        await stage.mia.taps("10:00")
        await stage.mia.taps("Confirm")
        await at_desk.hears("Case 1 · Mia Schneider", "First class")
        await at_desk.taps("Claim")
        await stage.mia.hears("Ana from Yoga People has joined")
        await ana.says("/bellhop setup")
        await ana.hears("first steps, 5 of 6", "☐ Payments")


async def test_two_teams_on_one_bot_and_a_customer_of_both(tmp_path: Path) -> None:
    async with open_bot(tmp_path) as stage:
        ana, ben, mia = OnTelegram(stage.cast, 2001), OnTelegram(stage.cast, 2002), stage.mia
        desks = {}
        for owner, name, beside in ((ana, "Yoga People", ""), (ben, "Tax Office", "Yoga People")):
            await founds(owner, name, beside)
            await sells(owner, f"Talk at {name}", "49")
            desks[owner.person] = await desk_for(stage, owner, name)
        yoga, tax = desks[2001], desks[2002]

        # Nobody is shown a list of teams; a link chooses, and whoever speaks is named.
        await mia.starts()
        await mia.hears("Which team would you like to talk to?")
        assert mia.count("Yoga") == 0
        await mia.starts("yoga-people")
        await mia.hears("Yoga People ▸", "Welcome to Yoga People")
        await mia.says("Is there a mat?")
        await yoga.hears("Is there a mat?")
        await mia.starts("tax-office-talk-at-tax-office")
        await mia.hears("Tax Office ▸", "Welcome to Tax Office")
        await mia.says("Do you do VAT?")
        await tax.hears("Do you do VAT?")
        assert yoga.count("VAT") == 0 and tax.count("mat?") == 0

        # Yoga answers while she talks to the other one: her next words might be for either.
        await yoga.taps("Claim")
        await yoga.says("There is.")
        await mia.hears("Yoga People ▸", "There is.")
        await mia.says("Lovely")
        await mia.hears("Whom is this for?")
        await mia.taps("Yoga People")
        await yoga.hears("Lovely")
        assert tax.count("Lovely") == 0

        # A button belongs to the team that showed it, whomever she talks to now.
        await mia.says("/teams")
        await mia.hears("You talk to Yoga People now")
        await mia.taps("Book Talk at Tax Office")
        await mia.hears("Tax Office ▸", "Talk at Tax Office: which day?")


async def desk_for(stage: Stage, owner: OnTelegram, name: str) -> OnTelegram:
    """A group with topics that is the owner's desk; the owner in it."""
    groups = stage.cast.telegram.groups
    basic = groups.create_group(owner.person, f"{name} desk")["id"]
    group = groups.switch_topics(owner.person, basic)["id"]
    await owner.says("/bellhop setup")
    await owner.taps("Connect a desk")
    link = await owner.taps("Add me to a group")
    groups.add_bot_by_link(owner.person, group, link)
    at_desk = replace(owner, at_desk=True, group=group)
    await at_desk.hears(f"Cases of {name} come here from now on")
    return at_desk


async def test_a_bot_that_is_put_out_of_its_group_is_missed_and_loses_nothing(stage: Stage) -> None:
    mia, at_desk, groups = stage.mia, stage.ana_on_telegram, stage.cast.telegram.groups
    alone, on_slack = OnTelegram(stage.cast, 2001), OnSlack(stage.cast, "U0ANA")
    await alone.starts()
    await mia.starts()
    await mia.says("Hello")
    await at_desk.hears("Hello")

    # Put out: both of the owner's messengers say so, what is said waits, the other desk goes on.
    groups.remove_bot(2002, DESK_GROUP)
    for owner in (alone, on_slack):
        await owner.hears("Your desk cannot be reached", "The bot was removed from the group “Front desk”")
    await mia.says("Is anybody there?")
    await stage.ana.hears("Is anybody there?")
    assert at_desk.count("Is anybody there?") == 0

    # Back without the right, then with it: now all of it comes, in the topic of before.
    groups.add_bot(2002, DESK_GROUP)
    await alone.hears("Your desk cannot be reached", "The bot may not open topics")
    groups.promote_bot(2002, DESK_GROUP)
    await at_desk.hears("Is anybody there?")
    await at_desk.hears("Cases of Bright Studio come here again")
    await alone.hears("Your desk works again")
    assert len(stage.cast.telegram.state.group.topics) == 1
    assert mia.count("did not arrive") == 0

    # Telegram said nothing this time: the first refusal tells.
    stage.cast.telegram.state.group.left = True
    await mia.says("One more thing")
    await stage.world.until(lambda: alone.count("Your desk cannot be reached") == 3)
    stage.cast.telegram.state.group.left = False
    await replace(at_desk).says("/connect")
    await at_desk.hears("One more thing")


async def test_a_team_is_set_up_in_slacks_app_home(tmp_path: Path) -> None:
    file = tmp_path / "bare.toml"
    file.write_text(
        'name = "Bare"\nslug = "bare"\ncurrency = "EUR"\ntime_zone = "Europe/Berlin"\n[desks]\nslack = "C0DESK"\n'
        'telegram = -1001000000001\n[[agents]]\nslug = "ana"\nname = "Ana"\nrole = "owner"\nslack = "U0ANA"\n'
        'hours = "Mon-Sun 00:00-24:00"\n',
        encoding="utf-8",
    )
    async with set_up(tmp_path, team=file) as stage:
        ana, carla = OnSlack(stage.cast, "U0ANA"), stage.carla
        await ana.opens_home()
        await ana.home_shows("Bare: first steps", "☐ First service", "☑ Front desk", "☐ Try it as a customer")

        # A form, with its mistakes at their fields.
        await ana.taps_at_home("Add a service")
        await stage.world.until(lambda: stage.cast.slack.people.top_view("U0ANA"))
        told = await stage.cast.slack.people.submits("U0ANA", {"name": "Advice", "minutes": "31", "price": "1,299"})
        assert told["errors"].keys() == {"minutes", "price"}
        await ana.fills(name="Advice", minutes="30", price="49.50", after="Thank you!")
        await ana.home_shows("Advice", "Customers can book it", "€49.50", "Thank you!")

        # What the file declares is the file's.
        await ana.taps_at_home("Back")
        await ana.home_shows("Services of Bare")
        await ana.taps_at_home("Back")
        await ana.taps_at_home("Team")
        await ana.home_shows("The team's file declares this")

        # The first customer, and from then on today's page.
        await carla.starts()
        await carla.taps("Talk to a person")
        await carla.hears("somebody will answer")
        await ana.opens_home()
        await ana.home_shows("Bare today", "none today", "1, 1 of them held by nobody", "nothing yet")
        await ana.taps_at_home("Settings")
        await ana.taps_at_home("Services")
        await ana.taps_at_home("Advice")
        await ana.taps_at_home("Retire")
        await ana.home_shows("It is not offered any more")
        await carla.taps("Book")
        await carla.hears("offers nothing to book yet")
