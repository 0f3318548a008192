"""The pay link as a QR code: for who asks in the chat, on both platforms, and for nobody else."""

import pytest

from sandbox.telegram.files import StoredFile
from tests.pictures import says, squares
from tests.stories.people import OnTelegram
from tests.stories.script import asks, claims, in_conversation, writes_in
from tests.stories.stage import Stage

pytestmark = pytest.mark.long


async def newest_photo(stage: Stage) -> StoredFile:
    """The newest picture that the bot has sent on Telegram."""
    kept = stage.cast.telegram.state.files.kept
    return await stage.world.until(lambda: next(reversed(kept.values()), None))


async def test_the_pay_link_is_a_picture_for_the_customer_and_in_the_agents_thread(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    page = await asks(mia, ana, "49 USD Consultation, valid 2 h")
    await mia.taps("Show QR")
    await mia.hears("Scan to pay $49.00", "Payee: Bright Studio", "For: Consultation", "Pay until:")
    photo = await newest_photo(stage)
    assert photo.kind == "photo"
    assert squares(photo.data) == says(page)

    await ana.taps("Show QR")
    await ana.hears("Scan to pay $49.00")
    shown = await ana.hears("QR code to pay.png")
    assert shown.place == ana.thread
    (file,) = [file for file in stage.cast.slack.core.files.values() if file.name == "QR code to pay.png"]
    assert squares(file.data) == says(page)


async def test_a_customer_on_slack_and_an_agent_in_the_telegram_group(stage: Stage) -> None:
    carla, ana = stage.carla, stage.ana_on_telegram
    await writes_in(carla, ana)
    await claims(carla, ana)
    page = await asks(carla, ana)
    await carla.commands("/bellhop qr")
    await carla.hears("Scan to pay $49.00")
    await carla.hears("QR code to pay.png")
    await ana.commands("/qr")
    await ana.hears("Scan to pay $49.00", "Payee: Bright Studio")
    assert squares((await newest_photo(stage)).data) == says(page)


async def test_no_code_for_what_cannot_be_paid_and_none_for_strangers(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    await mia.commands("/qr")
    await mia.hears("There is nothing to pay at the moment.")
    page = await asks(mia, ana)
    await presses_other_peoples_button(stage.eve)
    await stage.eve.hears("There is nothing to pay at the moment.")
    await stage.cast.stripe.pay(await stage.session_of(page))
    await mia.hears("Paid: $49.00")
    await ana.commands("/bellhop qr")
    await ana.hears("There is nothing to pay at the moment.")
    assert stage.cast.telegram.state.files.kept == {}


async def presses_other_peoples_button(eve: OnTelegram) -> None:
    """Eve's client sends the press of a button that stands in Mia's chat."""
    await eve.starts()
    await eve.hears("Welcome to Bright Studio")
    card = next(iter(eve.screen()))
    message = eve.cast.telegram.state.chats[eve.person].messages[int(card.id)]
    message["reply_markup"] = {"inline_keyboard": [[{"text": "Show QR", "callback_data": "pay.qr:1"}]]}
    await eve.taps("Show QR")
