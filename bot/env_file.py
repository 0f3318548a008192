"""`.env` as people read it: every setting with its line of explanation, those in use uncommented.

`python -m bot.env_file` writes `.env.example` again.
"""

from collections.abc import Mapping
from pathlib import Path

from pydantic.fields import FieldInfo

from bot.environment import FILE, is_secret, section_of, variables
from bot.settings import PREFIX, Settings

HEAD = f"""\
# Bellhop's settings. Copy this file to .env; what the environment says comes before what stands here.
# A section with its required values present switches its feature on. A secret may also be kept in a file:
# {PREFIX}STRIPE__API_KEY{FILE}=/run/secrets/stripe.

"""


def example() -> str:
    """The whole `.env.example`."""
    return render({}, HEAD)


def render(values: Mapping[str, str], head: str) -> str:
    """Every variable, section by section; the ones in `values` set, the others commented out."""
    parts, section = [head], ""
    for name, field in variables().items():
        first, nested, _ = name.removeprefix(PREFIX).partition("__")
        if (here := first if nested else "") != section:
            section = here
            parts.append(f"\n{_headline(section)}\n")
        parts.append(_entry(name, field, values.get(name)))
    # What we do not know is the operator's, and stays.
    unknown = [f"{name}={quoted(value)}\n" for name, value in values.items() if name not in variables()]
    return "".join([*parts, *(["\n# --- Others\n"] if unknown else []), *unknown])


def quoted(value: str) -> str:
    """A value as `.env` files write it: bare where nothing in it needs care."""
    if all(char.isalnum() or char in "-_.,:/@+=" for char in value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _headline(section: str) -> str:
    kind = section_of(Settings.model_fields[section.lower()])
    words = (kind.__doc__ or "").replace("`", "") if kind else ""
    return "\n".join(f"# {line}".rstrip() for line in (f"--- {section.title()}", *words.splitlines()))


def _entry(name: str, field: FieldInfo, value: str | None) -> str:
    told = " ".join((field.description or "").split())
    explained = f"# {told}\n" if told else ""
    if value is not None:
        return f"{explained}{name}={quoted(value)}\n"
    return f"{explained}#{name}={_default(field)}\n"


def _default(field: FieldInfo) -> str:
    if is_secret(field) or field.is_required() or field.default in (None, ()):
        return ""
    return str(field.default).lower() if isinstance(field.default, bool) else str(field.default)


if __name__ == "__main__":
    Path(".env.example").write_text(example(), encoding="utf-8")
