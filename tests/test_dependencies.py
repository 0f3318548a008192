"""Every direct dependency is explained in docs/dependencies.md and pinned in the locks."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
TABLE_ROW = re.compile(r"^\| `([^`\[]+)[^|]*\| [^|]{5,} \| [^|]{3,} \|$", re.MULTILINE)
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", re.MULTILINE)


def requirements(*parts: list[str]) -> list[Requirement]:
    return [Requirement(line) for part in parts for line in part]


RUNTIME = requirements(PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"].values())
DEVELOPMENT = requirements(*PROJECT["dependency-groups"].values())


def name_of(requirement: Requirement) -> str:
    return canonicalize_name(requirement.name)


def pins(lock: str) -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in PIN.findall((ROOT / "locks" / lock).read_text())}


def test_docs_explain_each_direct_dependency_once_and_no_other() -> None:
    explained = [canonicalize_name(name) for name in TABLE_ROW.findall((ROOT / "docs/dependencies.md").read_text())]
    assert sorted(explained) == sorted(name_of(requirement) for requirement in RUNTIME + DEVELOPMENT)


@pytest.mark.parametrize(("lock", "wanted"), [("runtime.txt", RUNTIME), ("dev.txt", RUNTIME + DEVELOPMENT)])
def test_locks_hold_a_fitting_version_of_each_direct_dependency(lock: str, wanted: list[Requirement]) -> None:
    pinned = pins(lock)
    stale = [str(want) for want in wanted if pinned.get(name_of(want), "none") not in want.specifier]
    assert stale == [], "run `make lock`"


def test_what_runs_is_what_was_tested() -> None:
    assert pins("runtime.txt").items() <= pins("dev.txt").items()


@pytest.mark.parametrize("lock", ["runtime.txt", "dev.txt", "uv.txt"])
def test_locks_name_no_registry_and_hash_every_file(lock: str) -> None:
    text = (ROOT / "locks" / lock).read_text()
    entries = text.count("==")
    assert entries > 0
    assert len(re.findall(r"==[^\n]*\\\n    --hash=sha256:[0-9a-f]{64}", text)) == len(PIN.findall(text))
    assert not re.search(r"://|^-|@ ", text, re.MULTILINE)
