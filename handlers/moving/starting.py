"""The first words, by whichever link they came: a team's, a service's, an invitation, a desk's code."""

from handlers import greeting
from handlers.appointments.choice import Choice
from handlers.codes import INVITATION
from handlers.desk import inviting
from handlers.heard import Command, Place
from handlers.messages import Button, Style
from handlers.moving import connecting
from handlers.tenants import slugs_in
from handlers.turn import Turn
from storage.tables import Service


async def start(turn: Turn) -> None:
    """`/start`, with what the link behind it carries."""
    payload = turn.heard.args.strip() if isinstance(turn.heard, Command) else ""
    if turn.origin.place is Place.GROUP and payload:
        await connecting.connect(turn)
    elif payload.startswith(INVITATION):
        await inviting.join(turn)
    else:
        await _welcome(turn, await _service(turn, payload))


async def _welcome(turn: Turn, service: Service | None) -> None:
    turn.person.greeted_at = turn.person.greeted_at or turn.work.now
    welcome = greeting.welcome(turn)
    if service is not None:
        book = Button(label=f"Book {service.name}"[:60], action="book.day", value=Choice(service=service.id).value,
                      style=Style.PRIMARY)  # fmt: skip
        welcome = welcome.model_copy(update={"buttons": ((book,), *welcome.buttons)})
    await turn.answer(welcome)


async def _service(turn: Turn, payload: str) -> Service | None:
    """The service that a link names: `start=<team>-<service>`."""
    word = payload.lower()
    if not any(slug == turn.team.slug for slug in slugs_in(word)):
        return None
    wanted = word.removeprefix(turn.team.slug).removeprefix("-")
    return next((one for one in await turn.work.people.services(turn.team.id) if one.slug == wanted), None)
