"""Slack's refusals in the outbox's words: patience, never, or (everything else) try again by itself."""

from collections.abc import Iterator
from contextlib import contextmanager

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from handlers.channel import Departed, TryLater, Undeliverable

TRANSIENT = {
    "", "fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org",
    "external_channel_migrating",
}  # fmt: skip
GONE = {"user_not_found", "users_not_found", "user_disabled", "user_not_visible", "cannot_dm_bot"}
LOST_MESSAGE = {"message_not_found", "cant_update_message", "edit_window_closed", "is_inactive"}
STALE_TRIGGER = {"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "invalid_trigger"}
DEPARTED = {"account_inactive", "token_revoked"}
"""The app was taken out of the workspace, or its token was revoked."""
DEAD_TOKEN = DEPARTED | {"invalid_auth"}
"""Words for a token that does not work, or never did."""
TO_MEND = {"not_in_channel", "channel_not_found", "is_archived", "restricted_action", "team_access_not_granted"}
"""Of a channel: somebody there can invite us again, or open it."""
UNSEEN = {"user_not_in_channel", "not_in_channel", "channel_not_found", "thread_not_found"}
"""Nobody can whisper there."""
NO_MARK = frozenset({
    "already_reacted", "no_reaction", "message_not_found", "channel_not_found", "not_in_channel", "is_archived",
    "not_reactable", "thread_locked", "too_many_emoji", "too_many_reactions", "missing_scope", "no_permission",
})  # fmt: skip

HIDDEN = "Slack does not show that conversation to Bellhop; to a private channel invite it, with /invite @Bellhop."
INVITE = "Invite Bellhop to the channel, with /invite @Bellhop."
TOKEN = "Slack does not accept Bellhop's token any more. Install the app again."  # noqa: S105 - a sentence
PERSON = "Slack does not know that person any more."
SENTENCES = {
    "channel_not_found": HIDDEN,
    "not_in_channel": INVITE,
    "user_not_in_channel": "That person is not in the Slack channel.",
    "is_archived": "The Slack channel is archived.",
    "thread_not_found": "The Slack thread of this case was deleted.",
    "restricted_action": "The Slack workspace does not let Bellhop write there.",
    "team_access_not_granted": "The Slack organisation does not let Bellhop into that workspace.",
    "user_not_found": PERSON,
    "users_not_found": PERSON,
    "user_disabled": "That person's Slack account is switched off.",
    "account_inactive": TOKEN,
    "token_revoked": TOKEN,
    "token_expired": TOKEN,
    "invalid_auth": TOKEN,
    "not_authed": TOKEN,
    "file_not_found": "The file is no longer in Slack.",
    "file_deleted": "The file is no longer in Slack.",
}


def code_of(error: SlackApiError) -> str:
    """Slack's word for what is wrong; empty when it answered with something else than its JSON."""
    answer = error.response
    return str(answer.get("error") or "") if isinstance(answer, (dict, AsyncSlackResponse)) else ""


@contextmanager
def in_our_words(*, person: bool = False) -> Iterator[None]:
    """Raise TryLater, Undeliverable or Departed instead of Slack's error, where it is one of those.

    `person`: it was about one person's direct conversation, which goes for good; a channel may invite Bellhop again.
    """
    try:
        yield
    except SlackApiError as error:
        code, answer = code_of(error), error.response
        if code == "ratelimited" or getattr(answer, "status_code", 0) == 429:
            raise TryLater(float(answer.headers.get("Retry-After", 1))) from error
        if code == "token_expired":
            # Its successor is being fetched, by us or by another process.
            raise TryLater(1) from error
        if code in DEPARTED:
            raise Departed(TOKEN) from error
        if code in TRANSIENT:
            raise
        gone = code in GONE or (person and code == "channel_not_found")
        mend = code in TO_MEND and not person
        raise Undeliverable(SENTENCES.get(code, f"Slack refused it: {code}."), gone=gone, mend=mend) from error
