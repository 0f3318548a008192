"""Asking the sandbox to stop, as people and `make` do it: more than once, and at the same moment."""

import subprocess
import sys

STORM = """
import os, signal
from bot.sandbox_run import Stop

stopped, signs = Stop(), (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
for sign in signs:
    signal.signal(sign, stopped.ask)
me, child = os.getpid(), os.fork()
if child == 0:
    for number in range(20_000):
        os.kill(me, signs[number % 3])
    os._exit(0)
while os.waitpid(child, os.WNOHANG) == (0, 0):
    stopped.wait(0.001)
print(stopped.wait(0))
"""


def test_a_signal_within_a_signal_stops_it_too() -> None:
    # `subprocess` kills what hangs: a process that hangs in a signal handler hears no other signal.
    ended = subprocess.run([sys.executable, "-c", STORM], capture_output=True, text=True, timeout=30, check=False)
    assert (ended.stdout, ended.stderr) == ("True\n", "")
