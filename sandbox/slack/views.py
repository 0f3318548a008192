"""views.*: modals and home tabs."""

from collections.abc import Iterator

from sandbox.slack.blocks import accept_view
from sandbox.slack.call import Call, Method
from sandbox.slack.model import Json, Refused, View
from sandbox.slack.wire import view_json

MODALS_IN_A_STACK = 3


def open_view(call: Call) -> Json:
    """views.open."""
    body = _body(call, "modal")
    user = call.core.spend(call.text("trigger_id", "invalid_arguments")).user
    view = call.core.new_view(user, body)
    call.team.modals[user] = [view]
    return _shown(call, view)


def push(call: Call) -> Json:
    """views.push, on top of the modal that the trigger came from."""
    body = _body(call, "modal")
    user = call.core.spend(call.text("trigger_id", "invalid_arguments")).user
    stack = call.team.modals.get(user) or []
    if not stack:
        raise Refused("not_found")
    if len(stack) >= MODALS_IN_A_STACK:
        raise Refused("push_limit_reached")
    view = call.core.new_view(user, body, stack[-1])
    stack.append(view)
    return _shown(call, view)


def update(call: Call) -> Json:
    """views.update, by view id or by the app's own external id."""
    key, name = call.text("view_id"), call.text("external_id")
    view = next((v for v in _open_views(call) if v.id == key or (name and v.body.get("external_id") == name)), None)
    if view is None:
        raise Refused("not_found")
    _same_hash(call, view)
    body = _body(call, view.body["type"], view)
    view.body, view.errors, view.hash = body, {}, call.core.new_hash()
    return _shown(call, view)


def publish(call: Call) -> Json:
    """views.publish: somebody's home tab."""
    user = call.text("user_id", "invalid_arguments")
    if user not in call.team.people:
        raise Refused("invalid_arguments")
    old = call.team.homes.get(user)
    if old:
        _same_hash(call, old)
    view = call.core.new_view(user, _body(call, "home", old))
    if old:
        view.id = view.root = old.id
    call.team.homes[user] = view
    return _shown(call, view)


def _same_hash(call: Call, view: View) -> None:
    if call.text("hash") not in ("", view.hash):
        raise Refused("hash_conflict")


def _body(call: Call, kind: str, old: View | None = None) -> Json:
    body = accept_view(call.structure("view"))
    if body["type"] != kind:
        raise Refused("invalid_arguments")
    name = body.get("external_id")
    if name and any(v.body.get("external_id") == name for v in _open_views(call) if v is not old):
        raise Refused("duplicate_external_id")
    return body


def _open_views(call: Call) -> Iterator[View]:
    yield from call.team.homes.values()
    for stack in call.team.modals.values():
        yield from stack


def _shown(call: Call, view: View) -> Json:
    call.core.touched()
    return {"view": view_json(call.team, view)}


METHODS = {
    "views.open": Method(open_view),
    "views.push": Method(push),
    "views.update": Method(update),
    "views.publish": Method(publish),
}
