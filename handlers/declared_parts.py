"""What the parts of a team's file have in common: no key without a meaning, and sums as people write them."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationInfo

from payments.amounts import AmbiguousAmount, UnreadableAmount, parse_amount
from payments.money import Money


class Part(BaseModel):
    """A part of the file: every key in it means something."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def read_price(value: Any, info: ValidationInfo) -> Any:
    """`49 USD`, or `49` in the team's own currency, or nothing to pay."""
    if not isinstance(value, str):
        return value or None
    if value.strip().lower() in {"", "free", "0"}:
        return None
    try:
        read = parse_amount(value, (info.context or {}).get("currency", ""))
    except (UnreadableAmount, AmbiguousAmount) as error:
        raise ValueError(str(error)) from error
    if read.description:
        raise ValueError(f"“{read.description}” does not belong to a price; write one such as 49 USD")
    return read.amount


def read_limit(value: Any, info: ValidationInfo) -> Any:
    """A sum in the team's own currency."""
    read = read_price(value, info)
    home = (info.context or {}).get("currency", "")
    if isinstance(read, Money) and read.currency != home:
        raise ValueError(f"must be in the team's own currency, {home}")
    return read
