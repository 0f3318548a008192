"""An owner's browser on the set-up page: it follows links, keeps its cookie, and fills in forms as they stand there."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape

import httpx2

from tests.stories.people import OnSlack, OnTelegram

FORM = re.compile(r"<form([^>]*)>(.*?)</form>", re.DOTALL)
ACTION = re.compile(r"action=\"([^\"]*)\"")
INPUT = re.compile(r"<input[^>]*name=\"([^\"]+)\"[^>]*?value=\"([^\"]*)\"")
TAG = re.compile(r"<[^>]+>")


@dataclass
class Browser:
    """One browser. `page` is what it shows."""

    client: httpx2.AsyncClient
    page: str = ""
    status: int = 0
    at: str = ""

    @property
    def text(self) -> str:
        """What can be read, on one line."""
        return " ".join(unescape(TAG.sub(" ", self.page)).split())

    async def goes(self, address: str) -> "Browser":
        return self._shows(await self.client.get(address))

    async def sends(self, action: str = "", **typed: str) -> "Browser":
        """Fill in the form that goes to `action` (the only one, when empty) and send it."""
        where, hidden = self._form(action)
        return self._shows(await self.client.post(where, data={**hidden, **typed}))

    async def opens(self, link: str) -> "Browser":
        """The way in: look at the link, then open it."""
        await self.goes(link)
        return await self.sends()

    def _form(self, action: str) -> tuple[str, dict[str, str]]:
        for head, inside in FORM.findall(self.page):
            where = "".join(ACTION.findall(head))
            if action in where:
                hidden = {name: unescape(value) for name, value in INPUT.findall(inside)}
                return str(httpx2.URL(self.at).join(where or self.at)), hidden
        raise AssertionError(f"no form to {action!r} on: {self.text}")

    def _shows(self, answer: httpx2.Response) -> "Browser":
        self.page, self.status, self.at = answer.text, answer.status_code, str(answer.url)
        return self


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    """A browser without a past."""
    async with httpx2.AsyncClient(follow_redirects=True, timeout=30) as client:
        yield Browser(client)


async def asks_for_link(owner: OnSlack | OnTelegram) -> str:
    """The owner asks in the chat; the address behind the button of the private answer."""
    await owner.commands("/bellhop payments" if isinstance(owner, OnSlack) else "/payments")
    await owner.hears("Payment accounts of Bright Studio", "opens once")
    return await owner.taps("Open the set-up page")
