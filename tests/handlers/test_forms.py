"""Forms that are asked question by question: what is taken as an answer, and what is not."""

from handlers.forms import ANSWER
from handlers.messages import Message
from tests.handlers.market import Market


def told(market: Market) -> list[Message]:
    """What Ana was answered."""
    return [message for origin, message in market.town.notebook.answers if origin.user == "ana"]


def read(market: Market) -> list[str]:
    """What the customer has before them."""
    return [one.message.text for one in market.town.notebook.shown if one.chat == "mia"]


async def test_words_long_after_a_question_go_to_the_customer_again(market: Market) -> None:
    await market.hear(market.desk.does("pay"))
    title = told(market)[-1].footnote.partition(" · ")[0]
    market.town.clock.pass_by(minutes=15)
    await market.hear(market.desk.says("Are you still there?"))
    assert told(market)[-1].text == f"The form {title!r} waited too long and is dropped. " + (
        "What you wrote now was no answer to it."
    )
    assert read(market)[-1] == "Are you still there?"
    await market.hear(market.desk.says("I wait"))
    assert read(market)[-1] == "I wait" and not await market.requests()


async def test_who_answers_slowly_has_the_time_again_for_each_question(market: Market) -> None:
    await market.hear(market.desk.does("pay"))
    for answer in ("49 USD", "Consultation"):
        market.town.clock.pass_by(minutes=14)
        await market.hear(market.desk.says(answer))
    assert [request.amount_minor for request in await market.requests()] == [4900]
    assert "49 USD" not in read(market)


async def test_a_wrong_answer_is_said_before_the_next_question(market: Market) -> None:
    await market.hear(market.desk.does("pay"))
    question = told(market)[-1].title
    await market.hear(market.desk.says("a lot"))
    assert told(market)[-1].title == question
    assert "amount" in told(market)[-1].text.lower()
    for answer in ("49 USD", "Consultation"):
        await market.hear(market.desk.says(answer))
    assert [request.amount_minor for request in await market.requests()] == [4900]


async def test_a_button_of_a_question_that_lapsed_does_nothing(market: Market) -> None:
    await market.hear(market.desk.does("snooze"))
    market.town.clock.pass_by(hours=1)
    await market.hear(market.desk.presses(ANSWER, "1 h"))
    assert "out of date" in told(market)[-1].text
    async with market.town.database.begin() as work:
        case = await work.talk.conversation(1)
    assert case is not None and case.snoozed_at is None
