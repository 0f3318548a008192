"""Slack's line: out of reach, refused, and broken."""

import asyncio

import pytest
from pydantic import SecretStr

from bot.channels.slack import SlackChannel
from bot.manifest import manifest
from bot.settings import SlackSettings
from sandbox.app import Cast
from sandbox.faults import Fault, Rule
from tests.channels.slack_stage import COMMANDS, DIRECT, TEAM, SlackStage, slack_stage, until


@pytest.mark.parametrize("light", [False, True])
async def test_a_token_tells_whether_words_in_threads_are_heard(cast: Cast, sandbox_server: str, light: bool) -> None:
    cast.slack.use_manifest(manifest("https://desk.example", socket_mode=False, commands=COMMANDS, light=light))
    async with slack_stage(cast) as stage:
        assert stage.channel.hears_threads is not light


async def test_a_slack_that_cannot_be_reached_does_not_stop_the_start(cast: Cast, sandbox_server: str) -> None:
    cast.world.faults.add(Rule("slack", Fault.REFUSED, method="auth.test"))
    stage = SlackStage(cast.slack)
    await stage.channel.start()
    try:
        await until(lambda: "cannot be reached" in stage.channel.problem)
        await asyncio.wait_for(stage.channel.until_listening(), 10)
        assert (stage.channel.problem, stage.channel.account) == ("", TEAM)
    finally:
        await stage.channel.stop()


async def test_a_wrong_token_is_told_in_a_sentence(cast: Cast, sandbox_server: str) -> None:
    settings = SlackSettings(bot_token=SecretStr("xoxb-wrong"), api_url=f"{sandbox_server}/slack")
    stage = SlackStage(cast.slack)
    channel = SlackChannel(
        settings,
        accept=stage.heard.put,
        check_form=lambda form: {},
        fetch=stage.fetch,
        commands=COMMANDS,
        public_url="",
    )
    await channel.start()
    try:
        await until(lambda: "does not accept" in channel.problem)
        assert "xoxb" not in channel.problem
    finally:
        await channel.stop()


async def test_a_socket_that_breaks_is_dialled_again(cast: Cast, sandbox_server: str) -> None:
    async with slack_stage(cast, over_socket=True) as stage:
        sockets = cast.slack.core.delivery.sockets
        first = sockets.open[-1]
        await sockets.disconnect()
        await until(lambda: sockets.open and sockets.open[-1] is not first)
        assert (await stage.writes("mia", "Still there?")).origin.chat == DIRECT
