"""No library between: the signature over the raw bytes, and one durable commit of three rows with `sqlite3`."""

import sqlite3
import sys

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

from bench.baselines.serving import serve
from bench.baselines.signature import read

SHAPE = """
PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
CREATE TABLE IF NOT EXISTS inbox (id TEXT PRIMARY KEY, body TEXT);
CREATE TABLE IF NOT EXISTS payment (reference TEXT PRIMARY KEY, state TEXT);
CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY, body TEXT);
"""
database = sqlite3.connect(sys.argv[2].removeprefix("sqlite:///"), isolation_level=None)
secret = sys.argv[3]
app = FastAPI()


@app.post("/webhooks/stripe", response_class=PlainTextResponse)
async def receive(request: Request) -> PlainTextResponse:
    """Verify, keep, mark as paid, note what is to be said, commit."""
    body = await request.body()
    told = read(body, request.headers["stripe-signature"], secret)
    if told is None:
        return PlainTextResponse("refused\n", 401)
    reference = told["data"]["object"]["client_reference_id"]
    database.execute("BEGIN IMMEDIATE")
    database.execute("INSERT OR IGNORE INTO inbox VALUES (?, ?)", (told["id"], body.decode()))
    database.execute("INSERT INTO payment VALUES (?, 'paid') ON CONFLICT DO UPDATE SET state = 'paid'", (reference,))
    database.execute("INSERT INTO outbox (body) VALUES (?)", (reference,))
    database.execute("COMMIT")
    return PlainTextResponse("taken\n")


if __name__ == "__main__":
    database.executescript(SHAPE)
    serve(app)
