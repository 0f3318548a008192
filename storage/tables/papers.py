"""Numbered papers: receipts, credit notes, packs of evidence; and how far each sequence has counted."""

from datetime import datetime

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from payments.numbering import PaperKind
from storage.types import LongText, UtcDateTime, words


class PaperCount(SQLModel, table=True):
    """The last number drawn in one team, kind and year; test money has a sequence of its own."""

    __table_args__ = (UniqueConstraint("team_id", "kind", "live", "year"),)

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    kind: PaperKind = Field(sa_type=words(PaperKind))
    live: bool
    year: int
    last: int = 0


class Paper(SQLModel, table=True):
    """What was issued, as it will always read: `body` is JSON, from which the PDF is drawn whenever it is asked for."""

    __table_args__ = (UniqueConstraint("team_id", "kind", "live", "year", "number"),)

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    request_id: int = Field(foreign_key="paymentrequest.id", index=True)
    kind: PaperKind = Field(sa_type=words(PaperKind))
    live: bool
    year: int
    """By the team's own calendar."""
    number: int
    name: str = Field(max_length=96)
    """The number as it stands on the paper, such as `ACME-2026-000001`."""
    key: str | None = Field(default=None, unique=True, max_length=64)
    """What may be issued once only: a request's receipt, its first refund's note and so on."""
    upto_minor: int = Field(default=0, sa_type=BigInteger)
    """The total it brings its request to: all that was paid, or all that had gone back."""
    body: str = Field(sa_type=LongText)
    void_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """A credit note of a refund that failed after all."""
    issued_at: datetime = Field(sa_type=UtcDateTime)
