"""Tips, deposits, minutes beyond and coupons, seen and changed by an owner in the messenger."""

import pytest

from handlers.routes import check_form
from storage.tables import Coupon, Team
from tests.handlers.town import Town, Voice

PRICES = {"tips": "5, 10 %", "deposit": "30 %", "overtime": "1.50", "overtime_after": "3"}
SPRING = {"code": "spring", "off": "10 %", "uses": "100", "since": "2026-03-01", "until": "none"}


async def team(made: Town) -> Team:
    async with made.database.begin() as work:
        return await work.people.team(made.team.id)


async def coupons(made: Town) -> list[Coupon]:
    async with made.database.begin() as work:
        return list(await work.pricing.coupons(made.team.id, also_retired=True))


async def test_an_owner_sees_what_holds_and_changes_it(made: Town, otto: Voice) -> None:
    shown = await made.answers(otto.presses("setup.prices"))
    assert "Tips: none are suggested" in shown and "Deposit: none by itself" in shown and "Coupons: none" in shown
    saved = await made.answers(otto.fills("setup.prices", "|USD", **PRICES))
    assert "Saved." in saved and "Tips: 5 %, 10 %" in saved and "Deposit: 30 %" in saved
    assert "Minutes beyond: $1.50 each, once they are more than 3" in saved
    now = await team(made)
    assert (now.tips, now.deposit_percent, now.overtime_minor, now.overtime_after) == ("5,10", 3000, 150, 3)
    gone = {"tips": "none", "deposit": "None", "overtime": "0", "overtime_after": "5"}
    assert "nothing is suggested" in await made.answers(otto.fills("setup.prices", "|USD", **gone))
    now = await team(made)
    assert (now.tips, now.deposit_percent, now.overtime_minor) == ("", None, 0)


async def test_question_by_question_with_what_stands_there(made: Town, otto: Voice) -> None:
    await made.answers(otto.fills("setup.prices", "|USD", **PRICES))
    await made.answers(otto.presses("setup.prices.change"))
    for said in ("5, 10, 15", "none", "none", "10"):
        shown = await made.answers(otto.says(said))
    assert "Tips: 5 %, 10 %, 15 %" in shown and "once they are more than 10" in shown
    assert (await team(made)).overtime_minor is None


async def test_a_coupon_is_added_changed_ended_and_taken_again(made: Town, otto: Voice) -> None:
    assert "Coupon SPRING" in await made.answers(otto.fills("setup.coupon", "|USD", **SPRING))
    (spring,) = await coupons(made)
    assert (spring.percent, spring.most_uses, spring.starts_on, spring.ends_on) == (1000, 100, "2026-03-01", "")
    number = str(spring.id)
    changed = {"off": "5 USD", "uses": "none", "since": "none", "until": "2026-03-31"}
    shown = await made.answers(otto.fills("setup.coupon", f"{number}|USD", **changed))
    assert "Off: $5.00" in shown and "Until: 2026-03-31" in shown
    assert "taken no more" in await made.answers(otto.presses("setup.coupon.retire", number))
    async with made.database.begin() as work:
        assert await work.pricing.coupon(made.team.id, "SPRING") is None
    assert "can be used again" in await made.answers(otto.presses("setup.coupon.back", number))
    (spring,) = await coupons(made)
    assert (spring.code, spring.percent, spring.sum_minor, spring.retired) == ("SPRING", None, 500, False)


async def test_a_code_is_not_made_twice_and_one_that_ended_keeps_its_count(made: Town, otto: Voice) -> None:
    await made.answers(otto.fills("setup.coupon", "|USD", **SPRING))
    assert "a coupon SPRING already" in await made.answers(otto.fills("setup.coupon", "|USD", **SPRING))
    async with made.database.begin() as work:
        (spring,) = await work.pricing.coupons(made.team.id)
        spring.used, spring.retired = 7, True
    shown = await made.answers(otto.fills("setup.coupon", "|USD", **SPRING | {"off": "20%"}))
    assert "Off: 20 %" in shown and "Used: 7 of 100" in shown
    assert len(await coupons(made)) == 1


async def test_what_the_teams_file_declares_is_shown_and_not_changed(made: Town, otto: Voice) -> None:
    await made.answers(otto.fills("setup.coupon", "|USD", **SPRING))
    async with made.database.begin() as work:
        (await work.people.team(made.team.id)).declared = True
    assert "The team's file declares this" in await made.answers(otto.presses("setup.prices"))
    number = str((await coupons(made))[0].id)
    for tried in (
        otto.presses("setup.prices.change"),
        otto.presses("setup.coupon.new"),
        otto.presses("setup.coupon.retire", number),
        otto.fills("setup.prices", "|USD", **PRICES),
        otto.fills("setup.coupon", "|USD", **SPRING | {"code": "AUTUMN"}),
        otto.fills("setup.coupon", f"{number}|USD", **SPRING),
    ):
        assert (await made.answers(tried)).startswith("The team's file declares this")
    assert (await team(made)).tips == "" and [one.code for one in await coupons(made)] == ["SPRING"]


async def test_another_currency_leaves_no_sum_of_the_old_one_behind(made: Town, otto: Voice) -> None:
    await made.answers(otto.fills("setup.prices", "|USD", **PRICES))
    told = {"name": "Acme", "about": "", "zone": "Berlin", "currency": "JPY"}
    await made.answers(otto.fills("setup.team", "", **told))
    assert (await team(made)).overtime_minor is None


@pytest.mark.parametrize(
    ("form", "answers", "field", "sentence"),
    [
        ("setup.prices", {"tips": "10, 5"}, "tips", "write each tip once"),
        ("setup.prices", {"tips": "a lot"}, "tips", "Tips are up to five whole percents"),
        ("setup.prices", {"deposit": "100"}, "deposit", "A deposit is a part"),
        ("setup.prices", {"overtime": "2 EUR"}, "overtime", "in the team's own currency, USD"),
        ("setup.prices", {"overtime_after": "soon"}, "overtime_after", "Minutes are a whole number"),
        ("setup.coupon", {"code": "X"}, "code", "A code has 3 to 32"),
        ("setup.coupon", {"off": "free"}, "off", "Say a part"),
        ("setup.coupon", {"off": "120 %"}, "off", "A part is between"),
        ("setup.coupon", {"off": "a lot"}, "off", "amount"),
        ("setup.coupon", {"uses": "-1"}, "uses", "How often is a whole number"),
        ("setup.coupon", {"since": "tomorrow"}, "since", "A day is written like"),
        ("setup.coupon", {"until": "2026-02-28"}, "until", "end before it begins"),
    ],
)
async def test_a_mistake_is_said_at_its_field(
    otto: Voice, form: str, answers: dict[str, str], field: str, sentence: str
) -> None:
    right = PRICES if form == "setup.prices" else SPRING
    assert check_form(otto.fills(form, "|USD", **right)) == {}
    wrong = check_form(otto.fills(form, "|USD", **right | answers))
    assert set(wrong) == {field} and sentence.lower() in wrong[field].lower()
