"""A day at the desk: handing over, snoozing, canned replies, closed hours, misunderstandings, and how it was."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from booking.hours import open_intervals
from handlers.appointments.calendar import weekly
from handlers.desk.snoozing import sweep_snoozed, wakes_at
from handlers.desk.waiting import next_opening
from handlers.heard import Heard
from storage.tables import Hours, RoleKind
from tests.handlers.town import START, Town, Voice, employ


@pytest_asyncio.fixture
async def ana(made: Town) -> Voice:
    """Ana in the thread of Mia's case, which she holds."""
    await made.hear(made.mia.says("hello"))
    await made.drain()
    ana = made.ana.at("acme-desk", await made.case_thread(1))
    await answers(made, ana.does("claim"))
    return ana


async def answers(made: Town, *heard: Heard) -> str:
    """What was answered to these, in one text."""
    before = len(made.notebook.answers)
    await made.hear(*heard)
    await made.drain()
    return "\n".join(message.plain for _, message in made.notebook.answers[before:])


def told(made: Town, chat: str) -> list[str]:
    """Everything a place was shown, in order."""
    return [one.message.plain for one in made.notebook.shown if one.chat == chat]


def card(made: Town) -> str:
    return [text for text in told(made, "acme-desk") if text.startswith("Case 1")][-1]


async def test_a_case_is_handed_to_a_colleague_by_name(made: Town, ana: Voice) -> None:
    ben = made.ben.at("acme-desk", ana.thread)
    await answers(made, ben.says("written before it was mine"))
    made.clock.pass_by(seconds=1)
    await answers(made, ana.does("assign", "@ben"))
    assert "Held by: Ben" in card(made)
    assert "Ben from Acme has joined and reads what you write." in told(made, "mia")[-1]
    assert [message.text for origin, message in made.notebook.answers if origin.chat == "ben"] == [
        "Ana hands you case 1 · Mia. It is at the desk."
    ]
    made.clock.pass_by(seconds=1)
    await answers(made, ana.says("mine no more"), ben.says("hello from Ben"))
    assert told(made, "mia")[-1].endswith("hello from Ben")
    assert not [text for text in told(made, "mia") if "mine no more" in text or "before it was mine" in text]


async def test_the_choice_carries_a_word_that_stays_inside(made: Town, ana: Voice) -> None:
    await answers(made, ana.presses("case.assign", "1"))
    await answers(made, ana.presses("form.answer", str(made.ben.person_id)), ana.says("She prefers mornings"))
    assert "Held by: Ben" in card(made)
    assert "Ana hands this case to Ben. She prefers mornings" in told(made, "acme-desk")
    assert not [text for text in told(made, "mia") if "mornings" in text]


async def test_a_form_has_our_clock_and_words_have_the_platforms(made: Town, ana: Voice) -> None:
    """Slack numbers what is said within a second, and tells no time of a form."""
    made.clock.now = START + timedelta(minutes=1, microseconds=187_634)
    await answers(made, ana.fills("assign", "1", to=str(made.ben.person_id), note=""))
    said = made.ben.at("acme-desk", ana.thread).says("Ben here", at=START + timedelta(minutes=1, microseconds=125))
    await answers(made, said)
    assert told(made, "mia")[-1].endswith("Ben here")


async def test_only_the_holder_or_an_owner_hands_a_case_over(made: Town, ana: Voice) -> None:
    ben = made.ben.at("acme-desk", ana.thread)
    assert "Ana holds this case" in await answers(made, ben.does("assign", "@ben"))
    otto = (await employ(made, "otto", RoleKind.OWNER)).at("acme-desk", ana.thread)
    await answers(made, otto.does("assign", "@ben"))
    assert "Held by: Ben" in card(made)


async def test_a_name_that_nobody_bears_is_answered_with_those_there_are(made: Town, ana: Voice) -> None:
    assert "There are: Ana, Ben." in await answers(made, ana.does("assign", "@zoe"))
    assert "There are: Ana, Ben." in await answers(made, ana.does("assign", "@rex"))


async def test_what_the_customer_read_last_about_who_is_there_is_true(made: Town, ana: Voice) -> None:
    await answers(made, ana.does("back"), ana.does("back"))
    assert "Ana has handed the conversation back" in told(made, "mia")[-1]
    await answers(made, ana.does("claim"), ana.does("claim"))
    assert "Ana from Acme has joined" in told(made, "mia")[-1]
    assert sum("Ana from Acme has joined" in text for text in told(made, "mia")) == 2
    assert sum("handed the conversation back" in text for text in told(made, "mia")) == 1


async def test_colleagues_see_who_is_answering(made: Town, ana: Voice) -> None:
    assert "Answering" not in card(made)
    made.clock.pass_by(seconds=1)
    await answers(made, ana.says("Good morning"))
    assert "Answering: Ana" in card(made)
    await answers(made, ana.does("assign", "@ben"))
    assert "Held by: Ben" in card(made)
    assert "Answering" not in card(made)
    await answers(made, made.ben.at("acme-desk", ana.thread).does("close"))
    assert "How was it with Acme?" in told(made, "mia")[-1]


