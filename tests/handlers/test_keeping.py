"""How long words are kept, and who did and read what."""

from datetime import datetime, timedelta

import pytest

from handlers.privacy.files import fetch_private
from handlers.privacy.keeping import sweep_words
from handlers.team_file import TeamFileError, apply_team, read_team_file
from handlers.team_show import as_toml
from storage.tables import Booking, BookingState, Conversation, RoleKind
from tests.handlers.footprints import ID, LEDGER, MARKS, NAME, WORD, Life, customer, fetch, found, newest, rows, sums
from tests.handlers.market import Market
from tests.handlers.town import employ


async def test_words_are_forgotten_when_the_team_says_so_and_the_books_stay(market: Market) -> None:
    made, life = market.town, Life(market)
    await life.whole()
    async with made.database.begin() as work:
        (await work.people.team(made.team.id)).keep_days = 90
    await market.hear(life.desk.does("close"))
    books = sums(await rows(made, *LEDGER))
    made.clock.pass_by(days=89)
    await sweep_words(made.house)
    assert "message.body" in await found(made.database, (WORD,))
    made.clock.pass_by(days=1)
    await sweep_words(made.house)
    left = await found(made.database, (WORD,))
    assert left.isdisjoint({"message.body", "rating.comment", "draft.form", "draft.answers"})
    assert sums(await rows(made, *LEDGER)) == books
    async with made.database.begin() as work:
        assert (await work.holdings.named("telegram", [ID]))[0].name == NAME


async def test_a_reopened_case_is_emptied_again(market: Market) -> None:
    made, life = market.town, Life(market)
    async with made.database.begin() as work:
        (await work.people.team(made.team.id)).keep_days = 0
    await life.talks()
    for word in ("once", "twice"):
        await market.hear(life.zyx.says(word), life.desk.does("close"))
        await sweep_words(made.house)
        assert "message.body" in await found(made.database, (word,))
        made.clock.pass_by(minutes=11)
        await sweep_words(made.house)
        assert "message.body" not in await found(made.database, (word,))
        await market.hear(life.desk.does("reopen"))


async def test_a_case_that_nobody_closed_is_closed_by_silence_and_emptied_in_its_time(market: Market) -> None:
    made, life = market.town, Life(market)
    await life.talks()
    made.clock.pass_by(days=60)
    await market.hear(life.zyx.says("Still there?"))
    before = len(made.notebook.shown)
    made.clock.pass_by(days=89)
    await sweep_words(made.house)
    assert await _closed(market, life.case) is None
    made.clock.pass_by(days=1, minutes=1)
    await sweep_words(made.house)
    await market.carry_out()
    assert await _closed(market, life.case) == made.clock.now
    assert not [one for one in made.notebook.shown[before:] if one.chat == ID], "the customer is left alone"
    assert any("Closed: yes" in one.message.plain for one in made.notebook.shown[before:])
    made.clock.pass_by(days=365)
    await sweep_words(made.house)
    assert "message.body" not in await found(made.database, (WORD,))


@pytest.mark.parametrize("still", ["a booking ahead", "money under way"])
async def test_silence_closes_no_case_in_which_something_is_still_to_come(market: Market, still: str) -> None:
    made, life = market.town, Life(market)
    await life.talks()
    async with made.database.begin() as work:
        case = await work.talk.conversation(life.case)
        assert case is not None
        if still == "a booking ahead":
            start = made.clock.now + timedelta(days=120)
            end = start + timedelta(minutes=30)
            await work.bookings.hold(Booking(
                team_id=case.team_id, service_id=made.service.id, customer_id=case.customer_id, starts_at=start,
                agent_id=made.ana.person_id, conversation_id=case.id, ends_at=end, busy_until=end, uid="far",
                state=BookingState.CONFIRMED, made_at=made.clock.now,
            ))  # fmt: skip
    if still == "money under way":
        await life.asked("49 USD Consultation")
    made.clock.pass_by(days=91)
    await sweep_words(made.house)
    assert await _closed(market, life.case) is None


async def _closed(market: Market, case_id: int) -> datetime | None:
    async with market.town.database.begin() as work:
        case = await work.talk.conversation(case_id)
    assert case is not None
    return case.closed_at


