"""What the bot can learn about itself, chats and their members."""

from sandbox.telegram.entities import Json
from sandbox.telegram.errors import bad_request
from sandbox.telegram.params import Params
from sandbox.telegram.state import Chat, State

RIGHTS = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members", "can_promote_members",
    "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories",
    "can_pin_messages",
)  # fmt: skip
ADMIN: Json = {
    **dict.fromkeys(RIGHTS, True), "is_anonymous": False, "can_be_edited": False, "can_manage_topics": True,
}  # fmt: skip
NO_GIFTS = dict.fromkeys(
    ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
)


def get_me(state: State, params: Params) -> Json:
    """The bot itself."""
    no = ("can_read_all_group_messages", "supports_inline_queries", "can_connect_to_business", "has_main_web_app")
    return {**state.bot(), "can_join_groups": True, **dict.fromkeys(no, False)}


def get_chat(state: State, params: Params) -> Json:
    """A chat in full."""
    chat = state.chat_named(params.text("chat_id"))
    full: Json = {**chat.brief(), "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": NO_GIFTS}
    if chat.pinned and chat.pinned[-1] in chat.messages:
        full["pinned_message"] = chat.messages[chat.pinned[-1]]
    return full


def get_member(state: State, params: Params) -> Json:
    """What somebody is in a chat."""
    chat = state.chat_named(params.text("chat_id"))
    number = params.integer("user_id")
    if number == state.bot_id:
        return bot_in(state, chat)
    if number not in state.people:
        raise bad_request("invalid user_id specified" if number <= 0 else "user not found")
    admin = next((each for each in _administrators(state, chat) if each["user"]["id"] == number), None)
    if admin is not None:
        return admin
    here = number in chat.members or (chat.person is not None and chat.person.id == number)
    return {"user": state.people[number].user(), "status": "member" if here else "left"}


def bot_in(state: State, chat: Chat) -> Json:
    """What the bot is in a chat, as a ChatMember object."""
    if chat.person is not None or not chat.bot_is_admin or chat.left:
        return {"user": state.bot(), "status": "left" if chat.left else "member"}
    manages = state.bot_manages_topics and chat.bot_manages_topics
    of_bot = ADMIN | {"can_manage_topics": manages, "can_promote_members": False}
    return {"user": state.bot(), "status": "administrator", **of_bot}


def get_administrators(state: State, params: Params) -> list[Json]:
    """Who runs the group."""
    chat = state.chat_named(params.text("chat_id"))
    if chat.person is not None:
        raise bad_request("there are no administrators in the private chat")
    return [each for each in _administrators(state, chat) if each["user"]["id"] != state.bot_id]


def _administrators(state: State, chat: Chat) -> list[Json]:
    if chat.person is not None:
        return []
    members: list[Json] = [
        {"user": person.user(), "status": "creator", "is_anonymous": False}
        if person.id == chat.creator
        else {"user": person.user(), "status": "administrator", **ADMIN}
        for person in state.people.values()
        if person.id == chat.creator or (person.id in chat.members and person.role == "agent")
    ]
    return [*members, *([bot_in(state, chat)] if chat.bot_is_admin else [])]


METHODS = {
    "getMe": get_me,
    "getChat": get_chat,
    "getChatMember": get_member,
    "getChatAdministrators": get_administrators,
}
