"""One short question after a case was closed: one to five, and a word if the customer likes."""

from datetime import timedelta

from handlers import forms
from handlers.heard import Press, Submitted
from handlers.messages import Button, FieldKind, Form, FormField, Message, id_in
from handlers.speech import say, say_card
from handlers.turn import Turn
from storage.tables import Conversation, Rating, Side, Team
from storage.work import Work

KEY = "rating"
SCORES = ("1", "2", "3", "4", "5")
SPAN = timedelta(days=30)
"""The average looks back so far."""


async def ask_how_it_was(work: Work, case: Conversation, team: Team) -> None:
    """Ask once in a case, and only who was answered by a person and was no trouble."""
    if case.abusive or await work.desk.rating(case.id) is not None or not await work.talk.answered(case.id):
        return
    await work.desk.add(Rating(team_id=team.id, conversation_id=case.id, asked_at=work.now))
    buttons = tuple(Button(label=score, action="rate", value=f"{case.id}|{score}") for score in SCORES)
    question = Message(text=f"How was it with {team.name}? 1 is poor, 5 is very good.", buttons=(buttons,))
    await say_card(work, case, Side.CUSTOMER, KEY, question)


async def rated(turn: Turn) -> None:
    """The customer pressed a figure; the last one counts."""
    number, _, score = turn.heard.value.partition("|") if isinstance(turn.heard, Press) else ("", "", "")
    found = await _own(turn, number)
    if found is None or score not in SCORES:
        return
    case, rating = found
    first = rating.score is None
    rating.score, rating.rated_at = int(score), turn.work.now
    word = Button(label="Add a word", action="rate.word", value=str(case.id))
    thanks = Message(text=f"Thank you: {score} of 5.", buttons=((word,),))
    await say_card(turn.work, case, Side.CUSTOMER, KEY, thanks)
    if first:
        await _tell_desk(turn, case, f"rated this conversation {score} of 5.")


async def _own(turn: Turn, number: str) -> tuple[Conversation, Rating] | None:
    """The case and the question, when it is the presser's own and was asked."""
    case = await turn.work.talk.conversation(id_in(number))
    rating = await turn.work.desk.rating(case.id) if case and case.customer_id == turn.person.id else None
    if case is None or rating is None:
        await turn.answer(Message(text="There is no such question for you here."))
        return None
    return case, rating


async def _tell_desk(turn: Turn, case: Conversation, what: str) -> None:
    await say(turn.work, case, Side.AGENT, Message(text=f"{turn.person.name} {what}"))


async def word_form(turn: Turn) -> None:
    """The customer would like to add a word."""
    value = turn.heard.value if isinstance(turn.heard, Press) else ""
    if await _own(turn, value) is None:
        return
    field = FormField(name="word", label="What would you like to tell us?", kind=FieldKind.TEXT)
    await forms.ask(turn, Form(name="rating", title="A word", fields=(field,), value=value))


async def word_given(turn: Turn) -> None:
    """The word goes to the desk and is kept with the figure."""
    submitted = turn.heard if isinstance(turn.heard, Submitted) else None
    found = await _own(turn, submitted.value) if submitted else None
    word = submitted.answers.get("word", "").strip()[:1000] if submitted else ""
    if found is None or not word:
        return
    case, rating = found
    rating.comment = word
    thanks = Message(text=f"Thank you: {rating.score} of 5, and your words.")
    await say_card(turn.work, case, Side.CUSTOMER, KEY, thanks)
    await _tell_desk(turn, case, f"adds to the {rating.score} of 5: {word}")


async def average_line(work: Work, team_id: int) -> str:
    """How satisfied customers were, in a sentence; nothing when nobody said."""
    average, count = await work.desk.satisfaction(team_id, work.now - SPAN)
    answers = "one answer" if count == 1 else f"{count} answers"
    return f"Satisfaction: {average:.1f} of 5 ({answers} in {SPAN.days} days)" if count else ""
