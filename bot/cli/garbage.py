"""The collector of garbage, in programs that stay: what they are made of is none, and is never looked through again."""

import gc


def wait() -> None:
    """Look for none while the program is put together; that alone would take a quarter of a second."""
    gc.disable()


def settled() -> None:
    """From now on look through what comes and goes; through all else it would take a tenth of a second each time."""
    gc.freeze()
    gc.enable()
