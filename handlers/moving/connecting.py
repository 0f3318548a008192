"""A group becomes a front desk by `/connect CODE`; what happens to it afterwards is noticed and said."""

import secrets
from collections.abc import Mapping
from datetime import timedelta

from handlers.cases import CASE
from handlers.channel import Channel
from handlers.codes import digest
from handlers.desk.places import desks_for
from handlers.effects import Answer, SettleDesk, send
from handlers.heard import Command, Moved, Place, Standing
from handlers.house import House
from handlers.messages import Message
from handlers.moving.held import resume
from handlers.speech import say_again
from handlers.telling import tell_owners
from handlers.turn import Spoken, Turn
from storage.tables import ChannelAccount, Desk, RoleKind, Side, Team
from storage.work import Work

LASTS = timedelta(minutes=15)
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""What nobody mistakes for another when reading it aloud."""
LENGTH = 10
NO_CODE = "That code is not good any more: each works once, for 15 minutes. An owner gets a new one in the settings."
HERE = "each in a thread of their own. An owner of the team makes this its front desk with /bellhop connect."
HOW = "An owner gets a code in the settings, under Desk; then write /connect and the code here."


async def new_code(work: Work, team: Team, owner_id: int) -> str:
    """A code that makes a group the team's desk; only its digest is kept."""
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    await work.sharing.keep_code(team.id, owner_id, digest(code), lasts=LASTS)
    return code


async def connect(spoken: Spoken) -> None:
    """`/connect CODE` in a group, or `/connect` by an owner of the team that the group can only belong to."""
    if spoken.origin.place is not Place.GROUP:
        await spoken.answer(Message(text=f"Write this in the group where your agents are. {HOW}"))
        return
    typed = spoken.heard.args.strip().upper() if isinstance(spoken.heard, Command) else ""
    team, code_id, refusal = await (_by_code(spoken, typed) if typed else _as_owner(spoken))
    refusal = refusal or await _taken(spoken, team)
    if refusal or team is None:
        await spoken.answer(Message(text=refusal))
        return
    wish = SettleDesk(origin=spoken.origin, team_id=team.id, person_id=spoken.person.id, code_id=code_id)
    await send(spoken.work, wish)


async def _by_code(spoken: Spoken, typed: str) -> tuple[Team | None, int, str]:
    """The team whose code that is, the code's number, or why it will not do."""
    code = await spoken.work.sharing.code(digest(typed))
    account = spoken.account
    if code is None or account is None:
        return None, 0, NO_CODE
    if not await _speaks_through(spoken.work, account, code.team_id):
        return None, 0, "That code belongs to a team that does not use this bot."
    return await spoken.work.people.team(code.team_id), code.id, ""


async def _speaks_through(work: Work, account: ChannelAccount, team_id: int) -> bool:
    return account.team_id == team_id or await work.sharing.is_tenant(account.id, team_id)


async def _as_owner(spoken: Spoken) -> tuple[Team | None, int, str]:
    """An owner needs no code where the team is clear."""
    if isinstance(spoken, Turn) and spoken.role is not None and spoken.role.kind is RoleKind.OWNER:
        return spoken.team, 0, ""
    return None, 0, HOW


async def _taken(spoken: Spoken, team: Team | None) -> str:
    """Why this group cannot become the team's desk, as far as we know by ourselves."""
    account = spoken.account
    if team is None or account is None:
        return ""
    there = await spoken.work.people.desk_at(account.id, spoken.origin.chat)
    if there is not None and there.team_id != team.id:
        return "This group is the desk of another team. Take another group, or let its owner give it up first."
    before = await _desk_of(spoken.work, team, account, spoken.origin.workspace)
    if before is not None and before.declared and before.chat != spoken.origin.chat:
        return f"The desk of {team.name} is declared in the team's file. Change it there, then apply the file."
    return ""


async def _desk_of(work: Work, team: Team, account: ChannelAccount, workspace: str) -> Desk | None:
    """The team's desk there; an organisation's account has one for each workspace."""
    here = (account.id, workspace)
    return next((one for one in await work.people.desks_of(team.id) if (one.account_id, one.workspace) == here), None)


