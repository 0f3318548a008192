"""The fields of a gateway's set-up form, made of its settings section; what was typed, as that section again."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo

from bot.sections import Section
from bot.settings import Settings, TelegramSettings
from payments.registry import GATEWAYS

SANDBOXES = {
    "paypal": "https://api-m.sandbox.paypal.com",
    "phonepe": "https://api-preprod.phonepe.com/apis/pg-sandbox",
}
"""Gateways whose keys do not show their mode: the address of test mode."""
MODE = "mode"
"""The choice between test and live, where the keys do not show it."""
SPELLED = {"api": "API", "id": "id", "upi": "UPI", "qr": "QR"}
_OURS = re.compile(r"PUBLIC_URL/webhooks/\w+")


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `kind` as HTML's input has it; `value` is never a secret; `kept`: there is one, and empty keeps it."""

    name: str
    label: str
    hint: str
    kind: str
    required: bool
    value: str = ""
    kept: bool = False
    problem: str = ""


class Wrong(Exception):
    """What was typed does not fit; `problems` by field, "" for what belongs to none."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


def offered() -> dict[str, type[Section]]:
    """The gateways whose keys an owner may type. Telegram's payments belong to the bot, which is the operator's."""
    kinds = {name: _section_class(field) for name, field in Settings.model_fields.items()}
    return {name: kind for name in GATEWAYS if (kind := kinds.get(name)) is not None and kind is not TelegramSettings}


def fields_of(gateway: str, settings: Settings, before: Mapping[str, str], webhook_url: str) -> list[Field]:
    """The form, filled with what is there, but for secrets. `webhook_url`: what to paste at the gateway."""
    kind = offered()[gateway]
    fields = [_field(name, info, before, webhook_url) for name, info in _asked(kind)]
    return fields + ([_mode(gateway, before)] if _chooses_mode(gateway, settings) else [])


def with_problems(fields: list[Field], typed: Mapping[str, str], problems: Mapping[str, str]) -> list[Field]:
    """The form once more, with what was typed, but for secrets, and what is wrong with it."""
    return [
        replace(
            field, problem=problems.get(field.name, ""),
            value=field.value if field.kind == "password" else typed.get(field.name, ""),
        )
        for field in fields
    ]  # fmt: skip


def section_from(
    gateway: str, settings: Settings, typed: Mapping[str, str], before: Mapping[str, str]
) -> dict[str, str]:
    """The section as it will be kept, secrets in the clear. Raises Wrong."""
    kind = offered()[gateway]
    told: dict[str, Any] = {}
    for name, info in _asked(kind):
        value = typed.get(name, "").strip()
        if not value and _is_secret(info):
            value = before.get(name, "")
        if value:
            told[name] = value
    try:
        return kind(**told, **_addresses(gateway, settings, typed)).plain()
    except ValidationError as error:
        raise Wrong({str(each["loc"][0]): _sentence(each) for each in error.errors()}) from None


def secret_field(gateway: str) -> str:
    """The field whose value a gateway has most likely refused."""
    return next(name for name, info in _asked(offered()[gateway]) if _is_secret(info))


def _asked(kind: type[Section]) -> Iterator[tuple[str, FieldInfo]]:
    """What an owner decides: addresses are the operator's, or a team could send us anywhere."""
    for name, info in kind.model_fields.items():
        if not name.endswith("_url") and name not in kind.operators:
            yield name, info


def _field(name: str, info: FieldInfo, before: Mapping[str, str], webhook_url: str) -> Field:
    secret = _is_secret(info)
    kind = "password" if secret else "checkbox" if info.annotation is bool else "text"
    value = "" if secret else before.get(name, "" if info.is_required() else _shown(info.default))
    return Field(
        name=name, label=_label(name), hint=_OURS.sub(webhook_url, info.description or ""), kind=kind,
        required=info.is_required() and not (secret and before.get(name)),
        value=value, kept=secret and bool(before.get(name)),
    )  # fmt: skip


def _label(name: str) -> str:
    spelled = " ".join(SPELLED.get(word, word) for word in name.split("_"))
    return f"{spelled[:1].upper()}{spelled[1:]}"


def _mode(gateway: str, before: Mapping[str, str]) -> Field:
    live = before.get("api_url", SANDBOXES[gateway]) != SANDBOXES[gateway]
    hint = "The keys do not show it themselves."
    return Field(MODE, "Real money?", hint, "mode", required=True, value="live" if live else "test")


def _addresses(gateway: str, settings: Settings, typed: Mapping[str, str]) -> dict[str, str]:
    """Where the gateway is: as the operator says, else as the owner's choice of test or live does."""
    section = getattr(settings, gateway)
    named = {name: value for name, value in section.plain().items() if name.endswith("_url")} if section else {}
    if _chooses_mode(gateway, settings) and typed.get(MODE) != "live":
        named["api_url"] = SANDBOXES[gateway]
    elif _chooses_mode(gateway, settings):
        named["api_url"] = _default_url(gateway)
    return named


def _chooses_mode(gateway: str, settings: Settings) -> bool:
    """Whether test or live is a choice of address; an operator who names a stand-in has chosen."""
    section = getattr(settings, gateway)
    vendors = {SANDBOXES.get(gateway), _default_url(gateway)}
    return gateway in SANDBOXES and (section is None or section.api_url in vendors)


def _default_url(gateway: str) -> str:
    return str(offered()[gateway].model_fields["api_url"].default)


def _section_class(info: FieldInfo) -> type[Section] | None:
    return next(
        (kind for kind in get_args(info.annotation) if isinstance(kind, type) and issubclass(kind, Section)), None
    )


def _is_secret(info: FieldInfo) -> bool:
    return info.annotation is SecretStr


def _shown(default: Any) -> str:
    return "" if default is None else str(default)


def _sentence(error: Any) -> str:
    if error["type"] == "missing":
        return "This is needed."
    reason = error["msg"].removeprefix("Value error, ")
    return f"{reason[:1].upper()}{reason[1:]}."
