"""The ledger through every history we can think of, against the books of two gateways that forget nothing.

Facts come in any order, twice, late or never; a gateway may fall silent before or after any call; two agents press what
they like, and an impatient customer pays wherever a page is open. In the end, asked once more, both books are the same.
"""

from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from payments.machine import State
from tests.budget import NIGHTLY, rounds
from tests.handlers.ledger import Asked, Ledger, Tried
from tests.handlers.market import PRICE
from tests.handlers.till import Session, Till
from tests.mould import mould

MANY = settings(
    max_examples=rounds(500), stateful_step_count=10, deadline=None, database=None, derandomize=not NIGHTLY,
    phases=[Phase.generate], suppress_health_check=list(HealthCheck),
)  # fmt: skip
"""At each change the same histories; each night twenty-five times as many others."""
WAYS = st.sampled_from(["till", "second"])
AT_THE_PAGE = st.sampled_from(["pay", "pay", "pay", "decline", "begin_slow", "pay_late", "close_page"])
PRESSED = st.sampled_from(["refund.yes", "refund.yes", "refund.yes", "pay.withdraw", "pay.withdraw", "pay.drop"])


class TheLedger(RuleBasedStateMachine):
    """One history of two requests of one case."""

    books: ClassVar[Ledger]

    @initialize()
    def the_customer_has_two_requests_and_two_pages(self) -> None:
        self.books.fresh()

    @rule(index=st.integers(0, 1), way=WAYS)
    def customer_opens_a_page(self, index: int, way: str) -> None:
        self.books.run(self.books.open(self.request(index).code, way))

    @rule(index=st.integers(0, 5), what=AT_THE_PAGE)
    def at_the_page(self, index: int, what: str) -> None:
        if page := self.page(index):
            getattr(self.till_of(page), what)(page.ref)

    @rule(index=st.integers(0, 5), well=st.booleans())
    def a_slow_payment_ends(self, index: int, *, well: bool) -> None:
        if page := self.page(index):
            self.till_of(page).finish_slow(page.ref, well=well)

    @rule(index=st.integers(0, 5), minor=st.sampled_from([1000, PRICE]))
    def somebody_refunds_in_the_dashboard(self, index: int, minor: int) -> None:
        if page := self.page(index):
            self.till_of(page).refund_in_dashboard(page.ref, minor)

    @rule(index=st.integers(0, 20), times=st.integers(1, 2))
    def a_webhook_arrives(self, index: int, times: int) -> None:
        told = [fact for till in self.books.tills.values() for fact in till.webhooks]
        for _ in range(times if told else 0):
            self.books.run(self.books.webhook(told[-1 - index % len(told)]))

    @rule(index=st.integers(0, 1))
    def the_customer_comes_back(self, index: int) -> None:
        self.books.run(self.books.come_back(self.request(index).code))

    @rule(index=st.integers(0, 1), what=PRESSED, colleague=st.booleans())
    def an_agent_presses(self, index: int, what: str, *, colleague: bool) -> None:
        voice = self.books.market.colleague if colleague else self.books.market.desk
        self.books.run(self.books.hear(voice.presses(what, str(self.request(index).id))))

    @rule(index=st.integers(0, 1), colleague=st.booleans(), minor=st.sampled_from([900, 2000, PRICE]))
    def an_agent_gives_back_a_part(self, index: int, *, colleague: bool, minor: int) -> None:
        voice = self.books.market.colleague if colleague else self.books.market.desk
        self.books.run(self.books.hear(voice.does("refund", f"{minor // 100} left early")))
        if prepared := self.books.prepared(self.request(index).id):
            self.books.run(self.books.hear(voice.presses("refund.yes", prepared)))

    @rule(turns=st.integers(1, 3))
    def the_outbox_is_carried_out_in_part(self, turns: int) -> None:
        self.books.run(self.books.carry_out(turns))

    @rule(minutes=st.sampled_from([1, 10, 200]))
    def time_passes(self, minutes: int) -> None:
        self.books.town.clock.pass_by(minutes=minutes)
        self.books.run(self.books.sweep())

    @rule(way=WAYS, when=st.lists(st.sampled_from(["before", "after", ""]), min_size=1, max_size=3))
    def a_gateway_falls_silent(self, way: str, when: list[str]) -> None:
        self.books.tills[way].breaks += when

    @invariant()
    def what_is_said_to_be_paid_is_paid(self) -> None:
        tried = self.books.tried()
        for request in self.books.asked():
            held = [session.captured for session in self.sessions(request, tried)]
            assert request.state is not State.PAID or PRICE in held
            assert request.refunded <= request.captured <= max([0, *held])
            assert request.fulfilled or request.state is not State.PAID

    def teardown(self) -> None:
        self.books.run(self.books.reconcile())
        tried = self.books.tried()
        for checkout in tried:
            if checkout.ref:
                session = self.books.tills[checkout.gateway].sessions[checkout.ref]
                assert (checkout.captured, checkout.refunded) == (session.captured, session.refunded)
        for request in self.books.asked():
            self.its_end_is_fair(request, self.sessions(request, tried))

    def its_end_is_fair(self, request: Asked, sessions: list[Session]) -> None:
        assert all(session.refunded <= session.captured for session in sessions)
        kept = sum(session.captured - session.refunded for session in sessions)
        assert kept <= PRICE, "two payments were kept for one request"
        assert kept == 0 or request.state is not State.CANCELLED
        assert (request.state is State.PAID) is (kept == PRICE)
        assert (request.fulfilled and not request.taken_back) is (kept == PRICE)
        assert (request.state is State.PART_REFUNDED) is (0 < kept < PRICE)

    def request(self, index: int) -> Asked:
        asked = self.books.asked()
        return asked[index % len(asked)]

    def page(self, index: int) -> Session | None:
        pages = [session for till in self.books.tills.values() for session in till.sessions.values()]
        return pages[index % len(pages)] if pages else None

    def till_of(self, page: Session) -> Till:
        return next(till for till in self.books.tills.values() if page.ref in till.sessions)

    def sessions(self, request: Asked, tried: list[Tried]) -> list[Session]:
        mine = [checkout for checkout in tried if checkout.request_id == request.id and checkout.ref]
        return [self.books.tills[checkout.gateway].sessions[checkout.ref] for checkout in mine]


TheLedger.TestCase.settings = MANY


@pytest.mark.long
@pytest.mark.timeout(rounds(600))
class TestTheLedger(TheLedger.TestCase):  # type: ignore[valid-type,misc]
    @classmethod
    def setUpClass(cls) -> None:
        TheLedger.books = Ledger(mould())

    @classmethod
    def tearDownClass(cls) -> None:
        TheLedger.books.close()
