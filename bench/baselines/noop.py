"""The least that can be done: read the body, verify nothing, keep nothing."""

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

from bench.baselines.serving import serve

app = FastAPI()


@app.post("/webhooks/stripe", response_class=PlainTextResponse)
async def receive(request: Request) -> str:
    """Answer."""
    await request.body()
    return "taken\n"


if __name__ == "__main__":
    serve(app)
