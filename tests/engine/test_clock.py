"""The clock is set back by an hour while jobs wait and are in hand."""

from pathlib import Path

import pytest

from tests.databases import Pool
from tests.engine.conftest import Working

IN_HAND = 16


@pytest.mark.timeout(300)
async def test_a_clock_that_is_set_back_holds_nothing_up_and_repeats_nothing(
    databases: Pool, kind: str, working: Working, tmp_path: Path
) -> None:
    offset = tmp_path / "offset"
    offset.write_text("0")
    environ = {"BELLHOP_CLOCK_OFFSET_FILE": str(offset)}
    async with working(await databases.ready(kind), environ=environ) as proof:
        proof.pay(2)
        proof.platforms.gate.clear()
        await proof.until(lambda: proof.platforms.calls >= IN_HAND)
        (tmp_path / "earlier").write_text("-3600")
        (tmp_path / "earlier").replace(offset)
        # Nobody renews what the dead had in hand, and by the new clock its lease ends in an hour.
        await proof.kill(0)
        proof.platforms.gate.set()
        await proof.goes_on()
        await proof.quiet()
        await proof.check()
