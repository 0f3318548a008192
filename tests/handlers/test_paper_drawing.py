"""Receipts as they are drawn: languages, signs of currencies, letters of many scripts, dates and lengths."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from handlers.papers.drawing import draw_slip
from handlers.papers.sheet import Sheet
from handlers.papers.slips import Seller, Slip
from payments.numbering import PaperKind

SLIP = Slip(
    kind=PaperKind.RECEIPT, name="ACME-2026-000001", language="en", live=True, zone="Asia/Kolkata",
    issued_at=datetime(2026, 3, 2, 20, 0, tzinfo=UTC),
    seller=Seller(name="Bright Studio GmbH", address="Lindenstraße 14\n10969 Berlin", tax_id="DE123456789"),
    customer="Mia", description="Consultation", currency="EUR", total=4900, tax=782, rate=1900, paid=4900,
    paid_at=datetime(2026, 3, 2, 19, 59, tzinfo=UTC), gateway="Stripe", payment="pi_1",
)  # fmt: skip


def text_of(document: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(document)).pages)


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Receipt"), ("es-MX", "Recibo"), ("hi", "रसीद"), ("fr", "Receipt")]
)
def test_languages(language: str, title: str) -> None:
    assert title in text_of(draw_slip(SLIP.model_copy(update={"language": language})))


@pytest.mark.parametrize(
    ("currency", "minor", "shown"), [("INR", 49900, "₹499.00"), ("EUR", 4900, "€49.00"), ("JPY", 500, "¥500")]
)
def test_the_signs_of_currencies_are_there(currency: str, minor: int, shown: str) -> None:
    slip = SLIP.model_copy(update={"currency": currency, "total": minor, "paid": minor, "tax": 0, "rate": None})
    assert shown in text_of(draw_slip(slip))


NAMES = [
    ("अमन पटेल", "NotoSans"), ("प्रिया शर्मा", "NotoSans"), ("Zoë Łukasz", "NotoSans"), ("Ωμέγα", "NotoSans"),
    ("Иван Ӂ", "NotoSans"),
    ("தமிழ்", "NotoSansTamil"), ("మాధవి", "NotoSansTelugu"), ("শ্রীমতী", "HindSiliguri"), ("محمد علي", "NotoSansArabic"),
    ("山田太郎", "NotoSansCJKJP"), ("김철수", "NotoSansCJKJP"), ("王小明", "NotoSansCJKJP"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "font"), NAMES)
def test_names_are_written_in_their_own_letters(name: str, font: str) -> None:
    document = draw_slip(SLIP.model_copy(update={"customer": name}))
    told = text_of(document)
    # Joined letters are one picture, and a reader may tell them in another order.
    assert set(name) <= set(told), told
    assert f"/BaseFont /MPDFAA+{font}\n".encode() in document
    assert "?" not in told


def test_a_name_in_devanagari_reads_as_it_was_told() -> None:
    assert "अमन पटेल" in text_of(draw_slip(SLIP.model_copy(update={"customer": "अमन पटेल"})))


def test_what_no_font_has_is_left_out_or_marked_and_no_sign_turns_a_line_around() -> None:
    text = text_of(draw_slip(SLIP.model_copy(update={"customer": "Mia 🌸👩🏽‍🚀 \u202emia\u202c ᚠ"})))
    assert "Mia" in text and "mia ?" in text
    assert "🌸" not in text and "\u202e" not in text


def test_a_paper_needs_no_more_than_a_page_for_the_longest_words() -> None:
    long = SLIP.model_copy(update={"description": "wörter " * 36, "customer": "x" * 120, "reason": "warum " * 40})
    assert len(PdfReader(BytesIO(draw_slip(long))).pages) == 1


def test_the_date_of_the_file_is_the_day_of_issue() -> None:
    made = PdfReader(BytesIO(draw_slip(SLIP))).metadata
    assert made is not None and made.creation_date == SLIP.issued_at
    # It is the next day already where the team is.
    assert "March 3, 2026" in text_of(draw_slip(SLIP))


def test_long_small_print_at_the_foot_of_a_page_is_set_smaller_and_ends_before_its_number() -> None:
    words = f"TEST-BRIGHT-STUDIO-EV-2026-000001 SHA-256 {'9d' * 32}"
    sizes: dict[str, float] = {}

    def look(text: str, _: object, __: object, ___: object, size: float) -> None:
        sizes[text.strip()] = size

    sheet = Sheet(words, title="Evidence", made_at=SLIP.issued_at, small_print=words)
    PdfReader(BytesIO(sheet.finished())).pages[0].extract_text(visitor_text=look)
    sheet.set_font_size(sizes[words])
    assert sheet.get_string_width(words) <= sheet.epw - 12 and sizes["1"] == 8


@pytest.mark.parametrize("words", ["Voice lesson", "声楽レッスン", "தமிழ்", "محمد"])
def test_a_sum_is_as_large_beside_words_of_any_script(words: str) -> None:
    slip = SLIP.model_copy(update={"description": words, "total": 4901, "paid": 4901, "tax": 0, "rate": None})
    sizes: list[float] = []

    def look(text: str, _: object, __: object, ___: object, size: float) -> None:
        if "49.01" in text:
            sizes.append(size)

    PdfReader(BytesIO(draw_slip(slip))).pages[0].extract_text(visitor_text=look)
    assert sizes == [11, 14]
