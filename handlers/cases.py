"""The case: one conversation as the front desk sees it. One card, edited in place; one agent holds it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from booking.zones import both_times, date_label, time_label, zone_label
from handlers.desk.places import desks_for
from handlers.desk.satisfaction import ask_how_it_was
from handlers.heard import Command, Heard, Place, Submitted
from handlers.messages import Button, Message, Style, pairs
from handlers.speech import say, say_card
from handlers.turn import Turn
from handlers.words import STATES, badge, clock_time, language_name, sum_of
from storage.tables import Conversation, Person, Seat, Side, Team
from storage.work import Work

CASE = "case"
ABUSE = "abuse"
"""What an agent types behind /close when the customer was abusive."""


async def open_case(turn: Turn) -> Conversation:
    """The customer's open conversation with the team, begun now if there is none; never the one of somebody else."""
    case = turn.conversation
    if case is None or case.customer_id != turn.person.id:
        case = await turn.work.talk.open_for(turn.team.id, turn.person.id)
    turn.conversation = case or await begin_case(turn.work, turn.team, turn.person.id)
    await _sit_down(turn)
    return turn.conversation


async def begin_case(work: Work, team: Team, customer_id: int) -> Conversation:
    """A new conversation with a seat at every front desk that is for this customer."""
    conversation = Conversation(team_id=team.id, customer_id=customer_id, opened_at=work.now)
    await work.talk.add(conversation)
    for desk in await desks_for(work, team, customer_id):
        await work.talk.add(
            Seat(conversation_id=conversation.id, account_id=desk.account_id, side=Side.AGENT, chat=desk.chat)
        )
    return conversation


async def _sit_down(turn: Turn) -> None:
    """The customer hears answers at every address of their own that they spoke from."""
    conversation, account = turn.conversation, turn.account
    if conversation is None or account is None or turn.origin.place is not Place.PRIVATE:
        return
    here = await turn.work.talk.customer_seats_at(account.id, turn.origin.chat)
    if any(seat.conversation_id == conversation.id for seat in here):
        return
    await turn.work.talk.add(
        Seat(conversation_id=conversation.id, account_id=account.id, side=Side.CUSTOMER, chat=turn.origin.chat)
    )


async def show_case(work: Work, conversation: Conversation) -> None:
    """Say the case card as things stand now."""
    await say_card(work, conversation, Side.AGENT, CASE, await _card(work, conversation))


async def _card(work: Work, conversation: Conversation) -> Message:
    customer = await work.people.person(conversation.customer_id)
    team = await work.people.team(conversation.team_id)
    holder = await work.people.person(conversation.holder_id) if conversation.holder_id else None
    local = f"{time_label(work.now, customer.zone)} · {zone_label(customer.zone, work.now)}" if customer.zone else ""
    return Message(
        title=f"Case {conversation.id} · {customer.name}",
        pairs=pairs(
            Held_by=holder.name if holder else "nobody yet",
            Answering=await _answering(work, conversation),
            Snoozed=_snoozed(conversation, team),
            Writes_from=await _addresses(work, conversation),
            Language=language_name(customer.language),
            Local_time=local,
            Booking=await _booking_line(work, team, conversation),
            Room=await _room_line(work, conversation),
            Payment=await _payment_line(work, conversation),
            Closed="yes" if conversation.closed_at else "",
        ),
        footnote=await _how_to_answer(work, conversation),
        buttons=_buttons(conversation),
    )


async def _how_to_answer(work: Work, conversation: Conversation) -> str:
    seats = await work.talk.seats(conversation.id, Side.AGENT)
    if all([(await work.people.account_by_id(seat.account_id)).hears_threads for seat in seats]):
        return "What the holder writes here reaches the customer. // begins a private note."
    return "Answer with Reply: what is written here stays among you, Bellhop does not hear it."


async def _addresses(work: Work, conversation: Conversation) -> str:
    seats = await work.talk.seats(conversation.id, Side.CUSTOMER)
    accounts = [await work.people.account_by_id(seat.account_id) for seat in seats]
    return ", ".join(sorted({account.channel.title() for account in accounts})) or "nowhere (cannot be reached)"


async def _answering(work: Work, conversation: Conversation) -> str:
    """Whose words the customer read last, for colleagues who would begin to answer too."""
    if conversation.answered_by_id is None or conversation.closed_at is not None:
        return ""
    return (await work.people.person(conversation.answered_by_id)).name


def _snoozed(conversation: Conversation, team: Team) -> str:
    until = conversation.snoozed_until
    if conversation.snoozed_at is None:
        return ""
    if until is None:
        return "until the customer writes"
    return f"until {date_label(until.astimezone(ZoneInfo(team.zone)).date())}, {clock_time(until, team.zone)}"


async def _booking_line(work: Work, team: Team, conversation: Conversation) -> str:
    ahead = await work.bookings.for_conversation(conversation.id)
    if not ahead:
        return "none"
    first = ahead[0]
    service = await work.people.service(first.service_id)
    agent = await work.people.person(first.agent_id)
    when = both_times(first.starts_at, first.ends_at, team.zone, team.zone)
    more = f" (+{len(ahead) - 1} more)" if len(ahead) > 1 else ""
    return f"{service.name if service else 'a service'}, {when}, with {agent.name}{more}"


async def _room_line(work: Work, conversation: Conversation) -> str:
    room = await work.rooms.open_for(conversation.id)
    if room is None:
        return "not started"
    inside = len(await work.rooms.present(room.id))
    return f"open, {inside} inside" if inside else "open, nobody inside"


