"""Who belongs to a team: invitations, roles that change, and what is left when somebody goes."""

import re

import pytest
import pytest_asyncio

from handlers import visits
from handlers.heard import Command, Heard, Mention
from storage.tables import RoleKind
from tests.handlers.town import Town, Voice, employ


@pytest_asyncio.fixture
async def otto(made: Town) -> Voice:
    """The owner, at the desk."""
    return (await employ(made, "otto", RoleKind.OWNER)).at("acme-desk")


def mentioning(heard: Heard, user: str, name: str) -> Heard:
    """The same command, with somebody named in it as the platform tells it."""
    assert isinstance(heard, Command)
    return heard.model_copy(update={"mentions": (Mention(user=user, name=name),)})


async def answers(made: Town, *heard: Heard) -> str:
    """What was answered to these, in one text."""
    before = len(made.notebook.answers)
    await made.hear(*heard)
    await made.drain()
    return "\n".join(message.plain for _, message in made.notebook.answers[before:])


async def role_of(made: Town, voice: Voice) -> RoleKind | None:
    async with made.database.begin() as work:
        account = await work.people.account("telegram", voice.account)
        assert account is not None
        person = await work.people.known_as(account.id, voice.user)
        role = await work.people.role(made.team.id, person.id) if person else None
        return role.kind if role else None


async def invitation(made: Town, otto: Voice, kind: str) -> str:
    """The code of a new invitation."""
    told = await answers(made, otto.does("invite", kind))
    found = re.search(r"/join (\S+)|start=invite-(\S+)", told)
    assert found is not None, told
    return str(found[1] or found[2])


async def test_whoever_is_mentioned_belongs_to_the_team_at_once(made: Town, otto: Voice) -> None:
    told = await answers(made, mentioning(otto.does("invite", "@lea agent"), "lea", "Lea Novak"))
    assert "Lea Novak is an agent of Acme now" in told
    assert "Otto made you an agent of Acme" in told
    assert await role_of(made, Voice("acme-bot", "lea", "lea")) is RoleKind.AGENT


async def test_a_word_that_is_no_role_makes_nobody_an_agent(made: Town, otto: Voice) -> None:
    wrong = mentioning(otto.does("invite", "@lea boss"), "lea", "Lea Novak")
    assert "There are owner, agent and viewer." in await answers(made, wrong)
    assert await role_of(made, Voice("acme-bot", "lea", "lea")) is None
    await answers(made, mentioning(otto.does("invite", "Lea Novak"), "lea", "Lea Novak"))
    assert await role_of(made, Voice("acme-bot", "lea", "lea")) is RoleKind.AGENT
    again = mentioning(otto.does("invite", "@lea agent"), "lea", "Lea Novak")
    assert "Lea Novak is an agent of Acme already." in await answers(made, again)


async def test_whoever_the_platform_does_not_name_gets_a_link(made: Town, otto: Voice) -> None:
    told = await answers(made, otto.does("invite", "@lea viewer"))
    assert "I cannot see who @lea is." in told
    assert "An invitation for one viewer" in told
    assert "Say who and as what" in await answers(made, otto.does("invite", "somebody nice"))


async def test_a_link_makes_one_person_an_agent_and_nobody_after_them(made: Town, otto: Voice) -> None:
    code = await invitation(made, otto, "agent")
    assert "You are an agent of Acme now" in await answers(made, made.noor.does("start", f"invite-{code}"))
    assert "was used, withdrawn or is too old" in await answers(made, made.mia.does("join", code))
    assert await role_of(made, made.mia) is None


async def test_a_link_is_good_for_three_days(made: Town, otto: Voice) -> None:
    code = await invitation(made, otto, "viewer")
    made.clock.pass_by(days=3, seconds=1)
    assert "too old" in await answers(made, made.mia.does("join", code))
    assert await role_of(made, made.mia) is None


async def test_a_withdrawn_link_lets_nobody_in(made: Town, otto: Voice) -> None:
    code = await invitation(made, otto, "owner")
    await answers(made, otto.does("people"))
    await answers(made, otto.presses("invite.drop", made.notebook.button("invite.drop")))
    assert "withdrawn" in await answers(made, made.mia.does("join", code))
    assert await role_of(made, made.mia) is None


async def test_a_link_takes_nothing_away(made: Town, otto: Voice) -> None:
    code = await invitation(made, otto, "viewer")
    assert "You are an agent of Acme already" in await answers(made, made.ana.does("join", code))
    assert await role_of(made, made.ana) is RoleKind.AGENT


async def test_the_code_itself_is_kept_nowhere(made: Town, otto: Voice) -> None:
    await made.hear(otto.does("invite", "agent"))
    async with made.database.begin() as work:
        kept = (await work.desk.open_invitations(made.team.id))[0]
    await made.drain()
    code = re.search(r"/join (\S+)", made.notebook.answers[-1][1].plain)
    assert code is not None
    assert code[1] not in kept.model_dump_json()


async def test_a_code_of_another_team_opens_nothing(made: Town, otto: Voice) -> None:
    code = await invitation(made, otto, "owner")
    assert "not known here" in await answers(made, made.rita.does("join", code))


