"""Pictures, documents, voice, video and audio: sent by the bot, and fetched by it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from sandbox.telegram.entities import Json
from sandbox.telegram.errors import bad_request
from sandbox.telegram.files import MAX_DOWNLOAD, StoredFile
from sandbox.telegram.methods.messages import MEDIA, change, editable
from sandbox.telegram.methods.sending import read_caption, send
from sandbox.telegram.params import Params, Upload
from sandbox.telegram.state import State


def send_file(kind: str, state: State, params: Params) -> Json:
    """A file of this kind: uploaded, or named by its file_id."""
    caption = read_caption(params)
    state.writable(params.text("chat_id"))
    stored = _find(kind, state, params, params.text(kind) or f"attach://{kind}")
    return send(state, params, {kind: stored.thing, **caption})


def edit_media(state: State, params: Params) -> Json:
    """Another file in the place of the old one."""
    chat, message = editable(state, params)
    media = params.json("media", "input media")
    if not isinstance(media, dict) or media.get("type") not in MEDIA:
        raise bad_request("Can't parse InputMedia: invalid type specified")
    kind = media["type"]
    stored = _find(kind, state, params, media.get("media", ""))
    content = {kind: stored.thing, **read_caption(Params(media))}
    return change(state, chat, message, params, content, (*MEDIA, "text", "entities", "caption", "caption_entities"))


def get_file(state: State, params: Params) -> Json:
    """Where to download a file."""
    if not params.text("file_id"):
        raise bad_request("file_id not specified")
    stored = state.files.kept.get(params.text("file_id"))
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(stored.data) > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    thing = stored.thing[-1] if isinstance(stored.thing, list) else stored.thing
    return {key: thing[key] for key in ("file_id", "file_unique_id", "file_size")} | {"file_path": stored.path}


def _find(kind: str, state: State, params: Params, named: str) -> StoredFile:
    if named.startswith("attach://"):
        upload = params.files.get(named.removeprefix("attach://"))
        if upload is None:
            raise bad_request(f"there is no {kind} in the request")
        return _keep(kind, state, params, upload)
    if named.startswith(("http://", "https://")):
        # This sandbox fetches nothing from elsewhere; a bot must be ready for this refusal anyway.
        raise bad_request("failed to get HTTP URL content")
    stored = state.files.kept.get(named)
    if stored is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if stored.kind != kind:
        raise bad_request(f"can't use file of type {stored.kind.title()} as {kind.title()}")
    return stored


def _keep(kind: str, state: State, params: Params, upload: Upload) -> StoredFile:
    numbers = {name: params.integer(name) for name in ("duration", "width", "height")}
    words = {name: params.text(name) for name in ("title", "performer")}
    return state.files.add(kind, upload, **numbers, **words)


METHODS: dict[str, Callable[[State, Params], Any]] = {
    **{f"send{kind.title()}": partial(send_file, kind) for kind in MEDIA},
    "editMessageMedia": edit_media,
    "getFile": get_file,
}
