"""The receiver of the tutorials: `construct_event`, then a synchronous SQLModel session that marks an order as paid."""

import sys
from collections.abc import Iterator
from typing import Annotated

import stripe
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from sqlalchemy import event
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


engine = create_engine(f"sqlite:///{sys.argv[2]}", connect_args={"check_same_thread": False})
secret = sys.argv[3]
app = FastAPI()


@event.listens_for(engine, "connect")
def prepare(connection: object, _record: object) -> None:
    """As durable as the product: WAL, `synchronous=FULL`."""
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]


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
