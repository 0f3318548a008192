"""`expand[]`: ids in an answer replaced by the objects they name."""

from sandbox.stripe.books import Books, newest_first
from sandbox.stripe.errors import Refused
from sandbox.stripe.forms import Json
from sandbox.stripe.objects import listing

SHELVES = {"payment_intent": "intents", "latest_charge": "charges", "charge": "charges", "dispute": "disputes"}


def expanded(books: Books, thing: Json, paths: list[str]) -> Json:
    """A copy of `thing` with each dotted path expanded. Raises `Refused` for what cannot be."""
    if len(paths) > 20 or any(path.count(".") > 3 for path in paths):
        raise Refused("You cannot expand more than 4 levels of a property", param="expand")
    for path in paths:
        thing = _expand(books, thing, path.split("."), path)
    return thing


def _expand(books: Books, thing: Json, parts: list[str], path: str) -> Json:
    head, *rest = parts
    if head == "data" and thing.get("object") == "list":
        return thing | {"data": [_expand(books, item, rest, path) if rest else item for item in thing["data"]]}
    value = _included(books, thing, head) if head in ("line_items", "refunds") else _named(books, thing, head, path)
    if rest and value is not None:
        value = _expand(books, value, rest, path)
    return thing | {head: value}


def _included(books: Books, thing: Json, head: str) -> Json:
    match thing["object"], head:
        case "checkout.session", "line_items":
            return listing(f"/v1/checkout/sessions/{thing['id']}/line_items", books.lines[thing["id"]])
        case "charge", "refunds":
            found = [refund for refund in newest_first(books.refunds) if refund["charge"] == thing["id"]]
            return listing(f"/v1/charges/{thing['id']}/refunds", found)
    raise _fixed(head)


def _named(books: Books, thing: Json, head: str, path: str) -> Json | None:
    value = thing.get(head)
    if isinstance(value, dict):
        return value
    if head not in SHELVES or head not in thing:
        raise _fixed(path)
    return books.find(SHELVES[head], value) if value else None


def _fixed(path: str) -> Refused:
    return Refused(f"This property cannot be expanded ({path}).", param="expand")
