"""Whether the program lives, whether it is ready, and its figures."""

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from handlers.house import House


def health_routes(house: House, problems: Callable[[], Mapping[str, str]]) -> APIRouter:
    """`/healthz`, `/readyz`, `/metrics`. `problems` names the channels that cannot be reached, each with a sentence."""
    routes = APIRouter()

    @routes.get("/healthz", response_class=PlainTextResponse)
    async def alive() -> str:
        return "ok\n"

    @routes.get("/readyz")
    async def ready() -> JSONResponse:
        found = dict(problems())
        try:
            async with house.database.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except Exception as error:
            found["database"] = f"The database does not answer: {type(error).__name__}"
        return JSONResponse({"ready": not found, "problems": found}, 503 if found else 200)

    @routes.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return routes