async def test_a_case_of_somebody_who_goes_is_anybodys_again(made: Town, otto: Voice) -> None:
    await made.hear(made.mia.says("hello"))
    await made.drain()
    ben = made.ben.at("acme-desk", await made.case_thread(1))
    await made.hear(ben.does("claim"))
    await made.drain()
    await remove(made, otto, "Ben")
    shown = [one.message.plain for one in made.notebook.shown]
    assert "Ben has left the conversation. Somebody else will take over." in shown
    assert "Ben is no longer an agent: this case is free to be claimed." in shown
    assert [text for text in shown if text.startswith("Case 1")][-1].count("Held by: nobody yet") == 1
    await answers(made, ben.says("one last word"))
    assert not [one for one in made.notebook.shown if one.chat == "mia" and "one last word" in one.message.text]
    await answers(made, made.ana.at("acme-desk", ben.thread).does("claim"))
    assert [text for text in shown_to(made, "mia") if text.startswith("Ana from Acme has joined")]


def shown_to(made: Town, chat: str) -> list[str]:
    return [one.message.text for one in made.notebook.shown if one.chat == chat]


async def test_the_log_calls_people_by_their_names(made: Town, otto: Voice) -> None:
    await answers(made, mentioning(otto.does("invite", "@lea viewer"), "lea", "Lea Novak"))
    assert "Otto · made viewer · Lea Novak" in await answers(made, otto.does("audit"))
    await answers(made, made.mia.says("hello"))
    ana = made.ana.at("acme-desk", await made.case_thread(1))
    await answers(made, ana.does("claim"), ana.does("assign", "@ben"))
    assert "Ana · hand over · Ben, case 1" in await answers(made, otto.does("audit"))


async def remove(made: Town, otto: Voice, name: str) -> str:
    """The owner goes the whole way from the list to the last yes."""
    await answers(made, otto.does("people"))
    people = [each for _, message in made.notebook.answers for row in message.buttons for each in row]
    one = next(each for each in reversed(people) if each.label == name)
    await answers(made, otto.presses("people.one", one.value))
    await answers(made, otto.presses("people.remove", made.notebook.button("people.remove")))
    return await answers(made, otto.presses("people.gone", made.notebook.button("people.gone")))


@pytest.mark.parametrize("how", ["removed", "made a viewer"])
async def test_a_join_code_does_not_outlive_the_role(made: Town, otto: Voice, how: str) -> None:
    await made.hear(made.mia.says("hello"))
    await made.drain()
    ben = made.ben.at("acme-desk", await made.case_thread(1))
    await answers(made, ben.does("video"))
    link = next(each.url for _, told in made.notebook.answers for row in told.buttons for each in row if each.url)
    code = link.rpartition("/")[2]
    assert (await visits.visit(made.house, code)).person_name == "Ben"
    if how == "removed":
        await remove(made, otto, "Ben")
    else:
        async with made.database.begin() as work:
            role = await work.people.role(made.team.id, ben.person_id)
        assert role is not None
        await answers(made, otto.presses("people.role", f"{role.id}|viewer"))
    with pytest.raises(visits.Gone):
        await visits.visit(made.house, code)


async def test_who_is_removed_is_not_booked_any_more(made: Town, otto: Voice) -> None:
    await remove(made, otto, "Ana")
    async with made.database.begin() as work:
        assert not await work.people.hours_of(made.team.id)


async def test_the_last_owner_cannot_shut_themselves_out(made: Town, otto: Voice) -> None:
    async with made.database.begin() as work:
        mine = await work.people.role(made.team.id, otto.person_id)
    assert mine is not None
    for press in (otto.presses("people.role", f"{mine.id}|viewer"), otto.presses("people.gone", str(mine.id))):
        assert "Nobody changes their own role" in await answers(made, press)
    told = await answers(made, mentioning(otto.does("invite", "@otto viewer"), "otto", "Otto"))
    assert "Nobody changes their own role" in told
    assert await role_of(made, otto) is RoleKind.OWNER


async def test_who_was_invited_stays_when_the_teams_file_is_applied(made: Town, otto: Voice) -> None:
    code = await invitation(made, otto, "agent")
    await answers(made, made.noor.does("join", code))
    async with made.database.begin() as work:
        slugs = {role.slug for role in await work.people.roles_of(made.team.id)}
    assert "" in slugs, "what the file retires by has no hold on them"


async def test_a_viewer_sees_the_desk_and_changes_nothing(made: Town) -> None:
    await made.hear(made.mia.says("hello"))
    await made.drain()
    vera = (await employ(made, "vera", RoleKind.VIEWER)).at("acme-desk", await made.case_thread(1))
    assert "Case 1 · Mia" in await answers(made, vera.does("cases"))
    assert "Agenda" in await answers(made, vera.does("agenda"))
    for heard in (vera.does("claim"), vera.does("close"), vera.says("hello from Vera")):
        assert "You see the desk of Acme and change nothing" in await answers(made, heard)
    assert "Only an owner of Acme" in await answers(made, vera.does("people"))
    assert "hello from Vera" not in " ".join(shown_to(made, "mia"))


async def test_deeds_are_written_down(made: Town, otto: Voice) -> None:
    code = await invitation(made, otto, "agent")
    await answers(made, made.noor.does("join", code))
    await remove(made, otto, "Noor")
    async with made.database.begin() as work:
        deeds = [line.deed for line in await work.audits.of(made.team.id)]
    assert deeds[:3] == ["removed", "made agent", "invitation made"]