async def test_a_snoozed_case_wakes_when_its_time_has_come(made: Town, ana: Voice) -> None:
    assert "Snoozed until Thu 5 Mar 10:00" in await answers(made, ana.does("snooze", "3 d"))
    assert "Snoozed until today 11:00" in await answers(made, ana.does("snooze", "1 h"))
    assert "Snoozed: until Mon 2 Mar, 11:00" in card(made)
    await sweep_snoozed(made.house)
    assert "Snoozed" in card(made)
    made.clock.pass_by(hours=1)
    await sweep_snoozed(made.house)
    await made.drain()
    assert "Snoozed" not in card(made)
    assert told(made, "acme-desk").count("Ana, this case is awake again.") == 1


async def test_the_customers_words_wake_a_case_at_once(made: Town, ana: Voice) -> None:
    await answers(made, ana.does("snooze", "message"))
    assert "Snoozed: until the customer writes" in card(made)
    await answers(made, made.mia.says("I am back"))
    assert "Snoozed" not in card(made)


@given(
    st.integers(0, 10 * 365 * 86400).map(lambda seconds: START + timedelta(seconds=seconds)),
    st.sampled_from(["Europe/Berlin", "Asia/Kolkata", "America/New_York", "Pacific/Apia"]),
    st.one_of(st.just("tomorrow"), st.text(), st.from_regex(r"[0-9]{1,5} ?(m|h|d)", fullmatch=True)),
)
def test_whatever_is_typed_a_snooze_ends_within_a_month(now: datetime, zone: str, wanted: str) -> None:
    until = wakes_at(wanted, now, zone)
    assert until is None or timedelta() < until - now <= timedelta(days=30)


async def canned(made: Town, ana: Voice, key: str, text: str) -> None:
    await answers(made, ana.fills("reply.edit", "", key=key, text=text))


async def test_a_canned_reply_is_shown_filled_in_before_it_is_sent(made: Town, ana: Voice) -> None:
    await canned(made, ana, "Hello", "Dear {customer}, this is {agent} of {team}.")
    shown = await answers(made, ana.does("r", "hello"))
    assert "Dear Mia, this is Ana of Acme." in shown
    assert not [text for text in told(made, "mia") if "Dear Mia" in text]
    await answers(made, ana.presses("reply.send", made.notebook.button("reply.send")))
    for place in ("mia", "acme-desk"):
        assert sum("Dear Mia, this is Ana of Acme." in text for text in told(made, place)) == 1
    assert "Answering: Ana" in card(made)
    await answers(made, ana.does("assign", "@ben"))
    assert "Held by: Ben" in card(made)
    assert "Answering" not in card(made)
    await answers(made, made.ben.at("acme-desk", ana.thread).does("close"))
    assert "How was it with Acme?" in told(made, "mia")[-1]


async def test_a_field_that_nothing_fills_is_named_and_nothing_can_be_sent(made: Town, ana: Voice) -> None:
    await canned(made, ana, "time", "See you at {time}, for {amount}.")
    before = len(made.notebook.answers)
    said = await answers(made, ana.does("r", "time"))
    assert "{time}: nothing is booked." in said
    assert "{amount}: no money was asked for." in said
    assert not [each for _, message in made.notebook.answers[before:] for row in message.buttons for each in row]


async def test_what_has_changed_since_it_was_shown_is_shown_again(made: Town, ana: Voice) -> None:
    await canned(made, ana, "hello", "Hello {customer}")
    await answers(made, ana.does("r", "hello"))
    press = made.notebook.button("reply.send")
    await canned(made, ana, "hello", "Goodbye {customer}")
    assert "Goodbye Mia" in await answers(made, ana.presses("reply.send", press))
    assert not [text for text in told(made, "mia") if "Mia" in text and ("Hello" in text or "Goodbye" in text)]


async def test_a_name_full_of_braces_stays_a_name(made: Town) -> None:
    trickster = replace(made.mia, user="t", chat="t", name="{amount}")
    await made.hear(trickster.says("hello"))
    await made.drain()
    ana = made.ana.at("acme-desk", await made.case_thread(1))
    await canned(made, ana, "hello", "Hello {customer}")
    assert "Hello {amount}" in await answers(made, ana.does("r", "hello"))


async def test_an_unknown_field_is_refused_by_the_form(made: Town, ana: Voice) -> None:
    await answers(made, ana.does("replies"), ana.presses("reply.new"))
    said = await answers(made, ana.says("prices"), ana.says("It costs {price}"))
    assert "There is no field {price}" in said
    assert "Kept: /r prices sends it." in await answers(made, ana.says("It costs {amount}"))


async def test_only_the_holder_sends_a_canned_reply(made: Town, ana: Voice) -> None:
    ben = made.ben.at("acme-desk", ana.thread)
    await canned(made, ben, "hello", "Hello {customer}")
    await answers(made, ben.does("r", "hello"))
    said = await answers(made, ben.presses("reply.send", made.notebook.button("reply.send")))
    assert "Somebody else holds this case. Nothing was sent." in said


