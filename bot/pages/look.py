"""How every page of ours is made: its template, its own scripts and styles, and the headers that fence it in."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from payments.gateway import PageSources

HERE = Path(__file__).parent
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
LONG = "public, max-age=31536000, immutable"
DEVICES = ("camera", "microphone", "display-capture", "autoplay", "fullscreen")
NEVER = ("geolocation", "usb")
NOWHERE = PageSources()


class Statics:
    """Our own scripts and styles. Their address carries a digest of all of them, so that none is ever stale."""

    def __init__(self, folder: Path = HERE / "static") -> None:
        """Reads them once."""
        found = sorted(path for path in folder.iterdir() if path.suffix in KINDS)
        self._files = {path.name: (path.read_bytes(), KINDS[path.suffix]) for path in found}
        digest = hashlib.sha256(b"".join(name.encode() + body for name, (body, _) in self._files.items()))
        self.version = digest.hexdigest()[:12]

    def link(self, name: str) -> str:
        """The address of one file. Modules import each other by relative names and so stay in the same version."""
        if name not in self._files:
            raise KeyError(name)
        return f"/static/{self.version}/{name}"

    def answer(self, version: str, name: str) -> Response:
        """One file; an older version's address still answers, but is not kept."""
        if name not in self._files:
            raise HTTPException(404)
        body, mime = self._files[name]
        keep = LONG if version == self.version else "no-cache"
        return Response(body, media_type=mime, headers={"Cache-Control": keep, "X-Content-Type-Options": "nosniff"})


class Look:
    """Pages from templates. `frame_ancestors`: the CSP sources of pages that may show ours in a frame."""

    def __init__(self, public_url: str, frame_ancestors: tuple[str, ...] = ("'self'",)) -> None:
        """Reads templates and static files from beside this module."""
        self.statics = Statics()
        self._ancestors = " ".join(frame_ancestors)
        self._socket = _socket_origin(public_url)
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._templates.globals["static"] = self.statics.link

    def page(
        self, template: str, words: Mapping[str, object], *, status: int = 200, players: tuple[str, ...] = (),
        tills: PageSources = NOWHERE,
    ) -> HTMLResponse:  # fmt: skip
        """A page that may load scripts, frames and pictures from itself and from these only.

        `players`: the origins of the video provider. `tills`: what the gateways' forms want.
        """
        text = self._templates.get_template(template).render(words)
        return HTMLResponse(text, status, headers=self._headers(players, tills))

    def plain(self, title: str, sentence: str, advice: str, *, status: int) -> HTMLResponse:
        """A page of one sentence: what is the matter and what to do."""
        return self.page("plain.html", {"title": title, "sentence": sentence, "advice": advice}, status=status)

    def _headers(self, players: tuple[str, ...], tills: PageSources) -> dict[str, str]:
        return {
            "Content-Security-Policy": self._policy(players, tills),
            "Permissions-Policy": _permissions(players, tills.frames),
            "Referrer-Policy": "no-referrer",  # the address is the key to the page
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex",
        }

    def _policy(self, players: tuple[str, ...], tills: PageSources) -> str:
        # No form-action: Chromium holds it against the redirect too, and a gateway's page may stand anywhere.
        rules = {
            "default-src": "'none'",
            "script-src": " ".join(("'self'", *players, *tills.scripts)),
            "style-src": "'self'",
            "img-src": " ".join(("'self'", "data:", "blob:", *tills.pictures)),
            "media-src": "'self' blob:",
            # Safari before 15.4 does not count ws: as 'self'.
            "connect-src": " ".join(("'self'", self._socket, *tills.connections)),
            "frame-src": " ".join((*players, *tills.frames)) or "'none'",
            "frame-ancestors": self._ancestors,
            "base-uri": "'none'",
        }
        return "; ".join(f"{name} {value}" for name, value in rules.items())


def static_routes(look: Look) -> APIRouter:
    """Scripts and styles."""
    router = APIRouter()

    @router.get("/static/{version}/{name}", include_in_schema=False)
    async def static(version: str, name: str) -> Response:
        return look.statics.answer(version, name)

    return router


def _permissions(players: tuple[str, ...], tills: tuple[str, ...]) -> str:
    rules = [f"{device}=({_allowed(players)})" for device in DEVICES] + [f"{name}=()" for name in NEVER]
    # The wallets of a browser and of a phone, within the gateways' frames; on pages without them for nobody.
    return ", ".join([*rules, f"payment=({_allowed(tills) if tills else ''})"])


def _allowed(origins: tuple[str, ...]) -> str:
    return " ".join(["self", *(f'"{origin}"' for origin in origins)])


def _socket_origin(public_url: str) -> str:
    address = urlsplit(public_url)
    return f"{'wss' if address.scheme == 'https' else 'ws'}://{address.netloc}"
