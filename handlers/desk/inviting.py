"""Invitations: somebody named gets a role at once, somebody with a link gets it once, in three days."""

import secrets
from datetime import timedelta

from handlers.codes import INVITATION, digest
from handlers.desk.colleagues import mentioned
from handlers.desk.staff import grant
from handlers.heard import Command
from handlers.messages import Message, Pair, id_in
from handlers.turn import Turn
from handlers.words import typed, until
from storage.tables import Invitation, Person, RoleKind

LASTS = timedelta(days=3)


async def invite(turn: Turn) -> None:
    """`/invite @ana agent` gives the role; `/invite agent` makes a link for whoever opens it first."""
    words = turn.heard.args.split() if isinstance(turn.heard, Command) else []
    named, kind = _read(words)
    person = await mentioned(turn)
    if person is not None and (kind or _only_names(words, person)):
        await grant(turn, person, kind or RoleKind.AGENT)
    elif kind is not None and person is None:
        await turn.answer(await _link(turn, kind, named))
    else:
        example = f"{typed(turn.origin.channel, 'invite')} @ana agent"
        await turn.answer(Message(text=f"Say who and as what, as in: {example}. There are owner, agent and viewer."))


def _read(words: list[str]) -> tuple[str, RoleKind | None]:
    """Who is named, and as what: the last word says it; a name alone, or nothing, means an agent."""
    if words and words[-1].lower() in set(RoleKind):
        return " ".join(words[:-1]), RoleKind(words[-1].lower())
    named = " ".join(words)
    alone = not words or (len(words) == 1 and named.startswith("@"))
    return named, RoleKind.AGENT if alone else None


def _only_names(words: list[str], person: Person) -> bool:
    """Whether nothing follows the name: a word that is no role is not taken for one."""
    last = words[-1].casefold() if words else "@"
    return last.startswith("@") or last in person.name.casefold().split()


async def _link(turn: Turn, kind: RoleKind, named: str) -> Message:
    """A new invitation, for its maker's eyes."""
    code = secrets.token_urlsafe(24)
    row = Invitation(
        team_id=turn.team.id, kind=kind, digest=digest(code), made_by_id=turn.person.id, made_at=turn.work.now,
        expires_at=turn.work.now + LASTS,
    )  # fmt: skip
    await turn.work.desk.add(row)
    turn.work.audits.note(turn.team.id, turn.person.id, "invitation made", kind.value)
    withdraws = typed(turn.origin.channel, "people")
    unseen = f"I cannot see who {named} is. " if named else ""
    return Message(
        title=f"An invitation for one {kind.value}",
        text=f"{unseen}Send this to the person; the first who uses it is {_a(kind)} of {turn.team.name}.",
        pairs=await _ways(turn, code),
        footnote=f"Good once, until {until(row.expires_at, turn.zone, turn.work.now)}. {withdraws} withdraws it.",
        secret=True,
    )


async def _ways(turn: Turn, code: str) -> tuple[Pair, ...]:
    accounts = await turn.work.people.accounts_of(turn.team.id)
    links = [
        Pair(label="On Telegram", value=f"https://t.me/{account.handle}?start={INVITATION}{code}")
        for account in accounts
        if account.channel == "telegram" and account.handle
    ]
    by_hand = [
        Pair(label="On Slack", value=f"/bellhop join {code}") for account in accounts if account.channel == "slack"
    ]
    return (*links, *by_hand) or (Pair(label="Written to the bot", value=f"/join {code}"),)


def _a(kind: RoleKind) -> str:
    return f"{'a' if kind is RoleKind.VIEWER else 'an'} {kind.value}"


async def join(turn: Turn) -> None:
    """`/join CODE`, or the deep link."""
    code = turn.heard.args.strip().removeprefix(INVITATION) if isinstance(turn.heard, Command) else ""
    row = await turn.work.desk.invitation(digest(code))
    if row is None or row.team_id != turn.team.id:
        await turn.answer(Message(text="This invitation is not known here. Ask for a new one."))
    elif row.ended_at is not None or row.expires_at <= turn.work.now:
        await turn.answer(Message(text="This invitation was used, withdrawn or is too old. Ask for a new one."))
    elif turn.role is not None and not _raises(turn.role.kind, row.kind):
        await turn.answer(Message(text=f"You are {_a(turn.role.kind)} of {turn.team.name} already."))
    else:
        row.ended_at = turn.work.now
        await grant(turn, turn.person, row.kind)


def _raises(now: RoleKind, then: RoleKind) -> bool:
    """Whether an invitation gives more than somebody has: a link never takes anything away."""
    ranks = (RoleKind.VIEWER, RoleKind.AGENT, RoleKind.OWNER)
    return ranks.index(then) > ranks.index(now)


async def withdraw(turn: Turn) -> None:
    """An owner presses Withdraw; the press carries the invitation's number."""
    row = await turn.work.desk.invitation_by_id(id_in(getattr(turn.heard, "value", "")))
    if row is None or row.team_id != turn.team.id or row.ended_at is not None:
        await turn.answer(Message(text="There is no such invitation any more."))
        return
    row.ended_at = turn.work.now
    turn.work.audits.note(turn.team.id, turn.person.id, "invitation withdrawn", row.kind.value)
    await turn.answer(Message(text=f"Withdrawn: the link for one {row.kind.value} opens nothing any more."), edit=True)
