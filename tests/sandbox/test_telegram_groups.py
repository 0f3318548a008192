"""Groups of the sandbox's Telegram, as the real python-telegram-bot reads them: made, upgraded, with and without us."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from telegram import Bot, ChatMemberAdministrator, ChatMemberLeft, ChatMemberMember, Update
from telegram.error import BadRequest, ChatMigrated, Forbidden

from sandbox.app import Cast
from sandbox.telegram.people import CannotDo
from sandbox.world import World
from tests.sandbox.telegram_stage import ANA, BEN, GROUP, MIA, speaking


@pytest_asyncio.fixture
async def bot(world: World, cast: Cast, sandbox_server: str) -> AsyncIterator[Bot]:
    async with speaking(world, sandbox_server) as speaker:
        yield speaker


async def waiting(bot: Bot) -> list[Update]:
    """All updates that wait."""
    return list(await bot.get_updates(timeout=1))


async def test_a_group_becomes_a_supergroup_when_its_topics_are_switched_on(bot: Bot, cast: Cast) -> None:
    groups = cast.telegram.groups
    basic = groups.create_group(ANA, "Yoga desk")
    assert (basic["type"], "is_forum" in basic) == ("group", False)
    groups.add_bot(ANA, basic["id"])
    forum = groups.switch_topics(ANA, basic["id"])
    assert (forum["type"], forum["is_forum"]) == ("supergroup", True)
    added, upgraded = await waiting(bot)
    assert added.my_chat_member is not None and isinstance(added.my_chat_member.new_chat_member, ChatMemberMember)
    assert upgraded.message is not None and upgraded.message.migrate_to_chat_id == forum["id"]
    with pytest.raises(ChatMigrated) as moved:
        await bot.get_chat(basic["id"])
    assert moved.value.new_chat_id == forum["id"]
    assert (await bot.get_chat(forum["id"])).is_forum


async def test_the_bot_is_told_when_it_is_put_out_and_let_in_again(bot: Bot, cast: Cast) -> None:
    groups = cast.telegram.groups
    groups.remove_bot(ANA, GROUP)
    with pytest.raises(Forbidden, match="not a member"):
        await bot.send_message(GROUP, "Hello?")
    cast.telegram.people.send_text(BEN, "Nobody hears this", chat=GROUP)
    groups.add_bot(ANA, GROUP, manage_topics=True)
    out, back = [each.my_chat_member for each in await waiting(bot)]
    assert out is not None and isinstance(out.old_chat_member, ChatMemberAdministrator)
    assert isinstance(out.new_chat_member, ChatMemberLeft) and out.from_user.id == ANA
    assert back is not None and isinstance(back.new_chat_member, ChatMemberAdministrator)
    assert back.new_chat_member.can_manage_topics
    await bot.create_forum_topic(GROUP, "Mia")


async def test_a_mere_member_hears_commands_alone_and_opens_no_topics(bot: Bot, cast: Cast) -> None:
    groups, people = cast.telegram.groups, cast.telegram.people
    groups.promote_bot(ANA, GROUP, manage_topics=False)
    people.send_text(BEN, "Private among us", chat=GROUP)
    people.send_text(BEN, "/help", chat=GROUP)
    texts = [each.message.text for each in await waiting(bot) if each.message]
    assert texts == ["/help"]
    assert isinstance(await bot.get_chat_member(GROUP, bot.id), ChatMemberMember)
    with pytest.raises(BadRequest, match="Not enough rights"):
        await bot.create_forum_topic(GROUP, "Mia")


async def test_a_link_adds_the_bot_with_the_right_it_asks_for_and_says_its_word(bot: Bot, cast: Cast) -> None:
    groups = cast.telegram.groups
    forum = groups.switch_topics(ANA, groups.create_group(ANA, "Yoga desk")["id"])
    link = f"https://t.me/{bot.username}?startgroup=ABC&admin=manage_topics"
    groups.add_bot_by_link(ANA, forum["id"], link)
    added, said = await waiting(bot)
    assert added.my_chat_member is not None and said.message is not None
    assert said.message.text == f"/start@{bot.username} ABC"
    assert (await bot.create_forum_topic(forum["id"], "Mia")).name == "Mia"
    with pytest.raises(CannotDo, match="does not add the bot"):
        groups.add_bot_by_link(ANA, forum["id"], "https://t.me/another_bot?startgroup=ABC")


async def test_only_members_see_a_group_and_only_they_run_it(cast: Cast) -> None:
    groups = cast.telegram.groups
    made = groups.create_group(ANA, "Yoga desk")["id"]
    for act in (groups.remove_bot, groups.switch_topics):
        with pytest.raises(CannotDo):
            act(MIA, made)
    with pytest.raises(CannotDo, match="is not in the group"):
        cast.telegram.people.send_text(BEN, "Hello", chat=made)
    groups.add_member(ANA, made, BEN)
    assert cast.telegram.people.send_text(BEN, "Hello", chat=made)["text"] == "Hello"


async def test_two_bots_share_the_town_and_hear_nothing_of_each_other(
    bot: Bot, world: World, cast: Cast, sandbox_server: str
) -> None:
    async with speaking(world, sandbox_server, world.secrets.telegram_second_token) as second:
        cast.telegram.second.people.start(MIA)
        assert await waiting(bot) == []
        (heard,) = await waiting(second)
        assert heard.message is not None and heard.message.text == "/start"
        await second.send_message(MIA, "From the second")
        with pytest.raises(Forbidden, match="can't initiate"):
            await bot.send_message(MIA, "From the first")
