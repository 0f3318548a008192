"""What a Bot API call carries: a query, a form, a multipart form or JSON, read into one shape."""

import json
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile

from sandbox.telegram.errors import bad_request


@dataclass(frozen=True)
class Upload:
    """A file sent along with a call."""

    name: str
    mime: str
    data: bytes


@dataclass
class Params:
    """Named values, as text or (from JSON bodies) as they are, and uploaded files."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The value as text; empty when missing."""
        value = self.values.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else json.dumps(value)

    def need(self, name: str) -> str:
        """The value as text. Raises Refused when missing."""
        if not (value := self.text(name)):
            raise bad_request(f'Parameter "{name}" is required')
        return value

    def integer(self, name: str, default: int = 0) -> int:
        """The value as a whole number; `default` when missing or not a number, as Telegram does."""
        try:
            return int(self.text(name))
        except ValueError:
            return default

    def flag(self, name: str) -> bool:
        """Telegram's idea of true."""
        return self.text(name).strip().lower() in {"true", "yes", "1"}

    def json(self, name: str, what: str) -> Any:
        """The value read as JSON, None when missing. Raises Refused, calling it `what`."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError as error:
            raise bad_request(f"Can't parse {what} JSON object") from error


async def read_params(request: Request) -> Params:
    """Read every way in which a client may send parameters; the body wins over the query."""
    params = Params(dict(request.query_params))
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        body = await request.body()
        params.values |= json.loads(body) if body else {}
    elif kind:
        async with request.form() as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    mime = value.content_type or "application/octet-stream"
                    params.files[name] = Upload(value.filename or name, mime, await value.read())
                else:
                    params.values[name] = value
    return params
