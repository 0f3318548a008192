"""What a browser is shown where there is no page: one of ours, and to programs a line with the same status."""

import httpx2
import pytest
from fastapi import FastAPI

from bot.pages.look import Look
from bot.pages.lost import lost_pages

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def house() -> FastAPI:
    """An application with one page, and one that breaks."""
    web = FastAPI()

    @web.get("/numbers/{number}")
    async def numbers(number: int) -> str:
        return str(1 // number)

    lost_pages(web, Look("http://127.0.0.1:9"))
    return web


async def ask(method: str, path: str, headers: dict[str, str]) -> httpx2.Response:
    # As a server does, it answers before it raises what went wrong.
    there = httpx2.ASGITransport(house(), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=there, base_url="http://127.0.0.1:9") as client:
        return await client.request(method, path, headers=headers)


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/nowhere", 404, "There is no page here"),
        ("POST", "/numbers/1", 405, "There is no page here"),
        ("GET", "/numbers/many", 422, "nothing was changed"),
        ("GET", "/numbers/0", 500, "Before you pay again, look into your chat"),
    ],
)
async def test_people_get_a_page_and_programs_a_line(method: str, path: str, status: int, words: str) -> None:
    page = await ask(method, path, BROWSER)
    assert page.status_code == status and words in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    line = await ask(method, path, {"accept": "*/*"})
    assert line.status_code == status and "<html" not in line.text


async def test_a_page_that_is_there_is_left_alone() -> None:
    assert (await ask("GET", "/numbers/1", BROWSER)).json() == "1"
