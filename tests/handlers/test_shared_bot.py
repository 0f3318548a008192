"""A bot that several teams share: whom somebody talks to, and that nobody else hears it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from handlers.codes import digest
from handlers.effects import Answer, SettleDesk
from handlers.heard import Heard, Press
from handlers.messages import Message
from handlers.moving import connecting
from handlers.tenants import share_account
from storage.tables import Desk, Side, Team
from storage.work import Work
from tests.handlers.town import Town, Voice, town

BOT = "acme-bot"


@dataclass
class Square:
    """A town in which acme has opened its bot to others, and sun has moved in; rival keeps to its own."""

    town: Town
    sun: Team
    sol: Voice
    """The owner of sun."""

    async def answers(self, *heard: Heard) -> list[Message]:
        """What is answered."""
        return [one.message for one in await self.town.hear(*heard) if isinstance(one, Answer)]

    async def reached(self, team: Team) -> list[str]:
        """What that team's customers said to it, as its desk may read it."""
        async with self.town.database.begin() as work:
            cases = [case for case, _ in await work.talk.open_cases(team.id)]
            spoken = [one for case in cases for one in await work.talk.since(case.id, 0, Side.AGENT)]
        said = [Message.model_validate_json(one.body) for one in spoken if one.from_side is Side.CUSTOMER]
        return sorted(one.text for one in said)

    async def code(self, team: Team, owner: int) -> str:
        """A desk's code of a team."""
        async with self.town.database.begin() as work:
            return await connecting.new_code(work, team, owner)


@pytest_asyncio.fixture
async def square(template: Path) -> AsyncIterator[Square]:
    async with town(template) as made:
        house = replace(made.house, open_bots=frozenset({"telegram"}))
        made.house = house
        async with made.database.begin() as work:
            await share_account(work, "telegram", BOT, "square_bot")
        sol = Voice(BOT, "sol", "sol", name="Sol", clock=made.clock)
        await made.hear(sol.fills("team.new", "", name="Sun", zone="Berlin", currency="EUR"))
        async with made.database.begin() as work:
            sun = await work.people.team_by_slug("sun")
        assert sun is not None
        yield Square(made, sun, sol)


async def test_those_who_came_before_the_bot_was_shared_stay_with_their_team(template: Path) -> None:
    async with town(template) as made:
        await made.hear(made.mia.says("hello"))
        async with made.database.begin() as work:
            account = await share_account(work, "telegram", BOT, "square_bot")
            other = Team(slug="sun", name="Sun", currency="EUR", zone="UTC", made_at=work.now)
            await work.people.add(other)
            await work.sharing.move_in(account.id, other.id)
        (answer,) = [one for one in await made.hear(made.mia.does("teams")) if isinstance(one, Answer)]
        assert "You talk to Acme" in answer.message.text


async def test_a_stranger_is_shown_no_teams_and_nothing_of_theirs_is_kept(square: Square) -> None:
    eve = Voice(BOT, "eve", "eve", name="Eve", clock=square.town.clock)
    (answer,) = await square.answers(eve.says("my knee hurts"))
    assert answer.title == "Which team would you like to talk to?"
    assert "Acme" not in answer.model_dump_json() and "Sun" not in answer.model_dump_json()
    assert await square.reached(square.town.team) == await square.reached(square.sun) == []


@pytest.mark.parametrize("payload", ["rival", "rival-talk", "nobody", "-", "RIVAL"])
async def test_a_link_to_a_team_that_is_not_here_leads_nowhere(square: Square, payload: str) -> None:
    eve = Voice(BOT, "eve", "eve", name="Eve", clock=square.town.clock)
    (answer,) = await square.answers(eve.does("start", payload))
    assert answer.title == "Which team would you like to talk to?"


@pytest.mark.parametrize("payload", ["sun", "SUN", "sun-yoga", "sun-there-is-no-such-service"])
async def test_a_link_chooses_the_team_also_with_a_service_behind_it(square: Square, payload: str) -> None:
    eve = Voice(BOT, "eve", "eve", name="Eve", clock=square.town.clock)
    (answer,) = await square.answers(eve.does("start", payload))
    assert answer.speaker is not None and (answer.speaker.name, answer.title) == ("Sun", "Welcome to Sun")


async def test_a_button_cannot_be_made_to_speak_to_a_team_that_is_not_here(square: Square) -> None:
    rival, mia = square.town.rival, square.town.mia
    await square.town.hear(mia.does("start", "acme"))
    made_up = mia.presses("talk")
    assert isinstance(made_up, Press)
    await square.town.hear(made_up.model_copy(update={"team": rival.id}))
    async with square.town.database.begin() as work:
        assert await work.talk.open_cases(rival.id) == []
        assert len(await work.talk.open_cases(square.town.team.id)) == 1


async def test_nobody_switches_to_a_team_they_have_not_met(square: Square) -> None:
    mia = square.town.mia
    await square.town.hear(mia.does("start", "acme"))
    for team in (square.sun, square.town.rival):
        answer, *_ = await square.answers(mia.presses("team", str(team.id)))
        assert "out of date" in answer.text
    await square.town.hear(mia.says("for acme"))
    assert await square.reached(square.town.team) == ["for acme"]


