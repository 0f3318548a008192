"""A machine that lacks something says so, and CI does not pass by leaving tests out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SKIPPED = "import pytest\n\n@pytest.mark.skip(reason='no such machine')\ndef test_nothing() -> None: ...\n"
PASSED = "def test_something() -> None:\n    assert True\n"
BROWSER = "import pytest\n\n@pytest.mark.browser\ndef test_page() -> None:\n    assert False\n"
ROOT = Path(__file__).parent.parent


def run(folder: Path, source: str, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = browser\n")
    (folder / "test_it.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "tests.no_skips", *options, str(folder)]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("CI", "PYTEST_", "COV_"))}
    plain = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # the other plugins take a second each time and play no part here
    environment = inherited | plain | environment
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=50, check=False)


def test_a_skipped_test_fails_the_run_in_ci(tmp_path: Path) -> None:
    result = run(tmp_path, SKIPPED, CI="true")
    assert result.returncode == 1
    assert "failed, because CI=true: Skipped: no such machine" in result.stdout


def test_a_skipped_test_fails_the_run_in_ci_with_several_workers_too(tmp_path: Path) -> None:
    assert run(tmp_path, SKIPPED, "-p", "xdist", "-n", "1", CI="true").returncode == 1


def test_a_skipped_test_is_only_told_elsewhere(tmp_path: Path) -> None:
    result = run(tmp_path, SKIPPED)
    assert result.returncode == 0
    assert "Skipped: no such machine" in result.stdout


def test_a_run_without_skips_passes_in_ci(tmp_path: Path) -> None:
    assert run(tmp_path, PASSED, CI="true").returncode == 0


@pytest.mark.parametrize(("environment", "code"), [({}, 0), ({"CI": "true"}, 1)])
def test_without_chromium_a_browser_test_is_skipped_with_the_remedy(
    tmp_path: Path, environment: dict[str, str], code: int
) -> None:
    result = run(tmp_path, BROWSER, PATH=str(tmp_path), **environment)
    assert result.returncode == code
    assert "needs Chromium: sudo apt install chromium-headless-shell" in result.stdout
