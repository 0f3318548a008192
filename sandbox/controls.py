"""The sandbox's own levers, below `/ui`: wire log, clock, faults; and `/receiver`, a team's own system."""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Body, HTTPException, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from sandbox.faults import Fault, Rule
from sandbox.world import World

SERVICES = ("telegram", "slack", "stripe", "paypal", "phonepe", "razorpay")


class Jump(BaseModel):
    """Move the clock: by seconds, to a moment, or back to real time."""

    seconds: float | None = None
    moment: AwareDatetime | None = None
    reset: bool = False


class Trouble(BaseModel):
    """A fault to switch on."""

    service: str
    fault: Fault
    count: int = Field(1, ge=1, le=1000)
    method: str = ""
    retry_after: int = Field(2, ge=1, le=600)


@dataclass(frozen=True)
class Received:
    """What a team's own system was sent."""

    at: str
    path: str
    headers: dict[str, str]
    body: str


@dataclass
class Receiver:
    """A team's own system: takes every POST and checks nothing."""

    world: World
    received: list[Received] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        """Keep what came, and show it on the wire."""
        body = (await request.body()).decode(errors="replace")
        at = self.world.clock.now().isoformat(timespec="milliseconds")
        self.received.append(Received(at, request.url.path, dict(request.headers), body))
        self.world.record("in", "receiver", request.url.path, status=204, ms=0, request=body, response="")
        self.world.touched("receiver")
        return Response(status_code=204)


def controls(world: World, receiver: Receiver) -> APIRouter:
    """All routes of this module."""
    router = APIRouter()
    router.include_router(_wire(world), prefix="/ui/wire")
    router.include_router(_clock(world), prefix="/ui/clock")
    router.include_router(_faults(world), prefix="/ui/faults")
    router.add_api_route("/receiver", receiver.take, methods=["POST"])
    router.add_api_route("/receiver/{path:path}", receiver.take, methods=["POST"])

    @router.get("/ui/receiver")
    async def received() -> list[Received]:
        return receiver.received[::-1]

    return router


def _wire(world: World) -> APIRouter:
    router = APIRouter()

    @router.get("")
    async def log(service: str = "", after: int = 0) -> list[dict[str, object]]:
        """Exchanges newer than number `after`, oldest first; of one service, when named."""
        return [asdict(item) for item in world.wire if item.number > after and service in ("", item.service)]

    @router.delete("", status_code=204)
    async def clear() -> None:
        world.wire.clear()
        world.touched("wire")

    return router


def _clock(world: World) -> APIRouter:
    router = APIRouter()

    def reading() -> dict[str, object]:
        return {"now": world.clock.now(), "offset_seconds": world.clock.offset.total_seconds()}

    @router.get("")
    async def read() -> dict[str, object]:
        return reading()

    @router.post("")
    async def jump(to: Jump) -> dict[str, object]:
        world.clock.jump(_distance(to, world.clock.now(), world.clock.offset))
        world.touched("clock")
        return reading()

    return router


def _distance(to: Jump, now: datetime, offset: timedelta) -> timedelta:
    if to.reset:
        return -offset
    if to.moment is not None:
        return to.moment - now
    if to.seconds is None or abs(to.seconds) > 10 * 366 * 86400:
        raise HTTPException(422, "Name seconds (at most ten years), a moment, or reset.")
    return timedelta(seconds=to.seconds)


def _faults(world: World) -> APIRouter:
    router = APIRouter()

    def standing() -> dict[str, object]:
        held = [{"service": hook.service, "method": hook.method} for hook in world.held]
        rules = [asdict(rule) for rule in world.faults.rules]
        return {"rules": rules, "held": held, "faults": list(Fault), "services": SERVICES}

    @router.get("")
    async def rules() -> dict[str, object]:
        return standing()

    @router.post("")
    async def add(trouble: Trouble) -> dict[str, object]:
        if trouble.service not in SERVICES:
            raise HTTPException(422, f"service is one of {', '.join(SERVICES)}")
        world.faults.add(Rule(**trouble.model_dump()))
        world.touched("faults")
        return standing()

    @router.delete("")
    async def clear(service: str = "") -> dict[str, object]:
        world.faults.clear(service)
        world.touched("faults")
        return standing()

    @router.post("/release")
    async def release(service: Annotated[str, Body(embed=True)] = "") -> dict[str, object]:
        """Send the webhooks that `late` and `reordered` hold back."""
        await world.release(service)
        world.touched("faults")
        return standing()

    return router
