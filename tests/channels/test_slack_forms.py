"""Forms in Slack: opened, sent off with mistakes, and opened late."""

from handlers.heard import Heard, Submitted
from handlers.messages import Button, Form, FormField, Message, rows
from tests.channels.slack_stage import PEOPLE, TEAM, SlackStage

ANA = PEOPLE["ana"]
CLAIM = Message(title="Mia", buttons=rows([Button(label="Claim", action="case.claim", value="17")]))
FORM = Form(
    name="pay",
    title="Ask for money",
    value="17",
    fields=(FormField(name="amount", label="Amount"), FormField(name="note", label="What for", required=False)),
)


async def opened(stage: SlackStage, words: str = "") -> Heard:
    """Ana presses Claim and is asked with a form."""
    await stage.channel.send(stage.desk, TEAM, CLAIM)
    heard = await stage.presses("ana", "Claim")
    await stage.channel.answer(heard.origin, Message(text=words, form=FORM))
    return heard


async def test_a_form_opens_shows_its_mistakes_and_is_heard_when_it_is_right(stage: SlackStage) -> None:
    heard = await opened(stage, "Case 17")
    modal = stage.twin.sees(ANA)["modal"]
    assert modal["title"] == "Ask for money"
    stage.mistakes = {"amount": "Which currency?"}
    told = await stage.twin.people.submits(ANA, {"Amount": "49"})
    assert told["errors"] == {"amount": "Which currency?"}
    assert stage.heard.empty()
    stage.mistakes = {}
    assert (await stage.twin.people.submits(ANA, {"Amount": "49 USD"}))["ok"]
    submitted = await stage.next()
    assert isinstance(submitted, Submitted)
    assert (submitted.form, submitted.value) == ("pay", "17")
    assert submitted.answers == {"amount": "49 USD", "note": ""}
    assert submitted.origin.message_id == submitted.origin.thread == heard.origin.message_id
    assert stage.twin.sees(ANA)["modal"] is None
    await stage.channel.answer(submitted.origin, Message(text="Sent"))
    assert stage.hidden("ana") == ["Sent"]


async def test_a_form_asked_for_by_words_in_a_thread_opens_from_a_button(stage: SlackStage) -> None:
    card = await stage.channel.send(stage.desk, TEAM, CLAIM)
    heard = await stage.writes("ana", "!pay", thread=card.message_id)
    await stage.channel.answer(heard.origin, Message(text="Case 17", form=FORM))
    assert stage.hidden("ana") == ["Case 17"]
    place, message = stage.messages("ana")[-1]
    assert message.thread_ts == card.message_id
    await stage.twin.people.presses(ANA, place.id, message.ts, "Ask for money")
    await stage.twin.people.submits(ANA, {"Amount": "49 USD"})
    submitted = await stage.next()
    assert isinstance(submitted, Submitted)
    assert submitted.origin.thread == card.message_id


async def test_a_form_that_comes_too_late_opens_from_a_button(http: SlackStage) -> None:
    await http.channel.send(http.desk, TEAM, CLAIM)
    heard = await http.presses("ana", "Claim")
    http.twin.core.triggers[heard.origin.trigger].born -= 4
    await http.channel.answer(heard.origin, Message(form=FORM))
    assert http.twin.sees(ANA)["modal"] is None
    place, message = http.messages("ana")[-1]
    await http.twin.people.presses(ANA, place.id, message.ts, "Ask for money")
    assert http.twin.sees(ANA)["modal"]["title"] == "Ask for money"
