"""One transaction's view of the database: every question has a name, grouped by what it is about."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from storage import signals
from storage.accounts import Accounts
from storage.audits import Audits
from storage.bookings import Bookings
from storage.calls import Calls
from storage.desk import DeskThings
from storage.installs import Installs
from storage.money import Payments
from storage.overview import Overview
from storage.pacing import Pacing
from storage.papers import Papers
from storage.people import People
from storage.pricing import Pricing
from storage.privacy import Forgetting
from storage.privacy_reading import Holdings
from storage.queues import InboxQueue, Queue
from storage.rooms import Rooms
from storage.sharing import Sharing
from storage.tables import Inbox, Outbox
from storage.talk import Talk
from storage.vault import Vault


class Work:
    """What a handler may ask and change within one transaction. Only `Database.begin` commits it.

    `session` is for storage itself. Handlers ask by name (`work.payments`, `work.talk` ...): they may not import SQL.
    """

    def __init__(self, session: AsyncSession, *, now: datetime, vault: Vault) -> None:
        """`now`, aware UTC, stands still for the whole transaction. `vault` seals what a team keeps secret."""
        self.session = session
        self.now = now
        self.vault = vault
        self.woken: set[str] = set()
        self.people = People(session, now)
        self.installs = Installs(session, now)
        self.sharing = Sharing(session, now)
        self.overview = Overview(session, now)
        self.talk = Talk(session, now, self.wake)
        self.accounts = Accounts(session, now)
        self.audits = Audits(session, now)
        self.bookings = Bookings(session, now)
        self.desk = DeskThings(session, now)
        self.payments = Payments(session, now)
        self.pricing = Pricing(session, now)
        self.papers = Papers(session, now)
        self.forgetting = Forgetting(session, now)
        self.holdings = Holdings(session)
        self.rooms = Rooms(session, now, self.wake)
        self.calls = Calls(session, now, vault, self.wake)
        self.pacing = Pacing(session, now)
        self.inbox = InboxQueue(session, Inbox, now, lambda: self.wake(signals.INBOX))
        self.outbox = Queue(session, Outbox, now, lambda: self.wake(signals.OUTBOX))

    async def settle(self) -> None:
        """Before the commit: write what was gathered, so that it takes few statements."""
        await self.talk.settle()
        await self.outbox.settle()

    def wake(self, topic: str) -> None:
        """After the commit, wake whoever waits for `topic`."""
        self.woken.add(topic)
