"""People at the desk, on both platforms: invited, handing over, leaving, answering, and asked how it was."""

import httpx2

from tests.stories.people import OnSlack
from tests.stories.script import claims, in_conversation, writes_in
from tests.stories.stage import Stage


async def test_somebody_mentioned_on_slack_answers_customers_until_they_leave(stage: Stage) -> None:
    eve = OnSlack(stage.cast, "U0EVE", at_desk=True)
    await writes_in(stage.mia, stage.ana)
    await stage.ana.commands("/bellhop invite @eve agent")
    await stage.ana.hears("Eve Lindqvist is an agent of Bright Studio now")
    await claims(stage.mia, eve)
    await eve.says("Hello, this is Eve")
    await stage.mia.hears("Hello, this is Eve")
    await eve.taps("Video room")
    link = await eve.taps("Enter the room")
    await stage.ana.commands("/bellhop people")
    await stage.ana.taps("Eve Lindqvist")
    await stage.ana.hears("An agent of Bright Studio")
    await stage.ana.taps("Remove")
    await stage.ana.hears("Remove Eve Lindqvist from Bright Studio?", "goes back to the desk")
    await stage.ana.taps("Remove")
    await stage.ana.hears("does not belong to Bright Studio any more")
    await stage.mia.hears("Eve Lindqvist has left the conversation. Somebody else will take over.")
    await stage.ana.hears("Case 1", "nobody yet")
    async with httpx2.AsyncClient() as browser:
        shown = await browser.get(link)
    assert shown.status_code == 410
    await eve.says("A last word")
    await eve.hears("Only agents of Bright Studio can do this")
    assert stage.mia.count("A last word") == 0


async def test_a_link_makes_somebody_an_agent_on_telegram_once(stage: Stage) -> None:
    await stage.ana.commands("/bellhop invite agent")
    told = await stage.ana.hears("An invitation for one agent", "/bellhop join")
    code = told.text.rpartition("/bellhop join ")[2].split()[0]
    await stage.eve.starts(f"invite-{code}")
    await stage.eve.hears("You are an agent of Bright Studio now")
    await stage.arjun.says(f"/join {code}")
    await stage.arjun.hears("was used, withdrawn or is too old")
    await writes_in(stage.mia, stage.ana)
    await stage.eve.says("/cases")
    await stage.eve.hears("Open cases of Bright Studio", "Mia Schneider")
    await stage.arjun.says("/cases")
    await stage.arjun.hears("Only agents of Bright Studio can do this")


async def test_a_case_is_handed_over_snoozed_and_answered_on_slack(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    await ana.commands("/bellhop replies")
    await ana.taps("Add a reply")
    await ana.fills(Name="hello", Text="Dear {customer}, {agent} will be with you in a minute.")
    await ana.hears("Kept: /bellhop r hello sends it.")
    await ana.says("!r hello")
    await ana.hears("Dear Mia", "Ana Silva will be with you in a minute.")
    await ana.taps("Send to Mia")
    await mia.hears("Ana Silva will be with you in a minute.")
    await ana.hears("Answering", "Ana Silva")
    await ana.taps("Snooze")
    await ana.fills(Snooze_until="Until the customer writes")
    await ana.hears("Snoozed", "until the customer writes")
    await mia.says("Are you there?")
    await ana.hears("Case 1", without="Snoozed")
    await ana.taps("Hand over")
    await ana.fills(Hand_over_to="Ben Okafor", **{"What should they know?": "She is in a hurry"})
    await ana.hears("Ana Silva hands this case to Ben Okafor. She is in a hurry")
    await mia.hears("Ben Okafor from Bright Studio has joined")
    await stage.ben.says("Hello, Ben here")
    await mia.hears("Hello, Ben here")
    assert mia.count("hurry") == 0


async def test_the_same_in_a_topic_on_telegram_and_how_it_was(stage: Stage) -> None:
    mia, ana, ben = stage.mia, stage.ana_on_telegram, stage.ben_on_telegram
    await writes_in(mia, ana)
    await claims(mia, ana)
    await ana.says("/assign @ben")
    await mia.hears("Ben Okafor from Bright Studio has joined")
    await ben.says("/snooze 1 h")
    await ben.hears("Snoozed until")
    await ben.says("How can I help?")
    await mia.hears("How can I help?")
    await ben.says("/close")
    await mia.hears("How was it with Bright Studio?")
    await mia.taps("5")
    await mia.hears("Thank you: 5 of 5.")
    await ben.hears("rated this conversation 5 of 5")
    await mia.taps("Add a word")
    await mia.says("Splendid")
    await ben.hears("adds to the 5 of 5: Splendid")
