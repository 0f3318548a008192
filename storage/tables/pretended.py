"""The journal of the pretend gateway: its truth, as an account at a vendor is the truth of the others."""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import LongText, RowId


class PretendedLine(SQLModel, table=True):
    """One line about one page, never changed. The unique key decides who wrote it."""

    __table_args__ = (UniqueConstraint("checkout_ref", "number"),)

    id: int = Field(default=None, primary_key=True, sa_type=RowId)
    checkout_ref: str = Field(max_length=128)
    number: int
    body: str = Field(sa_type=LongText)
