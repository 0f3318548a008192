"""How Slack's twin takes texts, blocks and forms apart, and how it signs."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.slack.blocks import accept_message_blocks, accept_view
from sandbox.slack.delivery import Delivery
from sandbox.slack.inputs import MISSING, mistakes, report, state
from sandbox.slack.model import Refused
from sandbox.slack.mrkdwn import pieces, typed
from sandbox.slack.seed import acme
from sandbox.world import Secrets, World

ACME = acme("xoxb-test")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def seen(text: str, reader: str = "U0ANA") -> list[tuple[str, ...]]:
    found = pieces(text, ACME, ACME.people[reader], NOW)
    return [(piece["kind"], piece["text"], *piece.get("styles", ())) for piece in found]


def test_styles_are_told_apart_from_signs_inside_words() -> None:
    assert seen("*bold* _it_ ~st~") == [
        ("text", "bold", "bold"),
        ("text", " "),
        ("text", "it", "italic"),
        ("text", " "),
        ("text", "st", "strike"),
    ]
    assert seen("2 * 3 = 6, snake_case_name") == [("text", "2 * 3 = 6, snake_case_name")]


def test_foreign_signs_come_out_as_they_went_in() -> None:
    assert seen("&lt;!channel&gt; &amp;amp; <b>") == [("text", "<!channel> &amp; "), ("link", "b")]


def test_links_mentions_and_code_are_pieces_of_their_own() -> None:
    found = seen("<https://example.com/?a=1&amp;b=2|here> <@U0BEN> <#C0DESK> <!here> `a*b*c` :tada:")
    assert [piece for piece in found if piece != ("text", " ")] == [
        ("link", "here"),
        ("person", "@Ben Okafor"),
        ("channel", "#front-desk"),
        ("all", "@here"),
        ("code", "a*b*c"),
        ("emoji", "🎉"),
    ]
    assert seen("```*not bold*```") == [("pre", "*not bold*")]


@pytest.mark.parametrize(
    ("reader", "text"),
    [("U0ANA", "Nov 24, 2026 at 15:30"), ("U0CARLA", "Nov 24, 2026 at 9:30 AM"), ("U0DEV", "Nov 24, 2026 at 8:00 PM")],
)
def test_dates_are_shown_in_the_readers_zone(reader: str, text: str) -> None:
    stamp = int(datetime(2026, 11, 24, 14, 30, tzinfo=UTC).timestamp())
    assert seen(f"<!date^{stamp}^{{date_short}} at {{time}}|later>", reader) == [("text", text)]


def test_a_pretty_date_says_tomorrow_and_a_wrong_one_its_fallback() -> None:
    stamp = int(datetime(2026, 11, 24, 14, 30, tzinfo=UTC).timestamp())
    assert seen(f"<!date^{stamp}^{{date_pretty}}, {{ago}}|x>") == [("text", "tomorrow, in 1 day")]
    assert seen("<!date^soon^{date}|some day>") == [("text", "some day")]


def test_what_is_typed_is_escaped_and_its_links_are_marked() -> None:
    text = typed("1 < 2 & @ben see https://a.example/b. or me@a.example", ACME)
    assert text == "1 &lt; 2 &amp; <@U0BEN> see <https://a.example/b>. or <mailto:me@a.example|me@a.example>"


def an_input(kind: str, **more: Any) -> dict[str, Any]:
    element = {"type": kind, "action_id": "a", **more}
    return {"type": "input", "block_id": "b", "label": {"type": "plain_text", "text": "It"}, "element": element}


@pytest.mark.parametrize(
    ("kind", "more", "given", "mistake"),
    [
        ("plain_text_input", {}, "", MISSING),
        ("plain_text_input", {"max_length": 2}, "abc", "This must be between 0 and 2 characters."),
        ("number_input", {"is_decimal_allowed": False}, "4.5", "Please enter a valid number."),
        ("number_input", {"min_value": "1", "max_value": "5"}, "9", "Please enter a number between 1 and 5."),
        ("email_text_input", {}, "nobody", "Please enter a valid email address."),
        ("url_text_input", {}, "example", "Please enter a valid URL."),
        ("plain_text_input", {}, "fine", ""),
    ],
)
def test_slacks_window_checks_before_it_sends(kind: str, more: dict[str, Any], given: str, mistake: str) -> None:
    blocks = [an_input(kind, **more)]
    found = mistakes(blocks, state(blocks, {"It": given}))
    assert found == ({"b": mistake} if mistake else {})


def test_each_kind_of_element_reports_under_its_own_key() -> None:
    option = {"text": {"type": "plain_text", "text": "One"}, "value": "1"}
    many = {"type": "checkboxes", "options": [option]}
    assert report({"type": "timepicker", "initial_time": "09:00"}) == {"type": "timepicker", "selected_time": "09:00"}
    assert report({"type": "datetimepicker"}, "1767225600")["selected_date_time"] == 1767225600
    assert report(many, ["One"])["selected_options"] == [option]
    assert report(many)["selected_options"] == []
    with pytest.raises(Refused, match="no_such_option"):
        report(many, ["Two"])


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": {"type": "plain_text", "text": "Pay"}, "action_id": "pay", **more}


WRONG_BLOCKS: dict[str, dict[str, Any]] = {
    "a long section": {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}},
    "a long button": {"type": "actions", "elements": [button(text={"type": "plain_text", "text": "x" * 76})]},
    "a long value": {"type": "actions", "elements": [button(value="x" * 2001)]},
    "the same action twice": {"type": "actions", "elements": [button(), button()]},
    "a header in markup": {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
    "a style of its own": {"type": "actions", "elements": [button(style="blue")]},
    "no elements": {"type": "actions", "elements": []},
    "an empty section": {"type": "section"},
    "a picture for the seeing only": {"type": "image", "image_url": "https://example.com/a.png"},
    "an unknown block": {"type": "carousel"},
}


@pytest.mark.parametrize("case", WRONG_BLOCKS)
def test_blocks_beyond_the_limits_are_refused_with_the_place(case: str) -> None:
    with pytest.raises(Refused, match="invalid_blocks") as refused:
        accept_message_blocks([{"type": "divider"}, WRONG_BLOCKS[case]])
    assert "[json-pointer:/blocks/1" in refused.value.extra["response_metadata"]["messages"][0]


def test_blocks_without_names_are_given_some() -> None:
    [block] = accept_message_blocks([{"type": "actions", "elements": [{**button(), "action_id": ""}]}])
    assert block["block_id"] and block["elements"][0]["action_id"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"title": {"type": "plain_text", "text": "x" * 25}}, "must be less than 25 characters"),
        ({"blocks": [an_input("plain_text_input")]}, "missing required field: submit"),
        ({"private_metadata": "x" * 3001}, "must be less than 3001 characters"),
        ({"blocks": [{"type": "divider", "block_id": "a"}] * 2}, "block_id already exists"),
        ({"blocks": [{"type": "divider"}] * 101}, "no more than 100 items allowed"),
    ],
)
def test_forms_beyond_the_limits_are_refused(change: dict[str, Any], told: str) -> None:
    form = {"type": "modal", "title": {"type": "plain_text", "text": "Pay"}, "blocks": [{"type": "divider"}]}
    with pytest.raises(Refused, match="invalid_arguments") as refused:
        accept_view(form | change)
    assert told in refused.value.extra["response_metadata"]["messages"][0]


async def test_requests_are_signed_as_slack_signs_them() -> None:
    world = World(secrets=Secrets(slack_signing_secret="slack_signing_secret_dev"))
    body = b"command=%2Fbook&text=now&team_id=T1&channel_id=C1&user_id=U1&trigger_id=1.2.3"
    signature = "v0=26d3129ad1dcbf3eb5c5096cb4daa990cf24d51fca2acb6c53611361eb1a018a"
    headers = Delivery(world, signed_at=lambda: 1767225600.9).sign(body)
    assert headers == {"X-Slack-Request-Timestamp": "1767225600", "X-Slack-Signature": signature}
