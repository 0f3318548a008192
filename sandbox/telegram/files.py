"""Files in Telegram's cloud, and what it reads from a picture."""

import hashlib
import mimetypes
import struct
from dataclasses import dataclass, field

from sandbox.telegram.entities import Json
from sandbox.telegram.errors import bad_request
from sandbox.telegram.params import Upload

MEGABYTE = 1024 * 1024
MAX_DOWNLOAD = 20 * MEGABYTE  # by a bot, with getFile
MAX_UPLOAD = {"photo": 10 * MEGABYTE}  # every other kind: 50 MB
EXTENSION = {"photo": ".jpg", "voice": ".oga", "video": ".mp4", "audio": ".mp3"}
FOLDER = {"photo": "photos", "voice": "voice", "video": "videos", "audio": "music", "document": "documents"}


@dataclass(frozen=True)
class StoredFile:
    """A file as Telegram keeps it; `thing` is the object that a message carries, such as a Document."""

    file_id: str
    path: str
    kind: str
    mime: str
    data: bytes
    thing: Json | list[Json]


@dataclass
class Files:
    """Every file sent, by its file_id."""

    kept: dict[str, StoredFile] = field(default_factory=dict)

    def add(self, kind: str, upload: Upload, **about: int | str) -> StoredFile:
        """Keep an upload and describe it as a photo, document, voice, video or audio. Raises Refused."""
        if not upload.data:
            raise bad_request("file must be non-empty")
        if len(upload.data) > MAX_UPLOAD.get(kind, 50 * MEGABYTE):
            raise bad_request("file is too big" if kind != "photo" else "PHOTO_SAVE_FILE_INVALID")
        number = len(self.kept) + 1
        unique = "AQAD" + hashlib.sha256(upload.data).hexdigest()[:12]
        thing: Json = {"file_id": f"BQAC{number:06d}{unique}", "file_unique_id": unique, "file_size": len(upload.data)}
        suffix = EXTENSION.get(kind) or mimetypes.guess_extension(upload.mime) or ""
        path = f"{FOLDER[kind]}/file_{number}{suffix}"
        stored = StoredFile(
            thing["file_id"], path, kind, upload.mime, upload.data, _describe(kind, upload, thing, about)
        )
        self.kept[stored.file_id] = stored
        return stored

    def by_path(self, path: str) -> StoredFile | None:
        """The file that getFile has given this path."""
        return next((each for each in self.kept.values() if each.path == path), None)


def _describe(kind: str, upload: Upload, thing: Json, about: dict[str, int | str]) -> Json | list[Json]:
    if kind == "photo":
        size = picture_size(upload.data)
        if size is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
        return [{**thing, "width": size[0], "height": size[1]}]
    described = {**thing, "mime_type": upload.mime, **{key: value for key, value in about.items() if value}}
    if kind in ("voice", "video", "audio"):
        described.setdefault("duration", 1)
    if kind == "video":
        described = {"width": 640, "height": 360, **described}
    return described if kind == "voice" else {**described, "file_name": upload.name}


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, GIF, WebP (extended) or JPEG; None when it is none of these."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data[:6] in (b"GIF87a", b"GIF89a") and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return width, height
    if data[:4] == b"RIFF" and data[8:16] == b"WEBPVP8X" and len(data) >= 30:
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    return _jpeg_size(data) if data.startswith(b"\xff\xd8") else None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        # SOF0..SOF15 carry the size; C4, C8 and CC are tables, not frames.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None
