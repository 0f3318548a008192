"""The data map names every column of words there is, and taking a name out of a text leaves the rest."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.privacy_map import HELD, as_markdown, columns_of_words, on_the_map
from storage.privacy_words import reworded, without_name, without_name_in_log
from tests.test_docs import ROOT, between


def test_every_column_of_words_is_on_the_map() -> None:
    assert columns_of_words() - on_the_map() == set(), "say in storage/privacy_map.py what a new column holds of people"
    assert on_the_map() - columns_of_words() == set(), "these columns are gone; take them off the map"


def test_no_column_is_on_the_map_twice() -> None:
    names = [name for held in HELD for name in held.names]
    assert len(names) == len(set(names))


def test_the_manual_shows_the_map() -> None:
    assert between(ROOT / "docs" / "privacy.md", "map") == as_markdown()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Consultation for Mia Keller", "Consultation for X"),
        ("mia's hour, MIA KELLER", "X's hour, X"),
        ("Mianda and Kellerman", "Mianda and Kellerman"),
        ("nobody", "nobody"),
    ],
)
def test_a_name_is_taken_out_wherever_it_is_a_word(text: str, left: str) -> None:
    assert without_name(text, "Mia Keller", "X") == left


def test_short_parts_of_a_name_stay_words() -> None:
    assert without_name("Go to the shop with Bo Go", "Bo Go", "X") == "Go to the shop with X"


def test_a_number_in_the_log_stays_one_whatever_people_are_called() -> None:
    line = "customer 6, by Carla Customer"
    assert without_name_in_log(line, "Carla Customer", "X") == "customer 6, by X"


@given(st.text(), st.text(max_size=30).filter(lambda name: name.strip() and "⁂" not in name))
def test_no_name_is_left(text: str, name: str) -> None:
    whole = " ".join(name.split())
    left = without_name(f"{text} {whole} {text}", name, "⁂")
    assert not re.search(rf"(?<!\w){re.escape(whole)}(?!\w)", left, re.IGNORECASE)


@given(st.text())
def test_without_a_name_nothing_is_taken_out(text: str) -> None:
    assert without_name(text, " ", "⁂") == text


def test_only_fields_that_are_there_are_set() -> None:
    body = json.dumps({"customer": "Mia", "lines": [{"text": "For Mia"}], "total": 4900})
    told = json.loads(reworded(body, "Mia", "X", {"customer": "X", "reason": ""}))
    assert told == {"customer": "X", "lines": [{"text": "For X"}], "total": 4900}
