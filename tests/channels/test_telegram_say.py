"""How messages look on Telegram. What people typed is read back with an HTML parser that knows nothing of ours."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from telegram import InlineKeyboardMarkup

from bot.channels.telegram.quiet import UNSEEN, starts_nothing
from bot.channels.telegram.say import to_telegram, units
from bot.channels.telegram.writer import pack_ids, unpack_ids
from handlers.messages import Attachment, Button, Message, Pair, Style
from sandbox.telegram.entities import format_text

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=300)
MARKUP = st.text("<>&;\"'/=abi #x39\n", max_size=60)
CALLS = st.text("@/.: <abc_\nh", max_size=60) | st.from_regex(
    r"[a ]?[@/]{1,2}[a-z_]{3,8}(@[a-z]{4,9})?[ .]?", fullmatch=True
)
WRITTEN = TEXT | MARKUP | CALLS


class Reader(HTMLParser):
    """Reads a page as a person does, keeping the tags apart."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not attrs
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def read(message: Message) -> Reader:
    (page,) = to_telegram(message).pages
    return Reader(page)


@given(WRITTEN)
def test_what_people_type_is_shown_literally(text: str) -> None:
    reader = read(Message(text=text))
    assert reader.text == (text if text.strip() else "")
    assert reader.tags == []


@given(WRITTEN, WRITTEN, WRITTEN, WRITTEN, WRITTEN)
def test_no_part_of_a_card_becomes_markup(title: str, text: str, label: str, value: str, author: str) -> None:
    message = Message(title=title, text=text, pairs=(Pair(label=label, value=value),), author=author, footnote=value)
    reader = read(message)
    assert set(reader.tags) <= {"b", "i"}
    assert len(reader.tags) == sum(map(bool, [title, author, value])) + 1
    for part in (title, text, f"{label}: {value}", author):
        assert part.replace(UNSEEN, "") in reader.text.replace(UNSEEN, "")


@given(WRITTEN, WRITTEN.filter(str.strip))
def test_what_people_type_calls_nobody_and_starts_nothing(text: str, author: str) -> None:
    """Read as Telegram reads it, where clients make links of plain text."""
    (page,) = to_telegram(Message(text=text, author=author)).pages
    shown, entities = format_text(page, "HTML")
    assert not [each for each in entities if each["type"] in {"mention", "bot_command"}]
    typed = f"{author}\n{text}" if text else author
    assert shown.replace(UNSEEN, "") == typed.replace(UNSEEN, "").replace("\r", "").strip()


def test_an_address_with_a_name_in_it_stays_whole() -> None:
    words = "See https://t.me/@ana and mia@example.com, either/or 12/2026"
    assert starts_nothing(words) == words


@given(st.text("ab \n<&é漢😀", min_size=1, max_size=40), st.integers(100, 2000))
def test_a_long_text_comes_whole_in_pages_that_fit(piece: str, times: int) -> None:
    text = piece * times
    pages = to_telegram(Message(text=text)).pages
    shown = [format_text(page, "HTML")[0] for page in pages]
    assert all(units(page) <= 4096 for page in shown)
    assert "".join("".join(shown).split()) == "".join(text.split())
    assert all(page or not text.strip() for page in shown)


def test_a_page_ends_at_the_end_of_a_line() -> None:
    lines = [f"{number:04d} " + "x" * 90 for number in range(100)]
    pages = to_telegram(Message(text="\n".join(lines))).pages
    assert len(pages) == 3
    assert [line for page in pages for line in page.strip().split("\n")] == lines


def test_a_card_is_laid_out_like_a_card() -> None:
    message = Message(
        title="Payment request", badge="TEST", text="Consultation", author="Ana",
        pairs=(Pair(label="Amount", value="USD 49.00"), Pair(label="State", value="Open")), footnote="Expires at 12:30",
    )  # fmt: skip
    assert to_telegram(message).pages == (
        "<b>TEST · Payment request</b>\n<b>Ana</b>\nConsultation\n\n"
        "<b>Amount:</b> USD 49.00\n<b>State:</b> Open\n\n<i>Expires at 12:30</i>",
    )


def test_buttons_open_addresses_or_carry_their_press() -> None:
    pay = Button(label="Pay", url="http://127.0.0.1:8000/pay/x?a=1&b=2", style=Style.PRIMARY)
    stop = Button(label="Cancel <it>", action="cancel", value="7", style=Style.DANGER)
    keyboard = to_telegram(Message(text="?", buttons=((pay,), (stop,)))).buttons
    assert isinstance(keyboard, InlineKeyboardMarkup)
    assert keyboard.to_dict() == {
        "inline_keyboard": [
            [{"text": "Pay", "url": "http://127.0.0.1:8000/pay/x?a=1&b=2", "style": "primary"}],
            [{"text": "Cancel <it>", "callback_data": "cancel:7", "style": "danger"}],
        ]
    }


def test_a_press_of_64_bytes_fits_whole() -> None:
    button = Button(label="Go", action="a", value="é" * 31)
    keyboard = to_telegram(Message(text="?", buttons=((button,),))).buttons
    assert keyboard is not None
    assert len(str(keyboard.inline_keyboard[0][0].callback_data).encode()) == 64


def test_words_go_below_a_file_while_they_fit_there() -> None:
    file = Attachment(name="a.png", mime="image/png", content=b"x")
    assert to_telegram(Message(text="😀" * 512, files=(file,))).captioned
    assert not to_telegram(Message(text="😀" * 512 + "x", files=(file,))).captioned
    assert not to_telegram(Message(text="short")).captioned


@given(
    st.lists(st.integers(1, 2**31), min_size=1, max_size=5).map(
        lambda gaps: [sum(gaps[: n + 1]) for n in range(len(gaps))]
    )
)
def test_the_ids_of_several_messages_travel_as_one_word(ids: list[int]) -> None:
    word = pack_ids(ids)
    assert unpack_ids(word) == ids
    assert len(word) <= 64
