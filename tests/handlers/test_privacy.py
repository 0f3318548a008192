"""Privacy: what is kept is told and copied, and what is erased is nowhere, but for a ledger that names nobody."""

from datetime import timedelta

from storage.tables import Booking, BookingState, Side
from tests.handlers.footprints import ID, NAME, Life, copy_of, newest, rows
from tests.handlers.market import Market
from tests.handlers.town import Town


async def test_who_begins_with_a_button_or_a_command_is_told_first_and_once(market: Market) -> None:
    made = market.town
    for heard in (made.noor.presses("book"), made.noor.does("zone", "Berlin")):
        await market.hear(heard)
    told = [message.plain for origin, message in made.notebook.answers if origin.user == "noor"]
    assert "What you write is stored" in told[0] and "/privacy" in told[0]
    assert len(told) == 3 and "What you write is stored" not in told[1] + told[2]


async def test_the_first_word_is_kept_together_with_the_notice(market: Market) -> None:
    made = market.town
    await made.hear(made.noor.says("my first words"))
    async with made.database.begin() as work:
        (noor,) = await work.holdings.named("telegram", ["noor"])
        assert noor.greeted_at == work.now
    await made.drain()
    first, *_ = [message for origin, message in made.notebook.answers if origin.user == "noor"]
    assert "What you write is stored" in first.footnote


async def test_who_comes_back_is_somebody_new(market: Market) -> None:
    made, life = market.town, Life(market)
    await life.talks()
    await life.erases()
    await market.hear(life.zyx.says("Hello again"))
    async with made.database.begin() as work:
        people = await work.holdings.named("telegram", [ID])
        (case,) = await work.holdings.conversations(people[0].id)
    assert case.id != life.case
    at_desk = [one.message.title for one in made.notebook.shown if one.side is Side.AGENT]
    assert f"Case {case.id} · {NAME}" in at_desk[-2:]
    assert any(message.title == "Welcome to Acme" for _, message in made.notebook.answers[-2:])


async def test_money_under_way_and_paid_time_come_first(market: Market) -> None:
    made, life = market.town, Life(market)
    await life.talks()
    await life.asked("49 USD Consultation")
    ref = await market.open((await market.requests())[-1])
    market.till.begin_slow(ref)
    await market.webhook(market.till.webhooks[-1])
    await market.hear(life.zyx.presses("privacy.erase"))
    assert newest(made).title == "Not yet" and "$49.00 for Consultation is on its way" in newest(made).text
    market.till.finish_slow(ref, well=True)
    await market.webhook(market.till.webhooks[-1])
    await _book(made, life, paid=True)
    await market.hear(life.zyx.presses("privacy.erase"))
    assert "is paid for. Cancel it first" in newest(made).text


async def _book(made: Town, life: Life, *, paid: bool) -> None:
    async with made.database.begin() as work:
        case = await work.talk.conversation(life.case)
        assert case is not None
        start = work.now + timedelta(days=2)
        booking = Booking(
            team_id=made.team.id, service_id=made.service.id, customer_id=case.customer_id,
            agent_id=made.ana.person_id, conversation_id=case.id, starts_at=start, ends_at=start + timedelta(hours=1),
            busy_until=start + timedelta(hours=1), state=BookingState.CONFIRMED, uid="uid", made_at=work.now,
        )  # fmt: skip
        await work.bookings.hold(booking)
        for request in await work.payments.of_conversation(case.id) if paid else ():
            request.service_id = made.service.id


async def test_a_booking_that_nobody_paid_for_is_cancelled(market: Market) -> None:
    made, life = market.town, Life(market)
    await life.talks()
    await _book(made, life, paid=False)
    await market.hear(life.zyx.presses("privacy.erase"))
    assert "your booking ahead will be cancelled" in newest(made).plain
    await market.hear(life.zyx.presses("privacy.erased", made.notebook.button("privacy.erased")))
    (booking,) = (await rows(made, "booking"))["booking"]
    assert booking["state"] == BookingState.CANCELLED
    assert (await rows(made, "bookedcell"))["bookedcell"] == []


async def test_a_yes_of_somebody_else_erases_nobody(market: Market) -> None:
    made = market.town
    await made.hear(made.noor.says("hello"))
    async with made.database.begin() as work:
        (mia,) = await work.holdings.named("telegram", ["mia"])
    await market.hear(made.noor.presses("privacy.erased", str(mia.id)))
    async with made.database.begin() as work:
        assert [case.customer_id for case, _ in await work.talk.open_cases(made.team.id)]
        assert all(not who.name.startswith("Erased") for _, who in await work.talk.open_cases(made.team.id))


async def test_agents_cannot_erase_themselves(market: Market) -> None:
    made = market.town
    await market.hear(made.ana.does("privacy"), made.ana.presses("privacy.erased", str(made.ana.person_id)))
    answers = [message.text for _, message in made.notebook.answers[-2:]]
    assert ["You are one of the people of Acme" in text for text in answers] == [True, True]


async def test_a_second_copy_has_to_wait(market: Market) -> None:
    made, mia = market.town, market.town.mia
    await market.hear(mia.presses("privacy.copy"), mia.presses("privacy.copy"))
    assert "a moment ago" in newest(made).text
    made.clock.pass_by(minutes=6)
    await copy_of(market, mia)
