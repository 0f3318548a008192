"""PhonePe's access tokens: fetched when they are needed, kept while they serve, and nothing leaves without one."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
import stamina

from payments.errors import NotConfigured, PaymentError, Unavailable
from payments.phonepe.gateway import oauth_url
from tests.payments.phonepe_payloads import (
    ASK,
    COMPLETED,
    NOW,
    OPENED,
    ORDER,
    PAY,
    PENDING,
    SECRET,
    TOKEN,
    TOKEN_SENT,
    TOKENS,
    Answer,
    answering,
    babbles,
    never,
    says,
)

LOGIN = {"code": "INVALID_CLIENT", "errorCode": "OIM000", "message": "Bad Request: Invalid Client, trackingId: 2123d"}


@pytest.fixture(autouse=True)
def _without_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


async def test_a_token_serves_until_five_minutes_before_its_end() -> None:
    times = [NOW]
    async with answering({ASK: PENDING}, now=lambda: times[-1]) as (till, vendor):
        for seconds in (0, 1800, 3299, 3300):
            times.append(NOW + timedelta(seconds=seconds))
            await till.look_up("ord_1")
            assert len(vendor.of(TOKENS)) == (2 if seconds == 3300 else 1)


async def test_a_short_lived_token_serves_half_of_its_life() -> None:
    times = [NOW]
    short = TOKEN | {"expires_at": TOKEN["issued_at"] + 120}
    async with answering({ASK: PENDING, TOKENS: short}, now=lambda: times[-1]) as (till, vendor):
        for seconds in (0, 59, 60):
            times.append(NOW + timedelta(seconds=seconds))
            await till.look_up("ord_1")
    assert len(vendor.of(TOKENS)) == 2


async def test_callers_at_the_same_time_share_a_token() -> None:
    async with answering({ASK: PENDING}) as (till, vendor):
        await asyncio.gather(*(till.look_up("ord_1") for _ in range(5)))
    assert (len(vendor.of(TOKENS)), len(vendor.of(ASK))) == (1, 5)


async def test_a_token_withdrawn_before_its_time_is_replaced_at_once() -> None:
    fresh = TOKEN | {"access_token": "fresh"}
    async with answering({TOKENS: [TOKEN, fresh], PAY: [says({}, 401), OPENED]}) as (till, vendor):
        assert (await till.open_checkout(ORDER)).url
    assert [each.headers["Authorization"] for each in vendor.of(PAY)] == [f"O-Bearer {TOKEN_SENT}", "O-Bearer fresh"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (says(LOGIN, 400), NotConfigured),
        (says(LOGIN, 401), NotConfigured),
        (says({}, 429), Unavailable),
        (says({}, 500), Unavailable),
        (babbles, Unavailable),
        (never, Unavailable),
        (says({"access_token": None}), Unavailable),
        (says({"access_token": "t", "expires_at": "soon"}), Unavailable),
        (says([]), Unavailable),
    ],
)
async def test_without_a_token_nothing_leaves(answer: Answer, expected: type[PaymentError]) -> None:
    async with answering({TOKENS: answer, PAY: OPENED}) as (till, vendor):
        for call in (till.open_checkout(ORDER), till.check()):
            with pytest.raises(expected) as raised:
                await call
            assert SECRET not in str(raised.value)
    assert vendor.of(PAY) == []


async def test_the_check_asks_for_a_fresh_token_and_no_more() -> None:
    async with answering({ASK: COMPLETED}) as (till, vendor):
        await till.check()
        account = await till.check()
    assert (account.name, account.country, account.currency) == ("SHOP_DEV", "IN", "INR")
    assert [each.line for each in vendor.heard] == [TOKENS, TOKENS]


def test_tokens_come_from_another_place_in_production_only() -> None:
    assert oauth_url("https://api.phonepe.com/apis/pg") == "https://api.phonepe.com/apis/identity-manager"
    preprod = "https://api-preprod.phonepe.com/apis/pg-sandbox"
    assert oauth_url(preprod) == preprod
