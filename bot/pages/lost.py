"""What a browser is shown where there is no page, or where one could not be made."""

from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler, request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException

from bot.pages.look import Look

LOST = "Check that the link is complete, or open the newest one in the chat where you got it."
# Nothing is promised about money: what was being done when it broke is not known here.
BROKEN = "Something went wrong at our end. Before you pay again, look into your chat: what is paid stands there."


def lost_pages(web: FastAPI, look: Look) -> None:
    """From now on people get a page of ours where programs get a line; both are told the same status."""

    @web.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        if not _is_read_by_a_person(request):
            return await http_exception_handler(request, error)
        return look.plain("There is no page here", "This address leads nowhere.", LOST, status=error.status_code)

    @web.exception_handler(RequestValidationError)
    async def unreadable(request: Request, error: RequestValidationError) -> Response:
        if not _is_read_by_a_person(request):
            return await request_validation_exception_handler(request, error)
        sentence = "What this page was sent could not be read, and nothing was changed."
        return look.plain("That did not work", sentence, "Go back and try again.", status=422)

    @web.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        if not _is_read_by_a_person(request):
            return PlainTextResponse("Internal Server Error", 500)
        return look.plain("This page could not be shown", BROKEN, "Please try again in a minute.", status=500)


def _is_read_by_a_person(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")
