"""The receiver of the tutorials: `construct_event`, then a synchronous SQLModel session that marks an order as paid.

Stripe: https://docs.stripe.com/webhooks; the session: https://sqlmodel.tiangolo.com/tutorial/fastapi/session-with-dependency/.
"""

import sys
from collections.abc import Iterator
from typing import Annotated, Any

import stripe
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from sqlalchemy import Engine, event
from sqlmodel import Field, Session, SQLModel, create_engine, select

from bench.baselines.serving import serve


class Event(SQLModel, table=True):
    """A webhook that was taken."""

    id: str = Field(primary_key=True)
    body: str


class Order(SQLModel, table=True):
    """What was to be paid."""

    id: int | None = Field(default=None, primary_key=True)
    reference: str = Field(unique=True)
    status: str = "open"


def opened(url: str) -> Engine:
    """An engine as the tutorials make it; a file is kept as durably as the product keeps its own."""
    if not url.startswith("sqlite"):
        return create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    made = create_engine(url, connect_args={"check_same_thread": False})
    event.listen(made, "connect", prepare)
    return made


def prepare(connection: Any, _record: object) -> None:
    """WAL with `synchronous=FULL`."""
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")


engine = opened(sys.argv[2])
secret = sys.argv[3]
app = FastAPI()


def session() -> Iterator[Session]:
    """One session for each request."""
    with Session(engine) as opened:
        yield opened


async def body_of(request: Request) -> bytes:
    """The raw body."""
    return await request.body()


@app.post("/webhooks/stripe")
def receive(
    body: Annotated[bytes, Depends(body_of)],
    db: Annotated[Session, Depends(session)],
    stripe_signature: Annotated[str, Header()],
) -> dict[str, str]:
    """Verify, look for a repeat, mark as paid, commit."""
    try:
        told = stripe.Webhook.construct_event(body, stripe_signature, secret)
    except ValueError as error:
        raise HTTPException(400) from error
    if db.get(Event, told.id) is None:
        db.add(Event(id=told.id, body=body.decode()))
        reference = str(told.data.object["client_reference_id"])
        order = db.exec(select(Order).where(Order.reference == reference)).first() or Order(reference=reference)
        order.status = "paid"
        db.add(order)
        db.commit()
    return {"status": "success"}


if __name__ == "__main__":
    SQLModel.metadata.create_all(engine)
    serve(app)
