"""The picture of a UPI QR code, which Razorpay tells the address of and nothing more."""

import requests

from payments.errors import Unavailable
from payments.gateway import Picture

KINDS = frozenset({"image/png", "image/jpeg", "image/webp", "image/svg+xml"})
LARGEST = 2 * 1024 * 1024
"""Bytes; a code is a small part of it."""


def fetch(image_url: str, *, timeout: float) -> Picture:
    """The picture at an address of Razorpay's, which leads on to where its files lie. Raises Unavailable."""
    try:
        with requests.get(image_url, timeout=timeout, stream=True) as answer:
            answer.raise_for_status()
            mime = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            content = answer.raw.read(LARGEST + 1, decode_content=True)
    except requests.RequestException as error:
        raise Unavailable("Razorpay's picture of the code cannot be had now.") from error
    if mime not in KINDS or len(content) > LARGEST:
        raise Unavailable("Razorpay's picture of the code is no picture.")
    return Picture(mime, content)
