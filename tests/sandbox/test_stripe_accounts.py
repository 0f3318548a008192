"""Several Stripe accounts side by side: each key sees its own, a platform acts where it was let in, and no further."""

from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from sandbox.app import Cast
from sandbox.stripe.merchants import SECOND
from sandbox.stripe.objects import ACCOUNT
from sandbox.world import World

FORM = {
    "mode": "payment", "success_url": "http://127.0.0.1:9/back", "line_items[0][quantity]": "1",
    "line_items[0][price_data][currency]": "usd", "line_items[0][price_data][unit_amount]": "4900",
    "line_items[0][price_data][product_data][name]": "Talk",
}  # fmt: skip


@pytest.fixture
def keys(world: World) -> dict[str, str]:
    """The API keys of the two accounts, by account."""
    return {ACCOUNT: world.secrets.stripe_api_key, SECOND: world.secrets.stripe_second_api_key}


async def ask(root: str, key: str, path: str, account: str = "", **form: str) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {key}"} | ({"Stripe-Account": account} if account else {})
    async with httpx2.AsyncClient(base_url=f"{root}/stripe", headers=headers) as client:
        return await (client.post(path, data=form) if form else client.get(path))


async def test_each_key_sees_its_own_account_and_its_own_sessions(sandbox_server: str, keys: dict[str, str]) -> None:
    for account, key in keys.items():
        assert (await ask(sandbox_server, key, "/v1/account")).json()["id"] == account
    theirs = (await ask(sandbox_server, keys[SECOND], "/v1/checkout/sessions", **FORM)).json()["id"]
    assert (await ask(sandbox_server, keys[SECOND], f"/v1/checkout/sessions/{theirs}")).status_code == 200
    assert (await ask(sandbox_server, keys[ACCOUNT], f"/v1/checkout/sessions/{theirs}")).status_code == 404
    assert (await ask(sandbox_server, keys[ACCOUNT], "/v1/checkout/sessions")).json()["data"] == []


async def test_a_platform_acts_where_it_was_let_in_and_until_it_is_put_out(
    sandbox_server: str, keys: dict[str, str], world: World, cast: Cast
) -> None:
    refused = await ask(sandbox_server, keys[ACCOUNT], "/v1/account", SECOND)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "account_invalid")
    code = await _agree(sandbox_server, world)
    token = {"grant_type": "authorization_code", "code": code}
    assert (await ask(sandbox_server, keys[SECOND], "/oauth/token", **token)).json()["error"] == "invalid_client"
    given = (await ask(sandbox_server, keys[ACCOUNT], "/oauth/token", **token)).json()
    assert (given["stripe_user_id"], given["livemode"]) == (SECOND, False)
    again = await ask(sandbox_server, keys[ACCOUNT], "/oauth/token", **token)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")

    assert (await ask(sandbox_server, keys[ACCOUNT], "/v1/account", SECOND)).json()["id"] == SECOND
    async with httpx2.AsyncClient() as client:
        await client.post(f"{sandbox_server}/ui/stripe/accounts/{SECOND}/disconnect", json={})
    assert (await ask(sandbox_server, keys[ACCOUNT], "/v1/account", SECOND)).status_code == 403
    (event,) = cast.stripe.events.values()
    assert (event["type"], event["account"]) == ("account.application.deauthorized", SECOND)


async def _agree(root: str, world: World) -> str:
    """The owner says yes on Stripe's page; the code that their browser carries back."""
    query = {"response_type": "code", "client_id": world.secrets.stripe_client_id, "state": "s"}
    async with httpx2.AsyncClient() as client:
        page = await client.get(f"{root}/stripe/oauth/authorize", params=query)
        assert "Bella Bikes" in page.text
        form = {"redirect_uri": "http://127.0.0.1:9/back", "state": "s", "account": SECOND, "act": "connect"}
        answer = await client.post(f"{root}/stripe/oauth/authorize", data=form)
    brought = parse_qs(urlsplit(answer.headers["location"]).query)
    assert brought["state"] == ["s"]
    return brought["code"][0]


async def test_the_dashboard_gives_the_secret_for_an_address(sandbox_server: str, world: World) -> None:
    url = f"{sandbox_server}/ui/stripe"
    async with httpx2.AsyncClient() as client:
        assert (await client.get(url)).json()["second"]["secret"] == ""
        given = await client.post(f"{url}/accounts/{SECOND}/endpoint", json={"url": "http://127.0.0.1:9/hook"})
        shown = (await client.get(url)).json()["second"]
    assert given.json()["secret"] == shown["secret"] == world.secrets.stripe_second_webhook_secret
    assert shown["endpoint"] == "http://127.0.0.1:9/hook"
