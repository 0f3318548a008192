"""`python -m sandbox`: the world outside, on this machine."""

import argparse
from pathlib import Path

from sandbox.clock import Clock
from sandbox.environment import environment
from sandbox.world import World


def main() -> None:
    """Read the arguments, then say what a program must be told, or run until stopped."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="Telegram, Slack, gateways and Jitsi, played."
    )
    parser.add_argument("--port", type=int, default=8001, help="listen here, on this machine only (default: 8001)")
    parser.add_argument("--product-url", default="http://127.0.0.1:8000", help="where the program under test listens")
    parser.add_argument("--clock-file", type=Path, help="write the clock's offset in seconds here")
    parser.add_argument("--environment", action="store_true", help="print the variables a program needs here, and end")
    given = parser.parse_args()
    url = f"http://127.0.0.1:{given.port}"
    world = World(product_url=given.product_url.rstrip("/"), public_url=url, clock=Clock(given.clock_file))
    if given.environment:
        print("\n".join(f"{name}={value}" for name, value in environment(world).items()))
        return
    # Only now: what serves takes a second to import.
    from sandbox.server import serve

    serve("127.0.0.1", given.port, world)


if __name__ == "__main__":
    main()
