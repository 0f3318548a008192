"""The set-up form is its settings section: what is asked, what is never asked, and what comes of what was typed."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.gateway_settings import PayPalSettings
from bot.pages.setup_fields import Wrong, fields_of, offered, section_from, with_problems
from bot.pages.setup_words import live_refusal
from bot.settings import Settings

HOOK = "https://bellhop.example/webhooks/x/bright"
STAND_IN = Settings(
    paypal=PayPalSettings(client_id="c", client_secret=SecretStr("s"), api_url="http://127.0.0.1:8001/paypal")
)


def test_telegram_is_not_offered_for_its_money_belongs_to_the_bot() -> None:
    assert set(offered()) == {"stripe", "paypal", "phonepe", "razorpay"}


@pytest.mark.parametrize("gateway", sorted(offered()))
def test_addresses_are_the_operators_and_secrets_are_never_shown(gateway: str) -> None:
    before = dict.fromkeys(offered()[gateway].model_fields, "kept-here")
    fields = fields_of(gateway, Settings(), before, HOOK)
    assert not [field.name for field in fields if field.name.endswith("_url") or field.name == "js_url"]
    secrets = [field for field in fields if field.kind == "password"]
    assert secrets and all(field.kept and not field.value and not field.required for field in secrets)
    typed = {field.name: "typed-here" for field in fields}
    assert all(not field.value for field in with_problems(secrets, typed, {}))
    assert any("webhooks/x/bright" in field.hint for field in fields)


def test_an_address_that_is_typed_all_the_same_is_not_heard() -> None:
    typed = {"api_key": "sk_test_1", "api_url": "http://169.254.169.254", "js_url": "https://evil.example/x.js"}
    section = section_from("stripe", Settings(), typed, {})
    assert section["api_url"] == "https://api.stripe.com"
    assert section["js_url"].startswith("https://js.stripe.com/")


@pytest.mark.parametrize(
    ("gateway", "mode", "address"),
    [
        ("paypal", "live", "https://api-m.paypal.com"),
        ("paypal", "test", "https://api-m.sandbox.paypal.com"),
        ("phonepe", "live", "https://api.phonepe.com/apis/pg"),
        ("phonepe", "", "https://api-preprod.phonepe.com/apis/pg-sandbox"),
    ],
)
def test_keys_that_do_not_show_their_mode_are_asked_for_it(gateway: str, mode: str, address: str) -> None:
    typed = {"client_id": "c", "client_secret": "s", "mode": mode}
    assert section_from(gateway, Settings(), typed, {})["api_url"] == address
    assert [field.name for field in fields_of(gateway, Settings(), {}, HOOK)][-1] == "mode"


def test_an_operators_stand_in_is_everybodys() -> None:
    typed = {"client_id": "c", "client_secret": "s", "mode": "live"}
    assert section_from("paypal", STAND_IN, typed, {})["api_url"] == "http://127.0.0.1:8001/paypal"
    assert "mode" not in [field.name for field in fields_of("paypal", STAND_IN, {}, HOOK)]


def test_what_is_left_empty_is_kept_if_it_is_a_secret_and_gone_if_it_is_not() -> None:
    before = {"api_key": "sk_test_1", "webhook_secret": "whsec_1", "publishable_key": "pk_test_1"}
    section = section_from("stripe", Settings(), {"webhook_secret": "whsec_2", "publishable_key": ""}, before)
    assert (section["api_key"], section["webhook_secret"], section["publishable_key"]) == ("sk_test_1", "whsec_2", "")


def test_each_mistake_stands_at_its_field() -> None:
    with pytest.raises(Wrong) as wrong:
        section_from("razorpay", Settings(), {"key_id": "sk_test_1"}, {})
    assert wrong.value.problems == {
        "key_id": "Must begin with rzp_test_ or rzp_live_.", "key_secret": "This is needed.",
    }  # fmt: skip


@pytest.mark.parametrize(("typed", "taken"), [("whsec_1", True), ("whsec_1, whsec_2", True), ("we_1", False),
                                              ("whsec_1,rest", False)])  # fmt: skip
def test_each_webhook_secret_of_stripe_looks_like_one(typed: str, taken: bool) -> None:
    told = {"api_key": "sk_test_1", "webhook_secret": typed}
    if taken:
        assert section_from("stripe", Settings(), told, {})["webhook_secret"] == typed
        return
    with pytest.raises(Wrong) as wrong:
        section_from("stripe", Settings(), told, {})
    assert wrong.value.problems == {"webhook_secret": "Must begin with whsec_."}


def test_live_keys_want_an_operators_key_and_a_true_clock(tmp_path: Path) -> None:
    keys = (SecretStr("k"),)
    assert "BELLHOP_SECRET_KEYS" in live_refusal(Settings())
    assert "clock is moved" in live_refusal(Settings(secret_keys=keys, clock_offset_file=tmp_path / "clock"))
    assert live_refusal(Settings(secret_keys=keys)) == ""
