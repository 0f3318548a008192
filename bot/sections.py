"""What the sections of the settings are made of: kinds of values, and what fits."""

from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, SecretStr
from pydantic_settings import NoDecode


def _address(value: str) -> str:
    """An http(s) address without query, its last slash taken off. Raises ValueError."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an address such as https://bellhop.example.com")
    return value.rstrip("/")


def _origins(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if urlsplit(_address(value)).path.strip("/"):
            raise ValueError(f"{value} must be an origin such as https://example.com, without a path")
    return tuple(value.rstrip("/") for value in values)


def listed(value: object) -> object:
    """A comma-separated text as its parts."""
    return tuple(part for each in value.split(",") if (part := each.strip())) if isinstance(value, str) else value


def beginning(*heads: str, several: bool = False) -> AfterValidator:
    """A secret that begins with one of `heads`, or is empty; `several`: or some, comma-separated."""

    def check(secret: SecretStr) -> SecretStr:
        value = secret.get_secret_value()
        parts = [part.strip() for part in value.split(",")] if several else [value]
        if not all(part.startswith(heads) for part in parts if part):
            raise ValueError(f"must begin with {' or '.join(heads)}")
        return secret

    return AfterValidator(check)


Address = Annotated[str, AfterValidator(_address)]
Hosts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(listed)]
Keys = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(listed)]
Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(listed), AfterValidator(_origins)]


class Section(BaseModel):
    """The settings of one outside account; all its required keys, or none of them."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
    operators: ClassVar[frozenset[str]] = frozenset()
    """What an operator decides for everybody, beside the addresses; a team with an account of its own is not asked."""

    def plain(self) -> dict[str, str]:
        """The section as its gateway or provider takes it, secrets in the clear."""
        return {name: _text(getattr(self, name)) for name in type(self).model_fields}


def _text(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