async def test_outside_the_hours_the_customer_is_told_once_when_somebody_is_back(made: Town) -> None:
    made.clock.now = datetime(2026, 3, 6, 20, 0, tzinfo=UTC)  # Friday evening; Ana works Mon-Fri from 09:00 in Berlin
    first = await answers(made, made.mia.says("hello"))
    assert "Nobody of Acme is in at the moment; somebody is back on Mon 9 Mar at 09:00, Berlin (UTC+1)." in first
    assert await answers(made, made.mia.says("anybody?")) == ""
    made.clock.now = datetime(2026, 3, 9, 20, 0, tzinfo=UTC)
    assert "somebody is back tomorrow at 09:00" in await answers(made, made.mia.says("still nobody?"))


async def test_the_opening_is_told_on_the_customers_own_clock(made: Town) -> None:
    made.clock.now = datetime(2026, 3, 6, 20, 0, tzinfo=UTC)
    await answers(made, made.noor.does("zone", "Kolkata"))
    assert "at 13:30, Kolkata (UTC+5:30)" in await answers(made, made.noor.says("hello"))


async def test_who_waits_is_told_their_place(made: Town) -> None:
    first = await answers(made, made.mia.says("hello"))
    assert "queue" not in first
    made.clock.pass_by(minutes=1)
    assert "You are number 2 in the queue." in await answers(made, made.noor.says("hello"))


async def test_while_somebody_holds_the_case_nothing_is_said_about_hours(made: Town, ana: Voice) -> None:
    made.clock.now = datetime(2026, 3, 6, 20, 0, tzinfo=UTC)
    assert await answers(made, made.mia.says("one more thing"), made.mia.does("nonsense")) == ""
    assert told(made, "acme-desk")[-1] == "/nonsense"


@given(st.integers(0, 365 * 86400).map(lambda seconds: START + timedelta(seconds=seconds)))
def test_an_opening_is_the_first_moment_at_which_somebody_works(now: datetime) -> None:
    hours = [
        Hours(team_id=1, person_id=1, zone="Europe/Berlin", text="Mon-Fri 09:00-13:00, 14:00-18:00", closed=""),
        Hours(team_id=1, person_id=2, zone="America/New_York", text="Tue 22:00-02:00", closed=""),
    ]
    spans = [
        span
        for one in map(weekly, hours)
        for day in range(-2, 9)
        for span in open_intervals(one, now.date() + timedelta(days=day))
    ]
    opens = next_opening(hours, now)
    if any(span.start <= now < span.end for span in spans):
        assert opens is None
    else:
        assert opens == min(span.start for span in spans if span.start > now)


async def test_two_misunderstandings_in_a_row_offer_a_person(made: Town) -> None:
    assert "twice" not in await answers(made, made.mia.does("bok"))
    assert "I have not understood you twice now." in await answers(made, made.mia.does("zone", "Atlantis"))
    assert [each.action for row in made.notebook.answers[-1][1].buttons for each in row] == ["talk"]
    assert "twice" not in await answers(made, made.mia.does("bok"))
    await answers(made, made.mia.does("help"))
    assert "twice" not in await answers(made, made.mia.does("bok"))


async def closed(made: Town, ana: Voice, *, answered: bool = True, how: str = "") -> None:
    made.clock.pass_by(seconds=1)
    await answers(made, *([ana.says("There you are")] if answered else []), ana.does("close", how))


async def test_after_closing_the_customer_is_asked_once_how_it_was(made: Town, ana: Voice) -> None:
    await closed(made, ana)
    await answers(made, made.mia.presses("rate", "1|4"))
    assert told(made, "mia")[-1] == "Thank you: 4 of 5."
    assert "Mia rated this conversation 4 of 5." in told(made, "acme-desk")
    await answers(made, ana.does("reopen"))
    assert "Acme has opened this conversation again" in told(made, "mia")[-1]
    await answers(made, ana.does("reopen"), ana.does("close"))
    assert sum("opened this conversation again" in text for text in told(made, "mia")) == 1
    assert sum("How was it with Acme?" in text for text in told(made, "mia")) == 1
    assert "Satisfaction: 4.0 of 5 (one answer in 30 days)" in await answers(made, ana.does("agenda"))


async def test_a_word_may_be_added(made: Town, ana: Voice) -> None:
    await closed(made, ana)
    await answers(made, made.mia.presses("rate", "1|5"), made.mia.presses("rate.word", "1"), made.mia.says("Lovely!"))
    assert "Mia adds to the 5 of 5: Lovely!" in told(made, "acme-desk")
    async with made.database.begin() as work:
        rating = await work.desk.rating(1)
        assert await work.talk.open_for(made.team.id, 4) is None, "the word opens no new case"
    assert rating is not None
    assert (rating.score, rating.comment) == (5, "Lovely!")


@pytest.mark.parametrize(("answered", "how"), [(False, ""), (True, "abuse")])
async def test_nobody_is_asked_who_was_not_answered_or_was_abusive(
    made: Town, ana: Voice, answered: bool, how: str
) -> None:
    await closed(made, ana, answered=answered, how=how)
    assert not [text for text in told(made, "mia") if "How was it" in text]
