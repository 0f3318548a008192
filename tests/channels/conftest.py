"""The sandbox on a free port, for channels to talk to."""

from tests.sandbox.conftest import cast, sandbox_server, world

__all__ = ["cast", "sandbox_server", "world"]
