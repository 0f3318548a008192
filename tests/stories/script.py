"""Passages that many stories share."""

from tests.stories.people import OnSlack, OnTelegram
from tests.stories.stage import Stage

Human = OnTelegram | OnSlack


async def writes_in(customer: Human, agent: Human, words: str = "Good morning") -> None:
    """The customer's first words open a case."""
    await customer.starts()
    await customer.hears("Welcome to Bright Studio")
    await customer.says(words)
    await agent.hears("Case ")
    await agent.hears(words)


async def claims(customer: Human, agent: Human) -> None:
    """The agent takes the case."""
    await agent.taps("Claim")
    await customer.hears("has joined")


async def asks(customer: Human, agent: Human, what: str = "49 USD Consultation", shown: str = "$49.00") -> str:
    """The agent asks for money; the address of the customer's pay button."""
    await agent.says(f"!pay {what}")
    await agent.taps(f"Ask for {shown}")
    await customer.hears(f"To pay: {shown}")
    return await customer.taps(f"Pay {shown}")


async def in_conversation(stage: Stage) -> tuple[OnTelegram, OnSlack]:
    """Mia on Telegram talks with Ana on Slack."""
    await writes_in(stage.mia, stage.ana)
    await claims(stage.mia, stage.ana)
    return stage.mia, stage.ana


def beside(stage: Stage, platform: str) -> tuple[Human, Human]:
    """A customer on that platform, and an agent on the other one."""
    return (stage.mia, stage.ana) if platform == "telegram" else (stage.carla, stage.ana_on_telegram)


async def books(customer: Human, agent: Human) -> None:
    """A consultation, tomorrow at ten."""
    await customer.starts()
    await customer.taps("Book")
    if isinstance(customer, OnTelegram):
        await customer.taps("Berlin")
    for label in ("Consultation", "Tomorrow", "10:00", "Confirm"):
        await customer.taps(label)
    await customer.hears("Your booking", "10:00–10:30")
    await agent.hears("Booked: Consultation")


async def booked_and_paid(stage: Stage, platform: str) -> tuple[Human, Human]:
    """A customer on that platform with a paid booking, and an agent on the other one."""
    customer, agent = beside(stage, platform)
    await books(customer, agent)
    await claims(customer, agent)
    await stage.cast.stripe.pay(await stage.session_of(await asks(customer, agent)))
    await customer.hears("Paid: $49.00")
    await agent.hears("Paid: $49.00", "How we know")
    return customer, agent
