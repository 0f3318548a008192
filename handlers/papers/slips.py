"""What a receipt or a credit note says, kept as it was issued: a later change of the team changes no old paper."""

from datetime import datetime

from handlers.messages import Plain
from handlers.papers.rows import SlipPart, SlipRow
from payments.numbering import PaperKind
from payments.tax import Split
from storage.tables import Team


class Seller(Plain):
    """Who sold, by law. `address` has a line for each line."""

    name: str
    address: str = ""
    tax_id: str = ""

    @classmethod
    def of(cls, team: Team) -> "Seller":
        """The team as it is now."""
        return cls(name=team.legal_name or team.name, address=team.legal_address, tax_id=team.tax_id)


class Slip(Plain):
    """A receipt or a credit note. Sums in minor units; moments are UTC, shown in `zone`.

    `total` is what this paper is about: the sum paid, or the sum that went back with this refund. `tax` is the part of
    it that is tax, and `rate` its rate in hundredths of a percent; None: nothing is said about tax. `rows` are the
    arithmetic that led to the sum paid and `parts` the sum by rate, where it was more than one line. `back` is all that
    has gone back of `paid` so far, this note included. `receipt` is the number of the receipt that a credit note is
    about.
    """

    kind: PaperKind
    name: str
    receipt: str = ""
    language: str
    live: bool
    zone: str
    issued_at: datetime
    seller: Seller
    customer: str
    description: str
    reason: str = ""
    currency: str
    total: int
    tax: int = 0
    rate: int | None = None
    rows: tuple[SlipRow, ...] = ()
    parts: tuple[SlipPart, ...] = ()
    paid: int
    back: int = 0
    paid_at: datetime
    gateway: str
    payment: str

    @property
    def net(self) -> int:
        """The sum without its tax."""
        return Split(self.total, self.tax).net

    @property
    def taxes(self) -> tuple[tuple[int, int], ...]:
        """The taxes in it, as (rate, tax); () when nothing is said about tax."""
        if self.parts:
            return tuple((part.rate, part.tax) for part in self.parts if part.rate is not None and part.total)
        return () if self.rate is None else ((self.rate, self.tax),)
