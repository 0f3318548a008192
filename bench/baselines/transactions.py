"""No library between: the signature over the raw bytes, and one durable transaction of three rows with asyncpg."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

from bench.baselines.serving import serve
from bench.baselines.signature import read

SHAPE = """
CREATE TABLE IF NOT EXISTS inbox (id text PRIMARY KEY, body text);
CREATE TABLE IF NOT EXISTS payment (reference text PRIMARY KEY, state text);
CREATE TABLE IF NOT EXISTS outbox (id bigserial PRIMARY KEY, body text);
"""
KEEP = "INSERT INTO inbox VALUES ($1, $2) ON CONFLICT DO NOTHING"
MARK = "INSERT INTO payment VALUES ($1, 'paid') ON CONFLICT (reference) DO UPDATE SET state = 'paid'"
NOTE = "INSERT INTO outbox (body) VALUES ($1)"
url, secret = sys.argv[2:4]


@asynccontextmanager
async def lifespan(running: FastAPI) -> AsyncIterator[None]:
    """Asyncpg's own pool, as large as it comes."""
    async with asyncpg.create_pool(url) as pool:
        await pool.execute(SHAPE)
        running.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/webhooks/stripe", response_class=PlainTextResponse)
async def receive(request: Request) -> PlainTextResponse:
    """Verify, keep, mark as paid, note what is to be said, commit."""
    body = await request.body()
    told = read(body, request.headers["stripe-signature"], secret)
    if told is None:
        return PlainTextResponse("refused\n", 401)
    reference = told["data"]["object"]["client_reference_id"]
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await connection.execute(KEEP, told["id"], body.decode())
        await connection.execute(MARK, reference)
        await connection.execute(NOTE, reference)
    return PlainTextResponse("taken\n")


if __name__ == "__main__":
    serve(app)
