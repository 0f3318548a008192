"""How messages and forms look in Slack: people's words exactly as typed, and never more than Slack takes."""

import html
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.slack.forms import OPEN_FORM, to_modal
from bot.channels.slack.say import BLOCKS, CHARACTERS, NOTIFICATION, fallback, pages, to_blocks
from handlers.heard import Origin, Place
from handlers.messages import Button, Choice, FieldKind, Form, FormField, Message, Style, pairs, rows
from sandbox.slack import seed
from sandbox.slack.blocks import accept_message_blocks, accept_view
from sandbox.slack.mrkdwn import pieces
from tests.channels.slack_stage import buttons, texts

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ORIGIN = Origin(channel="slack", account="T1", chat="C1", place=Place.GROUP, user="U1", reply_to="https://r.example")
PAY = Form(
    name="pay",
    title="Ask for money",
    submit="Preview",
    value="17",
    fields=(
        FormField(name="amount", label="Amount", example="49 USD", hint="With its currency"),
        FormField(name="note", label="What for", kind=FieldKind.TEXT, required=False, initial="Tea"),
        FormField(
            name="until",
            label="Expires",
            kind=FieldKind.CHOICE,
            choices=(Choice(label="30 minutes", value="30"), Choice(label="A day", value="1440")),
            initial="30",
        ),
    ),
)
ANY_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=400)


def read(blocks: list[dict[str, Any]]) -> str:
    """All that a person reads in blocks, one line after the other."""
    return "\n".join(line for block in blocks for line in texts(block))


@given(ANY_TEXT.filter(bool))
def test_what_people_type_is_shown_exactly(text: str) -> None:
    (block,) = to_blocks(Message(text=text))
    runs = block["elements"][0]["elements"]
    assert "".join(run["text"] for run in runs) == text
    # Nothing but text and addresses: no mention, no emoji code, no style comes out of what was typed.
    assert all(set(run) <= {"type", "text", "url"} and run["type"] in ("text", "link") for run in runs)
    assert all(run["url"] == run["text"] for run in runs if run["type"] == "link")


CALLS = st.text("<>!@#|&; chanelU0BNAltgmp", max_size=60) | st.sampled_from(
    ["<!channel>", "<@U0ANA>", "<#C0DESK|desk>"]
)


@given(CALLS | ANY_TEXT, CALLS)
def test_what_people_type_calls_nobody(text: str, author: str) -> None:
    """Read as Slack reads a notification: it mentions no person, no channel and not everybody."""
    acme = seed.acme("xoxb-made-up")
    told = fallback(Message(text=text, author=author, title=author))
    kinds = {piece["kind"] for piece in pieces(told, acme, acme.people["U0ANA"], NOW)}
    assert not kinds & {"person", "channel", "all"}


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_no_words_become_markup_anywhere(title: str, value: str, footnote: str) -> None:
    blocks = to_blocks(Message(title=title, pairs=pairs(Sum=value), footnote=footnote))
    assert "mrkdwn" not in {run["type"] for block in blocks for run in block["elements"]}
    assert all(part in read(blocks) for part in (title, value, footnote))


@given(ANY_TEXT.map(lambda text: text * 30))
def test_the_notification_is_escaped_and_never_too_long(text: str) -> None:
    short = fallback(Message(text=text))
    assert len(short) <= NOTIFICATION
    assert "<" not in short and ">" not in short
    assert text.startswith(html.unescape(short.removesuffix("…"))) or html.unescape(short) == text


@given(st.text(st.sampled_from("ab \n"), min_size=1, max_size=40_000))
def test_a_long_text_is_told_whole_in_as_many_messages_as_it_takes(text: str) -> None:
    told = pages(Message(text=text))
    for page in told:
        accept_message_blocks(page["blocks"])
    runs = [run for page in told for block in page["blocks"] for run in block["elements"][0]["elements"]]
    assert "".join(run["text"] for run in runs) == text


def test_a_card_has_its_badge_its_lines_its_small_print_and_its_buttons() -> None:
    card = Message(
        badge="TEST",
        title="Payment request",
        text="Consultation, see https://shop.example/terms.",
        pairs=pairs(Amount="USD 49.00", Paid_by="nobody yet"),
        footnote="Expires at 10:30",
        buttons=rows([Button(label="Pay", url="https://bellhop.example/pay/x", style=Style.PRIMARY)]),
    )
    blocks = accept_message_blocks(to_blocks(card))
    assert read(blocks).splitlines() == [
        "TEST · Payment request",
        "Consultation, see https://shop.example/terms.",
        "Amount: USD 49.00",
        "Paid by: nobody yet",
        "Expires at 10:30",
    ]
    assert blocks[0]["elements"][0]["elements"][0]["style"] == {"bold": True}
    assert blocks[1]["elements"][0]["elements"][1]["url"] == "https://shop.example/terms"
    assert blocks[3]["type"] == "context"
    (button,) = buttons(blocks)
    assert (button["url"], button["style"]) == ("https://bellhop.example/pay/x", "primary")
    assert "value" not in button