async def test_what_is_said_in_an_empty_case_is_forgotten_too_once_it_has_arrived(market: Market) -> None:
    made, life = market.town, Life(market)
    async with made.database.begin() as work:
        (await work.people.team(made.team.id)).keep_days = 0
    await life.talks()
    await market.hear(life.desk.does("close"))
    made.clock.pass_by(minutes=11)
    await sweep_words(made.house)
    await made.hear(life.desk.says(f"// the {WORD} again"), life.zyx.presses("rate", f"{life.case}|4"))
    made.clock.pass_by(minutes=2)
    await sweep_words(made.house)
    assert "message.body" in await found(made.database, (WORD,)), "a word is still on its way"
    await made.drain()
    made.clock.pass_by(minutes=2)
    await sweep_words(made.house)
    assert "message.body" not in await found(made.database, (WORD,))


async def test_a_day_asleep_is_made_up_for_in_batches(market: Market) -> None:
    made = market.town
    async with made.database.begin() as work:
        (await work.people.team(made.team.id)).keep_days = 1
        for _ in range(45):
            case = Conversation(team_id=made.team.id, customer_id=1, opened_at=work.now, closed_at=work.now)
            await work.talk.add(case)
    made.clock.pass_by(days=2)
    await sweep_words(made.house)
    cases = (await rows(made, "conversation"))["conversation"]
    assert sum(case["emptied_at"] is not None for case in cases) == 45
    assert [case["emptied_at"] for case in cases if case["closed_at"] is None] == [None]


async def test_what_is_done_keeps_neither_words_nor_addresses(market: Market) -> None:
    made = market.town
    await market.hear(customer(made).says(f"A {WORD}"))
    places = await found(made.database, (*MARKS,))
    assert places.isdisjoint({"outbox.body", "outbox.lane", "inbox.body", "inbox.lane"})


@pytest.mark.parametrize("kind", [RoleKind.OWNER, RoleKind.AGENT, RoleKind.VIEWER])
async def test_the_log_is_for_owners(market: Market, kind: RoleKind) -> None:
    made = market.town
    one = await employ(made, "olga", kind)
    await market.ask()
    await market.hear(one.does("audit"))
    seen = newest(made)
    if kind is not RoleKind.OWNER:
        assert seen.text == "Only an owner of Acme can do this."
        return
    assert "Ana · payment request · $49.00, request 1" in seen.text
    await market.hear(one.presses("audit.csv"))
    (file,) = newest(made).files
    sheet = (await fetch_private(made.house, fetch, file)).decode("utf-8-sig").splitlines()
    assert sheet[0] == "at,who,did,about" and sheet[-1].endswith(",Olga,log read,as CSV")


async def test_the_log_is_turned_page_by_page(market: Market) -> None:
    made = market.town
    olga = await employ(made, "olga", RoleKind.OWNER)
    async with made.database.begin() as work:
        for number in range(45):
            work.audits.note(made.team.id, None, "deed", f"number {number}")
    await market.hear(olga.does("audit"))
    pages = [newest(made).text.splitlines()]
    while any(button.label == "Older" for row in newest(made).buttons for button in row):
        await market.hear(olga.presses("audit", made.notebook.button("audit")))
        pages.append(newest(made).text.splitlines())
    assert [line.rpartition(" ")[2] for page in pages for line in page if "deed" in line] == [
        str(number) for number in reversed(range(45))
    ]


FILE = """
name = "Acme"
slug = "acme-two"
currency = "USD"
time_zone = "Europe/Berlin"
"""


@pytest.mark.parametrize(
    ("told", "days", "shown"),
    [
        ("", 365, ""),
        ('[privacy]\nkeep_messages = "90 days"', 90, 'keep_messages = "90 days"'),
        ("[privacy]\nkeep_messages = 1", 1, 'keep_messages = "1 day"'),
        ("[privacy]\nkeep_messages = 0", 0, 'keep_messages = "0 days"'),
    ],
)
async def test_a_team_says_in_its_file_how_long_words_are_kept(
    market: Market, told: str, days: int, shown: str
) -> None:
    async with market.town.database.begin() as work:
        await apply_team(work, read_team_file(FILE + told), {})
        team = await work.people.team_by_slug("acme-two")
        assert team is not None and team.keep_days == days
        assert shown in await as_toml(work, team)


@pytest.mark.parametrize("wrong", ['"a while"', '"90 weeks"', "true", "-1", "1.5", '"99999 days"'])
def test_a_time_that_is_none_is_refused_in_a_sentence(wrong: str) -> None:
    with pytest.raises(TeamFileError, match=r"^privacy.keep_messages: "):
        read_team_file(f"{FILE}[privacy]\nkeep_messages = {wrong}")
