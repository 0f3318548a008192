"""How the bot takes its updates."""

from sandbox.telegram.entities import Json
from sandbox.telegram.params import Params
from sandbox.telegram.state import State
from sandbox.telegram.updates import Hook


async def get_updates(state: State, params: Params) -> list[Json]:
    """Wait for updates."""
    state.updates.allow(params.json("allowed_updates", "allowed updates"))
    limit = min(max(params.integer("limit", 100), 1), 100)
    return await state.updates.poll(params.integer("offset"), limit, params.integer("timeout"))


def set_webhook(state: State, params: Params) -> bool:
    """Have them pushed."""
    url = params.text("url")
    connections = min(max(params.integer("max_connections", 40), 1), 100)
    hook = Hook(url, params.text("secret_token"), connections) if url else None
    state.updates.set_hook(hook, drop=params.flag("drop_pending_updates"))
    state.updates.allow(params.json("allowed_updates", "allowed updates"))
    return True


def delete_webhook(state: State, params: Params) -> bool:
    """Have them kept for getUpdates."""
    state.updates.set_hook(None, drop=params.flag("drop_pending_updates"))
    return True


def get_webhook_info(state: State, params: Params) -> Json:
    """How the pushing goes."""
    return state.updates.info()


METHODS = {
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}