def test_every_button_has_an_action_id_of_its_own_and_its_press_in_its_value() -> None:
    row = tuple(Button(label=f"{hour}:00", action="slot", value=str(hour)) for hour in range(8, 15))
    blocks = accept_message_blocks(to_blocks(Message(text="When?", buttons=(row, row))))
    found = buttons(blocks)
    assert len({button["action_id"] for button in found}) == len(found) == 14
    assert [button["value"] for button in found[:2]] == ["slot:8", "slot:9"]
    assert all(len(block["elements"]) <= 5 for block in blocks if block["type"] == "actions")


def test_a_question_is_asked_before_the_press_counts() -> None:
    refund = Button(label="Refund", action="refund", value="7", style=Style.DANGER, ask="Give USD 49.00 back?")
    (button,) = buttons(accept_message_blocks(to_blocks(Message(text="Paid", buttons=rows([refund])))))
    assert button["confirm"]["text"]["text"] == "Give USD 49.00 back?"
    assert button["confirm"]["style"] == button["style"] == "danger"


def test_long_labels_are_cut_to_what_slack_takes() -> None:
    long = Button(label="x" * 200, action="a", ask="y" * 400)
    (button,) = buttons(accept_message_blocks(to_blocks(Message(text="z", buttons=rows([long])))))
    asked = button["confirm"]
    assert (button["text"]["text"], asked["confirm"]["text"]) == ("x" * 74 + "…", "x" * 29 + "…")
    assert (asked["title"]["text"], asked["text"]["text"]) == ("x" * 99 + "…", "y" * 299 + "…")


@pytest.mark.parametrize("count", [1, 49, 50, 51, 120])
def test_no_message_has_more_blocks_or_characters_than_slack_takes(count: int) -> None:
    buttons_each = rows([Button(label=f"Slot {number}", action="slot", value=str(number)) for number in range(count)])
    told = pages(Message(text="x" * 11_000, footnote="y" * 5000, buttons=buttons_each))
    for page in told:
        accept_message_blocks(page["blocks"])
        assert len(page["blocks"]) <= BLOCKS and len(read(page["blocks"])) <= CHARACTERS + len(page["blocks"])
    assert sum(len(buttons(page["blocks"])) for page in told) == count


def test_an_author_stands_above_their_words_unless_the_message_bears_their_name() -> None:
    words = Message(author="Ana <b>", text="Hello")
    assert read(to_blocks(words)) == "Ana <b>\nHello"
    assert read(to_blocks(words, byline=False)) == "Hello"
    assert fallback(words) == "Ana &lt;b&gt;: Hello"
    assert fallback(words, byline=False) == "Hello"


def test_a_form_becomes_a_modal_that_carries_where_it_was_asked_for() -> None:
    view = accept_view(to_modal(PAY, ORIGIN, to_blocks(Message(text="Case 17"))))
    assert (view["callback_id"], view["title"]["text"], view["submit"]["text"]) == ("pay", "Ask for money", "Preview")
    carried = json.loads(view["private_metadata"])
    assert carried["value"] == "17"
    assert Origin.model_validate(carried["origin"]) == ORIGIN
    amount, note, until = view["blocks"][1:]
    assert [block["block_id"] for block in (amount, note, until)] == ["amount", "note", "until"]
    assert (amount["optional"], note["optional"]) == (False, True)
    assert amount["element"]["placeholder"]["text"] == "49 USD"
    assert amount["hint"]["text"] == "With its currency"
    assert (note["element"]["multiline"], note["element"]["initial_value"]) == (True, "Tea")
    assert until["element"]["initial_option"]["value"] == "30"


def test_a_form_in_a_message_is_a_button_that_carries_it() -> None:
    (button,) = buttons(accept_message_blocks(to_blocks(Message(form=PAY))))
    assert button["action_id"] == OPEN_FORM
    assert Form.model_validate_json(button["value"]) == PAY
    assert fallback(Message(form=PAY)) == "Ask for money"


def test_a_form_too_long_for_a_button_is_not_cut_in_half() -> None:
    huge = PAY.model_copy(update={"value": "x" * 3000})
    assert to_blocks(Message(text="Ask again", form=huge)) == to_blocks(Message(text="Ask again"))
