"""`python -m sandbox`: the world outside, on this machine."""

import argparse
from pathlib import Path

from sandbox.clock import Clock
from sandbox.server import serve
from sandbox.world import World


def main() -> None:
    """Read the arguments and run until stopped."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Plays Telegram, Slack, Stripe and Jitsi.")
    parser.add_argument("--port", type=int, default=8001, help="listen here, on this machine only (default: 8001)")
    parser.add_argument("--product-url", default="http://127.0.0.1:8000", help="where the program under test listens")
    parser.add_argument("--clock-file", type=Path, help="write the clock's offset in seconds here")
    given = parser.parse_args()
    url = f"http://127.0.0.1:{given.port}"
    world = World(product_url=given.product_url.rstrip("/"), public_url=url, clock=Clock(given.clock_file))
    print(f"Sandbox   {url}", flush=True)
    serve("127.0.0.1", given.port, world)


if __name__ == "__main__":
    main()
