"""How people find a team: the desk's code for its agents, the link and the QR code for its customers."""

from collections.abc import Sequence

from handlers.checkout.qr import png_of
from handlers.heard import Press
from handlers.messages import Attachment, Button, Message, Style, pairs
from handlers.moving.connecting import LASTS as CODE_LASTS
from handlers.moving.connecting import new_code
from handlers.turn import Turn
from handlers.words import clock_time, typed
from storage.tables import ChannelAccount, Service

BACK = Button(label="Back", action="setup")
LONGEST_START = 64
"""What Telegram's links carry."""


async def desk(turn: Turn) -> None:
    """How a channel or a group becomes the desk. The code is for the owner's eyes."""
    accounts = await turn.work.people.accounts_of(turn.team.id)
    on_telegram = bot_of(accounts)
    on_slack = next((one for one in accounts if one.channel == "slack"), None)
    code = await new_code(turn.work, turn.team, turn.person.id)
    until = clock_time(turn.work.now + CODE_LASTS, turn.zone)
    add = _add_button(on_telegram, code)
    await turn.answer(
        Message(
            title="Connect a front desk",
            text="Each customer gets a thread or a topic of their own there, where your agents answer.",
            pairs=pairs(
                On_Slack="in the channel: /invite @Bellhop, then /bellhop connect" if on_slack else "",
                On_Telegram=f"make a group, switch on Topics in its settings, add {_name(on_telegram)} as an "
                f"administrator with “Manage topics”, then write there: /connect {code}" if on_telegram else "",
            ),
            footnote=f"The code works once, until {until}." if on_telegram else "",
            buttons=((*add, BACK),),
            secret=True,
        ),
        edit=isinstance(turn.heard, Press),
    )  # fmt: skip


def _name(account: ChannelAccount) -> str:
    return f"@{account.handle}" if account.handle else "the bot"


def _add_button(account: ChannelAccount | None, code: str) -> tuple[Button, ...]:
    """Telegram adds the bot with the right it needs, and says the code there by itself."""
    if account is None or not account.handle:
        return ()
    url = f"https://t.me/{account.handle}?startgroup={code}&admin=manage_topics"
    return (Button(label="Add me to a group", url=url, style=Style.PRIMARY),)


async def try_it(turn: Turn) -> None:
    """The customers' link and its QR code, for a shop window, a mail, a colleague's telephone."""
    accounts = await turn.work.people.accounts_of(turn.team.id)
    account = bot_of(accounts)
    if account is None or not account.handle:
        text = "In Slack: open Bellhop's Messages tab and write /bellhop start. That is what your customers see."
        await turn.answer(Message(title="Try it as a customer", text=text, buttons=((BACK,),)))
        return
    link = link_to(turn, account)
    await turn.answer(
        Message(
            title="Your customers' link",
            text=link,
            footnote="Open it, or scan the code with another telephone: you are your own first customer then. "
            f"For a bot with your own name and picture, {typed(turn.origin.channel, 'payments')} opens a page.",
            files=(qr_of(link, f"{turn.team.slug}.png"),),
            buttons=((Button(label="Open it", url=link, style=Style.PRIMARY), BACK),),
        )
    )


def bot_of(accounts: Sequence[ChannelAccount]) -> ChannelAccount | None:
    """The bot through which a team is reached: its own before one that it shares."""
    bots = [one for one in accounts if one.channel == "telegram" and one.left_at is None]
    return min(bots, key=lambda one: (not one.sealed_token, one.id), default=None)


def link_to(turn: Turn, account: ChannelAccount, service: Service | None = None) -> str:
    """The link to a team, or to one of its services where that still fits a link of Telegram's."""
    word = f"{turn.team.slug}-{service.slug}" if service else turn.team.slug
    return f"https://t.me/{account.handle}?start={word if len(word) <= LONGEST_START else turn.team.slug}"


def qr_of(link: str, name: str) -> Attachment:
    """A link as a picture."""
    content = png_of(link)
    return Attachment(name=name, mime="image/png", content=content, size=len(content))
