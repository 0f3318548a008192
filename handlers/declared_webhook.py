"""A team's own system as its file declares it: where it is told of money, and the secret that it knows us by."""

import binascii
from base64 import b64decode
from typing import Annotated

from pydantic import AfterValidator, Field

from handlers.declared_parts import Part

SIGNS = "whsec_"


def _web(url: str) -> str:
    if url and not url.startswith(("https://", "http://")):
        raise ValueError("must be an address that begins with https://")
    return url


def _signing_secret(secret: str) -> str:
    """As standardwebhooks.com has it, 24 to 64 bytes in base64 after `whsec_`; any other word is hashed into one."""
    try:
        long = len(b64decode(secret.removeprefix(SIGNS), validate=True)) if secret.startswith(SIGNS) else len(secret)
    except binascii.Error as error:
        raise ValueError("is no base64 after whsec_") from error
    if secret and not 24 <= long <= 64:
        raise ValueError("holds 24 to 64 bytes; make one with: echo whsec_$(openssl rand -base64 32)")
    return secret


Web = Annotated[str, Field(max_length=500), AfterValidator(_web)]


class Webhook(Part):
    """The team's own system, told of every payment, refund and booking; `secret` signs what it is told.

    Left out, the secret that is kept already stays.
    """

    url: Web
    secret: Annotated[str, AfterValidator(_signing_secret)] = ""
