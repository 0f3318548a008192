"""Telegram's updates as facts: what they say, in any order, in odd shapes, and who may say it."""

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.amounts import Parsed, parse_amount
from payments.errors import BadSignature, NotConfigured
from payments.facts import Expected, Fact, FactKind, misfit
from payments.machine import State, settle
from payments.money import Money
from payments.telegram import Telegram, TelegramKeys
from payments.telegram.facts import MISSHAPEN, short
from payments.telegram.money import from_telegram, limits, to_telegram
from tests.payments.telegram_payloads import (
    CHARGE,
    NOW,
    SECRET,
    TOKEN,
    USER,
    Json,
    gateway,
    in_stars,
    question,
    successful,
    update,
)

HEADER = "X-Telegram-Bot-Api-Secret-Token"
TILL = gateway()
STARS = Money(250, "XTR")
DOLLARS = Money(1999, "USD")


def refunded() -> Json:
    gone = in_stars()
    del gone["provider_payment_charge_id"]
    return gone


async def read(update: Any, secret: str = SECRET) -> list[Fact]:
    body = update if isinstance(update, bytes) else json.dumps(update).encode()
    return list(await TILL.read_webhook(body, {HEADER: secret}, now=NOW))


async def test_a_payment_through_a_provider_goes_by_the_providers_charge() -> None:
    (fact,) = await read(update("successful_payment", successful()))
    assert (fact.kind, fact.captured, fact.reference, fact.checkout_ref) == (
        FactKind.CAPTURED, DOLLARS, "ord_1", "USD:ord_1",
    )  # fmt: skip
    assert (fact.payment_ref, fact.event_id, fact.at, fact.live) == ("p1", "captured:t1", NOW, False)
    assert misfit(fact, Expected(reference="ord_1", asked=DOLLARS, live=False)) is None


async def test_stars_go_by_telegrams_own_charge() -> None:
    (fact,) = await read(update("successful_payment", in_stars()))
    assert (fact.captured, fact.payment_ref, fact.checkout_ref) == (STARS, CHARGE, "XTR:ord_1")


async def test_payment_and_refund_settle_to_the_same_end_in_any_order() -> None:
    facts = [
        *await read(update("successful_payment", in_stars())),
        *await read(update("refunded_payment", refunded(), date=1767225700)),
    ]
    assert facts[1].payment_ref == facts[0].payment_ref
    for order in itertools.permutations([*facts, *facts]):
        settled = settle(order, STARS)
        assert (settled.state, settled.captured, settled.refunded) == (State.REFUNDED, STARS, STARS)


async def test_a_charge_id_of_any_length_fits_where_ids_are_kept() -> None:
    for length in (1, 110, 111, 5000):
        (fact,) = await read(update("successful_payment", in_stars() | {"telegram_payment_charge_id": "s" * length}))
        assert len(fact.payment_ref) <= 110
        assert len(fact.event_id) <= 128
    assert short("s" * 111) != short("s" * 112)


async def test_a_payment_told_of_in_a_group_belongs_to_its_reference_all_the_same() -> None:
    group = {"id": -1001, "type": "supergroup", "title": "Desk"}
    (fact,) = await read(update("successful_payment", in_stars(), chat=group))
    assert (fact.reference, fact.payment_ref) == ("ord_1", CHARGE)


@pytest.mark.parametrize("other", [{"message": {"text": "hello"}}, {"callback_query": {"id": "1"}}, {"message": None}])
async def test_what_is_not_about_money_says_nothing(other: Json) -> None:
    assert await read({"update_id": 1, **other}) == []
    assert TILL.question({"update_id": 1, **other}) is None


async def test_the_question_before_a_payment_is_no_report() -> None:
    assert await read(question()) == []
    fact = TILL.question(question())
    assert fact is not None
    assert (fact.kind, fact.asked, fact.reference, fact.event_id, fact.detail) == (
        FactKind.OPENED, DOLLARS, "ord_1", "asked:9001", "payer 42",
    )  # fmt: skip
    assert settle([fact, fact], DOLLARS).state is State.OPENED


