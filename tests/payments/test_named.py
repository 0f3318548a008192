"""A gateway under a word of ours: all it tells bears the word, and what it can do beyond the others it still can."""

from contextlib import aclosing
from datetime import timedelta

from payments.gateway import CheckoutOrder, Gateway, QrGateway
from payments.money import Money
from payments.named import Named
from payments.razorpay import Razorpay
from tests.handlers.till import Till
from tests.handlers.town import START

ORDER = CheckoutOrder(
    reference="ord_1", amount=Money(4900, "USD"), description="Talk", payee="Acme", return_url="http://127.0.0.1/b",
    cancel_url="http://127.0.0.1/c", expires_at=START + timedelta(hours=1), key="key_1",
)  # fmt: skip


async def test_every_fact_bears_the_word() -> None:
    till = Till()
    named: Gateway = Named(till, "own_1")
    assert (named.name, named.title, named.account, named.live) == (till.name, till.title, "own_1", till.live)
    link = await named.open_checkout(ORDER)
    till.pay(link.checkout_ref)
    told = list(await named.look_up(link.checkout_ref))
    (paid,) = [fact for fact in told if fact.captured]
    told.append(await named.refund(paid.payment_ref, Money(4900, "USD"), key="key_2", reason="left early"))
    assert {fact.account for fact in told} == {"own_1"}


async def test_what_only_some_can_do_is_seen_and_done() -> None:
    section = {"key_id": "rzp_test_1", "key_secret": "s", "upi_qr": "True", "api_url": "http://127.0.0.1:1"}
    razorpay = Razorpay.from_settings(section)
    async with aclosing(Named(razorpay, "own_1")) as named:
        assert isinstance(named, QrGateway)
        assert named.capabilities == razorpay.capabilities
    assert not isinstance(Named(Till(), "own_1"), QrGateway)
