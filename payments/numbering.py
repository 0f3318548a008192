"""How papers are named. Each kind counts from 1 in each team and year; test money counts by itself and says so."""

from enum import StrEnum


class PaperKind(StrEnum):
    """What a paper is; each kind has a sequence of its own."""

    RECEIPT = "receipt"
    CREDIT_NOTE = "credit_note"
    EVIDENCE = "evidence"


_MARKS = {PaperKind.RECEIPT: "", PaperKind.CREDIT_NOTE: "CN-", PaperKind.EVIDENCE: "EV-"}


def paper_name(slug: str, kind: PaperKind, year: int, number: int, *, live: bool) -> str:
    """The number that stands on a paper: `ACME-2026-000001`, `ACME-CN-2026-000001`, `TEST-ACME-2026-000001`."""
    test = "" if live else "TEST-"
    return f"{test}{slug.upper()}-{_MARKS[kind]}{year}-{number:06}"
