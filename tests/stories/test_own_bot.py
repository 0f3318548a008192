"""A team's own Telegram bot: its token typed on the set-up page, heard beside the first, removed and brought back."""

import pytest

from sandbox.telegram.twin import Bot
from tests.stories.people import SOON, OnSlack
from tests.stories.setting_up import asks_for_link, browsing
from tests.stories.stage import Stage


@pytest.mark.long
async def test_a_team_has_a_bot_of_its_own_beside_the_shared_one(stage: Stage) -> None:
    second, secrets = stage.cast.telegram.second, stage.world.secrets
    async with browsing() as browser:
        await browser.opens(await asks_for_link(stage.ana))
        for typed, said in (
            ("my token", "This is no token"),
            (secrets.telegram_second_token.replace("own", "0wn"), "Telegram does not accept this token"),
            (secrets.telegram_token, "This bot is somebody else's here"),
        ):
            await browser.sends("/setup/bot", bot_token=typed)
            assert said in browser.text and typed not in browser.page
        await browser.sends("/setup/bot", bot_token=secrets.telegram_second_token)
        assert "@own_sandbox_bot is Bright Studio's own bot now" in browser.text

        second.people.start(1002)
        welcome = await stage.world.until(lambda: said_by(second, "Welcome to Bright Studio"), SOON)
        assert "▸" not in welcome
        second.people.send_text(1002, "Hello by your own bot")
        await stage.ana.hears("Hello by your own bot")
        await stage.ana.taps("Claim")
        await stage.ana.says("Good to see you here")
        await stage.world.until(lambda: said_by(second, "Good to see you here"), SOON)
        assert stage.arjun.screen() == [], "the other bot says nothing"

        # Nobody else can speak for it, and there is no third.
        for account, status in ((second.state.bot_id, 401), (700100999, 404)):
            forged = await browser.client.post(f"{stage.url}/telegram/{account}", json={"update_id": 1})
            assert forged.status_code == status

        # An agent is one there too.
        second.people.start(2001)
        second.people.send_text(2001, "/today")
        await stage.world.until(lambda: said_by(second, "Bright Studio today", 2001), SOON)

        # Removed, it neither hears nor loses: what was on its way comes when it is back.
        await browser.goes(f"{stage.url}/setup")
        await browser.sends("/setup/bot/remove")
        assert "its token is forgotten" in browser.text
        await stage.ana.says("Are you still there?")
        await browser.sends("/setup/bot", bot_token=secrets.telegram_second_token)
        await stage.world.until(lambda: said_by(second, "Are you still there?"), SOON)

    async with stage.app.house.database.begin() as work:
        (row,) = await work.people.own_bots()
        assert secrets.telegram_second_token not in row.sealed_token

    # A token that @BotFather has replaced is missed, and the owner told where the new one goes.
    stage.cast.telegram.revoke(second)
    await OnSlack(stage.cast, "U0ANA").hears("Your bot cannot be reached", "@own_sandbox_bot", "/bellhop payments")
    async with stage.app.house.database.begin() as work:
        assert not await work.people.own_bots()


def said_by(bot: Bot, words: str, person: int = 1002) -> str:
    """What a bot said to somebody with these words in it."""
    messages = bot.state.chats[person].messages.values()
    return next((each["text"] for each in messages if words in each.get("text", "") and each["from"]["is_bot"]), "")
