"""The image, the compose file and the units name what is there."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
yaml: Any = pytest.importorskip("yaml")  # it has no types; the locks hold it
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COPIED = [
    source
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    for source in line.split()[:-1]
]  # fmt: skip
PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"][
    "packages"
]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
NAMES = ("bellhop.service", "bellhop-worker@.service")
UNITS = [ROOT / "deploy" / name for name in NAMES]


def values(unit: Path, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_image_copies_what_is_there_and_what_the_wheel_is_made_of() -> None:
    assert [source for source in COPIED if not (ROOT / source).exists()] == []
    assert set(PACKAGES) <= set(COPIED)


def test_the_build_is_not_shown_more_than_it_copies() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    shown = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    assert "*" in ignored
    assert shown == {source.partition("/")[0] for source in COPIED}


def test_the_image_does_not_run_as_root() -> None:
    user = re.findall(r"^USER (\d+)", DOCKERFILE, re.MULTILINE)[-1]
    assert int(user) > 0
    assert f"--uid {user} " in DOCKERFILE


def test_compose_needs_postgresql_only_with_its_profile() -> None:
    profiles = {name: service.get("profiles", []) for name, service in COMPOSE["services"].items()}
    assert profiles == {"bellhop": [], "worker": ["postgres"], "postgres": ["postgres"]}
    for name in ("bellhop", "worker"):
        assert COMPOSE["services"][name]["depends_on"]["postgres"]["required"] is False


def test_compose_gives_bellhop_no_place_to_write_but_its_data() -> None:
    for name in ("bellhop", "worker"):
        service = COMPOSE["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
    assert COMPOSE["services"]["bellhop"]["volumes"] == ["data:/data"]


def test_compose_knows_every_volume_it_names() -> None:
    used = {place.partition(":")[0] for service in COMPOSE["services"].values() for place in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])


def test_the_image_starts_on_port_8000_which_compose_and_its_health_check_ask() -> None:
    assert "EXPOSE 8000" in DOCKERFILE
    assert "http://127.0.0.1:8000/healthz" in DOCKERFILE
    assert COMPOSE["services"]["bellhop"]["ports"][0].endswith(":8000")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_give_away_no_rights(unit: Path) -> None:
    assert values(unit, "User") == ["bellhop"]
    assert values(unit, "ProtectSystem") == ["strict"]
    assert values(unit, "NoNewPrivileges") == ["yes"]
    assert values(unit, "CapabilityBoundingSet") == [""]


def test_the_two_units_differ_in_what_they_run_and_in_nothing_else() -> None:
    web, worker = (unit.read_text(encoding="utf-8").splitlines()[1:] for unit in UNITS)
    different = [(ours, theirs) for ours, theirs in zip(web, worker, strict=True) if ours != theirs]
    assert [ours.partition("=")[0] for ours, _ in different] == ["Description", "ExecStart"]
    assert [line.rpartition("/")[2] for line in different[1]] == ["bellhop serve", "bellhop worker"]
