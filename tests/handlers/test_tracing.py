"""Log lines name what they are about, and nothing that was said."""

from pathlib import Path

import structlog

from handlers.heard import Heard
from tests.handlers.town import Town, town


async def _lines(made: Town, heard: Heard) -> list[dict[str, object]]:
    """What is logged right after something was heard and what follows from it was brought out."""
    structlog.contextvars.clear_contextvars()
    merge = structlog.contextvars.merge_contextvars
    with structlog.testing.capture_logs(processors=[merge]) as lines:
        await made.hear(heard)
        structlog.get_logger().info("taken in")
        await made.drain()
        structlog.get_logger().info("brought out")
    structlog.contextvars.clear_contextvars()
    return [dict(line) for line in lines]


async def test_a_line_names_the_event_the_team_and_the_conversation(template: Path) -> None:
    async with town(template) as made:
        await made.hear(made.mia.says("hello"))
        heard = made.mia.says("my secret illness")
        taken, brought = await _lines(made, heard)
        about = {"team": made.team.id, "conversation": 1}
        assert (taken["event_id"], {key: taken[key] for key in about}) == (heard.event_id, about)
        assert {key: brought[key] for key in about} == about
        assert "secret illness" not in f"{taken}{brought}"