async def settle(house: House, channels: Mapping[str, Channel], effect: SettleDesk) -> None:
    """Ask the platform whether cases can live there; then it is the desk, or it is said what to switch on."""
    channel = channels.get(effect.origin.channel)
    if channel is None:
        return
    async with house.database.begin() as work:
        team = await work.people.team(effect.team_id)
    trouble = await channel.settle(effect.origin, Message(text=f"Cases of {team.name} come here from now on."))
    async with house.database.begin() as work:
        if trouble:
            good = "; the code stays good for its 15 minutes" if effect.code_id else ""
            text = f"Not yet. {trouble} Then write the same again{good}."
            await send(work, Answer(origin=effect.origin, message=Message(text=text)))
        else:
            await _settled(work, effect)


async def _settled(work: Work, effect: SettleDesk) -> None:
    account = await work.people.account(effect.origin.channel, effect.origin.account)
    if account is None or (effect.code_id and not await work.sharing.use_code(effect.code_id)):
        await send(work, Answer(origin=effect.origin, message=Message(text=NO_CODE)))
        return
    team = await work.people.team(effect.team_id)
    here = effect.origin.chat
    workspace = effect.origin.workspace
    before = await _desk_of(work, team, account, workspace)
    if before is None:
        await work.people.add(Desk(team_id=team.id, account_id=account.id, chat=here, workspace=workspace))
        await _bring_cases(work, team, account.id, here)
    elif before.chat != here:
        await work.talk.move_desk(account.id, before.chat, here, keep_threads=False)
        before.chat, before.trouble = here, ""
        await _bring_cases(work, team, account.id, here)
    else:
        before.trouble = ""
        await resume(work, account.id, here)
    work.audits.note(team.id, effect.person_id, "desk connected", f"{account.channel} {here}")


async def _bring_cases(work: Work, team: Team, account_id: int, chat: str) -> None:
    """The open cases that belong there come to the new desk too."""
    for case, customer in await work.talk.open_cases(team.id):
        theirs = {(desk.account_id, desk.chat) for desk in await desks_for(work, team, customer.id)}
        if (account_id, chat) in theirs:
            await work.talk.seat_desk(case.id, account_id, chat)
            await say_again(work, case, Side.AGENT, CASE)


async def standing(turn: Turn) -> None:
    """What Bellhop may do in a group has changed: its owners hear when a desk cannot work, and when it works again."""
    heard, account = turn.heard, turn.account
    if not isinstance(heard, Standing) or account is None:
        return
    desk = await turn.work.people.desk_at(account.id, turn.origin.chat)
    if desk is None:
        await added(turn, heard)
    elif heard.trouble:
        await lost(turn.work, desk, heard.trouble)
    elif desk.trouble:
        await found(turn.work, desk)
        await turn.answer(Message(text=f"Cases of {turn.team.name} come here again."))


async def lost(work: Work, desk: Desk, trouble: str) -> None:
    """Nothing can be said at a desk: what is for it waits, and the owners are told what to do."""
    if desk.trouble == trouble:
        return
    desk.trouble = trouble[:300]
    team = await work.people.team(desk.team_id)
    text = f"{trouble} Until then what is for the desk waits, and nothing of it is lost."
    await tell_owners(work, team, Message(title="Your desk cannot be reached", text=text))
    work.audits.note(team.id, None, "desk lost", trouble[:200])


async def found(work: Work, desk: Desk) -> None:
    """A desk can be reached again: what has waited is said, and the owners are told."""
    desk.trouble = ""
    await resume(work, desk.account_id, desk.chat)
    text = "Your desk works again. What was waiting is on its way there."
    await tell_owners(work, await work.people.team(desk.team_id), Message(text=text))


async def added(spoken: Spoken, heard: Standing) -> None:
    """Bellhop came into a group that is no desk: how it becomes one."""
    how = HERE if spoken.origin.channel == "slack" else f"each in a topic of their own. {heard.trouble} {HOW}"
    text = f"Hello. I can bring a team's customers here, {how}"
    await spoken.answer(Message(text=" ".join(text.split())))


async def moved(turn: Turn) -> None:
    """The group goes on under another id, and so does the desk."""
    heard, account = turn.heard, turn.account
    if isinstance(heard, Moved) and account is not None:
        await move(turn.work, account, turn.origin.chat, heard.chat)


async def move(work: Work, account: ChannelAccount, old: str, new: str) -> None:
    """A desk's group has a new id: its cases go on there."""
    desk = await work.people.desk_at(account.id, old)
    if desk is None or await work.people.desk_at(account.id, new) is not None:
        return
    desk.chat = new
    await work.talk.move_desk(account.id, old, new, keep_threads=True)