async def test_words_after_another_team_spoke_wait_for_whom_they_are(square: Square) -> None:
    made, mia = square.town, square.town.mia
    await made.hear(mia.does("start", "sun"), mia.says("one"), mia.does("start", "acme"), mia.says("two"))
    async with made.database.begin() as work:
        (sun_case, _), *_ = await work.talk.open_cases(square.sun.id)
        await work.talk.seat_desk(sun_case.id, (await work.people.accounts_of(square.sun.id))[0].id, "sun-desk")
    await made.drain()
    made.clock.pass_by(minutes=1)
    sol = square.sol.at("sun-desk", "t1")
    async with made.database.begin() as work:
        seat = next(one for one in await work.talk.seats(sun_case.id, Side.AGENT))
        seat.thread = "t1"
        await _desk(work, square.sun, seat.account_id)
    await made.hear(sol.does("claim"), sol.says("An answer"))
    await made.drain()
    made.clock.pass_by(minutes=1)
    (question,) = await square.answers(mia.says("three"))
    assert question.title == "Whom is this for?"
    assert await square.reached(square.sun) == ["one"] and await square.reached(made.team) == ["two"]
    await made.hear(mia.presses("form.answer", str(square.sun.id)))
    assert await square.reached(square.sun) == ["one", "three"] and await square.reached(made.team) == ["two"]
    assert await square.answers(mia.says("four")) == []
    assert await square.reached(square.sun) == ["four", "one", "three"]


async def _desk(work: Work, team: Team, account_id: int) -> None:
    await work.people.add(Desk(team_id=team.id, account_id=account_id, chat="sun-desk"))


async def test_an_owner_is_nobody_at_another_teams_desk(square: Square) -> None:
    made = square.town
    await made.hear(made.mia.does("start", "acme"), made.mia.says("hello"))
    await made.drain()
    thread = await made.case_thread(1)
    sol = square.sol.at("acme-desk", thread)
    (answer,) = await square.answers(sol.does("claim"))
    assert answer.text == "Only agents of Acme can do this."
    (answer,) = await square.answers(sol.does("connect"))
    assert "gets a code" in answer.text


async def test_a_desks_code_works_once_in_its_time_and_only_where_its_team_is(square: Square) -> None:
    made = square.town
    async with made.database.begin() as work:
        account = await work.people.account("telegram", BOT)
        assert account is not None
        sol = await work.people.known_as(account.id, "sol")
    assert sol is not None
    code, late, elsewhere = [await square.code(square.sun, sol.id) for _ in range(3)]
    group = square.sol.at("sun-desk")
    wish, again = [one for one in await made.hear(group.does("connect", code.lower()), group.does("connect", code))]
    assert isinstance(wish, SettleDesk) and isinstance(again, SettleDesk)
    for one in (wish, again):
        await connecting.settle(made.house, {"telegram": made.notebook}, one)
    async with made.database.begin() as work:
        (desk,) = await work.people.desks_of(square.sun.id)
    assert desk.chat == "sun-desk"
    (refused,) = await square.answers(made.rex.at("rival-desk").does("connect", elsewhere))
    assert "does not use this bot" in refused.text
    (taken,) = await square.answers(square.sol.at("acme-desk").does("connect", elsewhere))
    assert "the desk of another team" in taken.text
    made.clock.now += connecting.LASTS + timedelta(seconds=1)
    (old,) = await square.answers(group.does("connect", late))
    assert "not good any more" in old.text


async def test_only_digests_of_codes_are_kept(square: Square) -> None:
    code = await square.code(square.sun, 1)
    async with square.town.database.begin() as work:
        row = await work.sharing.code(digest(code))
    assert row is not None and code not in row.digest


async def test_where_new_teams_are_not_wanted_none_is_made(square: Square) -> None:
    square.town.house = replace(square.town.house, open_bots=frozenset())
    eve = Voice(BOT, "eve", "eve", name="Eve", clock=square.town.clock)
    await square.town.hear(eve.fills("team.new", "", name="Eve Ltd", zone="Berlin", currency="EUR"))
    (answer,) = await square.answers(eve.does("setup"))
    assert answer.text == "New teams are set up by whoever runs this bot."
    async with square.town.database.begin() as work:
        assert await work.people.team_by_slug("eve-ltd") is None


async def test_an_invitation_leads_to_its_team_whoever_comes_and_from_nowhere_else(square: Square) -> None:
    made = square.town
    (invitation,) = await square.answers(square.sol.does("invite", "agent"))
    link = next(pair.value for pair in invitation.pairs if pair.label == "On Telegram")
    eve = Voice(BOT, "eve", "eve", name="Eve", clock=made.clock)
    answers = await square.answers(eve.does("start", link.partition("start=")[2]))
    assert answers[0].speaker is not None and answers[0].speaker.name == "Sun"
    async with made.database.begin() as work:
        account = await work.people.account("telegram", BOT)
        assert account is not None
        person = await work.people.known_as(account.id, "eve")
        assert person is not None
        role = await work.people.role(square.sun.id, person.id)
        assert role is not None and role.kind == "agent"
        assert await work.people.role(made.team.id, person.id) is None
    (refused,) = await square.answers(replace(eve, user="max", chat="max").does("start", "invite-made-up"))
    assert refused.title == "Which team would you like to talk to?"
