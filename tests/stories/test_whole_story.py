"""The story every release must play: book, talk, meet, ask, pay, confirmed, delivered, refunded."""

import pytest

from tests.stories.people import OnSlack, OnTelegram
from tests.stories.stage import Stage

PAIRS = ["customer on Telegram, agent on Slack", "both on Slack", "both on Telegram"]


def people(stage: Stage, pair: str) -> tuple[OnTelegram | OnSlack, OnTelegram | OnSlack]:
    """The customer and the agent of a story."""
    pairs: dict[str, tuple[OnTelegram | OnSlack, OnTelegram | OnSlack]] = {
        PAIRS[0]: (stage.mia, stage.ana),
        PAIRS[1]: (stage.carla, stage.ana),
        PAIRS[2]: (stage.mia, stage.ana_on_telegram),
    }
    return pairs[pair]


@pytest.mark.parametrize("pair", PAIRS)
async def test_a_customer_books_talks_meets_pays_and_gets_the_money_back(stage: Stage, pair: str) -> None:
    customer, agent = people(stage, pair)

    if isinstance(agent, OnTelegram):
        # Personal links go to a private chat, which a person has to open once.
        stage.cast.telegram.people.start(agent.person)

    # 1. The customer opens the bot, sees who it is, and books with four taps.
    await customer.starts()
    await customer.hears("Welcome to Bright Studio", "may read it and answer")
    await customer.taps("Book")
    if isinstance(customer, OnTelegram):
        await customer.taps("Berlin")
    await customer.taps("Consultation")
    await customer.hears("which day")
    await customer.taps("Tomorrow")
    await customer.taps("10:00")
    await customer.hears("Shall I book this?", "Consultation, 30 min", "Held for you until")
    await customer.taps("Confirm")
    await customer.hears("Your booking", "10:00–10:30")
    await customer.hears("booking.ics")

    # 2. The desk has one case card; an agent claims it, and words travel both ways.
    await agent.hears("Case 1", "nobody yet", "Consultation")
    await customer.says("Hello, is <b>this</b> & that *fine*?")
    await agent.hears("Hello, is <b>this</b> & that *fine*?")
    await agent.taps("Claim")
    await customer.hears("Ana Silva from Bright Studio has joined")
    await agent.hears("Held by", "Ana Silva")
    await agent.says("Of course!")
    await customer.hears("Ana Silva", "Of course!")

    # 3. The agent opens the room; both get a link of their own.
    await agent.taps("Video room")
    await customer.hears("Your video room is open")
    theirs = await customer.taps("Join the video room")
    mine = await agent.taps("Enter the room")
    assert theirs.startswith(f"{stage.url}/room/") and mine.startswith(f"{stage.url}/room/") and theirs != mine

    # 4. During the call the agent asks for money.
    await agent.says("!pay 49 USD Consultation")
    await agent.hears("Ask", "for $49.00?")
    await agent.taps("Ask for $49.00")
    await customer.hears("TEST", "To pay: $49.00", "Consultation", "Bright Studio")
    pay_page = await customer.taps("Pay $49.00")
    session = await stage.session_of(pay_page)
    await agent.hears("Pay page opened: $49.00")

    # 5. The gateway's webhook turns the same card to Paid, everywhere.
    await stage.cast.stripe.pay(session)
    await customer.hears("Paid: $49.00", "Confirmed by webhook from Stripe")
    await agent.hears("Paid: $49.00", "confirmed by webhook from Stripe")
    assert customer.count("To pay") == 0, "the card was edited in place"

    assert "stripe" in await customer.taps("Receipt")

    # 6. What was bought happens, and a refund takes it back.
    await customer.hears("Your notes for the consultation:")
    await agent.taps("Refund")
    await agent.taps("Refund $49.00")
    await customer.hears("Refunded: $49.00")
    await agent.hears("Refunded: $49.00")
    assert stage.cast.telegram.state.group.topics.keys().__len__() == 1
    assert agent.count("Case 1") >= 1
