"""Reads the settings: from the environment first, then from `.env`. Whatever is wrong is named by its variable."""

import difflib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

from bot.sections import Section
from bot.settings import PREFIX, Settings, SettingsError

DOTENV = Path(".env")
FILE = "_FILE"


def read_settings(environ: Mapping[str, str] = os.environ, dotenv: Path | None = DOTENV) -> tuple[Settings, list[str]]:
    """The settings, and a warning for every unknown key. Raises SettingsError."""
    written = {**written_in(dotenv), **_ours(environ)}
    known, warnings = _sorted_out(written)
    source = EnvSettingsSource(Settings)
    source.env_vars = {name.lower(): value for name, value in known.items()}
    try:
        settings = Settings(**source())
    except ValidationError as error:
        raise SettingsError(*dict.fromkeys(map(_sentence, error.errors()))) from None
    if misfits := list(_misfits(settings)):
        raise SettingsError(*misfits)
    return settings, warnings


def variables() -> dict[str, FieldInfo]:
    """Every variable there is, by its full name."""
    return {PREFIX + "__".join(path).upper(): field for path, field in _leaves(Settings)}


def written_in(dotenv: Path | None) -> dict[str, str]:
    """The variables of ours in a file, none when there is no file. Raises SettingsError."""
    if dotenv is None or not dotenv.is_file():
        return {}
    try:
        return _ours(DotEnvSettingsSource(Settings, env_file=dotenv).env_vars)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{dotenv} cannot be read: {error}") from error


def section_of(field: FieldInfo) -> type[Section] | None:
    """The class of a field that holds a section."""
    kinds = [kind for kind in get_args(field.annotation) if isinstance(kind, type) and issubclass(kind, Section)]
    return kinds[0] if kinds else None


def is_secret(field: FieldInfo) -> bool:
    """Whether a variable's value may be given by a file, and must not be shown."""
    return SecretStr in (field.annotation, *get_args(field.annotation))


def _leaves(model: type[BaseModel], *path: str) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    for name, field in model.model_fields.items():
        if section := section_of(field):
            yield from _leaves(section, *path, name)
        else:
            yield (*path, name), field


def _ours(given: Mapping[str, str | None]) -> dict[str, str]:
    # An empty variable says nothing: `.env` files and containers are full of them.
    return {name.upper(): value for name, value in given.items() if value and name.upper().startswith(PREFIX)}


def _sorted_out(written: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The values of the variables there are, and a warning for each that is none."""
    there = variables()
    known = {name: value for name, value in written.items() if name in there}
    warnings = []
    for name in written.keys() - known.keys():
        plain = name.removesuffix(FILE)
        if name.endswith(FILE) and plain in there and is_secret(there[plain]):
            if plain in known:
                raise SettingsError(f"{plain} and {name} are both set: keep one")
            known[plain] = _content(name, written[name])
        else:
            warnings.append(_unknown(name, there))
    return known, sorted(warnings)


def _content(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise SettingsError(f"{name} names {path}, which cannot be read: {reason}") from error


def _unknown(name: str, there: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(name, there, n=2, cutoff=0.75)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    return f"{name} is not a setting and does nothing{hint}"


def _sentence(error: Any) -> str:
    name = PREFIX + "__".join(part for part in error["loc"] if isinstance(part, str)).upper()
    if error["type"] == "missing":
        return f"{name} is missing, and its section needs it"
    reason = error["msg"].removeprefix("Value error, ")
    return f"{name} {reason[:1].lower()}{reason[1:]}"


def _misfits(settings: Settings) -> Iterator[str]:
    """What no single value shows."""
    from bot.fitting import misfits

    return misfits(settings)
