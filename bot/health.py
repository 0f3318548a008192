"""Whether the program lives, whether it is ready, and its figures."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from handlers.house import House
from storage.queues import Backlog
from storage.schema import SchemaBehind, SchemaFromTheFuture, require_current

TOO_OLD = timedelta(seconds=60)
"""What is due and has waited longer means that nobody carries it out."""

DEPTH = Gauge("bellhop_queue_depth", "Jobs that are due and wait", ["queue"])
AGE = Gauge("bellhop_queue_age_seconds", "How long the oldest due job has waited", ["queue"])
DEAD = Gauge("bellhop_queue_dead", "Jobs that were given up", ["queue"])


def health_routes(house: House, problems: Callable[[], Mapping[str, str]]) -> APIRouter:
    """`/healthz`, `/readyz`, `/metrics`. `problems` names the channels that cannot be reached, each with a sentence."""
    routes = APIRouter()

    @routes.get("/healthz", response_class=PlainTextResponse)
    async def alive() -> str:
        return "ok\n"

    @routes.get("/readyz")
    async def ready() -> JSONResponse:
        found = {**problems(), **await _database_problems(house)}
        return JSONResponse({"ready": not found, "problems": found}, 503 if found else 200)

    @routes.get("/metrics")
    async def metrics() -> Response:
        for name, backlog in (await _backlogs(house)).items():
            DEPTH.labels(name).set(backlog.depth)
            AGE.labels(name).set(backlog.age.total_seconds())
            DEAD.labels(name).set(backlog.dead)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return routes


async def _backlogs(house: House) -> dict[str, Backlog]:
    async with house.database.begin() as work:
        return {"inbox": await work.inbox.backlog(), "outbox": await work.outbox.backlog()}


async def _database_problems(house: House) -> dict[str, str]:
    try:
        await require_current(house.database)
        backlogs = await _backlogs(house)
    except (SchemaBehind, SchemaFromTheFuture) as error:
        return {"database": str(error)}
    except Exception as error:
        return {"database": f"The database does not answer: {type(error).__name__}"}
    return {
        name: f"The oldest job has waited for {backlog.age.total_seconds():.0f} s: nobody carries it out."
        for name, backlog in backlogs.items()
        if backlog.age > TOO_OLD
    }
