"""Tips, deposits, minutes beyond and coupons, as a team's file declares them."""

import pytest

from handlers.team_file import TeamFileError, read_team_file
from storage.database import Database
from storage.tables import Coupon, Team
from tests.bot.test_team_file import TEAM, applied, database, shown

__all__ = ["database"]

PRICING = '[pricing]\ntips = [5, 10]\ndeposit = 12.5\novertime = "1.50"\novertime_after = 3\n'
SPRING = '[[coupons]]\ncode = "spring"\npercent = 10\nuses = 5\nfrom = 2026-03-01\nuntil = 2026-03-31\n'
FIVE = '[[coupons]]\ncode = "FIVE"\noff = "5 EUR"\n'


async def kept(database: Database) -> tuple[Team, list[Coupon]]:
    async with database.begin() as work:
        (team,) = await work.people.teams()
        return team, list(await work.pricing.coupons(team.id, also_retired=True))


async def test_prices_are_as_declared(database: Database) -> None:
    await applied(database, TEAM + PRICING + SPRING + FIVE)
    team, (five, spring) = await kept(database)
    assert (team.tips, team.deposit_percent, team.overtime_minor, team.overtime_after) == ("5,10", 1250, 150, 3)
    assert (spring.code, spring.percent, spring.most_uses) == ("SPRING", 1000, 5)
    assert (spring.starts_on, spring.ends_on) == ("2026-03-01", "2026-03-31")
    assert (five.percent, five.sum_minor, five.currency, five.most_uses) == (None, 500, "EUR", None)


async def test_what_is_shown_changes_nothing(database: Database) -> None:
    for text in (PRICING + SPRING + FIVE, '[pricing]\novertime = "off"\n', "[pricing]\ntips = [10]\n"):
        await applied(database, TEAM + text)
        assert await applied(database, await shown(database)) == []


async def test_a_coupon_gone_from_the_file_is_not_taken_any_more_and_keeps_its_count(database: Database) -> None:
    await applied(database, TEAM + SPRING + FIVE)
    async with database.begin() as work:
        (team,) = await work.people.teams()
        (_, spring) = await work.pricing.coupons(team.id)
        spring.used = 4
    assert await applied(database, TEAM + FIVE) == ["coupon SPRING: no longer taken"]
    assert await applied(database, TEAM + SPRING + FIVE) == ["coupon SPRING: changed"]
    assert (await kept(database))[1][1].used == 4


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[pricing]\ntips = [10, 5]", "pricing.tips: write each tip once"),
        ("[pricing]\ntips = [0]", "pricing.tips.1: "),
        ("[pricing]\ndeposit = 100", "pricing.deposit: "),
        ('[pricing]\novertime = "2 EUR"', "pricing.overtime: must be in the team's own currency, USD"),
        ('[[coupons]]\ncode = "X1"\npercent = 5', "coupons.1.code: "),
        ('[[coupons]]\ncode = "FIVE"', "coupons.1: coupon FIVE needs either percent or off"),
        (FIVE + "percent = 5", "coupons.1: coupon FIVE needs either percent or off"),
        (FIVE + "from = 2026-03-02\nuntil = 2026-03-01", "coupons.1: coupon FIVE ends before it begins"),
        (FIVE + FIVE.replace("FIVE", "five"), "coupons: code “FIVE” is there twice"),
    ],
)
def test_a_mistake_is_named_by_its_place(text: str, sentence: str) -> None:
    with pytest.raises(TeamFileError) as refused:
        read_team_file(TEAM + text)
    assert refused.value.sentences[0].startswith(sentence)