ODD = [
    {"total_amount": None}, {"total_amount": "1999"}, {"total_amount": 19.99}, {"total_amount": True},
    {"total_amount": -1}, {"currency": None}, {"currency": "usd"}, {"currency": ["USD"]}, {"invoice_payload": None},
    {"invoice_payload": ""}, {"invoice_payload": 7},
]  # fmt: skip


@pytest.mark.parametrize("odd", [*ODD, {"telegram_payment_charge_id": None}, {"provider_payment_charge_id": 5}])
async def test_an_odd_payment_is_never_money(odd: Json) -> None:
    with pytest.raises(BadSignature):
        await read(update("successful_payment", successful(**odd)))


@pytest.mark.parametrize("odd", [*ODD, {"id": None, "from": None}])
def test_an_odd_question_is_never_answered_with_yes(odd: Json) -> None:
    with pytest.raises(MISSHAPEN):
        TILL.question(question(**odd))


@pytest.mark.parametrize("date", [None, "soon", 10**20])
async def test_a_payment_without_a_time_is_not_read(date: object) -> None:
    with pytest.raises(BadSignature):
        await read(update("successful_payment", successful(), date=date))


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b'"x"', b"[" * 100_000])
async def test_a_body_that_is_no_update_is_refused(body: bytes) -> None:
    with pytest.raises(BadSignature):
        await read(body)


async def test_much_text_and_any_script_are_read() -> None:
    payer = {**USER, "first_name": "अनन्या 💐" * 10_000}
    (fact,) = await read(update("successful_payment", successful(), **{"from": payer, "text": "x" * 100_000}))
    assert fact.captured == DOLLARS


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", SECRET[:-1], "sécret"])
async def test_another_secret_is_never_believed(secret: str) -> None:
    with pytest.raises(BadSignature):
        await read(update("successful_payment", successful()), secret)


@given(st.text(max_size=300))
async def test_no_header_breaks_anything(secret: str) -> None:
    if secret != SECRET:
        with pytest.raises(BadSignature):
            await read(update("successful_payment", successful()), secret)


async def test_the_header_is_found_however_it_is_written() -> None:
    body = json.dumps(update("successful_payment", successful())).encode()
    for name in (HEADER, HEADER.lower(), HEADER.upper()):
        assert await TILL.read_webhook(body, {name: SECRET}, now=NOW)


async def test_without_a_secret_nothing_can_be_verified() -> None:
    till = Telegram(TelegramKeys(TOKEN, stars=True))
    with pytest.raises(NotConfigured):
        await till.read_webhook(b"{}", {}, now=NOW)


@pytest.mark.parametrize(
    ("currency", "least", "most"),
    [("USD", 100, 1_000_000), ("JPY", 108, 1_088_524), ("INR", 7_455, 74_550_499), ("HUF", 30_007, 300_075_024),
     ("ISK", 124, 1_240_104), ("UGX", 3_606, 36_066_184), ("XTR", 1, 25_000)],
)  # fmt: skip
def test_limits_and_numbers_are_telegrams_own(currency: str, least: int, most: int) -> None:
    taken = limits(currency)
    assert taken is not None
    assert (taken.minimum, taken.maximum) == (Money(least, currency), Money(most, currency))
    for minor in (least, most):
        assert from_telegram(to_telegram(Money(minor, currency)), currency) == Money(minor, currency)


@pytest.mark.parametrize("currency", ["KWD", "XYZ", "BTC"])
def test_other_currencies_are_not_taken(currency: str) -> None:
    assert limits(currency) is None


@pytest.mark.parametrize("typed", ["250 XTR Short answer", "⭐250 Short answer", "250 ⭐\ufe0f Short answer"])
def test_stars_are_typed_like_a_currency(typed: str) -> None:
    assert parse_amount(typed, "USD") == Parsed(STARS, "Short answer")


@pytest.mark.parametrize("typed", ["5 star hotel", "5 stars"])
def test_a_word_is_no_star(typed: str) -> None:
    assert parse_amount(typed, "USD").amount == Money(500, "USD")
