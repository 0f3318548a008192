"""Skips what a machine cannot run, saying what to install; with CI=true a skipped test is a failure."""

import os
import shutil

import pytest

NEEDS_CHROMIUM = "needs Chromium: sudo apt install chromium-headless-shell"
BROWSERS = ("chromium-headless-shell", "chromium")
"""The first is the second without windows, and takes half as much time for the same pages."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests marked `browser` where there is no browser."""
    if installed_browser():
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=NEEDS_CHROMIUM))


def installed_browser() -> str | None:
    """Where Debian's Chromium lies, in the lighter of its two forms; None: nowhere."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Turn a run that passed only because tests were skipped into a failed one."""
    if os.environ.get("CI") == "true" and exitstatus == pytest.ExitCode.OK and _skipped(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say each reason for skipping once, since otherwise only a count is seen."""
    places = [report.longrepr for report in _skipped(config)]
    reasons = sorted({place[2] for place in places if isinstance(place, tuple)})
    verdict = "failed, because CI=true: " if os.environ.get("CI") == "true" else ""
    for reason in reasons:
        terminalreporter.write_line(f"{verdict}{reason}")


def _skipped(config: pytest.Config) -> list[pytest.TestReport]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("skipped", []) if isinstance(reporter, pytest.TerminalReporter) else []
