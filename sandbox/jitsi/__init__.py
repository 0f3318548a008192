"""Jitsi Meet's stand-in."""

from sandbox.jitsi.twin import Jitsi

__all__ = ["Jitsi"]
