"""The desk: claims, notes, words that stay inside, pictures, edits, strangers, restarts."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx2

from bot.app import build
from sandbox.telegram.params import Upload
from tests.stories.people import OnSlack
from tests.stories.script import claims, in_conversation, writes_in
from tests.stories.stage import Stage, set_up

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


async def test_without_a_claim_words_stay_inside_and_that_is_said_once(stage: Stage) -> None:
    await writes_in(stage.mia, stage.ana)
    await stage.ana.says("I think she wants a discount")
    await stage.ana.hears("your words stay in this thread", "Nobody holds this case yet")
    await stage.ana.says("Let us give her one")
    await claims(stage.mia, stage.ana)
    await stage.ana.says("Hello Mia")
    await stage.mia.hears("Hello Mia")
    assert stage.mia.count("discount") == 0 and stage.mia.count("give her one") == 0
    assert stage.ana.count("your words stay in this thread") == 1


async def test_only_the_holder_reaches_the_customer(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    await stage.ben.says("She was rude last week")
    await stage.ben.hears("your words stay in this thread", "Ana Silva holds this case")
    await ana.says("Good to see you")
    await mia.hears("Good to see you")
    assert mia.count("rude") == 0


async def test_the_second_claim_is_told_who_was_first(stage: Stage) -> None:
    await writes_in(stage.mia, stage.ana)
    card = next(seen for seen in stage.ana.screen() if "Claim" in seen.labels)
    press = stage.cast.slack.people.presses
    await asyncio.gather(*(press(who, "C0DESK", card.id, "Claim") for who in ("U0ANA", "U0BEN")))
    await stage.ana.hears("Held by")
    late = [agent for agent in (stage.ana, stage.ben) if agent.count("is answering this case already")]
    if not late:
        await stage.world.until(
            lambda: any(who.count("is answering this case already") for who in (stage.ana, stage.ben))
        )
    assert stage.mia.count("has joined") == 1


async def test_a_card_number_is_neither_kept_nor_passed_on(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    await mia.says("Here: 4242 4242 4242 4242, 12/29")
    await ana.hears("Here: •••• 4242, 12/29")
    await mia.hears("never write a card number in a chat")
    with closing(sqlite3.connect(str(stage.app.house.database.url.database))) as opened:
        dump = "".join(opened.iterdump())
    assert "4242 4242" not in dump
    assert "•••• 4242" in dump


async def test_words_in_a_closed_case_stay_inside(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    await ana.taps("Close")
    await mia.hears("has closed this conversation")
    await ana.says("What a nice customer")
    await ana.hears("your words stay in this thread", "This case is closed")
    assert mia.count("nice customer") == 0


async def test_a_private_note_never_reaches_the_customer(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    await ana.says("// card was declined twice before")
    await stage.ana_on_telegram.hears("Note by Ana Silva", "declined twice")
    await ana.says("All good")
    await mia.hears("All good")
    assert mia.count("declined twice") == 0


async def test_pictures_and_edits_travel_both_ways(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    sent = stage.cast.telegram.people.send_file(1001, Upload("cat.png", "image/png", PIXEL), "photo", "My cat")
    await ana.hears("My cat")
    await stage.cast.slack.people.uploads("U0ANA", "C0DESK", "plan.pdf", b"%PDF-1.4 plan", "The plan", ana.thread)
    await mia.hears("The plan", "plan.pdf")
    said = stage.cast.telegram.people.send_text(1001, "Se you at tenn")
    await ana.hears("Se you at tenn")
    stage.cast.telegram.people.edit(1001, said["message_id"], "See you at ten")
    await ana.hears("See you at ten")
    assert ana.count("Se you at tenn") == 0 and sent


async def test_the_agents_words_are_marked_as_delivered(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    await ana.says("Marked?")
    await mia.hears("Marked?")

    def marked() -> bool:
        channels = stage.cast.slack.sees("U0ANA")["channels"]
        messages = [m for c in channels for m in c["messages"] if m["raw"] == "Marked?"]
        return any(r["name"] == "white_check_mark" for m in messages for r in m["reactions"])

    await stage.world.until(marked)


async def test_a_customer_who_blocked_the_bot_is_said_to_be_out_of_reach(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    stage.cast.telegram.people.block(1001, True)
    await ana.hears("blocked the bot")
    await ana.says("Are you there?")
    stage.cast.telegram.people.block(1001, False)
    await ana.hears("can be reached again")
    await ana.says("Welcome back")
    await mia.hears("Welcome back")


async def test_a_stranger_at_the_desk_can_do_nothing(stage: Stage) -> None:
    await writes_in(stage.mia, stage.ana)
    card = next(seen for seen in stage.ana.screen() if "Claim" in seen.labels)
    await stage.cast.slack.people.presses("U0EVE", "C0DESK", card.id, "Claim")
    eve = OnSlack(stage.cast, "U0EVE", at_desk=True)
    await eve.hears("Only agents of Bright Studio can do this")
    await stage.ana.hears("Case", "nobody yet")


async def test_a_customer_cannot_use_the_agents_commands(stage: Stage) -> None:
    await stage.mia.starts()
    await stage.mia.hears("Welcome")
    await stage.mia.says("/pay 49 USD me")
    await stage.mia.hears("Only agents of Bright Studio can do this")
    assert stage.mia.count("$49.00") == 0


async def test_an_unknown_command_names_the_nearest(stage: Stage) -> None:
    await stage.mia.starts()
    await stage.mia.says("/bok")
    await stage.mia.hears("I know no command", "/book")


async def test_a_wrong_or_replaced_join_code_opens_nothing(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    await ana.taps("Video room")
    await mia.hears("Your video room is open")
    first = await mia.taps("Join the video room")
    await ana.taps("New customer link")
    await ana.hears("has a new link; the old one opens nothing any more")
    async with httpx2.AsyncClient() as browser:
        wrong = await browser.get(f"{stage.url}/room/{'x' * 32}")
        replaced = await browser.get(first)
        fresh = await browser.get(await mia.taps("Join the video room"))
    assert wrong.status_code == 404 and "opens no room" in wrong.text
    assert replaced.status_code == 410 and "newer link" in replaced.text
    assert fresh.status_code == 200


async def test_cancel_drops_a_held_time(stage: Stage) -> None:
    mia = stage.mia
    await mia.starts()
    await mia.taps("Book")
    await mia.taps("Berlin")
    await mia.taps("Consultation")
    await mia.taps("Tomorrow")
    await mia.taps("12:00")
    await mia.hears("Shall I book this?")
    await mia.says("/cancel")
    await mia.hears("Dropped: the time that was held for you")


async def test_a_time_that_is_gone_is_said_and_the_next_offered(stage: Stage) -> None:
    for customer in (stage.mia, stage.arjun, stage.eve):
        await customer.starts()
        await customer.taps("Book")
        await customer.taps("Berlin")
        await customer.taps("Consultation")
        await customer.taps("Tomorrow")
    third = stage.eve
    for customer in (stage.mia, stage.arjun):
        await customer.taps("12:00")
        await customer.hears("Shall I book this?")
    await third.taps("12:00")
    await third.hears("Sorry, that time has just been taken", "next free times")


async def test_a_restart_in_the_middle_of_a_booking_is_not_noticed(tmp_path: Path) -> None:
    async with set_up(tmp_path) as stage:
        await stage.mia.starts()
        await stage.mia.taps("Book")
        await stage.mia.taps("Berlin")
        await stage.mia.taps("Consultation")
        await stage.mia.hears("which day")
        await stage.app.stop()
        again = build(stage.settings, now=stage.world.clock.now)
        await again.start()
        try:
            await stage.mia.taps("Tomorrow")
            await stage.mia.taps("12:00")
            await stage.mia.taps("Confirm")
            await stage.mia.hears("Your booking")
            await stage.ana.hears("Case 1")
        finally:
            await again.stop()


async def test_a_shared_location_names_the_time_zone(stage: Stage) -> None:
    await stage.mia.starts()
    await stage.mia.taps("Book")
    await stage.mia.hears("Which time zone are you in?")
    stage.cast.telegram.people.share_location(1001, 19.076, 72.8777)
    await stage.mia.taps("Consultation")
    await stage.mia.hears("Kolkata")


async def test_a_city_that_is_written_names_the_time_zone_and_other_words_reach_the_desk(stage: Stage) -> None:
    await stage.mia.starts()
    await stage.mia.taps("Book")
    await stage.mia.hears("Which time zone are you in?", "write the nearest big city")
    await stage.mia.says("kolkata")
    await stage.mia.taps("Consultation")
    await stage.mia.hears("Times are Kolkata (UTC+5:30) time.")
    await stage.arjun.starts()
    await stage.arjun.taps("Book")
    await stage.arjun.hears("Which time zone are you in?")
    await stage.arjun.says("hi")
    await stage.ana.hears("Arjun", "hi")


async def test_a_join_link_expires(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    await ana.taps("Video room")
    await mia.hears("Your video room is open")
    link = await mia.taps("Join the video room")
    stage.world.clock.jump(timedelta(hours=4))
    async with httpx2.AsyncClient() as browser:
        shown = await browser.get(link)
    assert shown.status_code == 410 and "expired" in shown.text
