"""Whatever people call themselves and what they sell stands on every page as they typed it, and is never markup."""

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from handlers.codes import digest
from handlers.messages import Message
from handlers.speech import say
from storage.tables import Side
from tests.bot.line import words_on
from tests.bot.quarter import Quarter
from tests.budget import rounds

TYPED = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=60).filter(str.strip)
PLAIN = {"team": "TheTeam", "customer": "TheCustomer", "agent": "TheAgent", "owner": "TheOwner", "what": "TheThing",
         "account": "TheAccount"}  # fmt: skip
SHOWN = {
    "/room/{customer}": {"team", "customer"},
    "/room/{agent}": {"team", "customer", "agent"},
    "/pay/{pay}": {"team", "what"},
    "/pay/{pay}/back": {"team", "what"},
    "/setup/{setup}": {"team", "owner"},
    "/setup": {"team", "account"},
    "/setup/keys/stripe": {"team"},
}
"""Each page that shows something of people's own wording, and what at least."""


class Parts(HTMLParser):
    """What a page is made of: its texts, and its tags in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag; what stands in its attributes is text too."""
        self.tags.append(tag)
        for _, value in attrs:
            self.handle_data(value or "")

    def handle_data(self, data: str) -> None:
        """A text, or a structure of texts for the page's script."""
        self.texts += [data, *_leaves(data)]


def _leaves(data: str) -> Iterator[str]:
    try:
        read = json.loads(data)
    except ValueError:
        return
    yield from (str(each) for each in read.values()) if isinstance(read, dict) else ()


@pytest.fixture(scope="module")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Quarter]:
    made = Quarter(tmp_path_factory.mktemp("texts"))
    yield made
    made.close()


async def _called(quarter: Quarter, words: dict[str, str]) -> None:
    """From now on everything of the rival's bears those words."""
    async with quarter.town.database.begin() as work:
        team = await work.people.team(quarter.town.rival.id)
        team.name = words["team"]
        case, customer = (await work.talk.open_cases(team.id))[0]
        customer.name = words["customer"]
        (await work.people.person(quarter.town.rex.person_id)).name = words["agent"]
        visit = await work.accounts.visit(digest(quarter.rival.codes["setup"]))
        request = await work.payments.request_by_code(quarter.rival.codes["pay"])
        assert visit is not None and request is not None and case.team_id == team.id
        (await work.people.person(visit.person_id)).name = words["owner"]
        request.description = words["what"]
        for row in await work.accounts.at(team.id, "stripe"):
            row.name = words["account"]


def _page(quarter: Quarter, path: str) -> Parts:
    url = path.format(**quarter.rival.codes)
    answer = quarter.run(quarter.ask("GET", url, headers=quarter.rival.headers(b"", 0)))
    assert answer.status_code == 200, (url, answer.text[:200])
    return Parts(answer.text)


@pytest.mark.long
@pytest.mark.timeout(rounds(180))
@settings(max_examples=rounds(25), deadline=None, suppress_health_check=list(HealthCheck))
@given(typed=st.fixed_dictionaries({name: TYPED for name in PLAIN}))
@example(typed={name: f'<b>{name}</b> & "it\'s" {{{{7*7}}}} </script><img src=x>' for name in PLAIN})
def test_what_people_type_stands_on_every_page_as_typed(quarter: Quarter, typed: dict[str, str]) -> None:
    for path, names in SHOWN.items():
        quarter.run(_called(quarter, PLAIN))
        plain = _page(quarter, path)
        assert all(any(PLAIN[name] in text for text in plain.texts) for name in names), path
        quarter.run(_called(quarter, typed))
        page = _page(quarter, path)
        for name in names:
            assert any(typed[name] in text for text in page.texts), (path, name)
        assert page.tags == plain.tags, path


@settings(max_examples=rounds(5), deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(TYPED, min_size=1, max_size=8))
def test_what_is_said_comes_to_the_room_page_as_typed(quarter: Quarter, texts: list[str]) -> None:
    quarter.run(_said(quarter, texts))
    told: list[dict[str, Any]] = quarter.run(words_on(quarter, quarter.rival.codes["customer"], []))
    lines = [word["message"]["text"] for word in told if word["type"] == "line"]
    assert lines[-len(texts) :] == texts


async def _said(quarter: Quarter, texts: list[str]) -> None:
    async with quarter.town.database.begin() as work:
        case = (await work.talk.open_cases(quarter.town.rival.id))[0][0]
        for text in texts:
            await say(work, case, Side.CUSTOMER, Message(text=text))
