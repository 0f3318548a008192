"""What a log line is about: ids alone, bound for as long as one job is carried out. Nothing that was said, ever."""

import structlog

from storage.tables import Conversation, Team


def about(*, event: str = "", team: int | None = None, conversation: int | None = None) -> None:
    """Let the log lines of this job name what they concern. Each job is a task, so they end with it."""
    told = {"event_id": event or None, "team": team, "conversation": conversation}
    structlog.contextvars.bind_contextvars(**{name: value for name, value in told.items() if value is not None})


def about_case(team: Team, conversation: Conversation | None) -> None:
    """The same, of what a turn is about."""
    about(team=team.id, conversation=conversation.id if conversation else None)
