"""files.*: the three steps of an upload, and the address a file is fetched from."""

import mimetypes
import secrets

from sandbox.slack.call import Call, Method
from sandbox.slack.chat import thread_in
from sandbox.slack.core import Core
from sandbox.slack.model import File, Json, Message, Refused, Workspace
from sandbox.slack.wire import file_json


def new_file(core: Core, name: str, user: str, data: bytes = b"", mimetype: str = "") -> File:
    """A file that nobody sees yet."""
    kind = mimetype or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return File(core.new_id("F"), name, name, kind, data, user, int(core.world.clock.now().timestamp()))


def get_upload_url(call: Call) -> Json:
    """files.getUploadURLExternal."""
    name = call.text("filename", "invalid_arguments")
    if int(call.text("length", "invalid_arguments")) <= 0:
        raise Refused("invalid_arguments")
    file = new_file(call.core, name, call.bot)
    ticket = secrets.token_urlsafe(16)
    call.core.uploads[ticket] = file
    return {"upload_url": f"{call.core.world.public_url}/slack/upload/v1/{ticket}", "file_id": file.id}


def complete_upload(call: Call) -> Json:
    """files.completeUploadExternal: name the files and, when a channel is given, show them there."""
    wanted = call.structure("files")
    if not wanted:
        raise Refused("invalid_arguments")
    files = [_finish(call, one) for one in wanted]
    for channel_id in [call.text("channel_id")] if call.text("channel_id") else call.names("channels"):
        _share(call, channel_id, files)
    return {"files": [file_json(call.core, call.team, file) for file in files]}


def _finish(call: Call, one: Json) -> File:
    ticket = next((key for key, file in call.core.uploads.items() if file.id == one.get("id")), "")
    file = call.core.uploads.get(ticket)
    if file is None or not file.data:
        raise Refused("file_not_found")
    del call.core.uploads[ticket]
    file.title = one.get("title") or file.name
    call.core.files[file.id] = file
    return file


def _share(call: Call, channel_id: str, files: list[File]) -> None:
    channel = call.core.channel_for(call.team, call.bot, channel_id)
    if call.bot not in channel.members:
        raise Refused("not_in_channel")
    text, thread = call.text("initial_comment"), thread_in(channel, call.text("thread_ts"))
    ids = [file.id for file in files]
    message = Message(call.core.stamp(), channel.id, call.bot, text, bot_id=call.team.bot.bot_id, thread_ts=thread,
                      subtype="file_share", files=ids)  # fmt: skip
    for file in files:
        file.shared = True
    call.core.post(call.team, channel, message)


def files_info(call: Call) -> Json:
    """files.info."""
    file = call.core.files.get(call.text("file", "file_not_found"))
    if file is None or not may_fetch(call.core, call.team, file):
        raise Refused("file_not_found")
    return {"file": file_json(call.core, call.team, file), "comments": [], "response_metadata": {"next_cursor": ""}}


def may_fetch(core: Core, team: Workspace, file: File) -> bool:
    """True for a file that stands in a conversation where the bot sits, or is the bot's own."""
    if file.user == team.bot.id:
        return True
    seen = (channel for channel in team.channels.values() if team.bot.id in channel.members)
    return any(file.id in message.files for channel in seen for message in channel.messages)


METHODS = {
    "files.getUploadURLExternal": Method(get_upload_url, "files:write"),
    "files.completeUploadExternal": Method(complete_upload, "files:write"),
    "files.info": Method(files_info, "files:read"),
}