async def _payment_line(work: Work, conversation: Conversation) -> str:
    asked = [request for request in await work.payments.of_conversation(conversation.id) if request.sent_at]
    if not asked:
        return "none"
    newest = asked[0]
    told = f"{sum_of(newest.amount_minor, newest.currency)}: {STATES[newest.state]}"
    return " · ".join(part for part in (badge(newest), told) if part)


def _buttons(conversation: Conversation) -> tuple[tuple[Button, ...], ...]:
    number = str(conversation.id)
    if conversation.closed_at:
        return ((Button(label="Reopen", action="case.reopen", value=number),),)
    hold = (
        Button(label="Hand back", action="case.back", value=number)
        if conversation.holder_id
        else Button(label="Claim", action="case.claim", value=number, style=Style.PRIMARY)
    )
    return (
        (hold, Button(label="Video room", action="room.open", value=number)),
        (
            Button(label="Ask for money", action="pay.form", value=number),
            Button(label="Close", action="case.close", value=number, ask="Close this case?"),
        ),
        (
            Button(label="Hand over", action="case.assign", value=number),
            Button(label="Snooze", action="case.snooze", value=number),
            Button(label="Reply", action="case.reply", value=number),
        ),
    )


async def claim(turn: Turn) -> None:
    """Hold the case; the database decides who was first."""
    case = case_of(turn)
    if await take(turn):
        await show_case(turn.work, case)
        return
    holder = await turn.work.people.person(case.holder_id) if case.holder_id else None
    name = holder.name if holder else "Somebody else"
    await turn.answer(Message(text=f"{name} is answering this case already."))


async def take(turn: Turn) -> bool:
    """Make the agent the holder unless somebody else is; the customer is told who they talk to."""
    case = case_of(turn)
    held_before = case.holder_id
    if not await turn.work.talk.claim(case.id, turn.person.id):
        return False
    if held_before is None:
        case.holder_id, case.held_since = turn.person.id, began(turn.heard)
        await joins(turn.work, case, turn.person, turn.team)
    return True


def began(heard: Heard) -> datetime:
    """When somebody began to hold a case, to be compared with the moments at which words were said.

    Slack tells no time of a slash command or a form: then it is our own clock, and more than the second would be
    guessing. Words said in that second are the new holder's own.
    """
    our_clock = isinstance(heard, Submitted) or (isinstance(heard, Command) and bool(heard.origin.trigger))
    return heard.at.replace(microsecond=0) if our_clock else heard.at


async def joins(work: Work, case: Conversation, agent: Person, team: Team) -> None:
    """The customer is told whom they talk to, each time somebody begins to hold the case."""
    joined = Message(text=f"{agent.name} from {team.name} has joined and reads what you write.")
    await say(work, case, Side.CUSTOMER, joined)


async def leaves(work: Work, case: Conversation, agent: Person) -> None:
    """The customer is told that somebody has gone for good."""
    left = Message(text=f"{agent.name} has left the conversation. Somebody else will take over.")
    await say(work, case, Side.CUSTOMER, left)


async def may_let_go(turn: Turn, case: Conversation) -> bool:
    """Only who holds a case, or an owner, gives it away; anybody else is told so."""
    if case.holder_id in (None, turn.person.id) or turn.is_owner:
        return True
    holder = await turn.work.people.person(case.holder_id)
    await turn.answer(Message(text=f"{holder.name} holds this case; only they or an owner can hand it back."))
    return False


async def hand_back(turn: Turn) -> None:
    """Nobody holds the case any more; Bellhop answers again."""
    case = case_of(turn)
    if not await may_let_go(turn, case):
        return
    if case.holder_id is not None:
        holder = await turn.work.people.person(case.holder_id)
        case.holder_id = case.answered_by_id = None
        case.told_waiting_at = None
        left = Message(text=f"{holder.name} has handed the conversation back. Somebody will take over.")
        await say(turn.work, case, Side.CUSTOMER, left)
    await show_case(turn.work, case)


async def close(turn: Turn) -> None:
    """The case is done; what the customer writes next opens a new one. `/close abuse` asks nothing of the customer."""
    case = case_of(turn)
    case.abusive = case.abusive or getattr(turn.heard, "args", "").strip().lower() == ABUSE
    if case.closed_at is None:
        case.closed_at, case.snoozed_at, case.snoozed_until = turn.work.now, None, None
        done = f"{turn.team.name} has closed this conversation. Write again at any time."
        await say(turn.work, case, Side.CUSTOMER, Message(text=done, buttons=MENU))
        await ask_how_it_was(turn.work, case, turn.team)
    await show_case(turn.work, case)


async def reopen(turn: Turn) -> None:
    """The case goes on, unless its customer has a newer one."""
    case = case_of(turn)
    newer = await turn.work.talk.open_for(case.team_id, case.customer_id)
    if newer is not None and newer.id != case.id:
        await turn.answer(Message(text=f"This customer has a newer case, number {newer.id}."))
        return
    if case.closed_at is not None:
        case.closed_at = None
        again = f"{turn.team.name} has opened this conversation again. What you write goes on here."
        await say(turn.work, case, Side.CUSTOMER, Message(text=again))
    await show_case(turn.work, case)


def case_of(turn: Turn) -> Conversation:
    """The case a turn is about; the router made sure that there is one."""
    if turn.conversation is None:
        raise LookupError("this needs a case")
    return turn.conversation


MENU = (
    (
        Button(label="Book", action="book", style=Style.PRIMARY),
        Button(label="My bookings", action="mine"),
    ),
    (Button(label="Talk to a person", action="talk"), Button(label="Help", action="help")),
)
"""What a customer can begin from anywhere."""
