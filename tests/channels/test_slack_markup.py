"""Slack's markup, as words that people read."""

import pytest

from bot.channels.slack.text import escape, mentioned, plain


@pytest.mark.parametrize(
    ("marked", "read"),
    [
        ("<@U123|ana> and <@U9>", "@ana and @Ben"),
        ("<#C123|general> <#C9>", "#general #C9"),
        ("<!here> <!channel|channel> <!subteam^S1|@ops>", "@here @channel @ops"),
        ("<!date^1392734382^{date}|18 February>", "18 February"),
        ("<https://shop.example/a?b=1&amp;c=2>", "https://shop.example/a?b=1&c=2"),
        ("<http://shop.example|shop.example>", "shop.example"),
        ("<https://evil.example|paypal.com>", "paypal.com (https://evil.example)"),
        ("<mailto:a@b.example|a@b.example> <tel:+4930|+4930>", "a@b.example +4930"),
        ("1 &lt; 2 &amp;amp; 3", "1 < 2 &amp; 3"),
    ],
)
def test_slacks_markup_becomes_plain_words(marked: str, read: str) -> None:
    assert plain(marked, {"U9": "Ben"}) == read


def test_emoji_become_themselves() -> None:
    elements = [
        {"type": "emoji", "name": "wave", "unicode": "1f44b-1f3fb", "skin_tone": 2},
        {"type": "emoji", "name": "heart", "unicode": "2764-fe0f"},
        {"type": "emoji", "name": "our-logo"},
    ]
    blocks = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}]
    assert plain(":wave::skin-tone-2: :heart: :our-logo:", blocks=blocks) == "👋🏻 ❤️ :our-logo:"


def test_escaped_text_reads_back_as_it_was() -> None:
    text = "<!channel> & <@U1> &amp;"
    assert plain(escape(text)) == text
    assert mentioned(escape(text)) == set()
