"""What Telegram tells of our own place: blocked, added, put out, given rights, moved."""

from typing import Any

import pytest

from handlers.heard import CameBack, Moved, Place, Standing, WentAway
from tests.channels.test_telegram_hear import ANA, BOT, DATE, FORUM, MIA, PRIVATE, SENT, hear


@pytest.mark.parametrize(("old", "new", "kind"), [("member", "kicked", WentAway), ("kicked", "member", CameBack)])
def test_blocking_the_bot_is_going_away(old: str, new: str, kind: type) -> None:
    def member(status: str) -> dict[str, Any]:
        return {"user": BOT.to_dict(), "status": status, **({"until_date": 0} if status == "kicked" else {})}

    change = {
        "chat": PRIVATE,
        "from": MIA,
        "date": DATE,
        "old_chat_member": member(old),
        "new_chat_member": member(new),
    }
    heard = hear(my_chat_member=change)
    assert isinstance(heard, kind)
    assert heard is not None and (heard.origin.chat, heard.origin.user, heard.at) == ("1001", "1001", SENT)


MEMBER = {"user": BOT.to_dict(), "status": "member"}


RIGHTS = dict.fromkeys((
    "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
    "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
    "can_edit_stories", "can_delete_stories",
), False)  # fmt: skip


@pytest.mark.parametrize(
    ("stands", "chat", "trouble"),
    [
        ({"status": "administrator", **RIGHTS, "can_manage_topics": True}, FORUM, ""),
        ({"status": "administrator", **RIGHTS, "can_manage_topics": False}, FORUM, "with the right “Manage topics”"),
        ({"status": "administrator", **RIGHTS}, FORUM, "with the right “Manage topics”"),
        ({"status": "member"}, FORUM, "with the right “Manage topics”"),
        ({"status": "left"}, FORUM, "was removed from the group “Front desk”"),
        ({"status": "kicked", "until_date": 0}, FORUM, "was removed from the group “Front desk”"),
        ({"status": "administrator", **RIGHTS, "can_manage_topics": True},
         {"id": -1001000000001, "type": "supergroup", "title": "Front desk"}, "Topics are off"),
    ],
)  # fmt: skip
def test_what_the_bot_may_do_in_a_group_says_what_to_switch_on(
    stands: dict[str, Any], chat: dict[str, Any], trouble: str
) -> None:
    change = {"chat": chat, "from": ANA, "date": DATE, "old_chat_member": MEMBER}
    heard = hear(my_chat_member={**change, "new_chat_member": {"user": BOT.to_dict(), **stands}})
    assert isinstance(heard, Standing)
    assert (heard.origin.chat, heard.origin.user, heard.origin.place) == ("-1001000000001", "2001", Place.GROUP)
    assert (trouble in heard.trouble) if trouble else heard.trouble == ""


def test_a_group_that_becomes_a_supergroup_goes_on_under_another_id() -> None:
    group = {"id": -4001, "type": "group", "title": "Front desk"}
    heard = hear(message={"message_id": 9, "from": ANA, "chat": group, "date": DATE,
                          "migrate_to_chat_id": -1001234567890})  # fmt: skip
    assert isinstance(heard, Moved)
    assert (heard.origin.chat, heard.chat) == ("-4001", "-1001234567890")
